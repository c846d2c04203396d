package tree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
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
	s.generate(before)
	s.write("update/crlf", "f\r\n")
	s.write("edited/f", "mine\n")
	s.write("kept/f", "mine\n")
	s.write("from/edited", "mine\n")
	s.write("adopted/f", "f\n")
	s.write("p", "mine\n")
	s.write("q", "mine\n")
	s.write("foreign", "mine\n")
	s.write("new/.wavewright-tmp-0", "left")
	s.remove("forgotten/f")
	s.remove("deleted/f")
	return before, after
}

func TestInterruptedRunsHeal(t *testing.T) {
	want := undisturbed(t)
	for _, killed := range []bool{false, true} {
		for k := 1; ; k++ {
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
			s.generate(after)
			s.sameSnapshot(s.snapshot(), want)
			s.Close()
		}
	}
}

func undisturbed(t *testing.T) map[string]string {
	s := newSandbox(t)
	_, after := fault(s)
	s.generate(after)
	return s.snapshot()
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
	for k := 1; k < 120; k += 7 {
		for l := 1; l < 120; l += 11 {
			s := newSandbox(t)
			_, after := fault(s)
			for _, n := range []int{k, l} {
				s.step = (&failing{k: n, killed: true}).step
				_ = s.Apply(s.compare(after))
			}
			s.step = nil
			s.generate(after)
			s.sameSnapshot(s.snapshot(), want)
			s.Close()
		}
	}
}

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
