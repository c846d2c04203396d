package tree

import (
	"errors"
	"flag"
	"fmt"
	"maps"

	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/wavewright/wavewright/generator/internal/merge"
)

// TestMain sets how many sequences the properties go through: 500 of each, and 10,000
// in task nightly; -rapid.checks and -short change that.
func TestMain(m *testing.M) {
	checks := "500"
	if nightly() {
		checks = "10000"
	}
	if err := flag.Set("rapid.checks", checks); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// fastDir is a folder in memory where there is one: the properties write very much.
func fastDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "wavewright-test-") //nolint:usetesting // in memory, where t.TempDir is not
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// world is a repository under random use, and what must hold of it.
type world struct {
	*sandbox
	want     Tree              // what the next run is to render
	rendered map[string]bool   // all texts that were ever rendered
	mine     map[string]bool   // lines that the user wrote and nobody took back
	foreign  map[string]string // never generated paths
	policies map[string]Policy
	renamed  map[string]string // old ID → new one
	patch    int               // of the version
	plain    bool              // nobody says anything about files
	serial   int
	counts   *[len(counted)]atomic.Int64
}

// counted is what the properties count, to show that they are about something.
var counted = [...]string{"sequences", "runs", "killed", "merge", "conflict", "marked", "moved", "orphan", "overwritten", "kept"}

func (w *world) count(what string) { w.counts[slices.Index(counted[:], what)].Add(1) }

func (w *world) token() string {
	w.serial++
	return fmt.Sprintf("token-%d.", w.serial)
}

// generated are the paths of renderings; the first ones are rendered from the start.
var generated = []string{"a", "b/x", "b/c/z.yaml", "d/x", "d/e/f/g", "b/y", "h/i"}

const initially = 5

// content draws a text with three places that change by themselves, and now and then
// something odd.
func content(t *rapid.T) string {
	if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
		return rapid.SampledFrom([]string{"", "v3", "v4\r\n", "\x00\xff", "# one\n"}).Draw(t, "content")
	}
	v := func(name string) int { return rapid.IntRange(1, 3).Draw(t, name) }
	return fmt.Sprintf("head: %d\n# 1\n# 2\n# 3\nmiddle: %d\n# 4\n# 5\n# 6\ntail: %d\n# 7\n", v("head"), v("middle"), v("tail"))
}

func (w *world) render(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	w.wants(path, File{
		ID:         rapid.SampledFrom([]string{path, path, "id-" + path, "roaming"}).Draw(t, "id"),
		Archive:    rapid.SampledFrom([]string{"applications/x", "applications/y", "repository"}).Draw(t, "archive"),
		Content:    []byte(content(t)),
		Executable: rapid.Bool().Draw(t, "exec"),
	})
}

// renderAgain changes the text of a file and nothing else.
func (w *world) renderAgain(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	if f, ok := w.want[path]; ok {
		f.Content = []byte(content(t))
		w.wants(path, f)
	}
}

func (w *world) wants(path string, f File) {
	want := maps.Clone(w.want)
	want[path] = f
	if len(want.Check()) == 0 {
		w.want = want
		w.rendered[string(normal(f.Content))] = true
	}
}

func (w *world) drop(t *rapid.T) {
	w.want = maps.Clone(w.want)
	delete(w.want, rapid.SampledFrom(generated).Draw(t, "path"))
}

// move renders a file at another path.
func (w *world) move(t *rapid.T) {
	from := rapid.SampledFrom(generated).Draw(t, "from")
	to := rapid.SampledFrom(generated).Draw(t, "to")
	f, ok := w.want[from]
	if _, taken := w.want[to]; !ok || taken {
		return
	}
	w.want = maps.Clone(w.want)
	delete(w.want, from)
	w.want[to] = f
}

// newID renames a template or an instance.
func (w *world) newID(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	f, ok := w.want[path]
	if !ok {
		return
	}
	old := f.ID
	w.serial++
	f.ID = fmt.Sprintf("id-%d", w.serial)
	w.wants(path, f)
	if w.want[path].ID == f.ID && rapid.IntRange(0, 3).Draw(t, "said") > 0 {
		w.renamed[old] = f.ID
	}
}

func (w *world) newVersion(*rapid.T) { w.patch++ }

// oldFormats brings the state, or parts of it, to formats of older versions.
func (w *world) oldFormats(t *rapid.T) {
	w.age(rapid.SliceOfN(rapid.IntRange(1, 3), 1, 3).Draw(t, "formats")...)
}

func (w *world) newPolicy(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	w.policies[path] = rapid.SampledFrom([]Policy{PolicyMerge, PolicyMerge, PolicyKeep, PolicyCreateOnly, PolicyOverwrite}).Draw(t, "policy")
}

// userEdits writes, inserts, replaces or deletes a line.
func (w *world) userEdits(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	text := w.token() + "\n"
	content, err := os.ReadFile(w.path(path))
	if err != nil && rapid.IntRange(0, 4).Draw(t, "new") > 0 {
		return
	}
	if err == nil && isText(content) {
		found := strings.SplitAfter(string(content), "\n")
		i := rapid.IntRange(0, len(found)-1).Draw(t, "line")
		end := i + rapid.IntRange(0, min(2, len(found)-i)).Draw(t, "lines")
		text = strings.Join(slices.Replace(found, i, end, text), "")
	}
	w.forget(path)
	w.saves(path, text)
}

// saves writes a text of the user's as editors do: the mode stays.
func (w *world) saves(path, text string) {
	w.write(path, text)
	w.claim(path)
}

// claim records what of a file is the user's.
func (w *world) claim(path string) {
	content, err := os.ReadFile(w.path(path))
	if err != nil {
		return
	}
	for _, token := range tokens(string(content)) {
		w.mine[token] = true
	}
}

// tokens returns the tokens in a text.
func tokens(text string) []string {
	var found []string
	for _, part := range strings.SplitAfter(text, ".") {
		if i := strings.LastIndex(part, "token-"); i >= 0 {
			found = append(found, part[i:])
		}
	}
	return found
}

// forget records that the user does away with what is at a path, or gave it up.
func (w *world) forget(path string) {
	content, err := os.ReadFile(w.path(path))
	if err != nil {
		return
	}
	for _, token := range tokens(string(content)) {
		delete(w.mine, token)
	}
}

func (w *world) userDeletes(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	w.forget(path)
	w.remove(path)
}

func (w *world) userRenames(t *rapid.T) {
	from := rapid.SampledFrom(generated).Draw(t, "from")
	to := rapid.SampledFrom(generated).Draw(t, "to")
	if from == to || !w.exists(from) {
		return
	}
	w.forget(to)
	w.must(os.MkdirAll(filepath.Dir(w.path(to)), 0o755))
	w.must(os.Rename(w.path(from), w.path(to)))
}

func (w *world) userChangesMode(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	if w.exists(path) {
		w.must(os.Chmod(w.path(path), rapid.SampledFrom([]os.FileMode{0o644, 0o755, 0o600, 0o700}).Draw(t, "mode")))
	}
}

func (w *world) userAdds(t *rapid.T) {
	path := rapid.SampledFrom([]string{"b/own", "d/e/own", "own"}).Draw(t, "path")
	w.foreign[path] = w.token()
	w.write(path, w.foreign[path])
}

func (w *world) userChecksOutCRLF(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	if !w.exists(path) {
		return
	}
	text := strings.ReplaceAll(w.read(path), "\r\n", "\n")
	if isText([]byte(text)) {
		w.write(path, withCRLF(text))
	}
}

// userResolves takes the markers out of all files and keeps what is between them. Files that
// are in the way of generated files he deletes.
func (w *world) userResolves(*rapid.T) {
	w.options = Options{}
	_, refusals := w.plan().Blocked()
	for _, c := range refusals {
		if folder, err := os.Stat(w.path(c.Path)); err == nil && folder.IsDir() {
			continue
		}
		if c.State == StateForeign {
			w.forget(c.Path)
			w.remove(c.Path)
			delete(w.foreign, c.Path)
		}
	}
	for _, path := range generated {
		content, err := os.ReadFile(w.path(path))
		if err != nil || !unresolved(content) {
			continue
		}
		var kept strings.Builder
		for line := range strings.Lines(string(content)) {
			if !isMarker([]byte(strings.TrimRight(line, "\r\n"))) {
				kept.WriteString(line)
			}
		}
		w.write(path, kept.String())
	}
}

// draw draws the options of a run.
func (w *world) draw(t *rapid.T) {
	w.options = Options{
		Policy: func(path string) Policy { return w.policies[path] },
		Renamed: func(id string) string {
			for range len(w.renamed) {
				if now, ok := w.renamed[id]; ok {
					id = now
				}
			}
			return id
		},
	}
	if w.plain {
		return
	}
	w.options.Markers = rapid.IntRange(0, 3).Draw(t, "markers") == 0
	path := rapid.SampledFrom(generated).Draw(t, "about")
	switch rapid.IntRange(0, 11).Draw(t, "settled") {
	case 0:
		w.options.Adopt = set(path)
	case 1:
		w.options.Restore = set(path)
	case 2:
		w.options.Drop = set(path)
	case 3:
		w.options.Accept = accept(merge.Mine).Accept
	case 4:
		w.options.Accept = accept(merge.Theirs).Accept
	}
	w.release()
}

// release gives up what the options give up.
func (w *world) release() {
	for _, path := range generated {
		if w.options.accept(path) == merge.Theirs || w.options.policy(path) == PolicyOverwrite || w.options.Restore[path] {
			w.forget(path)
			for _, c := range w.plan().changes {
				switch {
				case c.Path == path && c.From != "":
					w.forget(c.From)
				case w.options.accept(path) == merge.Theirs && c.Action == ActionDelete && c.Reason == "moved to "+path:
					w.forget(c.Path) // it gives way to the rendering at the new path
				}
			}
		}
	}
}

// plan compares with the options and the version of the world.
func (w *world) plan() *Plan {
	w.Helper()
	o := w.options
	o.Version = fmt.Sprintf("0.1.%d", w.patch)
	plan, err := w.Compare(w.want, o)
	w.must(err)
	return plan
}

func (w *world) run(t *rapid.T) {
	w.draw(t)
	before := w.snapshot()
	plan := w.plan()
	w.sameSnapshot(w.snapshot(), before)
	w.countPlan(plan)
	if plan.blocked() {
		if err := w.Apply(plan); !errors.Is(err, ErrBlocked) || plan.Pending() {
			w.Fatalf("a blocked plan: %v, pending %v", err, plan.Pending())
		}
		w.sameSnapshot(w.snapshot(), before)
		return
	}
	w.must(w.Apply(plan))
	after := w.snapshot()
	if changed := !maps.Equal(before, after); changed != plan.Pending() {
		w.Fatalf("pending says %v, something changed: %v", plan.Pending(), changed)
	}
	w.checkDeleted(plan, before, after)
	if again := w.plan(); again.Pending() {
		w.Fatalf("still pending: %v", describe(again.Changes()))
	}
	if w.exists(archivePath(journalName)) {
		w.Fatalf("the journal is left")
	}
}

func (w *world) countPlan(plan *Plan) {
	w.count("runs")
	for state := range plan.Counts() {
		if slices.Contains(counted[:], string(state)) {
			w.count(string(state))
		}
	}
}

// checkDeleted holds that what is gone was ours and not edited, or has moved: then what
// the user wrote is somewhere else.
func (w *world) checkDeleted(plan *Plan, before, after map[string]string) {
	var left strings.Builder
	for _, text := range after {
		left.WriteString(text)
	}
	for path, was := range before {
		_, kept := after[path]
		mode, text, isFile := strings.Cut(was, " ")
		if kept || !isFile || strings.HasPrefix(path, ".wavewright") || isTemp(base(path)) || mode[0] != '-' {
			continue
		}
		if c := plan.change(path); c != nil && c.Action != ActionDelete {
			w.Fatalf("%s is deleted, and the plan does not say so: %v", path, describe(plan.changes))
		}
		if w.rendered[string(normal([]byte(text)))] {
			continue
		}
		for _, token := range tokens(text) {
			if w.mine[token] && !strings.Contains(left.String(), token) {
				w.Fatalf("%s is deleted, and nobody rendered it: %q", path, text)
			}
		}
	}
}

func (w *world) runIsKilled(t *rapid.T) {
	w.draw(t)
	w.count("killed")
	w.step = (&failing{k: rapid.IntRange(1, 80).Draw(t, "k"), killed: rapid.Bool().Draw(t, "killed")}).step
	_ = w.Apply(w.plan())
	w.step = nil
}

// check holds after every step: nothing that a person wrote is lost.
func (w *world) check(*rapid.T) {
	w.follow()
	kept := map[string]bool{}
	for path, was := range w.snapshot() { // what he wrote may move along with its folder
		if !strings.HasPrefix(path, ".wavewright") {
			for _, token := range tokens(was) {
				kept[token] = true
			}
		}
	}
	for token := range w.mine {
		if !kept[token] {
			w.Fatalf("what the user wrote is nowhere: %q", token)
		}
	}
}

// follow finds every file of the user's: at its path, or where it moved along with its folder.
func (w *world) follow() {
	at := map[string]string{} // paths by text, which is unique
	for path, was := range w.snapshot() {
		_, text, _ := strings.Cut(was, " ")
		at[text] = path
	}
	for path, text := range maps.Clone(w.foreign) {
		now, found := at[text]
		if !found {
			w.Fatalf("foreign %s is lost: %q", path, text)
		}
		if now != path {
			delete(w.foreign, path)
			w.foreign[now] = text
		}
	}
}

func newWorld(t *rapid.T, dir string, counts *[len(counted)]atomic.Int64) *world {
	dir, err := os.MkdirTemp(dir, "world")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		sandbox: openSandbox(t, dir), want: Tree{}, rendered: map[string]bool{}, mine: map[string]bool{}, foreign: map[string]string{},
		policies: map[string]Policy{}, renamed: map[string]string{}, counts: counts,
	}
	w.migrations = invented()
	w.count("sequences")
	return w
}

// settled renders every path and lets the user edit every other one.
func (w *world) settled(t *rapid.T) {
	for i, path := range generated[:initially] {
		w.wants(path, File{ID: path, Archive: archiveOf(path), Content: []byte(content(t))})
		if i == initially-1 {
			w.run(t)
		}
	}
	for range 3 {
		w.userEdits(t)
		w.renderAgain(t)
	}
}

func (w *world) close() {
	w.Close()
	os.RemoveAll(w.dir)
}

func report(t *testing.T, counts *[len(counted)]atomic.Int64) {
	var words []string
	for i, what := range counted {
		words = append(words, fmt.Sprintf("%d %s", counts[i].Load(), what))
	}
	t.Log(strings.Join(words, ", "))
}

func TestPropertyNothingIsLost(t *testing.T) {
	dir, counts := fastDir(t), new([len(counted)]atomic.Int64)
	defer report(t, counts)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, dir, counts)
		defer w.close()
		w.settled(t)
		t.Repeat(map[string]func(*rapid.T){
			"render": w.render, "render again": w.renderAgain, "render anew": w.renderAgain, "drop": w.drop, "move": w.move, "id": w.newID, "version": w.newVersion, "formats": w.oldFormats, "policy": w.newPolicy,
			"edit": w.userEdits, "edit again": w.userEdits, "delete": w.userDeletes, "rename": w.userRenames, "mode": w.userChangesMode, "add": w.userAdds, "crlf": w.userChecksOutCRLF, "resolve": w.userResolves,
			"run": w.run, "run again": w.run, "run anew": w.run, "run twice": w.run, "killed": w.runIsKilled, "": w.check,
		})
	})
}

// TestPropertyConverges holds that without edits the disk is what was rendered last,
// whatever was there before and however often runs were killed.
func TestPropertyConverges(t *testing.T) {
	dir, counts := fastDir(t), new([len(counted)]atomic.Int64)
	defer report(t, counts)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, dir, counts)
		defer w.close()
		w.plain = true
		run := func(t *rapid.T) {
			w.run(t)
			w.holdsExactly(w.want)
		}
		t.Repeat(map[string]func(*rapid.T){
			"render": w.render, "render again": w.renderAgain, "drop": w.drop, "move": w.move, "id": w.newID, "version": w.newVersion, "formats": w.oldFormats,
			"run": run, "run again": run, "killed": w.runIsKilled,
		})
	})
}

// holdsExactly compares the disk with a tree, byte by byte.
func (s *sandbox) holdsExactly(want Tree) {
	s.Helper()
	var paths []string
	s.must(filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".wavewright" {
			return filepath.SkipDir
		}
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(s.dir, path)
			paths = append(paths, filepath.ToSlash(name))
		}
		return err
	}))
	slices.Sort(paths)
	if sorted := slices.Sorted(maps.Keys(want)); !slices.Equal(paths, sorted) {
		s.Fatalf("files %v, want %v", paths, sorted)
	}
	for path, f := range want {
		info, err := os.Stat(s.path(path))
		s.must(err)
		if got := s.read(path); got != string(f.Content) || info.Mode()&0o100 != 0 != f.Executable {
			s.Fatalf("%s: %q %v, want %+v", path, got, info.Mode(), f)
		}
	}
}
