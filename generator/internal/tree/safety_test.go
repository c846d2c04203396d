package tree

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// canary is a tree that no run may touch; it returns the check.
func canary(t *testing.T) (dir string, check func()) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"f", "a/f", "b/c/f"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("canary"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	before := snapshot(t, dir)
	return dir, func() {
		t.Helper()
		(&sandbox{failer: t}).sameSnapshot(snapshot(t, dir), before)
	}
}

func TestHostileLinks(t *testing.T) {
	want := files("a/f", "f\n", "b/c/f", "f\n", "f", "f\n")
	changed := files("a/f", "new\n", "b/c/f", "new\n", "f", "new\n")
	tests := []struct {
		name string
		link func(s *sandbox, canary string)
	}{
		{"file", func(s *sandbox, canary string) {
			s.remove("f")
			s.must(os.Symlink(filepath.Join(canary, "f"), s.path("f")))
		}},
		{"folder", func(s *sandbox, canary string) {
			s.remove("a")
			s.must(os.Symlink(filepath.Join(canary, "a"), s.path("a")))
		}},
		{"deep folder", func(s *sandbox, canary string) {
			s.remove("b/c")
			rel, err := filepath.Rel(s.path("b"), filepath.Join(canary, "b/c"))
			s.must(err)
			s.must(os.Symlink(rel, s.path("b/c")))
		}},
		{"hard link", func(s *sandbox, canary string) {
			s.remove("f")
			s.must(os.Link(filepath.Join(canary, "f"), s.path("f")))
		}},
	}
	for _, test := range tests {
		for name, next := range map[string]Tree{"update": changed, "delete": {}, "move": moved("a/f", "z/f", "f\n")} {
			t.Run(test.name+" "+name, func(t *testing.T) {
				dir, check := canary(t)
				s := newSandbox(t)
				s.generate(want)
				test.link(s, dir)
				plan, err := s.Compare(next, Options{Version: version})
				if err == nil {
					err = s.Apply(plan)
				}
				if err != nil && !errors.Is(err, ErrBlocked) {
					t.Error(err)
				}
				check()
			})
		}
	}
}

// TestLinkAfterCompare puts a link in place when the plan is made already.
func TestLinkAfterCompare(t *testing.T) {
	for _, op := range []string{"create", "rename", "remove"} {
		dir, check := canary(t)
		s := newSandbox(t)
		s.generate(files("a/f", "f\n", "b/c/f", "f\n"))
		plan := s.compare(files("a/f", "new\n"))
		var once sync.Once
		s.step = func(now, _ string) error {
			if now == op {
				once.Do(func() {
					s.must(os.Rename(s.path("a"), s.path("aside")))
					s.must(os.Symlink(filepath.Join(dir, "a"), s.path("a")))
				})
			}
			return nil
		}
		_ = s.Apply(plan)
		check()
	}
}

func TestHostileState(t *testing.T) {
	dir, check := canary(t)
	s := newSandbox(t)
	rel, err := filepath.Rel(s.dir, dir)
	s.must(err)
	for _, path := range []string{filepath.ToSlash(rel) + "/f", dir + "/f", "x/../../" + filepath.Base(dir) + "/f"} {
		s.write(archiveA, "wavewright-state 1 0.1.0\n@@ "+path+" id 644,noeol managed\n canary\n@@ end\n")
		if _, err := s.Compare(Tree{}, Options{Version: version}); err == nil || !strings.Contains(err.Error(), archiveA+":2: path") {
			t.Errorf("%s: %v", path, err)
		}
	}
	s.must(os.Symlink(dir, s.path("x")))
	s.write(archiveA, "wavewright-state 1 0.1.0\n@@ x/f id 644,noeol managed\n canary\n@@ end\n")
	s.generate(Tree{})
	check()
}

func TestCompareRefusesBadTrees(t *testing.T) {
	s := newSandbox(t)
	if _, err := s.Compare(files("../f", "f\n"), Options{Version: version}); err == nil || !strings.Contains(err.Error(), "../f: is not a clean relative path") {
		t.Errorf("error %v", err)
	}
}

func TestChangeAfterCompare(t *testing.T) {
	want, newer := files("a/f", "f\n", "a/g", "g\n", "a/o", "o\n"), files("a/f", "new\n", "a/g", "new\n", "a/n", "n\n")
	for name, user := range map[string]func(*sandbox){
		"edited": edit("a/g", "mine!\n"), "deleted": del("a/g"), "created": edit("a/n", "mine\n"), "orphan edited": edit("a/o", "mine\n"),
		"state": func(s *sandbox) { s.write(archiveA, s.read(archiveA)+"x") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			s.generate(want)
			plan := s.compare(newer)
			user(s)
			before := s.snapshot()
			if err := s.Apply(plan); !errors.Is(err, errChanged) {
				t.Errorf("error %v", err)
			}
			s.sameSnapshot(s.snapshot(), before)
		})
	}
}

// TestChangeWhileApplying edits files in the middle of a run: what a person wrote
// stays.
func TestChangeWhileApplying(t *testing.T) {
	s := newSandbox(t)
	s.generate(files("a", "a\n", "b", "b\n", "c", "c\n"))
	plan := s.compare(files("a", "new\n", "b", "new\n"))
	s.step = func(op, path string) error {
		if op == "rename" && path == "a" {
			s.write("b", "mine\n")
			s.write("c", "mine\n")
		}
		return nil
	}
	if err := s.Apply(plan); !errors.Is(err, errChanged) || !strings.HasPrefix(err.Error(), "write b: changed since") {
		t.Errorf("error %v", err)
	}
	s.step = nil
	if s.read("b") != "mine\n" || s.read("c") != "mine\n" {
		t.Error("an edit was lost")
	}
	if names, _ := filepath.Glob(s.path(".wavewright-tmp-*")); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
}

func TestLock(t *testing.T) {
	s := newSandbox(t)
	other := openSandbox(t, s.dir)
	unlock, err := s.Lock()
	s.must(err)
	if _, err := other.Lock(); !errors.Is(err, ErrLocked) {
		t.Errorf("second lock: %v", err)
	}
	want := files("f", "f\n")
	if err := other.Apply(other.compare(want)); !errors.Is(err, ErrLocked) {
		t.Errorf("apply beside a run: %v", err)
	}
	s.must(s.Apply(s.compare(want)))
	unlock()
	unlock, err = other.Lock()
	s.must(err)
	unlock()
}

func TestOpenNeedsTheFolder(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestPlanOfAnotherRepository(t *testing.T) {
	s, other := newSandbox(t), newSandbox(t)
	if err := other.Apply(s.compare(files("f", "f\n"))); err == nil || other.exists("f") {
		t.Errorf("error %v", err)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	skipAsRoot(t)
	s := newSandbox(t)
	want := files("a/f", "f\n")
	s.generate(want)
	s.must(os.Chmod(s.path("a"), 0o555))
	defer os.Chmod(s.path("a"), 0o755)
	if s.compare(want).Pending() {
		t.Error("pending")
	}
	before := s.snapshot()
	err := s.Apply(s.compare(files("a/f", "new\n", "b", "b\n")))
	if err == nil || err.Error() != "write a/f: permission denied" {
		t.Errorf("error %v", err)
	}
	s.sameSnapshot(s.snapshot(), before)
}

func TestUnreadableFile(t *testing.T) {
	skipAsRoot(t)
	s := newSandbox(t)
	want := files("a/f", "f\n")
	s.generate(want)
	s.must(os.Chmod(s.path("a/f"), 0))
	if _, err := s.Compare(want, Options{Version: version}); err == nil || err.Error() != "read a/f: permission denied" {
		t.Errorf("error %v", err)
	}
}

// TestImmutableFolder is the test of a folder that cannot be written for those who
// run as root, where the file system can do that.
func TestImmutableFolder(t *testing.T) {
	s := newSandbox(t)
	want := files("a/f", "f\n")
	s.generate(want)
	if os.Geteuid() != 0 || exec.Command("chattr", "+i", s.path("a")).Run() != nil {
		t.Skip("needs root and chattr")
	}
	defer exec.Command("chattr", "-i", s.path("a")).Run()
	if s.compare(want).Pending() {
		t.Error("pending")
	}
	before := s.snapshot()
	err := s.Apply(s.compare(files("a/f", "new\n", "b", "b\n", "c/d/e", "e\n")))
	if err == nil || !strings.HasPrefix(err.Error(), "write a/f: ") {
		t.Errorf("error %v", err)
	}
	s.sameSnapshot(s.snapshot(), before)
}
