package tree

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const version = "0.1.0"

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// folderOf is a repository on disk and the test that uses it.
type sandbox struct {
	failer
	dir string
	*Repository
	options Options // of compare; the version is set there
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	return openSandbox(t, t.TempDir())
}

func openSandbox(t failer, dir string) *sandbox {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	r.volatile = true
	return &sandbox{failer: t, dir: dir, Repository: r}
}

func (s *sandbox) path(path string) string { return filepath.Join(s.dir, filepath.FromSlash(path)) }

func (s *sandbox) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("%v", err)
	}
}

func (s *sandbox) write(path, content string) {
	s.Helper()
	s.must(os.MkdirAll(filepath.Dir(s.path(path)), 0o755))
	s.must(os.WriteFile(s.path(path), []byte(content), 0o644))
}

func (s *sandbox) read(path string) string {
	s.Helper()
	content, err := os.ReadFile(s.path(path))
	s.must(err)
	return string(content)
}

func (s *sandbox) remove(path string) {
	s.Helper()
	s.must(os.RemoveAll(s.path(path)))
}

func (s *sandbox) exists(path string) bool {
	_, err := os.Lstat(s.path(path))
	return err == nil
}

func (s *sandbox) compare(want Tree) *Plan {
	s.Helper()
	o := s.options
	o.Version = version
	plan, err := s.Compare(want, o)
	s.must(err)
	return plan
}

// generate brings the repository to want, which must not be blocked, and checks that
// nothing is left to do.
func (s *sandbox) generate(want Tree) *Plan {
	s.Helper()
	plan := s.compare(want)
	s.must(s.Apply(plan))
	if again := s.compare(want); again.Pending() {
		s.Fatalf("pending after apply: %v", describe(again.Changes()))
	}
	return plan
}

// snapshot returns everything in a folder: contents, modes, links.
func snapshot(t failer, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		text := info.Mode().String()
		switch {
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += " " + string(content)
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			text += " -> " + target
		}
		found[filepath.ToSlash(name)] = text
		return nil
	})
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	return found
}

func (s *sandbox) snapshot() map[string]string { return snapshot(s, s.dir) }

// sameSnapshot fails the test at the first differences.
func (s *sandbox) sameSnapshot(got, want map[string]string) {
	s.Helper()
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if got[path] != want[path] {
			s.Fatalf("%s: got %q, want %q", path, got[path], want[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			s.Fatalf("%s is there, and should not be: %q", path, got[path])
		}
	}
}

// files makes a tree from pairs of path and content; ID and path are the same, and
// the first folder names the archive.
func files(pairs ...string) Tree {
	t := Tree{}
	for i := 0; i < len(pairs); i += 2 {
		t[pairs[i]] = File{ID: pairs[i], Archive: archiveOf(pairs[i]), Content: []byte(pairs[i+1])}
	}
	return t
}

func archiveOf(path string) string {
	first, _, inFolder := strings.Cut(path, "/")
	if !inFolder {
		return "repository"
	}
	return "applications/" + first
}

// written and decode are about archives as this version writes them.
func written(entries []entry) []byte {
	return format{version: version, steps: migrations()}.encode(entries)
}

func decode(file string, src []byte) ([]entry, error) {
	entries, _, err := format{version: version, steps: migrations()}.decode(file, src)
	return entries, err
}

// with returns the tree with one file changed.
func (t Tree) with(path string, change func(*File)) Tree {
	changed := maps.Clone(t)
	f := changed[path]
	change(&f)
	changed[path] = f
	return changed
}

func describe(changes []Change) []string {
	var lines []string
	for _, c := range changes {
		line := c.Path + ": " + string(c.State) + " " + string(c.Action)
		if c.From != "" {
			line += " from " + c.From
		}
		lines = append(lines, line)
	}
	return lines
}

func skipAsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Skip("permissions mean nothing to the root user")
	}
}

// nightly reports whether there is time for everything: task nightly.
func nightly() bool { return os.Getenv("WAVEWRIGHT_NIGHTLY") != "" }

// Compare scans and decides. What the scan says about files that stay missing, which rendering
// goes by, has to be what the plan says.
func (r *Repository) Compare(want Tree, o Options) (*Plan, error) {
	scan, err := r.Scan(o)
	if err != nil {
		return nil, err
	}
	missing, faulty := map[string]bool{}, len(want.Check()) > 0
	if !faulty {
		if missing, err = scan.Missing(want); err != nil {
			return nil, err
		}
	}
	plan, err := scan.Decide(want)
	if err != nil || faulty || plan.blocked() {
		return plan, err
	}
	for _, c := range plan.Changes() {
		if c.Missing() != missing[c.Path] && c.Path != "" {
			return nil, fmt.Errorf("%s: missing before it is rendered: %v, in the plan: %v (%s)", c.Path, missing[c.Path], c.Missing(), c.State)
		}
		delete(missing, c.Path)
	}
	for path, is := range missing {
		if is {
			return nil, fmt.Errorf("%s: missing before it is rendered, but not in the plan", path)
		}
	}
	return plan, nil
}

// Recorded scans and returns the files of one archive.
func (r *Repository) Recorded(archive, version string) ([]Recorded, error) {
	scan, err := r.Scan(Options{Version: version})
	if err != nil {
		return nil, err
	}
	return scan.Recorded(archive), nil
}
