package tree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/merge"
)

var errInjected = errors.New("injected")

// failing makes operation k fail; when killed, everything after it too, so that not
// even cleaning up happens, as when the process is killed.
type failing struct {
	mu     sync.Mutex
	k, n   int
	killed bool
	op     string
}

func (f *failing) step(op, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	if f.n == f.k || f.killed && f.n > f.k {
		f.op += op + " " + path + "; "
		return errInjected
	}
	return nil
}

// fault is a situation before a run that is interrupted: every kind of operation.
func fault(s *sandbox) (before, after Tree) {
	before, after = circle()
	for path, f := range files(
		"same/f", "f\n", "update/f", "f\n", "update/crlf", "f\n", "edited/f", "f\n", "gone/deep/f", "f\n", "gone/f", "f\n",
		"kept/f", "f\n", "forgotten/f", "f\n", "from/clean", "f\n", "from/edited", "e\n", "deleted/f", "f\n", "bin/x", "f\n",
	) {
		before[path] = f
	}
	for path, f := range files(
		"same/f", "f\n", "update/f", "new\n", "update/crlf", "new\n", "edited/f", "f\n", "new/deep/f", "f\n", "new/f", "f\n",
		"adopted/f", "f\n", "to/clean", "new\n", "to/sub/edited", "e\n", "deleted/f", "f\n", "bin/x", "f\n",
	) {
		after[path] = f
	}
	for _, name := range []string{"clean", "sub/edited"} {
		after = after.with("to/"+name, func(f *File) { f.ID = "from/" + filepath.Base(name) })
	}
	after = after.with("bin/x", func(f *File) { f.Executable = true })
	for path, change := range map[string]struct{ to, text string }{
		"merge/f": {"merge/f", lower}, "merge/crlf": {"merge/crlf", lower}, "merge/x": {"merge/x", lower}, "merge/conflict": {"merge/conflict", other},
		"marked/f": {"marked/f", other}, "rule/over": {"rule/over", lower}, "rule/keep": {"rule/keep", lower}, "rule/restored": {"rule/restored", lower}, "rule/gone": {"rule/gone", lower},
		"here/merge": {"there/merge", lower}, "here/marked": {"there/sub/marked", other}, "here/over": {"there/over", lower}, "here/run": {"there/run", lower},
		"here/theirs": {"there/theirs", other}, "here/home": {"here2/home", lower},
	} {
		f := files(path, lines)[path]
		before[path] = f
		f.Content = []byte(change.text)
		f.Archive = archiveOf(change.to)
		after[change.to] = f
	}
	s.generate(before)
	s.write("update/crlf", "f\r\n")
	s.write("edited/f", "mine\n")
	s.write("kept/f", "mine\n")
	s.write("from/edited", "mine\n")
	s.write("adopted/f", "f\n")
	s.write("p", "mine\n")
	s.write("q", "mine\n")
	s.write("foreign", "mine\n")
	s.write("here/yours", "mine\n")
	s.write("here/custom/deep/f", "mine\n")
	s.write("new/.wavewright-tmp-0", "left")
	s.remove("forgotten/f")
	s.remove("deleted/f")
	s.remove("rule/gone")
	for _, path := range strings.Fields("merge/f merge/x merge/conflict marked/f rule/over rule/keep rule/restored here/merge here/marked here/over here/theirs here/home") {
		s.write(path, byUser(path))
	}
	s.write("merge/crlf", withCRLF(byUser("merge/crlf")))
	s.must(os.Chmod(s.path("merge/x"), 0o755))
	s.must(os.Chmod(s.path("here/run"), 0o755))
	s.options = Options{
		Markers: true,
		Policy: func(path string) Policy {
			return map[string]Policy{"rule/over": PolicyOverwrite, "there/over": PolicyOverwrite, "rule/keep": PolicyKeep}[path]
		},
		Accept: func(path string) merge.Side {
			return map[string]merge.Side{"merge/conflict": merge.Mine, "there/theirs": merge.Theirs}[path]
		},
		Restore: set("rule/restored", "rule/gone"),
	}
	return before, after
}

// byUser is upper with a word that is in no other file.
func byUser(path string) string { return strings.Replace(upper, "ONE", "ONE "+path+"!", 1) }

func TestInterruptedRunsHeal(t *testing.T) {
	want := undisturbed(t)
	for _, killed := range []bool{false, true} {
		step := 1
		if !killed && testing.Short() {
			step = 5
		}
		for k := 1; ; k += step {
			s := newSandbox(t)
			_, after := fault(s)
			f := &failing{k: k, killed: killed}
			before := s.snapshot()
			s.step = f.step
			err := s.Apply(s.compare(after))
			s.step = nil
			if f.n < k {
				s.must(err)
				t.Logf("%d operations, killed %v", f.n, killed)
				break
			}
			if !errors.Is(err, errInjected) {
				t.Fatalf("operation %d: %v", k, err)
			}
			checkUntouched(s, f, before)
			s.finish(after)
			s.sameSnapshot(s.snapshot(), want)
			s.Close()
		}
	}
}

func undisturbed(t *testing.T) map[string]string {
	s := newSandbox(t)
	_, after := fault(s)
	s.finish(after)
	want := s.snapshot()
	counts := map[string]int{}
	for _, text := range want {
		for _, word := range []string{"ONE", "<<<<<<<", "FIVE"} {
			counts[word] += min(1, strings.Count(text, word))
		}
	}
	if s.exists(archivePath(journalName)) || counts["ONE"] < 9 || counts["<<<<<<<"] < 2 || counts["FIVE"] < 10 {
		t.Fatalf("the situation is not what it should be: %v", counts)
	}
	return want
}

// finish generates what has marked files: afterwards these are all that blocks.
func (s *sandbox) finish(want Tree) {
	s.Helper()
	if plan := s.compare(want); !plan.blocked() {
		s.must(s.Apply(plan))
	}
	again := s.compare(want)
	for _, c := range again.Changes() {
		if c.State != StateUnresolved && (c.Action != ActionNone || c.Conflict() || c.Refusal()) {
			s.Fatalf("left to do: %v", describe(again.Changes()))
		}
	}
}

// checkUntouched holds that a failure before the first replacement leaves nothing.
func checkUntouched(s *sandbox, f *failing, before map[string]string) {
	s.Helper()
	early := false
	for _, op := range []string{"mkdir", "create", "write"} {
		early = early || strings.HasPrefix(f.op, op+" ")
	}
	if !early || f.killed {
		return
	}
	left := s.snapshot()
	delete(before, "new/.wavewright-tmp-0") // that of an earlier run was swept
	if _, kept := left["new"]; !kept {
		delete(before, "new")
	}
	s.sameSnapshot(left, before)
}

// TestInterruptedTwice interrupts the healing run as well.
func TestInterruptedTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	want := undisturbed(t)
	for k := 1; k < operations; k += 17 {
		for l := 1; l < operations; l += 23 {
			s := newSandbox(t)
			_, after := fault(s)
			for _, n := range []int{k, l} {
				s.step = (&failing{k: n, killed: true}).step
				_ = s.Apply(s.compare(after))
			}
			s.step = nil
			s.finish(after)
			s.sameSnapshot(s.snapshot(), want)
			s.Close()
		}
	}
}

// TestInterruptedAndChanged interrupts a run and goes on with another rendering: the
// one before, a third one, or nothing at all. Nothing of the user's is lost.
func TestInterruptedAndChanged(t *testing.T) {
	step := 3
	if testing.Short() {
		step = 19
	}
	if nightly() {
		step = 1
	}
	third := func(before, after Tree) Tree {
		tree := Tree{}
		for path, f := range after {
			f.Content = []byte(strings.Replace(string(f.Content), "four", "quattro", 1))
			if strings.HasPrefix(path, "there/") {
				path = "third/" + path
			}
			tree[path] = f
		}
		return tree
	}
	for name, next := range map[string]func(before, after Tree) Tree{
		"before": func(before, _ Tree) Tree { return before }, "third": third, "nothing": func(_, _ Tree) Tree { return Tree{} },
	} {
		t.Run(name, func(t *testing.T) {
			for k := 1; k < operations; k += step {
				s := newSandbox(t)
				before, after := fault(s)
				s.step = (&failing{k: k, killed: true}).step
				_ = s.Apply(s.compare(after))
				s.step = nil
				s.options.Restore, s.options.Accept = nil, nil
				tree := next(before, after)
				plan := s.compare(tree)
				if !plan.blocked() {
					s.must(s.Apply(plan))
				}
				checkWords(s, k, "the other rendering")
				for path := range tree {
					if c := plan.change(path); c != nil && c.Missing() && !strings.Contains("deleted/f rule/gone forgotten/f", path) {
						t.Errorf("operation %d: %s is taken for deleted by the user", k, path)
					}
					if c := plan.change(path); c != nil && c.State == StateForeign && path != "adopted/f" {
						t.Errorf("operation %d: %s is taken for foreign", k, path)
					}
				}
				s.Close()
			}
		})
	}
}

// TestInterruptedAgainAndChanged interrupts two runs of different renderings, at every
// pair of operations, and finishes with a third one. Nobody edits anything, so that is
// what is there in the end, and nothing counts as deleted by the user.
func TestInterruptedAgainAndChanged(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 5
	}
	both := files("a/f", "1\n", "b/f", "1\n")
	for name, trees := range map[string][3]Tree{
		"dropped, then back":          {files("b/f", "1\n"), moved("b/f", "c/f", "1\n"), files("a/f", "2\n", "c/f", "1\n")},
		"dropped, then another ID":    {files("b/f", "1\n"), files("b/f", "2\n"), both.with("a/f", func(f *File) { f.ID, f.Content = "other", []byte("2\n") })},
		"moved, then back":            {moved("a/f", "c/f", "1\n"), files("b/f", "2\n"), both},
		"moved, then dropped":         {moved("a/f", "c/f", "2\n"), files("b/f", "1\n"), files("b/f", "1\n", "c/f", "3\n")},
		"changed, then other archive": {both.with("a/f", func(f *File) { f.Content = []byte("2\n") }), both.with("a/f", func(f *File) { f.Archive = "applications/other" }), both},
	} {
		t.Run(name, func(t *testing.T) {
			for k, done := 1, false; !done; k += step {
				for l := 1; ; l += step {
					s := newSandbox(t)
					s.generate(both)
					first, second := &failing{k: k, killed: true}, &failing{k: l, killed: true}
					s.step = first.step
					_ = s.Apply(s.compare(trees[0]))
					s.step = second.step
					_ = s.Apply(s.compare(trees[1]))
					s.step = nil
					s.generate(trees[2])
					s.holdsExactly(trees[2])
					s.Close()
					if t.Failed() {
						t.Fatalf("killed at operations %d and %d", k, l)
					}
					if done = first.n < k; second.n < l {
						break
					}
				}
			}
		})
	}
}

func (p *Plan) change(path string) *Change {
	for i := range p.changes {
		if p.changes[i].Path == path {
			return &p.changes[i]
		}
	}
	return nil
}

// checkWords holds that what the user wrote after fault is on disk.
func checkWords(s *sandbox, k int, after string) {
	s.Helper()
	all := strings.Builder{}
	for _, text := range s.snapshot() {
		all.WriteString(text)
	}
	for _, path := range strings.Fields("merge/f merge/x merge/crlf merge/conflict marked/f rule/keep here/merge here/marked here/home") {
		if word := "ONE " + path + "!"; !strings.Contains(all.String(), word) {
			s.Fatalf("operation %d, %s: %q is nowhere", k, after, word)
		}
	}
}

// operations is about how many a run has after fault.
const operations = 160

func TestErrorsNameThePath(t *testing.T) {
	tests := []struct{ op, path, want string }{
		{"mkdir", "a/b", "create a/b: injected"},
		{"create", "a/b/f", "write a/b/f: injected"},
		{"write", "a/b/f", "write a/b/f: injected"},
		{"rename", "a/b/f", "write a/b/f: injected"},
		{"sync", "", "sync: injected"},
		{"rename", archiveA, "write " + archiveA + ": injected"},
	}
	for _, test := range tests {
		s := newSandbox(t)
		s.step = func(op, path string) error {
			if op == test.op && path == test.path {
				return errInjected
			}
			return nil
		}
		if err := s.Apply(s.compare(files("a/b/f", "f\n"))); err == nil || err.Error() != test.want {
			t.Errorf("%s %s: %v", test.op, test.path, err)
		}
	}
}

// TestDiskFullLeavesTheTree writes to a file system that is really full.
func TestDiskFullLeavesTheTree(t *testing.T) {
	dir := os.Getenv("WAVEWRIGHT_TEST_TINY_DISK")
	if dir == "" {
		t.Skip("WAVEWRIGHT_TEST_TINY_DISK names no small, empty file system")
	}
	s := openSandbox(t, dir)
	s.generate(files("a/f", "f\n"))
	before := s.snapshot()
	want := files("a/f", "changed\n")
	for i := range 100 {
		path := fmt.Sprintf("b%d/f", i)
		want[path] = File{ID: path, Archive: "repository", Content: make([]byte, 1<<20)}
	}
	err := s.Apply(s.compare(want))
	if err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("error %v", err)
	}
	s.sameSnapshot(s.snapshot(), before)
}
