package merge

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// law reports a law that does not hold.
type law interface {
	Helper()
	Fatalf(format string, args ...any)
}

// drawText draws a text of few different lines, so that they repeat.
func drawText(path string) *rapid.Generator[string] {
	lines := []string{"a", "b", "c", "d", "", "  e"}
	if path == "list.yaml" {
		lines = []string{"resources:", "- a", "- b", "- c", "args:", "- d", "  - e", "# f", `- "a"`}
	}
	return rapid.Custom(func(t *rapid.T) string {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(lines), 0, 12).Draw(t, "lines"), "\n")
		return text + rapid.SampledFrom([]string{"\n", "\n", ""}).Draw(t, "end")
	})
}

func drawInput(t *rapid.T) Input {
	path := rapid.SampledFrom([]string{"text.txt", "list.yaml"}).Draw(t, "path")
	text := drawText(path)
	return Input{
		Path:   path,
		Base:   []byte(text.Draw(t, "base")),
		Mine:   []byte(text.Draw(t, "mine")),
		Theirs: []byte(text.Draw(t, "theirs")),
		Accept: rapid.SampledFrom([]Side{Neither, Mine, Theirs}).Draw(t, "accept"),
	}
}

func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkLaws(t, drawInput(t)) })
}

// TestLawsOfFormerFailures repeats inputs for which a law did not hold.
func TestLawsOfFormerFailures(t *testing.T) {
	for name, in := range map[string]Input{
		"the marked text had a joined list that no choice of a side passed with": {
			Path: "list.yaml", Base: []byte("- a\n"), Mine: []byte("resources:\n- a\n- b\n"), Theirs: []byte("- b\n- a\n- c\n"),
		},
	} {
		t.Run(name, func(t *testing.T) { checkLaws(t, in) })
	}
}

// checkLaws checks what holds for any input.
func checkLaws(t law, in Input) {
	t.Helper()
	checkIdentities(t, in)
	checkOutcome(t, in)
	checkSymmetry(t, in)
	checkLines(t, in)
	checkAccept(t, in)
}

// checkIdentities wants a side that nobody else touched to be the result.
func checkIdentities(t law, in Input) {
	t.Helper()
	b, m, n := in.Base, in.Mine, in.Theirs
	for name, c := range map[string][4][]byte{
		"only theirs": {b, b, n, n}, "only mine": {b, m, b, m}, "both the same": {b, m, m, m},
	} {
		out := Merge(Input{Path: in.Path, Base: c[0], Mine: c[1], Theirs: c[2], Accept: in.Accept})
		if out.Text == nil || !bytes.Equal(out.Text, c[3]) || len(out.Conflicts) > 0 {
			t.Fatalf("%s: got %q and %v, want %q", name, out.Text, out.Conflicts, c[3])
		}
	}
}

// checkOutcome wants a text or conflicts, and the same ones every time.
func checkOutcome(t law, in Input) {
	t.Helper()
	out := Merge(in)
	if (out.Text == nil) != (len(out.Conflicts) > 0) || out.Marked != nil && out.Text != nil {
		t.Fatalf("got %q, %v and %q", out.Text, out.Conflicts, out.Marked)
	}
	if again := Merge(in); fmt.Sprint(out) != fmt.Sprint(again) {
		t.Fatalf("got %v, and then %v", out, again)
	}
	for _, c := range out.Conflicts {
		if c.Reason == "" || (c.Mine.Line > 0) != (out.Marked != nil) {
			t.Fatalf("got %+v", c)
		}
		checkExcerpt(t, c.Base, in.Base)
		checkExcerpt(t, c.Mine, in.Mine)
		checkExcerpt(t, c.Theirs, in.Theirs)
	}
}

// checkExcerpt wants an excerpt to be at its line.
func checkExcerpt(t law, e Excerpt, version []byte) {
	t.Helper()
	if e.Line == 0 {
		return
	}
	lines := slices.Collect(bytes.Lines(version))
	if e.Line-1 > len(lines) || !bytes.HasPrefix(append(bytes.Join(lines[e.Line-1:], nil), '\n'), e.Text) {
		t.Fatalf("%q is not at line %d of %q", e.Text, e.Line, version)
	}
}

// checkSymmetry wants the same verdict and, of lists but for the order, the same text
// with the sides exchanged.
func checkSymmetry(t law, in Input) {
	t.Helper()
	in.Accept = Neither
	one := Merge(in)
	in.Mine, in.Theirs = in.Theirs, in.Mine
	other := Merge(in)
	if len(one.Conflicts) != len(other.Conflicts) {
		t.Fatalf("got %v, and with the sides exchanged %v", one.Conflicts, other.Conflicts)
	}
	if in.Path == "text.txt" && !bytes.Equal(one.Text, other.Text) {
		t.Fatalf("got %q, and with the sides exchanged %q", one.Text, other.Text)
	}
}

// checkLines wants every line that one side alone added, in the merge or between the
// markers, and in a merge none that both removed.
func checkLines(t law, in Input) {
	t.Helper()
	in.Accept = Neither
	out := Merge(in)
	base, mine, theirs, result := set(in.Base), set(in.Mine), set(in.Theirs), set(out.Text)
	if out.Text == nil && out.Marked == nil {
		return
	}
	for line := range union2(mine, theirs) {
		if !base[line] && mine[line] != theirs[line] && !result[line] && !set(out.Marked)[line] {
			t.Fatalf("%q got lost in %q and %q", line, out.Text, out.Marked)
		}
	}
	for line := range result {
		if !mine[line] && !theirs[line] {
			t.Fatalf("%q came from nowhere in %q", line, out.Text)
		}
	}
}

// set returns the lines of a text, without those that are empty and without the
// quotes that may be around an item.
func set(content []byte) map[string]bool {
	lines := map[string]bool{}
	for _, line := range split(content).lines {
		if line = strings.ReplaceAll(line, `"`, ""); strings.TrimSpace(line) != "" {
			lines[line] = true
		}
	}
	return lines
}

func union2(a, b map[string]bool) map[string]bool {
	all := map[string]bool{}
	for _, lines := range []map[string]bool{a, b} {
		for line := range lines {
			all[line] = true
		}
	}
	return all
}

// checkAccept wants the merge for which one side wins to be the marked one with that
// side chosen everywhere.
func checkAccept(t law, in Input) {
	t.Helper()
	in.Accept = Neither
	marked := Merge(in).Marked
	if marked == nil || bytes.Contains(slices.Concat(in.Base, in.Mine, in.Theirs), []byte("=======")) {
		return
	}
	for _, side := range []Side{Mine, Theirs} {
		in.Accept = side
		out, want := Merge(in), choose(string(marked), side)
		if out.Marked != nil || out.Text == nil && in.Path == "text.txt" {
			t.Fatalf("got %v", out.Conflicts)
		}
		if got := strings.TrimRight(string(out.Text), "\n"); out.Text != nil && got != strings.TrimRight(want, "\n") {
			t.Fatalf("got %q, want %q of %q", got, want, marked)
		}
	}
}

// choose takes one side of all marked conflicts.
func choose(marked string, side Side) string {
	var chosen strings.Builder
	at := Neither
	for line := range strings.Lines(marked) {
		switch {
		case strings.HasPrefix(line, "<<<<<<< yours"):
			at = Mine
		case strings.HasPrefix(line, "||||||| last rendering"):
			at = 3
		case strings.HasPrefix(line, "======="):
			at = Theirs
		case strings.HasPrefix(line, ">>>>>>> new rendering"):
			at = Neither
		case at == Neither || at == side:
			chosen.WriteString(line)
		}
	}
	return chosen.String()
}

// FuzzMerge merges anything.
func FuzzMerge(f *testing.F) {
	f.Add("a.txt", "a\nb\n", "a\nx\n", "y\nb\n")
	f.Add("k.yaml", "resources:\n- a\n", "resources:\n- a\n- b\n", "resources:\n- a\n- c\n")
	f.Add("a.yaml", "a: {b: 1}\n---\nc: &x 2\n", "a: {b: 2}\n---\nc: &x 2\n", "a: {b: 1}\n---\nc: &x 2\nd: *x\n")
	f.Add("a.yml", "a: |\n  x\n  y\n  z\n", "a: |\n  1\n  y\n  z\n", "a: |\n  x\n  y\n  2")
	f.Add("a.yaml", "{{ if .a }}\na: 1\n{{ end }}\n", "\x00", "\xff")
	f.Add("a.yaml", "", "\n", "---\n")
	f.Fuzz(func(t *testing.T, path, base, mine, theirs string) {
		checkFuzzed(t, Input{Path: path, Base: []byte(base), Mine: []byte(mine), Theirs: []byte(theirs)})
	})
}

// checkFuzzed checks the laws that hold for binary content and for any lines too.
func checkFuzzed(t law, in Input) {
	t.Helper()
	checkIdentities(t, in)
	checkOutcome(t, in)
	if in.unmergeable() == "" {
		checkSymmetry(t, in)
	}
	for _, side := range []Side{Mine, Theirs} {
		in.Accept = side
		checkOutcome(t, in)
	}
}
