package merge

import (
	"strings"
	"testing"
)

func merge(base, mine, theirs string) Outcome {
	return Merge(Input{Path: "a.yaml", Base: []byte(base), Mine: []byte(mine), Theirs: []byte(theirs)})
}

func TestMerge(t *testing.T) {
	tests := map[string]struct{ base, mine, theirs, want string }{
		"both apart":            {"a: 1\nb: 1\nc: 1\n", "a: 2\nb: 1\nc: 1\n", "a: 1\nb: 1\nc: 2\n", "a: 2\nb: 1\nc: 2\n"},
		"the same change":       {"a: 1\nb: 1\nc: 1\n", "a: 2\nb: 1\nc: 1\n", "a: 2\nb: 1\nc: 2\n", "a: 2\nb: 1\nc: 2\n"},
		"both append resources": {"resources:\n- a\n", "resources:\n- a\n- u\n", "resources:\n- a\n- g\n", "resources:\n- a\n- g\n- u\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out := merge(test.base, test.mine, test.theirs)
			if string(out.Text) != test.want || out.Conflicts != nil {
				t.Errorf("got %q and %v, want %q", out.Text, out.Conflicts, test.want)
			}
		})
	}
}

func TestConflict(t *testing.T) {
	out := merge("a: 1\nb: 1\n", "a: 2\nb: 1\n", "a: 3\nb: 1\n")
	want := "<<<<<<< yours\na: 2\n||||||| last rendering\na: 1\n=======\na: 3\n>>>>>>> new rendering\nb: 1\n"
	if out.Text != nil || len(out.Conflicts) != 1 || string(out.Marked) != want {
		t.Errorf("got %q, %v and %q", out.Text, out.Conflicts, out.Marked)
	}
	if c := out.Conflicts[0]; c.Mine.Line != 1 || string(c.Mine.Text) != "a: 2\n" || strings.ToLower(c.Reason) != c.Reason {
		t.Errorf("got %+v", c)
	}
}
