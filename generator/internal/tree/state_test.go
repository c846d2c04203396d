package tree

import (
	"errors"
	"os"
	"strings"
	"testing"
)

const archiveA = ".wavewright/state/applications/a.state"

func TestDamagedState(t *testing.T) {
	want := files("a/f", "f\n", "b/g", "g\n")
	tests := []struct {
		name string
		harm func(*sandbox)
		say  string
	}{
		{"truncated", func(s *sandbox) { s.write(archiveA, s.read(archiveA)[:40]) }, archiveA + ":2: the archive is truncated"},
		{"empty", edit(archiveA, ""), archiveA + ":1: the archive is truncated"},
		{"garbage", edit(archiveA, "\x00\x01\n"), archiveA + ":1: this is no state archive"},
		{"conflict", edit(archiveA, "<<<<<<< HEAD\n"), archiveA + ":1: git conflict marker"},
		{"in two archives", func(s *sandbox) {
			s.write(".wavewright/state/applications/z.state", strings.ReplaceAll(s.read(archiveA), "a/f", "a/x"))
			s.write(".wavewright/state/applications/y.state", strings.ReplaceAll(s.read(archiveA), "a/f", "a/x"))
		}, "a/x is in .wavewright/state/applications/y.state too"},
		{"odd name", edit(".wavewright/state/applications/a copy.state", "x"), "a copy.state: the name"},
		{"a link", func(s *sandbox) { s.remove(archiveA); s.must(os.Symlink("b.state", s.path(archiveA))) }, "a symbolic link is in the place of a state archive"},
		{"a folder", func(s *sandbox) { s.remove(archiveA); s.write(archiveA+"/x", "") }, "a folder is in the place of a state archive"},
		{"linked folder", func(s *sandbox) {
			s.must(os.Rename(s.path(".wavewright/state"), s.path("s")))
			s.must(os.Symlink("../s", s.path(".wavewright/state")))
		}, "open .wavewright/state: a symbolic link"},
		{"linked folder below", func(s *sandbox) {
			s.must(os.Rename(s.path(".wavewright/state/applications"), s.path("s")))
			s.must(os.Symlink("../../s", s.path(".wavewright/state/applications")))
		}, "open .wavewright/state/applications: a symbolic link"},
		{"a file for the folder", func(s *sandbox) { s.remove(".wavewright"); s.write(".wavewright", "") }, "open .wavewright/state: a file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSandbox(t)
			s.generate(want)
			test.harm(s)
			before := s.snapshot()
			_, err := s.Compare(want, Options{Version: version})
			if err == nil || !strings.Contains(err.Error(), test.say) {
				t.Errorf("error %v, want %q", err, test.say)
			}
			s.sameSnapshot(s.snapshot(), before)
		})
	}
}

func TestNewerState(t *testing.T) {
	s := newSandbox(t)
	want := files("a/f", "f\n")
	plan, err := s.Compare(want, Options{Version: "0.3.0"})
	s.must(err)
	s.must(s.Apply(plan))
	for _, older := range []string{"0.2.9", "0.3.0-rc.1"} {
		if _, err := s.Compare(want, Options{Version: older}); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), archiveA+":1: state of version 0.3.0, this is "+older) {
			t.Errorf("%s: %v", older, err)
		}
	}
	for _, later := range []string{"0.3.0", "0.3.1", "1.0.0"} {
		plan, err := s.Compare(want, Options{Version: later})
		s.must(err)
		if plan.Pending() {
			t.Errorf("%s: only the version differs, and that is no change", later)
		}
	}
	if _, err := s.Compare(want, Options{Version: "devel"}); err == nil {
		t.Error("a version must be semantic")
	}
}

func TestForeignFilesBesideArchives(t *testing.T) {
	s := newSandbox(t)
	want := files("a/f", "f\n")
	s.generate(want)
	s.write(".wavewright/state/applications/a.state.orig", "mine")
	s.write(".wavewright/state/README", "mine")
	if s.compare(want).Pending() {
		t.Error("files with another ending are none of ours")
	}
}

func TestEmptyArchivesAreRemoved(t *testing.T) {
	s := newSandbox(t)
	s.generate(files("a/f", "f\n", "b/g", "g\n"))
	s.generate(files("b/g", "g\n"))
	if s.exists(archiveA) || s.exists("a") {
		t.Error("an archive without entries, or an empty folder, is left")
	}
	s.generate(Tree{})
	if got := s.snapshot(); len(got) != 1 {
		t.Errorf("left: %v", got)
	}
}

// TestArchiveChanges moves files between archives, in a circle.
func TestArchiveChanges(t *testing.T) {
	before, after := circle()
	s := newSandbox(t)
	s.generate(before)
	s.write("p", "mine\n")
	s.generate(after)
	if s.read("p") != "mine\n" || !strings.Contains(s.read(".wavewright/state/y.state"), "@@ p p 644 managed\n p\n") {
		t.Error("the entry did not arrive whole")
	}
}

// circle returns two trees between which p goes from archive x to y and q back.
func circle() (before, after Tree) {
	before, after = Tree{}, Tree{}
	for path, archive := range map[string][2]string{"p": {"x", "y"}, "q": {"y", "x"}, "r": {"x", "z"}} {
		f := File{ID: path, Content: []byte(path + "\n")}
		f.Archive = archive[0]
		before[path] = f
		f.Archive = archive[1]
		after[path] = f
	}
	return before, after
}
