package merge

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func merge(base, mine, theirs string) Outcome {
	return Merge(Input{Path: "a.yaml", Base: []byte(base), Mine: []byte(mine), Theirs: []byte(theirs)})
}

// lines makes a text of words, each a line.
func lines(words string) string {
	return strings.Join(strings.Fields(words), "\n") + "\n"
}

// TestLines has one word for each line; want is empty for a conflict.
func TestLines(t *testing.T) {
	tests := map[string]struct{ base, mine, theirs, want string }{
		"nobody":                       {"a b c", "a b c", "a b c", "a b c"},
		"only mine":                    {"a b c", "a x c", "a b c", "a x c"},
		"only theirs":                  {"a b c", "a b c", "a x c", "a x c"},
		"apart":                        {"a b c", "x b c", "a b y", "x b y"},
		"the same":                     {"a b c", "a x c", "a x c", "a x c"},
		"the same and more":            {"a b c d", "a x c d", "a x c y", "a x c y"},
		"the same insertion":           {"a b c", "a x b c", "a x b y", "a x b y"},
		"the same, in pieces":          {"a b c d e", "x c y d e", "x c y d z", "x c y d z"},
		"the same line differently":    {"a b c", "a x c", "a y c", ""},
		"adjacent lines":               {"a b c d", "a x c d", "a b y d", ""},
		"one line between":             {"a b c d", "x b c d", "a b y d", "x b y d"},
		"insertions at the same place": {"a b", "a x b", "a y b", ""},
		"insertions apart":             {"a b c", "a x b c", "a b y c", "a x b y c"},
		"insertion beside a change":    {"a b c", "a x b c", "a y c", ""},
		"insertion beside a deletion":  {"a b c d", "a b x c d", "a b d", ""},
		"insertion in a deletion":      {"a b c d", "a d", "a b x c d", ""},
		"deletion of a changed line":   {"a b c", "a c", "a x c", ""},
		"deletions of the same":        {"a b c d e", "a c d e", "a c d y", "a c d y"},
		"deletions that overlap":       {"a b c d e", "a d e", "a b e", ""},
		"long change, short changes":   {"a b c d e f", "a x f", "a b y d z f", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"a.yaml", "a.txt"} {
				out := Merge(Input{Path: path, Base: []byte(lines(test.base)), Mine: []byte(lines(test.mine)), Theirs: []byte(lines(test.theirs))})
				switch {
				case test.want == "" && (out.Text != nil || out.Marked == nil):
					t.Errorf("got %q, want a conflict", out.Text)
				case test.want != "" && string(out.Text) != lines(test.want):
					t.Errorf("got %q and %v, want %q", out.Text, out.Conflicts, lines(test.want))
				}
			}
		})
	}
}

// TestMeasured holds the cases in which merges of YAML values lose something.
func TestMeasured(t *testing.T) {
	spec := "kind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2 # two\n  paused: false\n  template:\n    spec:\n" +
		"      containers:\n        - name: web\n          image: web:1\n          args: [a]\n          env:\n" +
		"            - name: A\n              value: a\n"
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(spec) }
	env := "            - name: B\n              value: b\n"
	doc := "---\nkind: Service\nmetadata:\n  name: web\n"
	template := "a: {{ .Values.a }}\nb: 1\nc: {{ .Values.c }}\n"
	anchors := "d: &d\n  a: 1\ne:\n  <<: *d\n  b: 2\nf: 3\n"
	tests := map[string]struct{ base, mine, theirs, want string }{
		"both set replicas":              {spec, replace("replicas: 2", "replicas: 3"), replace("replicas: 2", "replicas: 4"), ""},
		"both change args":               {spec, replace("[a]", "[b]"), replace("[a]", "[c]"), ""},
		"a deleted field, changed":       {spec, replace("  paused: false\n", ""), replace("paused: false", "paused: true"), ""},
		"a comment and its value":        {spec, replace("# two", "# three"), replace("replicas: 2", "replicas: 4"), ""},
		"env extended and dropped":       {spec, spec + env, replace("          env:\n            - name: A\n              value: a\n", ""), ""},
		"both add env":                   {spec, spec + env, spec + strings.ReplaceAll(env, "B", "C"), ""},
		"several documents":              {spec + doc, replace("replicas: 2", "replicas: 3") + doc, spec + doc + "spec: {}\n", replace("replicas: 2", "replicas: 3") + doc + "spec: {}\n"},
		"a null":                         {spec, replace("paused: false", "paused: null"), replace("web:1", "web:2"), replace("paused: false", "paused: null", "web:1", "web:2")},
		"a template":                     {template, strings.Replace(template, "{{ .Values.a }}", "1", 1), strings.Replace(template, "{{ .Values.c }}", "{{ .x }}", 1), "a: 1\nb: 1\nc: {{ .x }}\n"},
		"anchors":                        {anchors, strings.Replace(anchors, "b: 2", "b: 4", 1), strings.Replace(anchors, "a: 1", "a: 5", 1), "d: &d\n  a: 5\ne:\n  <<: *d\n  b: 4\nf: 3\n"},
		"comments":                       {"# x\na: 1\nb: 2\nc: 3\n", "# x, y\na: 1\nb: 2\nc: 3\n", "# x\na: 1\n# z\nb: 2\nc: 4\n", "# x, y\na: 1\n# z\nb: 2\nc: 4\n"},
		"a blank line and a comment":     {"a: 1\nb: 2\nc: 3\n", "a: 1\n\n\nb: 2\nc: 3\n", "a: 1\nb: 2\nc: 4 # w\n", "a: 1\n\n\nb: 2\nc: 4 # w\n"},
		"lines of a text":                {"a: |\n  x\n  y\n  z\n", "a: |\n  1\n  y\n  z\n", "a: |\n  x\n  y\n  3\n", "a: |\n  1\n  y\n  3\n"},
		"lines of a folded text":         {"a: >-\n  x\n  y\n  z\n", "a: >-\n  1\n  y\n  z\n", "a: >-\n  x\n  y\n  3\n", "a: >-\n  1\n  y\n  3\n"},
		"an order, and another value":    {"l:\n- a\n- b\n- c\nx: 1\nv: 1\n", "l:\n- b\n- a\n- c\nx: 1\nv: 1\n", "l:\n- a\n- b\n- c\nx: 1\nv: 2\n", "l:\n- b\n- a\n- c\nx: 1\nv: 2\n"},
		"an order, and another item":     {"args:\n- a\n- b\n- c\n- d\n", "args:\n- b\n- a\n- c\n- d\n", "args:\n- a\n- b\n- c\n- e\n- d\n", "args:\n- b\n- a\n- c\n- e\n- d\n"},
		"inside one item":                {"- {}\n- a: 1\n  b: 2\n  c: 3\n", "- {}\n- a: 9\n  b: 2\n  c: 3\n", "- {}\n- a: 1\n  b: 2\n  c: 8\n- {}\n", "- {}\n- a: 9\n  b: 2\n  c: 8\n- {}\n"},
		"both removed, one changed more": {"- a: 1\n- b: 2\n  c: 3\n- d: 4\n", "- b: 9\n  c: 3\n- d: 4\n", "- b: 2\n  c: 3\n- d: 5\n", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out := merge(test.base, test.mine, test.theirs)
			if string(out.Text) != test.want || (test.want == "") != (len(out.Conflicts) > 0) {
				t.Errorf("got %q and %+v, want %q", out.Text, out.Conflicts, test.want)
			}
		})
	}
}

func TestMarked(t *testing.T) {
	in := Input{
		Path:   "a.txt",
		Base:   []byte(lines("head a tail b end")),
		Mine:   []byte(lines("head same mine tail c end")),
		Theirs: []byte(lines("head same theirs tail d")),
	}
	out := Merge(in)
	want := lines("head same") + "<<<<<<< yours\nmine\n||||||| last rendering\na\n=======\ntheirs\n>>>>>>> new rendering\ntail\n" +
		"<<<<<<< yours\nc\nend\n||||||| last rendering\nb\nend\n=======\nd\n>>>>>>> new rendering\n"
	if string(out.Marked) != want {
		t.Errorf("got %s, want %s", out.Marked, want)
	}
	conflict := Conflict{Reason: "both changed these lines",
		Base: Excerpt{2, []byte("a\n")}, Mine: Excerpt{3, []byte("mine\n")}, Theirs: Excerpt{3, []byte("theirs\n")}}
	if len(out.Conflicts) != 2 || !equalConflicts(out.Conflicts[0], conflict) {
		t.Errorf("got %+v", out.Conflicts)
	}
	for side, want := range map[Side]string{Mine: "head same mine tail c end", Theirs: "head same theirs tail d"} {
		in.Accept = side
		if out := Merge(in); string(out.Text) != lines(want) || out.Conflicts != nil || out.Marked != nil {
			t.Errorf("got %q and %v, want %q", out.Text, out.Conflicts, want)
		}
	}
}

func equalConflicts(a, b Conflict) bool {
	same := func(a, b Excerpt) bool { return a.Line == b.Line && bytes.Equal(a.Text, b.Text) }
	return a.Reason == b.Reason && same(a.Base, b.Base) && same(a.Mine, b.Mine) && same(a.Theirs, b.Theirs)
}

func TestAcceptMergesTheRest(t *testing.T) {
	in := Input{
		Path:   "a.yaml",
		Base:   []byte("a: 1\nb: 1\nc: 1\nd: 1\ne: 1\n"),
		Mine:   []byte("a: 2\nb: 1\nc: 2\nd: 1\ne: 1\n"),
		Theirs: []byte("a: 1\nb: 1\nc: 3\nd: 3\ne: 1\nf: 3\n"),
	}
	for side, want := range map[Side]string{
		Mine:   "a: 2\nb: 1\nc: 2\nd: 1\ne: 1\nf: 3\n",
		Theirs: "a: 2\nb: 1\nc: 3\nd: 3\ne: 1\nf: 3\n",
	} {
		in.Accept = side
		if out := Merge(in); string(out.Text) != want {
			t.Errorf("got %q and %v, want %q", out.Text, out.Conflicts, want)
		}
	}
}

func TestLineEnds(t *testing.T) {
	for _, test := range []struct{ base, mine, theirs, want string }{
		{"a\nb\nc\n", "x\nb\nc", "a\nb\nc\n", "x\nb\nc"},
		{"a\nb\nc\n", "a\nb\nc", "x\nb\nc\n", "x\nb\nc"},
		{"a\nb\nc", "a\nb\nc\n", "x\nb\nc", "x\nb\nc\n"},
		{"a\nb\nc", "x\nb\nc", "a\nb\nd", "x\nb\nd"},
		{"a\nb\nc\n", "a\nb\nc", "a\nb\nc\nd\n", "a\nb\nc\nd"},
		{"a\nb\nc\n", "x\nb\nc", "a\nb\nd", "x\nb\nd"},
		{"", "", "a", "a"},
	} {
		if out := merge(test.base, test.mine, test.theirs); string(out.Text) != test.want || out.Text == nil {
			t.Errorf("%q, %q, %q: got %q and %v, want %q", test.base, test.mine, test.theirs, out.Text, out.Conflicts, test.want)
		}
	}
	// A marker is a whole line.
	if out := merge("a\nb", "a\nc", "a\nd"); !bytes.HasSuffix(out.Marked, []byte(">>>>>>> new rendering\n")) {
		t.Errorf("got %q", out.Marked)
	}
}

func TestWholeFiles(t *testing.T) {
	large := bytes.Repeat([]byte("a: 1\n"), maxSize/5+1)
	text := []byte("a: 1\n")
	tests := map[string]struct {
		base, mine, theirs []byte
		reason             string
	}{
		"NUL":       {text, []byte("a\x00"), []byte("b"), "it is not a text"},
		"not UTF-8": {text, []byte("b"), []byte("\xff"), "it is not a text"},
		"large":     {large, text, []byte("b"), "it is larger than 5 MiB"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := Input{Path: "a.yaml", Base: test.base, Mine: test.mine, Theirs: test.theirs}
			out := Merge(in)
			if len(out.Conflicts) != 1 || !equalConflicts(out.Conflicts[0], Conflict{Reason: test.reason}) || out.Marked != nil || out.Text != nil {
				t.Errorf("got %+v", out)
			}
			for side, want := range map[Side][]byte{Mine: test.mine, Theirs: test.theirs} {
				in.Accept = side
				if out := Merge(in); !bytes.Equal(out.Text, want) {
					t.Errorf("got %+v, want %q", out, want)
				}
			}
			in.Mine, in.Accept = in.Base, Neither
			if out := Merge(in); !bytes.Equal(out.Text, test.theirs) {
				t.Errorf("got %+v, want %q", out, test.theirs)
			}
		})
	}
}

func TestInputsAreKept(t *testing.T) {
	in := Input{Path: "a.yaml", Base: []byte("a: 1\nb: 1\nc: 1\n"), Mine: []byte("a: 2\nb: 1\nc: 1\n"), Theirs: []byte("a: 1\nb: 1\nc: 2\n")}
	all := slices.Concat(in.Base, in.Mine, in.Theirs)
	Merge(in)
	if !bytes.Equal(all, slices.Concat(in.Base, in.Mine, in.Theirs)) {
		t.Error("Merge wrote into its input")
	}
}

// TestAdditions holds what both sides may add at one place.
func TestAdditions(t *testing.T) {
	tests := map[string]struct{ base, mine, theirs, want string }{
		"both append resources":   {"resources:\n- a\n", "resources:\n- a\n- u\n", "resources:\n- a\n- g\n", "resources:\n- a\n- g\n- u\n"},
		"a list goes on and ends": {"r:\n  - a\n", "r:\n  - a\npatches:\n  - {x: 1}\n", "r:\n  - a\n  - g\n", "r:\n  - a\n  - g\npatches:\n  - {x: 1}\n"},
		"a list ends and goes on": {"r:\n- a\n", "r:\n- a\n- u\n", "r:\n- a\nx: 1\n", "r:\n- a\n- u\nx: 1\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if out := merge(test.base, test.mine, test.theirs); string(out.Text) != test.want {
				t.Errorf("got %q and %v, want %q", out.Text, out.Conflicts, test.want)
			}
		})
	}
}

// TestConflictsOfAdditions holds what stays a conflict although both sides only add.
func TestConflictsOfAdditions(t *testing.T) {
	tests := map[string]struct{ base, mine, theirs string }{
		"two keys":                                   {"a: 1\n", "a: 1\nb: 1\n", "a: 1\nc: 1\n"},
		"an item and its map":                        {"l:\n- a\n", "l:\n- a\n- u\n", "l:\n- a\n- {b: 1}\n"},
		"items of a set and of a deeper list":        {"resources:\n- a\n", "resources:\n- a\n- u\n", "resources:\n- a\n  - g\n"},
		"a key that is there twice":                  {"r:\n- a\n", "r:\n- a\nr:\n- u\n", "r:\n- a\n- g\n"},
		"items that end a list in lines that do not": {"l:\n  - a\n", "l:\n  - a\n    b\n", "l:\n  - a\n  - g\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if out := merge(test.base, test.mine, test.theirs); len(out.Conflicts) == 0 {
				t.Errorf("got %q", out.Text)
			}
		})
	}
}
