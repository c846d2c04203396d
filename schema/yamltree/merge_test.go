package yamltree

import (
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/wavewright/wavewright/schema/diag"
)

func TestMerge(t *testing.T) {
	for name, c := range map[string]struct {
		layers []string
		want   string
	}{
		"maps merge":             {[]string{"{a: {x: 1, w: 1}, b: 1}", "{c: 1, a: {z: 2, x: 2}}"}, "{a: {x: 2, w: 1, z: 2}, b: 1, c: 1}"},
		"lists replace":          {[]string{"{a: [1, 2]}", "{a: [3]}"}, "{a: [3]}"},
		"a scalar replaces":      {[]string{"{a: {x: 1}}", "{a: 1}"}, "{a: 1}"},
		"a map replaces":         {[]string{"{a: 1}", "{a: {x: 1}}"}, "{a: {x: 1}}"},
		"an empty map does not":  {[]string{"{a: {x: 1}}", "{a: {}}"}, "{a: {x: 1}}"},
		"null stays":             {[]string{"{a: {x: 1}}", "{a: null}"}, "{a: null}"},
		"null is replaced":       {[]string{"{a: {x: 1}}", "{a: ~}", "{a: {w: 1}}"}, "{a: {w: 1}}"},
		"null of an unknown key": {[]string{"{a: 1}", "{b: null}"}, "{a: 1, b: null}"},
		"one layer":              {[]string{"{b: 1, a: 1}"}, "{b: 1, a: 1}"},
	} {
		t.Run(name, func(t *testing.T) {
			var layers []*Node
			for _, src := range c.layers {
				layers = append(layers, mustParse(t, src), nil)
			}
			if got := EncodeFlow(Merge(layers...)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	if Merge() != nil || Merge(nil, nil) != nil {
		t.Error("nothing merges to nil")
	}
}

func TestMergeShares(t *testing.T) {
	below, above := mustParse(t, "{a: {x: 1}, b: {w: 1}}"), mustParse(t, "{c: {z: 1}, a: {w: 1}}")
	merged := Merge(below, above)
	if merged.Get("b") != below.Get("b") || merged.Get("c") != above.Get("c") || merged.Get("a").Get("x") != below.Get("a").Get("x") {
		t.Error("sub-trees must be shared")
	}
	if EncodeFlow(below) != "{a: {x: 1}, b: {w: 1}}" || EncodeFlow(above) != "{c: {z: 1}, a: {w: 1}}" {
		t.Error("layers must not change")
	}
	if Merge(below) != below || Merge(below, mustParse(t, "{}")) != below || Merge(nil, below) != below {
		t.Error("what adds nothing must not allocate")
	}
}

func TestMergePlaces(t *testing.T) {
	merged := Merge(mustParse(t, "a: {x: 1}\nb: 1\n"), mustParse(t, "\n\na: {y: 1}\n"))
	for path, want := range map[string]string{"a": "3:4-5", "b": "2:4-5"} {
		if got := at(merged.At(path)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if got := at(merged.At("a", "x")); got != "1:8-9" {
		t.Errorf("a.x: got %s", got)
	}
}

// drawNode draws a tree of some kind; every value has a place of its own. With fixed,
// the kind of the value of a key depends on the key alone.
func drawNode(t *rapid.T, kind Kind, depth int, fixed bool) *Node {
	n := &Node{Kind: kind, Range: diag.Range{File: "f", Line: rapid.IntRange(1, 1000).Draw(t, "line")}}
	switch {
	case n.Kind == Map && depth > 0:
		n.Entries = drawEntries(t, depth, fixed)
	case n.Kind == List && depth > 0:
		n.Items = []*Node{drawNode(t, String, 0, fixed)}
	case n.Kind == Map || n.Kind == List:
	default:
		n.Text = rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "text")
	}
	return n
}

// drawEntries draws few keys, which then often collide, or more than a scan is for.
func drawEntries(t *rapid.T, depth int, fixed bool) []Entry {
	var entries []Entry
	most := rapid.SampledFrom([]int{3, 3, 3, 2 * indexedKeys}).Draw(t, "most")
	if depth < 2 {
		most = 3
	}
	for _, key := range rapid.SliceOfNDistinct(rapid.IntRange(0, most), 0, most+1, rapid.ID[int]).Draw(t, "keys") {
		kind := rapid.SampledFrom([]Kind{Map, Map, Null, String, List}).Draw(t, "kind")
		if fixed {
			kind = []Kind{Map, Int, Map, List}[key%4]
		}
		r := diag.Range{File: "f", Line: rapid.IntRange(1, 1000).Draw(t, "line")}
		entries = append(entries, Entry{Key: fmt.Sprint("k", key), KeyRange: r, Value: drawNode(t, kind, depth-1, fixed)})
	}
	return entries
}

func drawMap(t *rapid.T, fixed bool) *Node { return drawNode(t, Map, 2, fixed) }

func TestMergeIsAssociative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawMap(t, true), drawMap(t, true), drawMap(t, true)
		want := Merge(a, b, c)
		if got := Merge(a, Merge(b, c)); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %s, want %s", EncodeFlow(got), EncodeFlow(want))
		}
	})
}

func TestMergeIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawMap(t, false), drawMap(t, false), drawMap(t, false)
		if Merge(a) != a || Merge(nil, a, nil) != a || Merge(a, &Node{Kind: Map}) != a {
			t.Fatal("nil and the empty map add nothing")
		}
		if got := Merge(a, a); !reflect.DeepEqual(got, a) {
			t.Fatal("a layer over itself changes nothing")
		}
		if got, want := Merge(Merge(a, b), c), Merge(a, b, c); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %s, want %s", EncodeFlow(got), EncodeFlow(want))
		}
	})
}

func TestMergeLaterWins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMap(t, false), drawMap(t, false)
		checkMerged(t, a, b, Merge(a, b))
	})
}

// checkMerged states the rule key by key.
func checkMerged(t *rapid.T, a, b, merged *Node) {
	for _, e := range append(append([]Entry{}, a.Entries...), b.Entries...) {
		below, above, got := a.Get(e.Key), b.Get(e.Key), merged.Get(e.Key)
		switch {
		case above == nil:
			if got != below {
				t.Fatalf("%s: what only the first layer has must be shared", e.Key)
			}
		case above.Kind == Map && below != nil && below.Kind == Map:
			checkMerged(t, below, above, got)
		case got != above:
			t.Fatalf("%s: the later layer must win, null included", e.Key)
		}
	}
	for i, e := range a.Entries {
		if merged.Entries[i].Key != e.Key {
			t.Fatal("the order of the first layer must stay")
		}
	}
}
