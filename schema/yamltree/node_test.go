package yamltree

import (
	"testing"
)

func mustParse(t testing.TB, src string) *Node {
	t.Helper()
	n, list := Parse("f.yaml", []byte(src))
	if len(list) > 0 {
		t.Fatalf("parse %q: %+v", src, list)
	}
	return n
}

func TestLookup(t *testing.T) {
	n := mustParse(t, "a:\n  b: [x, {c: 1}]\nd: ~\n")
	if got := n.Get("a").Get("b").Items[1].Get("c").Text; got != "1" {
		t.Errorf("got %q", got)
	}
	if n.Get("x") != nil || n.Get("x").Get("y") != nil || n.Get("d").Get("e") != nil {
		t.Error("absent keys must be nil")
	}
	if e, ok := n.Entry("d"); !ok || e.Value.Kind != Null {
		t.Errorf("entry: %+v %v", e, ok)
	}
}

func TestAt(t *testing.T) {
	n := mustParse(t, "a:\n  b: [x, {c: 1}]\nd: ~\n")
	for _, c := range []struct {
		path       []any
		value, key string
	}{
		{nil, "1:1-2", "1:1-2"},
		{[]any{"a"}, "2:3-4", "1:1-2"},
		{[]any{"a", "b"}, "2:6-7", "2:3-4"},
		{[]any{"a", "b", 0}, "2:7-8", "2:7-8"},
		{[]any{"a", "b", 1, "c"}, "2:14-15", "2:11-12"},
		{[]any{"a", "b", 1, "x"}, "2:10-11", "2:10-11"},
		{[]any{"a", "b", 7}, "2:3-4", "2:3-4"},
		{[]any{"a", "x", "y"}, "1:1-2", "1:1-2"},
		{[]any{"d", "y"}, "3:1-2", "3:1-2"},
		{[]any{"x"}, "1:1-2", "1:1-2"},
		{[]any{true}, "1:1-2", "1:1-2"},
	} {
		if got := at(n.At(c.path...)); got != c.value {
			t.Errorf("At(%v) = %s, want %s", c.path, got, c.value)
		}
		if got := at(n.KeyAt(c.path...)); got != c.key {
			t.Errorf("KeyAt(%v) = %s, want %s", c.path, got, c.key)
		}
	}
	var absent *Node
	if absent.At("a").Line != 0 || absent.KeyAt().Line != 0 {
		t.Error("a nil node has no place")
	}
}

func TestInt(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "-12": -12, "+7": 7, "0x10": 16, "0o17": 15, "0b11": 3} {
		if got, ok := mustParse(t, "a: "+text).Get("a").Int(); !ok || got != want {
			t.Errorf("%s: got %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"010", "1_000", "1.5", "x", "99999999999999999999", "'1'"} {
		if got, ok := mustParse(t, "a: "+text).Get("a").Int(); ok {
			t.Errorf("%s: got %d", text, got)
		}
	}
}

func TestDescribe(t *testing.T) {
	for src, want := range map[string]string{
		"~": "nothing", "true": "the boolean true", "3": "the number 3", "1.5": "the number 1.5",
		"abc": `the text "abc"`, "[]": "a list", "{}": "a map",
		"abcdefghijklmnopqrstuvwxyz": `the text "abcdefghijklmnopq…"`,
	} {
		if got := mustParse(t, "a: "+src).Get("a").describe(); got != want {
			t.Errorf("%s: got %s", src, got)
		}
	}
}
