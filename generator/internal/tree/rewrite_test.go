package tree

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// A spec of three files, whose format 2 counts in tens: nothing in a team's file says
// which format it is in, and no function takes a new one for what it is.
const specFile = "spec.yaml"

func specPaths() []string { return []string{"teams/a.yaml", "teams/b.yaml", specFile} }

func (s *sandbox) writeSpec() {
	s.write(specFile, "format: 1\n# of mine\n")
	s.write("teams/a.yaml", "cpu: 5 # of mine\n")
	s.write("teams/b.yaml", "cpu: 7\r\n")
}

// rewrites are what the spec of a sandbox comes to: nothing, when it is new.
func (s *sandbox) rewrites() ([]Rewrite, error) {
	read := map[string][]byte{}
	for _, path := range specPaths() {
		read[path] = []byte(s.read(path))
	}
	if !strings.HasPrefix(string(read[specFile]), "format: 1\n") {
		return nil, nil
	}
	teams := maps.Clone(read)
	delete(teams, specFile)
	old, err := s.Recall(teams, version)
	if err != nil {
		return nil, err
	}
	old[specFile] = read[specFile]
	var out []Rewrite
	for _, path := range specPaths() {
		text := strings.NewReplacer("format: 1", "format: 2", "5", "50", "7", "70").Replace(string(old[path]))
		out = append(out, Rewrite{Path: path, Old: old[path], Read: read[path], New: []byte(text)})
	}
	return out, nil
}

// run does what a run of the program does.
func (s *sandbox) run(want Tree) error {
	rewrites, err := s.rewrites()
	if err != nil {
		return err
	}
	s.options.Rewrites = rewrites
	return s.Apply(s.compare(want))
}

// ruled is a sandbox with a spec, a file to be rendered anew, and an edit in it.
func ruled(t *testing.T) (*sandbox, Tree) {
	s := newMigrated(t)
	s.writeSpec()
	s.generate(files("a/f", lines, "b/f", "f\n"))
	s.write("a/f", upper)
	return s, files("a/f", lower, "c/f", "f\n")
}

func TestRewrite(t *testing.T) {
	s, want := ruled(t)
	s.must(os.Chmod(s.path("teams/a.yaml"), 0o700))
	before := s.snapshot()
	rewrites, err := s.rewrites()
	s.must(err)
	s.options.Rewrites = rewrites
	plan := s.compare(want)
	s.sameSnapshot(s.snapshot(), before)
	if plan.Counts()[StateMigrated] != 3 || !plan.Pending() {
		t.Errorf("%v, pending %v", describe(plan.Changes()), plan.Pending())
	}
	s.must(s.Apply(plan))
	for path, text := range map[string]string{specFile: "format: 2\n# of mine\n", "teams/a.yaml": "cpu: 50 # of mine\n", "teams/b.yaml": "cpu: 70\r\n"} {
		if got := s.read(path); got != text {
			t.Errorf("%s is %q, want %q", path, got, text)
		}
	}
	if info, _ := os.Stat(s.path("teams/a.yaml")); info.Mode().Perm() != 0o700 {
		t.Errorf("the mode has become %v", info.Mode())
	}
	for _, path := range s.archivesOnDisk() {
		if text := s.read(path); strings.Contains(text, "spec.yaml") || strings.Contains(text, "teams/") || strings.Contains(text, "of mine") {
			t.Errorf("a file that people write has come into %s", path)
		}
	}
	if again := s.compare(want); again.Pending() || again.change(specFile) != nil {
		t.Error("the files have their new texts, and the plan does not see it")
	}
}

// TestRewriteAlone rewrites when there is nothing else to do. What says the format waits
// until the other files are durable.
func TestRewriteAlone(t *testing.T) {
	s := newSandbox(t)
	s.writeSpec()
	var renamed []string
	s.step = func(op, path string) error {
		if op == "rename" || op == "sync" {
			renamed = append(renamed, op+" "+path)
		}
		return nil
	}
	s.must(s.run(Tree{}))
	order := "rename teams/b.yaml, sync , rename " + specFile
	if got := strings.Join(renamed, ", "); !strings.Contains(got, order) {
		t.Errorf("%s; want %s", got, order)
	}
	if s.read("teams/a.yaml") != "cpu: 50 # of mine\n" || len(s.archivesOnDisk()) > 0 {
		t.Errorf("left: %v", s.snapshot())
	}
}

// TestRewriteIsInterrupted kills two runs, at every pair of operations. However the third
// one finds the files, they have their new texts afterwards, each made from its old one.
func TestRewriteIsInterrupted(t *testing.T) {
	s, after := ruled(t)
	s.must(s.run(after))
	want := s.snapshot()
	step := 3
	if testing.Short() {
		step = 13
	}
	if nightly() {
		step = 1
	}
	mixed := 0
	for k, done := 1, false; !done; k++ {
		for l := 1; ; l += step {
			s, after := ruled(t)
			s.age(1, 2)
			first, second := &failing{k: k, killed: true}, &failing{k: l, killed: true}
			s.step = first.step
			_ = s.run(after)
			if l == 1 && s.read("teams/a.yaml") != "cpu: 5 # of mine\n" && strings.HasPrefix(s.read(specFile), "format: 1") {
				mixed++
			}
			s.newLast(k)
			s.step = second.step
			_ = s.run(after)
			s.newLast(l)
			s.step = nil
			s.must(s.run(after))
			s.sameSnapshot(s.snapshot(), want)
			s.Close()
			if done = first.n < k; second.n < l {
				break
			}
		}
	}
	if mixed < 2 {
		t.Errorf("%d runs left files of both formats", mixed)
	}
}

// newLast holds that the file which says the format is the last to be written.
func (s *sandbox) newLast(k int) {
	s.Helper()
	if strings.HasPrefix(s.read(specFile), "format: 2") && (!strings.Contains(s.read("teams/a.yaml"), "50") || !strings.Contains(s.read("teams/b.yaml"), "70")) {
		s.Fatalf("operation %d: the format is said to be new, and a file is old", k)
	}
}

// TestRewriteFails lets single operations fail, without an end of the process.
func TestRewriteFails(t *testing.T) {
	s, after := ruled(t)
	s.must(s.run(after))
	want := s.snapshot()
	for k, done := 1, false; !done; k++ {
		s, after := ruled(t)
		before := s.snapshot()
		f := &failing{k: k}
		s.step = f.step
		err := s.run(after)
		s.step = nil
		if done = f.n < k; !done && !errors.Is(err, errInjected) {
			t.Fatalf("operation %d: %v", k, err)
		}
		checkUntouched(s, f, before)
		s.must(s.run(after))
		s.sameSnapshot(s.snapshot(), want)
	}
}

// TestRewriteAfterAnEdit edits files between two looks at them.
func TestRewriteAfterAnEdit(t *testing.T) {
	const mine = "cpu: 5 # edited\n"
	for _, path := range specPaths() {
		s, want := ruled(t)
		rewrites, err := s.rewrites()
		s.must(err)
		s.options.Rewrites = rewrites
		plan := s.compare(want)
		s.write(path, mine)
		before := s.snapshot()
		if _, err := s.Compare(want, Options{Version: version, Rewrites: rewrites}); !errors.Is(err, errRead) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s, before it is compared: %v", path, err)
		}
		if err := s.Apply(plan); !errors.Is(err, errChanged) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s, after it is compared: %v", path, err)
		}
		s.sameSnapshot(s.snapshot(), before)
		s.remove(path)
		if _, err := s.Compare(want, Options{Version: version, Rewrites: rewrites}); !errors.Is(err, errRead) {
			t.Errorf("%s, gone: %v", path, err)
		}
	}
}

// TestRewriteAfterAnEditInBetween edits files after a run was killed that had rewritten
// some of them.
func TestRewriteAfterAnEditInBetween(t *testing.T) {
	refused := 0
	for k, done := 1, false; !done; k++ {
		for _, path := range []string{specFile, "teams/a.yaml"} {
			s, after := ruled(t)
			f := &failing{k: k, killed: true}
			s.step = f.step
			_ = s.run(after)
			s.step = nil
			done = f.n < k
			s.write(path, s.read(path)+"# later\n")
			before := s.snapshot()
			if err := s.run(after); err != nil {
				refused++
				s.sameSnapshot(s.snapshot(), before)
				if path == specFile || !strings.Contains(err.Error(), path+" was edited after a run") {
					t.Errorf("operation %d: %v", k, err)
				}
				s.write(path, "cpu: 5 # of mine\n") // as git has it
				s.must(s.run(after))
				s.write(path, s.read(path)+"# later\n")
			}
			for path, text := range map[string]string{specFile: "format: 2\n# of mine\n", "teams/a.yaml": "cpu: 50 # of mine\n", "teams/b.yaml": "cpu: 70\r\n"} {
				if got := strings.TrimSuffix(s.read(path), "# later\n"); got != text {
					t.Errorf("operation %d: %s is %q, want %q", k, path, got, text)
				}
			}
			if !strings.HasSuffix(s.read(path), "# later\n") {
				t.Errorf("operation %d: what was written into %s is lost", k, path)
			}
		}
	}
	if refused == 0 {
		t.Error("no run was refused")
	}
}

// TestRewriteIsInterruptedThenFails kills a run, and lets the next one fail and take back what
// it did: the old texts are still known to the third.
func TestRewriteIsInterruptedThenFails(t *testing.T) {
	whole := func(s *sandbox) string { return s.read("teams/a.yaml") + s.read("teams/b.yaml") + s.read(specFile) }
	s, after := ruled(t)
	s.must(s.run(after))
	want := whole(s)
	for k, done := 1, false; !done; k++ {
		for l := 1 + k%3; ; l += 3 {
			s, after := ruled(t)
			s.age(1, 2)
			first, second := &failing{k: k, killed: true}, &failing{k: l}
			s.step = first.step
			_ = s.run(after)
			s.step = second.step
			_ = s.run(after)
			s.step = nil
			s.must(s.run(after))
			if got := whole(s); got != want {
				t.Errorf("killed at operation %d, failed at %d: %q, want %q", k, l, got, want)
			}
			s.Close()
			if done = first.n < k; second.n < l {
				break
			}
		}
	}
}

// TestRewriteIsRefused is about places that nobody can write to safely.
func TestRewriteIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		harm func(s *sandbox)
		path string
		say  string
	}{
		"link": {func(s *sandbox) {
			s.must(os.Rename(s.path(specFile), s.path("x")))
			s.must(os.Symlink("x", s.path(specFile)))
		}, specFile, "a symbolic link is in the place of this file"},
		"folder": {func(s *sandbox) {
			s.must(os.Rename(s.path("teams"), s.path("x")))
			s.must(os.Symlink("x", s.path("teams")))
		}, "teams", "a symbolic link is in the place of a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			s, want := ruled(t)
			test.harm(s)
			rewrites, err := s.rewrites()
			s.must(err)
			s.options.Rewrites = rewrites
			before := s.snapshot()
			plan := s.compare(want)
			if c := plan.change(test.path); c == nil || !c.Refusal() || !strings.Contains(c.Reason, test.say) {
				t.Errorf("%v", describe(plan.Changes()))
			}
			if err := s.Apply(plan); !errors.Is(err, ErrBlocked) {
				t.Errorf("apply: %v", err)
			}
			s.sameSnapshot(s.snapshot(), before)
		})
	}
}

// TestRewriteOfAnOddName holds that the journal about a file can always be read.
func TestRewriteOfAnOddName(t *testing.T) {
	for _, name := range []string{"teams/Käse.yaml", "teams/two words.yaml", "teams/" + strings.Repeat("x", maxSegment+1)} {
		s := newSandbox(t)
		s.write(name, "1\n")
		s.options.Rewrites = []Rewrite{{Path: name, Old: []byte("1\n"), Read: []byte("1\n"), New: []byte("2\n")}}
		plan := s.compare(Tree{})
		if _, refusals := plan.Blocked(); !slices.ContainsFunc(refusals, func(c Change) bool { return c.Path == name && strings.Contains(c.Reason, "rename it") }) {
			t.Errorf("%s: %v", name, describe(plan.Changes()))
		}
	}
}
