package merge

import (
	"strings"
	"testing"
)

// TestJoin has lists of items; want is empty for a conflict.
func TestJoin(t *testing.T) {
	tests := map[string]struct{ base, mine, theirs, want string }{
		"both append":             {"a", "a u", "a g", "a g u"},
		"both append several":     {"a", "a u v", "a g h", "a g h u v"},
		"both append the same":    {"a", "a x u", "a g x", "a g x u"},
		"both insert in front":    {"z", "u z", "g z", "g u z"},
		"append and remove":       {"a b", "a b u", "a", "a u"},
		"remove and append":       {"a b", "a", "a b g", "a g"},
		"remove and replace":      {"a b c", "a c", "a g c", "a g c"},
		"neighbours removed":      {"a b c d", "a c d", "a b d", "a d"},
		"replaced and appended":   {"a b", "a u", "a b g", "a g u"},
		"theirs reorders":         {"a b c", "a b c u", "a c b", "a c b u"},
		"both replace the same":   {"a b", "a u", "a g", ""},
		"quoted":                  {"a", `a "u"`, "a u", "a u"},
		"quoted in another way":   {"a", `a 'u'`, `a "u" g`, `a "u" g`},
		"paths":                   {"../base", "../base u.yaml", "../base https://x.example/y?ref=1", "../base https://x.example/y?ref=1 u.yaml"},
		"mapping":                 {"a", "a {u:1}", "a g", ""},
		"anchor":                  {"a", "a &u", "a g", ""},
		"alias":                   {"a", "a *u", "a g", ""},
		"a template":              {"a", "a {{.u}}", "a g", ""},
		"twice":                   {"a", "a u u", "a g", ""},
		"escapes":                 {"a", `a "\x41"`, "a g", ""},
		"nested":                  {"a", "a -", "a g", ""},
		"block":                   {"a", "a |", "a g", ""},
		"where the other has one": {"a m b", "a m b c", "c a m d", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, key := range []string{"resources", "sourceRepos", "args", "command", "patches"} {
				want := list(key, test.want)
				if test.want == "" || key != "resources" && key != "sourceRepos" {
					want = ""
				}
				for _, indent := range []string{"", "  "} {
					layout := func(s string) string { return strings.ReplaceAll(s, "\n-", "\n"+indent+"-") }
					out := merge(layout(list(key, test.base)), layout(list(key, test.mine)), layout(list(key, test.theirs)))
					if want == "" && out.Text != nil || want != "" && string(out.Text) != layout(want) {
						t.Errorf("got %q and %v, want %q", out.Text, out.Conflicts, layout(want))
					}
				}
			}
		})
	}
}

// list makes a document with a list of words.
func list(key, words string) string {
	text := "kind: Kustomization\n" + key + ":\n"
	for _, word := range strings.Fields(words) {
		text += "- " + word + "\n"
	}
	return text + "namespace: x\n"
}

func TestJoinPlaces(t *testing.T) {
	tests := map[string]struct {
		path, base, mine, theirs string
		want                     bool
	}{
		"both add the list":         {"k.yaml", "a: 1\n", "a: 1\nresources:\n- u\n", "a: 1\nresources:\n- g\n", true},
		"nested":                    {"p.yml", "spec:\n  sourceRepos:\n    - a\n", "spec:\n  sourceRepos:\n    - a\n    - u\n", "spec:\n  sourceRepos:\n    - a\n    - g\n", true},
		"after a comment":           {"k.yaml", "resources: # all\n# x\n- a\n", "resources: # all\n# x\n- a\n- u\n", "resources: # all\n# x\n- a\n- g\n", true},
		"in an item":                {"r.yaml", "rules:\n- resources:\n  - a\n", "rules:\n- resources:\n  - a\n  - u\n", "rules:\n- resources:\n  - a\n  - g\n", true},
		"no YAML":                   {"k.txt", "resources:\n- a\n", "resources:\n- a\n- u\n", "resources:\n- a\n- g\n", false},
		"comments":                  {"k.yaml", "resources:\n- a\n", "resources:\n- a\n- u # why\n", "resources:\n- a\n- g\n", false},
		"a comment of its own line": {"k.yaml", "resources:\n- a\n", "resources:\n- a\n# why\n- u\n", "resources:\n- a\n- g\n", true},
		"an item goes on":           {"k.yaml", "resources:\n- a\n- b\n  c\n", "resources:\n- a\n- u\n  c\n", "resources:\n- a\n- g\n  c\n", false},
		"another indent":            {"k.yaml", "resources:\n- a\n", "resources:\n  - a\n  - u\n", "resources:\n- a\n- g\n", false},
		"another list":              {"k.yaml", "x:\n- a\nresources:\n- a\n", "x:\n- a\n- u\nresources:\n- a\n", "x:\n- a\n- g\nresources:\n- a\n", false},
		"different lists":           {"k.yaml", "a: 1\n", "a: 1\nresources:\n- u\n", "a: 1\ncomponents:\n- g\n", false},
		"a map of the name":         {"k.yaml", "resources:\n  limits:\n  - a\n", "resources:\n  limits:\n  - a\n  - u\n", "resources:\n  limits:\n  - a\n  - g\n", false},
		"two documents":             {"k.yaml", "resources:\n---\n- a\n", "resources:\n---\n- a\n- u\n", "resources:\n---\n- a\n- g\n", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := Input{Path: test.path, Base: []byte(test.base), Mine: []byte(test.mine), Theirs: []byte(test.theirs)}
			out := Merge(in)
			if (out.Text != nil) != test.want || out.Text == nil && out.Marked == nil {
				t.Errorf("got %q and %v", out.Text, out.Conflicts)
			}
		})
	}
}

// TestJoinBesideConflict wants lists joined although another place is a conflict.
func TestJoinBesideConflict(t *testing.T) {
	out := merge("resources:\n- a\nb: 1\nc: 1\n", "resources:\n- a\n- u\nb: 1\nc: 2\n", "resources:\n- a\n- g\nb: 1\nc: 3\n")
	if len(out.Conflicts) != 1 || !strings.HasPrefix(string(out.Marked), "resources:\n- a\n- g\n- u\nb: 1\n<<<<<<< yours\nc: 2\n") {
		t.Errorf("got %v and %q", out.Conflicts, out.Marked)
	}
}
