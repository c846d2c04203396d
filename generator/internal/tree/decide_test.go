package tree

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

const crlf, mark = "\r\n", "\xef\xbb\xbf"

// row is one row of the table of states: before is generated, then the user acts, then
// after is generated.
type row struct {
	name   string
	before Tree
	user   func(*sandbox)
	after  Tree

	want []string          // the changes
	say  string            // what a reason says
	disk map[string]string // "" for: not there
}

func edit(path, content string) func(*sandbox) {
	return func(s *sandbox) { s.write(path, content) }
}

func del(path string) func(*sandbox) {
	return func(s *sandbox) { s.remove(path) }
}

func nothing(*sandbox) {}

func moved(from, to, content string) Tree {
	f := files(from, content)[from]
	return Tree{to: f}
}

func rows() []row {
	both := files("a/f", "old\n", "a/g", "g\n")
	newer := both.with("a/f", func(f *File) { f.Content = []byte("new\n") })
	without := files("a/g", "g\n")
	hand := "mine\n"
	conflicted := "x\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n"
	return []row{
		{"new", Tree{}, nothing, both, []string{"a/f: new create", "a/g: new create"}, "", map[string]string{"a/f": "old\n"}},
		{"adopted", Tree{}, edit("a/f", "old\n"), both, []string{"a/f: adopted record", "a/g: new create"}, "", map[string]string{"a/f": "old\n"}},
		{"adopted with CRLF", Tree{}, edit("a/f", "old"+crlf), both, []string{"a/f: adopted record", "a/g: new create"}, "", map[string]string{"a/f": "old" + crlf}},
		{"foreign", Tree{}, edit("a/f", hand), both, []string{"a/f: foreign none", "a/g: new create"}, "never overwritten", map[string]string{"a/f": hand, "a/g": ""}},
		{"unchanged", both, nothing, both, nil, "", map[string]string{"a/f": "old\n"}},
		{"update", both, nothing, newer, []string{"a/f: update update"}, "", map[string]string{"a/f": "new\n"}},
		{"update keeps CRLF", both, edit("a/f", "old"+crlf), newer, []string{"a/f: update update"}, "", map[string]string{"a/f": "new" + crlf}},
		{"update keeps the mark", both, edit("a/f", mark+"old\n"), newer, []string{"a/f: update update"}, "", map[string]string{"a/f": mark + "new\n"}},
		{"CRLF is no edit", both, edit("a/f", "old"+crlf), both, nil, "", map[string]string{"a/f": "old" + crlf}},
		{"line ends change", both, nothing, files("a/f", "old"+crlf, "a/g", "g\n"), []string{"a/f: update update"}, "", map[string]string{"a/f": "old" + crlf}},
		{"converged", both, edit("a/f", "new\n"), newer, []string{"a/f: converged record"}, "", map[string]string{"a/f": "new\n"}},
		{"user-modified", both, edit("a/f", hand), both, []string{"a/f: user-modified none"}, "your version is kept", map[string]string{"a/f": hand}},
		{"conflict", both, edit("a/f", hand), newer.with("a/h", func(f *File) { f.ID, f.Archive = "h", "applications/a" }),
			[]string{"a/f: conflict none", "a/h: new create"}, "changed by you", map[string]string{"a/f": hand, "a/h": ""}},
		{"unresolved", both, edit("a/f", conflicted), both, []string{"a/f: unresolved none"}, "conflict markers", map[string]string{"a/f": conflicted}},
		{"user-deleted", both, del("a/f"), both, []string{"a/f: user-deleted record"}, "stays deleted", map[string]string{"a/f": ""}},
		{"user-deleted and new", both, del("a/f"), newer, []string{"a/f: user-deleted record"}, "rendering has changed since", map[string]string{"a/f": ""}},
		{"orphan", both, nothing, without, []string{"a/f: orphan delete"}, "", map[string]string{"a/f": ""}},
		{"orphan with CRLF", both, edit("a/f", "old"+crlf), without, []string{"a/f: orphan delete"}, "", map[string]string{"a/f": ""}},
		{"orphan and its folders", files("a/b/c/f", "1", "g", "2"), nothing, files("g", "2"), []string{"a/b/c/f: orphan delete"}, "", map[string]string{"a": ""}},
		{"orphan beside a foreign file", files("a/b/f", "1", "g", "2"), edit("a/mine", hand), files("g", "2"), []string{"a/b/f: orphan delete"}, "", map[string]string{"a/b": "", "a/mine": hand}},
		{"orphan edited", both, edit("a/f", hand), without, []string{"a/f: orphan-edited record"}, "kept, because you edited it", map[string]string{"a/f": hand}},
		{"orphan a link", both, func(s *sandbox) { s.remove("a/f"); s.must(os.Symlink("g", s.path("a/f"))) }, without,
			[]string{"a/f: orphan-edited record"}, "a symbolic link is in its place", map[string]string{"a/f": "g\n"}},
		{"forgotten", both, del("a/f"), without, []string{"a/f: forgotten record"}, "", map[string]string{"a/f": ""}},
		{"moved", files("a/f", "x\n"), nothing, moved("a/f", "b/f", "x\n"), []string{"b/f: moved move from a/f"}, "moved from a/f", map[string]string{"a": "", "b/f": "x\n"}},
		{"moved and changed", files("a/f", "x\n"), nothing, moved("a/f", "b/f", "y\n"), []string{"b/f: moved move from a/f"}, "", map[string]string{"a": "", "b/f": "y\n"}},
		{"moved with edits", files("a/f", "x\n"), edit("a/f", hand), moved("a/f", "b/f", "x\n"), []string{"b/f: moved move from a/f"}, "with what you changed", map[string]string{"a": "", "b/f": hand}},
		{"moved, edited and changed", files("a/f", "x\n"), edit("a/f", hand), moved("a/f", "b/f", "y\n"), []string{"b/f: conflict none from a/f"}, "changed by you", map[string]string{"a/f": hand, "b": ""}},
		{"moved to the top", files("a/f", "x\n"), edit("a/own", hand), moved("a/f", "f", "x\n"), []string{"f: moved move from a/f"}, "", map[string]string{"a/own": hand, "own": ""}},
		{"moved along", files("a/f", "x\n"), edit("a/own", hand), moved("a/f", "b/f", "x\n"), []string{"b/f: moved move from a/f", "b/own: moved move from a/own"}, "yours", map[string]string{"a": "", "b/own": hand}},
		{"moved onto a foreign file", files("a/f", "x\n"), edit("b/f", hand), moved("a/f", "b/f", "x\n"), []string{"b/f: foreign none"}, "never overwritten", map[string]string{"a/f": "x\n", "b/f": hand}},
		{"moved by the user first", files("a/f", "x\n"), func(s *sandbox) { s.remove("a/f"); s.write("b/f", hand) }, moved("a/f", "b/f", "x\n"),
			[]string{"b/f: user-modified record from a/f"}, "", map[string]string{"a": "", "b/f": hand}},
		{"copied by the user", files("a/f", "x\n"), func(s *sandbox) { s.write("a/f", hand); s.write("b/f", hand) }, moved("a/f", "b/f", "x\n"),
			[]string{"a/f: orphan delete", "b/f: user-modified record from a/f"}, "moved to b/f", map[string]string{"a": "", "b/f": hand}},
		{"moved onto itself, old one edited", files("a/f", "x\n"), func(s *sandbox) { s.write("a/f", hand); s.write("b/f", "x\n") }, moved("a/f", "b/f", "x\n"),
			[]string{"a/f: orphan-edited record", "b/f: unchanged record from a/f"}, "", map[string]string{"a/f": hand, "b/f": "x\n"}},
		{"moved after deletion", files("a/f", "x\n"), del("a/f"), moved("a/f", "b/f", "x\n"), []string{"b/f: user-deleted record from a/f"}, "stays deleted", map[string]string{"a": "", "b/f": ""}},
		{"edited, and moved onto a file that the user deleted", files("a/f", "x\n", "b/f", "y\n"), func(s *sandbox) { s.write("a/f", hand); s.remove("b/f") }, moved("a/f", "b/f", "x\n"),
			[]string{"a/f: orphan-edited record", "b/f: user-deleted record"}, "kept, because you edited it", map[string]string{"a/f": hand, "b/f": ""}},
		{"leftover", both, func(s *sandbox) { s.write("a/.wavewright-tmp-4", "half") }, newer, []string{"a/.wavewright-tmp-4: leftover delete", "a/f: update update"}, "interrupted", map[string]string{"a/.wavewright-tmp-4": ""}},
		{"leftover of the state", both, edit(".wavewright/state/applications/.wavewright-tmp-4", "half"), both,
			[]string{".wavewright/state/applications/.wavewright-tmp-4: leftover delete"}, "", map[string]string{".wavewright/state/applications/.wavewright-tmp-4": ""}},
		{"folder in the way", both, func(s *sandbox) { s.remove("a/f"); s.write("a/f/x", hand) }, newer, []string{"a/f: obstructed none"}, "a folder is in the place", map[string]string{"a/f/x": hand}},
		{"link in the way", both, func(s *sandbox) { s.remove("a/f"); s.must(os.Symlink("g", s.path("a/f"))) }, newer, []string{"a/f: obstructed none"}, "a symbolic link", map[string]string{"a/g": "g\n"}},
		{"file in a folder's place", both, func(s *sandbox) { s.remove("a"); s.write("a", hand) }, newer, []string{"a: obstructed none"}, "a file is in the place of a folder", map[string]string{"a": hand}},
		{"linked folder", both, func(s *sandbox) { s.must(os.Rename(s.path("a"), s.path("z"))); s.must(os.Symlink("z", s.path("a"))) }, newer,
			[]string{"a: obstructed none"}, "a symbolic link is in the place of a folder", map[string]string{"z/f": "old\n"}},
		{"other case", both, func(s *sandbox) { s.must(os.Rename(s.path("a/f"), s.path("a/F"))) }, newer, []string{"a/f: foreign none"}, "a/F is on disk and differs only in letter case", map[string]string{"a/F": "old\n"}},
		{"other case beside", both, edit("a/F", hand), newer, []string{"a/f: update update"}, "", map[string]string{"a/f": "new\n", "a/F": hand}},
		{"folder in other case", Tree{}, edit("A/x", hand), both, []string{"a: obstructed none"}, "A is on disk and differs only in letter case", map[string]string{"A/x": hand, "a": ""}},
	}
}

func TestStates(t *testing.T) {
	for _, test := range rows() {
		t.Run(test.name, func(t *testing.T) { test.run(t, Options{}) })
	}
}

// run goes through a row with options for the generation after the user's act.
func (test row) run(t *testing.T, o Options) {
	s := newSandbox(t)
	s.generate(test.before)
	test.user(s)
	s.options = o
	before := s.snapshot()
	plan := s.compare(test.after)
	if got := describe(plan.Changes()); !slices.Equal(got, test.want) {
		t.Fatalf("changes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
	}
	if !slices.ContainsFunc(plan.Changes(), func(c Change) bool { return strings.Contains(c.Reason, test.say) }) && test.say != "" {
		t.Errorf("changes %+v, want a reason with %q", plan.Changes(), test.say)
	}
	checkApply(s, plan, before, test.after)
	for path, content := range test.disk {
		if content == "" && s.exists(path) || content != "" && s.read(path) != content {
			t.Errorf("%s is not %q", path, content)
		}
	}
	if s.exists(archivePath(journalName)) {
		t.Error("the journal is left")
	}
}

// checkApply applies a plan: a blocked one changes nothing, another one completes.
func checkApply(s *sandbox, plan *Plan, before map[string]string, want Tree) {
	s.Helper()
	conflicts, refusals := plan.Blocked()
	if len(conflicts)+len(refusals) > 0 {
		if err := s.Apply(plan); !errors.Is(err, ErrBlocked) || plan.Pending() {
			s.Fatalf("apply of a blocked plan: %v, pending %v", err, plan.Pending())
		}
		s.sameSnapshot(s.snapshot(), before)
		return
	}
	s.must(s.Apply(plan))
	after := s.snapshot()
	if pending := !maps.Equal(before, after); pending != plan.Pending() {
		s.Fatalf("pending says %v, apply changed something: %v", plan.Pending(), pending)
	}
	if again := s.compare(want); again.Pending() {
		s.Fatalf("still pending: %v", describe(again.Changes()))
	}
}

func TestDeletedFileThatComesBack(t *testing.T) {
	old, newer := files("a/f", "old\n", "g", "g\n"), files("a/f", "new\n", "g", "g\n")
	for content, want := range map[string]State{"old\n": StateUpdate, "new\n": StateConverged, "mine\n": StateConflict} {
		s := newSandbox(t)
		s.generate(old)
		s.remove("a/f")
		s.generate(newer)
		s.write("a/f", content)
		if got := s.compare(newer).Changes()[0].State; got != want {
			t.Errorf("%q: %s, want %s", content, got, want)
		}
	}
}

func TestOrphanThatIsWantedAgain(t *testing.T) {
	s := newSandbox(t)
	both, one := files("a/f", "f\n", "a/g", "g\n"), files("a/g", "g\n")
	s.generate(both)
	s.write("a/f", "mine\n")
	s.generate(one)
	if got := describe(s.generate(one).Changes()); !slices.Equal(got, []string{"a/f: orphan-edited none"}) {
		t.Errorf("every run warns: %v", got)
	}
	if got := describe(s.compare(both).Changes()); !slices.Equal(got, []string{"a/f: user-modified record"}) {
		t.Errorf("%v", got)
	}
	s.remove("a/f")
	if got := describe(s.generate(both).Changes()); !slices.Equal(got, []string{"a/f: new create"}) {
		t.Errorf("cleaned away and wanted again: %v", got)
	}
}

func TestExecutable(t *testing.T) {
	plain := files("run", "a\n")
	executable := plain.with("run", func(f *File) { f.Executable = true })
	changed := executable.with("run", func(f *File) { f.Content = []byte("b\n") })
	chmod := func(mode os.FileMode) func(*sandbox) {
		return func(s *sandbox) { s.must(os.Chmod(s.path("run"), mode)) }
	}
	tests := []struct {
		name          string
		before, after Tree
		user          func(*sandbox)
		state         State
		mode          os.FileMode
	}{
		{"created", Tree{}, executable, nothing, StateNew, 0o755},
		{"set by us", plain, executable, nothing, StateUpdate, 0o755},
		{"cleared by us", executable, plain, nothing, StateUpdate, 0o644},
		{"set by the user", plain, plain, chmod(0o755), StateUserModified, 0o755},
		{"cleared by the user", executable, changed, chmod(0o644), StateMerged, 0o644},
		{"other bits are kept", plain, executable, chmod(0o640), StateUpdate, 0o750},
		{"other bits are no edit", plain, plain, chmod(0o600), StateUnchanged, 0o600},
		{"of a file that the user edited", plain, executable, edit("run", "mine\n"), StateMerged, 0o755},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSandbox(t)
			s.generate(test.before)
			test.user(s)
			if counts := s.generate(test.after).Counts(); counts[test.state] != 1 {
				t.Errorf("counts %v, want %s", counts, test.state)
			}
			info, err := os.Stat(s.path("run"))
			s.must(err)
			if info.Mode() != test.mode {
				t.Errorf("mode %v, want %v", info.Mode(), test.mode)
			}
		})
	}
}

func TestUnchangedFilesAreNotRewritten(t *testing.T) {
	s := newSandbox(t)
	want := files("a/f", "f\n", "b/g", "g\n")
	s.generate(want)
	watched := []string{"a/f", ".wavewright/state/applications/a.state"}
	before := map[string]os.FileInfo{}
	for _, path := range watched {
		before[path], _ = os.Stat(s.path(path))
	}
	changed := want.with("b/g", func(f *File) { f.Content = []byte("new\n") })
	plan, err := s.Compare(changed, Options{Version: "0.2.0"})
	s.must(err)
	s.must(s.Apply(plan))
	for _, path := range watched {
		after, err := os.Stat(s.path(path))
		s.must(err)
		if !os.SameFile(before[path], after) || !after.ModTime().Equal(before[path].ModTime()) {
			t.Errorf("%s was rewritten", path)
		}
	}
	if head := s.read(".wavewright/state/applications/b.state"); !strings.HasPrefix(head, "wavewright-state 1 0.2.0\n") {
		t.Errorf("the archive that changed names its writer: %q", head)
	}
}

func TestStateWithCRLF(t *testing.T) {
	s := newSandbox(t)
	want := files("a/f", "f\n", "a/g", "g\n")
	s.generate(want)
	state := ".wavewright/state/applications/a.state"
	s.write(state, strings.ReplaceAll(s.read(state), "\n", crlf))
	s.remove("a/g")
	if got := describe(s.compare(want).Changes()); !slices.Equal(got, []string{"a/g: user-deleted record"}) {
		t.Errorf("%v", got)
	}
	s.write("a/g", "g\n")
	if s.compare(want).Pending() {
		t.Error("a checkout with CRLF is no change")
	}
}

func TestContentsOfChanges(t *testing.T) {
	s := newSandbox(t)
	s.generate(files("a", "base\n"))
	s.write("a", "disk\n")
	c := s.compare(files("a", "new\n")).Changes()[0]
	if string(c.Base) != "base\n" || string(c.Disk) != "disk\n" || string(c.New) != "new\n" || c.ID != "a" || !c.Conflict() {
		t.Errorf("%+v", c)
	}
}
