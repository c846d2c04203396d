package tree

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestOldFormats reads the sample in every format that there was.
func TestOldFormats(t *testing.T) {
	for n := range migrations() {
		name := fmt.Sprintf("sample.%d.state", n+1)
		src, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		entries, err := decode(name, src)
		if err != nil {
			t.Fatal(err)
		}
		if !equalEntries(entries, sample()) {
			t.Errorf("%s is read as %+v", name, entries)
		}
	}
}

var (
	afterTab   = regexp.MustCompile(`(?m)^\t`)
	afterSpace = regexp.MustCompile(`(?m)^ `)
	firstWords = regexp.MustCompile(`(?m)^@@ (\S+) (\S+) `)
)

// invented are migrations from formats that never were: in the first one a line of
// content begins with a tab, and up to the second one the ID stands before the path.
func invented() []migration {
	return []migration{
		{"lines begin with a space", func(text []byte) ([]byte, error) {
			return numbered(afterTab.ReplaceAll(text, []byte(" ")), 2), nil
		}},
		{"the path comes first", func(text []byte) ([]byte, error) {
			return numbered(firstWords.ReplaceAll(text, []byte("@@ $2 $1 ")), 3), nil
		}},
	}
}

func numbered(text []byte, n int) []byte {
	words := bytes.SplitN(text, []byte(" "), 3)
	return fmt.Appendf(nil, "%s %d %s", words[0], n, words[2])
}

// older returns an archive as it was in an older format, if it is not as old already.
func older(text []byte, n int) []byte {
	is := func(n int) bool { return bytes.HasPrefix(text, fmt.Appendf(nil, "%s %d ", formatName, n)) }
	if is(3) && n <= 2 {
		text = numbered(firstWords.ReplaceAll(text, []byte("@@ $2 $1 ")), 2)
	}
	if is(2) && n == 1 {
		text = numbered(afterSpace.ReplaceAll(text, []byte("\t")), 1)
	}
	return text
}

// newMigrated is a sandbox of a version that knows the invented migrations.
func newMigrated(t *testing.T) *sandbox {
	t.Helper()
	s := openSandbox(t, fastDir(t))
	s.migrations = invented()
	t.Cleanup(func() { s.Close() })
	return s
}

// archivesOnDisk lists the archives, sorted.
func (s *sandbox) archivesOnDisk() []string {
	s.Helper()
	var found []string
	for path := range s.snapshot() {
		if strings.HasPrefix(path, stateFolder+"/") && strings.HasSuffix(path, archiveEnding) {
			found = append(found, path)
		}
	}
	slices.Sort(found)
	return found
}

// age brings archives to older formats, as if older versions had written them: the
// first one to the first format, the next to the second one, and so on.
func (s *sandbox) age(formats ...int) {
	s.Helper()
	for i, path := range s.archivesOnDisk() {
		s.write(path, string(older([]byte(s.read(path)), formats[i%len(formats)])))
	}
}

func TestMigratesStepByStep(t *testing.T) {
	both := []Migration{{1, 2, "lines begin with a space"}, {2, 3, "the path comes first"}}
	for formats, want := range map[[3]int][]Migration{{1, 1, 1}: both, {2, 2, 2}: both[1:], {3, 2, 1}: both, {1, 2, 3}: both, {3, 3, 2}: both[1:], {3, 3, 3}: nil} {
		s := newMigrated(t)
		tree := files("a/f", "\ttab\n\n space\n", "b/f", "@@ x y \n", "c/f", "f")
		s.generate(tree)
		s.write("a/f", "\ttab\n\n space\nmine\n")
		s.remove("b/f")
		s.must(s.Apply(s.compare(tree)))
		after := s.snapshot()
		infos := map[string]os.FileInfo{}
		s.age(formats[:]...)
		for _, path := range s.archivesOnDisk() {
			infos[path], _ = os.Stat(s.path(path))
		}
		plan := s.compare(tree)
		if got := plan.Migrations(); !slices.Equal(got, want) {
			t.Errorf("%v: migrations %v, want %v", formats, got, want)
		}
		if plan.Pending() != (want != nil) {
			t.Errorf("%v: pending %v", formats, plan.Pending())
		}
		for _, c := range plan.Changes() {
			if c.Action != ActionNone {
				t.Errorf("%v: %s %s, although nothing but the format changes", formats, c.Action, c.Path)
			}
		}
		s.must(s.Apply(plan))
		s.sameSnapshot(s.snapshot(), after)
		for i, path := range s.archivesOnDisk() {
			now, _ := os.Stat(s.path(path))
			if old := formats[i] < 3; os.SameFile(now, infos[path]) == old {
				t.Errorf("%v: %s is written %v", formats, path, !old)
			}
		}
		if again := s.compare(tree); again.Pending() || again.Migrations() != nil {
			t.Errorf("%v: the second run is not a no-op: %v", formats, again.Migrations())
		}
	}
}

// TestMigratesWithARendering holds that a run that has work to do comes to the same with
// old archives as with new ones.
func TestMigratesWithARendering(t *testing.T) {
	want := migrated(t)
	for _, formats := range [][]int{{1}, {2}, {1, 2, 3}, {3, 1}} {
		s := newMigrated(t)
		_, after := fault(s)
		s.age(formats...)
		s.finish(after)
		s.sameSnapshot(s.snapshot(), want)
	}
}

// migrated is what fault comes to without old archives and interruptions.
func migrated(t *testing.T) map[string]string {
	s := newMigrated(t)
	_, after := fault(s)
	s.finish(after)
	return s.snapshot()
}

// TestMigratingRunIsInterrupted interrupts a run over archives of mixed formats at every
// operation.
func TestMigratingRunIsInterrupted(t *testing.T) {
	want := migrated(t)
	for _, killed := range []bool{false, true} {
		step := 1
		if testing.Short() {
			step = 7
		}
		for k, done := 1, false; !done; k += step {
			s := newMigrated(t)
			_, after := fault(s)
			s.age(1, 2, 3)
			f := &failing{k: k, killed: killed}
			s.step = f.step
			err := s.Apply(s.compare(after))
			s.step = nil
			if done = f.n < k; !done && !errors.Is(err, errInjected) {
				t.Fatalf("operation %d: %v", k, err)
			}
			s.finish(after)
			s.sameSnapshot(s.snapshot(), want)
		}
	}
}

// TestOnlyMigratingIsInterrupted interrupts a run that has nothing else to do.
func TestOnlyMigratingIsInterrupted(t *testing.T) {
	for k, done := 1, false; !done; k++ {
		s := newMigrated(t)
		tree := files("a/f", "f\n", "b/f", "f\n", "c/f", "f\n", "f", "f\n")
		s.generate(tree)
		want := s.snapshot()
		s.age(1, 2)
		f := &failing{k: k, killed: true}
		s.step = f.step
		_ = s.Apply(s.compare(tree))
		s.step = nil
		done = f.n < k
		s.generate(tree)
		s.sameSnapshot(s.snapshot(), want)
	}
}

// TestNoteOfAnOlderFormat kills a run of an older version at every operation. The next
// run knows a newer format, and is killed as well.
func TestNoteOfAnOlderFormat(t *testing.T) {
	want := migrated(t)
	step, journals := 1, 0
	if testing.Short() {
		step = 7
	}
	for k, done := 1, false; !done; k += step {
		s := newMigrated(t)
		_, after := fault(s)
		f := &failing{k: k, killed: true}
		s.step = f.step
		_ = s.Apply(s.compare(after))
		done = f.n < k
		s.age(1 + k%2)
		plan := s.compare(after)
		if s.exists(archivePath(journalName)) {
			journals++
		} else if plan.blocked() {
			continue // it was done, and the markers that it wrote are in the way of the next run
		}
		s.step = (&failing{k: 1 + k*7%operations, killed: true}).step
		_ = s.Apply(plan)
		s.step = nil
		s.finish(after)
		s.sameSnapshot(s.snapshot(), want)
	}
	if journals < operations/2/step {
		t.Errorf("%d runs left a journal", journals)
	}
}

func TestNewerThanTheMigrations(t *testing.T) {
	s := newMigrated(t)
	want := files("a/f", "f\n")
	s.generate(want)
	s.write(archiveA, string(numbered([]byte(s.read(archiveA)), 4)))
	before := s.snapshot()
	_, err := s.Compare(want, Options{Version: version})
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), archiveA+":1: state format 4, this version knows 3") {
		t.Errorf("error %v", err)
	}
	s.sameSnapshot(s.snapshot(), before)
}

func TestMigrationFails(t *testing.T) {
	broken := errors.New("no such words")
	say := "migrate the state from format 2 to 3 (the path comes first): "
	for name, test := range map[string]struct {
		step func([]byte) ([]byte, error)
		want string
	}{
		"error":         {func([]byte) ([]byte, error) { return nil, broken }, say + broken.Error()},
		"same format":   {func(text []byte) ([]byte, error) { return text, nil }, say + "what comes out is of another format"},
		"later format":  {func(text []byte) ([]byte, error) { return numbered(text, 4), nil }, say + "what comes out is of another format"},
		"no archive":    {func([]byte) ([]byte, error) { return nil, nil }, say + "what comes out is of another format"},
		"broken blocks": {func(text []byte) ([]byte, error) { return numbered(text, 3), nil }, "(in its text as migrated from format 1)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newMigrated(t)
			want := files("a/f", "f\n").with("a/f", func(f *File) { f.ID = "~" + strings.Repeat("x", maxPath) })
			s.generate(want)
			s.age(1)
			s.migrations[1].text = test.step
			before := s.snapshot()
			_, err := s.Compare(want, Options{Version: version})
			if err == nil || !strings.HasPrefix(err.Error(), archiveA+":") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if _, err := s.Recorded("applications/a", version); err == nil {
				t.Error("reading this archive alone gives no error")
			}
			s.sameSnapshot(s.snapshot(), before)
		})
	}
}

// TestHarmedArchivesAreNotMigrated holds that a step gets what it is promised.
func TestHarmedArchivesAreNotMigrated(t *testing.T) {
	for text, want := range map[string]string{
		"wavewright-state 1 0.1.0\n@@ f f 644 managed\n<<<<<<< HEAD\n=======\n>>>>>>> x\n@@ end\n": archiveA + ":3: git conflict marker",
		"wavewright-state 1 0.1.0\n@@ f f 644 managed\n\tf\n":                                      archiveA + ":4: the archive is truncated",
		"wavewright-state 1 0.1.0\n@@ f f 644 managed\n\tf\r\n@@ end\n":                            archiveA + ":3: a carriage return in an archive",
		"wavewright-state 1 0.1.0\n@@ end\nx\n":                                                    archiveA + ":3: text after the last line",
		"wavewright-state 1 0.2.0\n@@ end\n":                                                       ErrNewer.Error(),
	} {
		s := newMigrated(t)
		s.migrations[0].text = func([]byte) ([]byte, error) { panic("a step gets a harmed archive") }
		s.write(archiveA, text)
		if _, err := s.Compare(Tree{}, Options{Version: version}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestCurrentArchivesAreNotMigrated holds that what is up to date costs nothing.
func TestCurrentArchivesAreNotMigrated(t *testing.T) {
	s := newMigrated(t)
	for i := range s.migrations {
		s.migrations[i].text = func([]byte) ([]byte, error) { panic("a current archive is migrated") }
	}
	want := files("a/f", "f\n", "b/f", "f\n")
	s.generate(want)
	s.generate(files("a/f", "g\n", "b/f", "f\n"))
}

// TestArchivesWithCRLFAreMigrated checks an old archive out as Git for Windows does.
func TestArchivesWithCRLFAreMigrated(t *testing.T) {
	s := newMigrated(t)
	want := files("a/f", "f\n")
	s.generate(want)
	after := s.snapshot()
	s.age(1)
	s.write(archiveA, withCRLF(s.read(archiveA)))
	s.generate(want)
	s.sameSnapshot(s.snapshot(), after)
}

// TestOneArchiveIsMigrated is about those who read one archive by its name.
func TestOneArchiveIsMigrated(t *testing.T) {
	s := newMigrated(t)
	want := Tree{"t/x": {ID: "x", Archive: SourceArchive, Content: []byte("x\n")}, "a/f": files("a/f", "f\n")["a/f"]}
	s.generate(want)
	s.age(1)
	recorded, err := s.Recorded(SourceArchive, version)
	s.must(err)
	if len(recorded) != 1 || recorded[0].Path != "t/x" || string(recorded[0].Base) != "x\n" {
		t.Fatalf("recorded %+v", recorded)
	}
	s.write("t/y", "y\n")
	s.must(s.Remember(SourceArchive, []Recorded{{Path: "t/y", ID: "y", Base: []byte("y\n")}}, version))
	if text := s.read(archivePath(SourceArchive)); !strings.HasPrefix(text, "wavewright-state 3 ") || !strings.Contains(text, "@@ t/x x 644 managed\n x\n@@ t/y y 644") {
		t.Errorf("remembered as %q", text)
	}
	want["t/y"] = File{ID: "y", Archive: SourceArchive, Content: []byte("y\n")}
	s.generate(want)
}

// TestRemergeOfFormats merges a branch that has migrated with one that has not.
func TestRemergeOfFormats(t *testing.T) {
	s := newMigrated(t)
	f := format{version, s.migrations}
	side := func(n int, text string) *Version {
		e := entry{path: "a/f", id: "f", state: managed, base: []byte(text)}
		return &Version{Content: older(f.encode([]entry{e}), n)}
	}
	file := func(text string) *Version { return &Version{Content: []byte(text)} }
	for _, formats := range [][3]int{{1, 3, 1}, {1, 1, 3}, {2, 1, 2}, {1, 1, 1}} {
		out, err := s.Remerge(MergeInput{Version: version, Unmerged: []Unmerged{
			{Path: archiveA, Base: side(formats[0], "f\n"), Ours: side(formats[1], "ours\n"), Theirs: side(formats[2], "theirs\n")},
			{Path: "a/f", Base: file("f\n"), Ours: file("ours\n"), Theirs: file("theirs and mine\n")},
		}})
		s.must(err)
		want := map[string]*Version{archiveA: side(3, "theirs\n"), "a/f": file("theirs and mine\n")}
		if !maps.EqualFunc(out.Files, want, sameVersion) {
			t.Errorf("%v: %q", formats, out.Files[archiveA].Content)
		}
	}
}
