package merge

import (
	"strings"
	"testing"
)

// TestVerify gives the check a merge that is right or wrong; reason is empty if it is
// right.
func TestVerify(t *testing.T) {
	tests := map[string]struct{ base, mine, theirs, result, reason string }{
		"right":                 {"a: 1\nb: 1", "a: 2\nb: 1", "a: 1\nb: 2", "a: 2\nb: 2", ""},
		"keys in another order": {"a: 1\nb: 1", "b: 1\na: 2", "a: 1\nb: 2", "b: 2\na: 2", ""},
		"another style":         {"a: x\nb: [1]", "a: 'x'\nb: [1]", "a: x\nb:\n- 1\n- 2", "a: \"x\"\nb: [1, 2]", ""},
		"mine lost":             {"a: 1\nb: {c: 1}", "a: 1\nb: {c: 2}", "a: 2\nb: {c: 1}", "a: 2\nb: {c: 1}", "your change of b.c would get lost"},
		"theirs lost":           {"a: 1\nb: {c.d: 1}", "a: 2\nb: {c.d: 1}", "a: 1\nb: {c.d: 2}", "a: 2\nb: {c.d: 1}", `the new rendering's change of b["c.d"] would get lost`},
		"mine's key lost":       {"a: {}", "a: {x: null}", "a: {}\nb: 1", "a: {}\nb: 1", "your change of a.x would get lost"},
		"nobody's change":       {"a: 1\nb: 1\nc: 1", "a: 2\nb: 1\nc: 1", "a: 1\nb: 2\nc: 1", "a: 2\nb: 2\nc: 2", "c would change although neither of you changed it"},
		"from nowhere":          {"a: 1\nb: 1", "a: 2\nb: 1", "a: 1\nb: 2", "a: 2\nb: 2\nc: 2", "c would change although neither of you changed it"},
		"text and number":       {"a: 1\nb: 1", "a: '1'\nb: 1", "a: 1\nb: 2", "a: 1\nb: 2", "your change of a would get lost"},
		"an anchor":             {"a: &x 1\nb: 1", "a: &y 1\nb: 1", "a: &x 1\nb: 2", "a: &x 1\nb: 2", "your change of a would get lost"},
		"an alias":              {"a: &x 1\nc: &y 1\nb: *x\nd: 1", "a: &x 1\nc: &y 1\nb: *y\nd: 1", "a: &x 1\nc: &y 1\nb: *x\nd: 2", "a: &x 1\nc: &y 1\nb: *x\nd: 2", "your change of b would get lost"},
		"both changed":          {"a: 1", "a: 2", "a: 3", "a: 3", "both changed a"},
		"no longer YAML":        {"a: 1\nb: 1", "a: 2\nb: 1", "a: 1\nb: 2", "a: 2\n b: 2", "the merged file would not parse: line 2: mapping values are not allowed in this context"},
		"a key twice":           {"a: 1", "a: 1\nx: 1", "x: 2\na: 1", "x: 2\na: 1\nx: 1", `the merged file would not parse: line 3 has the key "x" for the second time`},
		"a key twice before":    {"a: 1\na: 1", "a: 1\na: 1\nb: 1", "a: 1\na: 2", "a: 1\na: 2", ""},
		"a template":            {"{{- if x }}\na: 1", "{{- if x }}\na: 2", "{{- if y }}\na: 1", "]", ""},

		"list of one side":         {"l: [1, 2]\na: 1", "l: [2, 1]\na: 1", "l: [1, 2]\na: 2", "l: [1, 2]\na: 2", "your change of l would get lost"},
		"lists, right":             {"l: [1, 2, 3]", "l: [2, 3]", "l: [1, 2, 3, 4]", "l: [2, 3, 4]", ""},
		"lists, twice the same":    {"l: [1, 2]", "l: [1, 2, 3]", "l: [3, 1, 2]", "l: [3, 1, 2, 3]", "both changed l"},
		"lists, moved and removed": {"l: [1, 2]", "l: [2, 1]", "l: [2]", "l: [2, 1]", "both changed l"},
		"lists, one lost":          {"l: [1, 2]", "l: [0, 1, 2]", "l: [1, 2, 3]", "l: [1, 2, 3]", "both changed l"},
		"lists, both removed":      {"l: [{a: 1}, {b: 2, c: 3}, {d: 4}]", "l: [{b: 9, c: 3}, {d: 4}]", "l: [{b: 2, c: 8}, {d: 4}]", "l: [{b: 9, c: 8}, {d: 4}]", ""},
		"names, right":             {"l: [{name: a, v: 1, w: 1}]", "l: [{name: a, v: 2, w: 1}]", "l: [{name: b}, {name: a, v: 1, w: 3}]", "l: [{name: b}, {name: a, v: 2, w: 3}]", ""},
		"names, wrong one":         {"l: [{name: a, v: 1}, {name: b, v: 1}]", "l: [{name: a, v: 2}, {name: b, v: 1}]", "l: [{name: c}, {name: a, v: 1}, {name: b, v: 1}]", "l: [{name: c}, {name: a, v: 1}, {name: b, v: 2}]", "your change of l[a].v would get lost"},
		"names, another name":      {"l: [{name: a, v: 1, w: 1}]", "l: [{name: b, v: 1, w: 1}]", "l: [{name: a, v: 1, w: 3}]", "l: [{name: b, v: 1, w: 3}]", ""},
		"places, both inside":      {"l: [{v: 1, w: 1}, 2]", "l: [{v: 2, w: 1}, 2]", "l: [{v: 1, w: 3}, 2]", "l: [{v: 2, w: 3}, 2]", ""},
		"a list instead of a map":  {"l: {a: 1}", "l: [1]", "l: {a: 2}", "l: [1]", "both changed l"},

		"documents, right":       {"a: 1\n---\nb: 1", "a: 2\n---\nb: 1", "a: 1\n---\nb: 2", "a: 2\n---\nb: 2", ""},
		"documents, one lost":    {"a: 1\n---\nb: 1", "a: 2\n---\nb: 1", "a: 1\n---\nb: 1\n---\nc: 1", "a: 2\n---\nb: 1", "both changed the documents"},
		"documents with names":   {doc("a", "1") + doc("b", "1"), doc("a", "2") + doc("b", "1"), doc("c", "1") + doc("a", "1") + doc("b", "1"), doc("c", "1") + doc("a", "1") + doc("b", "2"), "your change of Job/x/a: spec.v would get lost"},
		"a document of a name":   {doc("a", "1") + doc("b", "1"), doc("b", "1"), doc("a", "1") + doc("b", "2"), doc("a", "1") + doc("b", "2"), "your change of Job/x/a would get lost"},
		"a list is the document": {"[1, 2]", "[1, 2, 3]", "[1]", "[1]", "both changed the document"},
		"no document":            {"a: 1", "a: 1\n---\nb: 1", "# nothing", "a: 1\n---\nb: 1", "both changed the documents"},
		"an empty document":      {"---\n---\na: 1\nb: 1", "---\n---\na: 2\nb: 1", "---\n---\na: 1\nb: 2", "---\n---\na: 2\nb: 2", ""},

		"texts, right":       {"a: |\n  x\n  y\n  z", "a: |\n  1\n  y\n  z", "a: |\n  x\n  y\n  3", "a: |\n  1\n  y\n  3", ""},
		"texts, one lost":    {"a: |\n  x\n  y\n  z", "a: |\n  1\n  y\n  z", "a: |\n  x\n  y\n  3", "a: |\n  x\n  y\n  3", "both changed a"},
		"texts from nowhere": {"a: |\n  x\n  y\n  z", "a: |\n  1\n  y\n  z", "a: |\n  x\n  y\n  3", "a: |\n  1\n  0\n  3", "both changed a"},
		"words":              {"a: x\n  y\n  z", "a: 1\n  y\n  z", "a: x\n  y\n  3", "a: 1 y 3", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := verify([]byte(test.base), []byte(test.mine), []byte(test.theirs), []byte(test.result))
			if got != test.reason {
				t.Errorf("got %q, want %q", got, test.reason)
			}
			if strings.HasPrefix(got, "both") || got == "" {
				if other := verify([]byte(test.base), []byte(test.theirs), []byte(test.mine), []byte(test.result)); other != got {
					t.Errorf("got %q, and with the sides exchanged %q", got, other)
				}
			}
		})
	}
}

func doc(name, value string) string {
	return "---\nkind: Job\nmetadata: {namespace: x, name: " + name + "}\nspec: {v: " + value + "}\n"
}

// TestDoubt has merges that are clean line by line, also for git, and wrong.
func TestDoubt(t *testing.T) {
	containers := "- name: a\n  probe:\n    x: 1\n    y: 1\n"
	tests := map[string]struct{ base, mine, theirs, reason string }{
		"a copied block takes the other's key": {
			containers,
			"- name: a\n  # copied\n  probe:\n    x: 1\n    y: 1\n- name: b\n  # copied\n  probe:\n    x: 1\n    y: 1\n",
			containers + "    z: 1\n",
			"the new rendering's change of [a].probe.z would get lost",
		},
		"an item for a list that is gone": {
			"l:\n- x\nm:\n- p\n", "l:\n- x\n- p\n", "l:\n- x\nm:\n- p\n- q\n",
			"your change of l would get lost",
		},
		"the same key at two places": {
			"a: 1\nb: 1\nc: 1\n", "a: 1\nx: 1\nb: 1\nc: 1\n", "a: 1\nb: 1\nx: 2\nc: 1\n",
			`the merged file would not parse: line 4 has the key "x" for the second time`,
		},
		"an item moved and removed": {
			"args:\n- a\n- b\n", "args:\n- b\n- a\n", "args:\n- b\n",
			"both changed args",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := Input{Path: "a.yaml", Base: []byte(test.base), Mine: []byte(test.mine), Theirs: []byte(test.theirs)}
			out := Merge(in)
			if len(out.Conflicts) != 1 || out.Marked != nil != (test.reason == "") {
				t.Fatalf("got %q and %v", out.Text, out.Conflicts)
			}
			if got := out.Conflicts[0].Reason; test.reason != "" && got != test.reason {
				t.Errorf("got %q, want %q", got, test.reason)
			}
			if in.Path = "a.txt"; test.reason != "" && Merge(in).Text == nil {
				t.Error("it is not clean line by line")
			}
		})
	}
}

// TestAcceptIsChecked wants what wins to be checked like any other merge.
func TestAcceptIsChecked(t *testing.T) {
	in := Input{
		Path:   "a.yaml",
		Base:   []byte("a: 1\nb: 1\nc: 1\nd: 1\n"),
		Mine:   []byte("a: 1\nx: 1\nb: 1\nc: 2\nd: 1\n"),
		Theirs: []byte("a: 1\nb: 1\nc: 3\nd: 1\nx: 2\n"),
		Accept: Mine,
	}
	if out := Merge(in); len(out.Conflicts) != 1 || !strings.Contains(out.Conflicts[0].Reason, `the key "x" for the second time`) {
		t.Errorf("got %q and %v", out.Text, out.Conflicts)
	}
}
