package tree

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// world is a repository under random use, and what must hold of it.
type world struct {
	*sandbox
	want    Tree              // what the next run is to render
	mine    map[string]bool   // what the user wrote into generated files and did not take back
	foreign map[string]string // never generated paths
	serial  int
}

func (w *world) token() string {
	w.serial++
	return fmt.Sprintf("token %d", w.serial)
}

var generated = []string{"a", "b/x", "b/y", "b/c/z", "d/x", "d/e/f/g", "h/i"}

func (w *world) render(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	f := File{
		ID:         rapid.SampledFrom([]string{path, path, "id-" + path, "roaming"}).Draw(t, "id"),
		Archive:    rapid.SampledFrom([]string{"applications/x", "applications/y", "repository"}).Draw(t, "archive"),
		Content:    []byte(rapid.SampledFrom([]string{"", "v1\n", "v2\n", "v3", "v4\r\n", "\x00\xff"}).Draw(t, "content")),
		Executable: rapid.Bool().Draw(t, "exec"),
	}
	want := maps.Clone(w.want)
	want[path] = f
	if len(want.Check()) == 0 {
		w.want = want
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

func (w *world) userEdits(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	text := w.token() + "\n"
	w.forget(path)
	w.write(path, text)
	w.mine[text] = true
}

// forget notes that the user does away with what is at a path.
func (w *world) forget(path string) {
	if content, err := os.ReadFile(w.path(path)); err == nil {
		delete(w.mine, string(content))
	}
}

func (w *world) userDeletes(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	w.forget(path)
	w.remove(path)
}

func (w *world) userAdds(t *rapid.T) {
	path := rapid.SampledFrom([]string{"b/own", "d/e/own", "own"}).Draw(t, "path")
	w.foreign[path] = w.token()
	w.write(path, w.foreign[path])
}

func (w *world) userChecksOutCRLF(t *rapid.T) {
	path := rapid.SampledFrom(generated).Draw(t, "path")
	if !w.exists(path) || w.mine[w.read(path)] {
		return
	}
	text := strings.ReplaceAll(w.read(path), "\r\n", "\n")
	if isText([]byte(text)) {
		w.write(path, strings.ReplaceAll(text, "\n", "\r\n"))
	}
}

func (w *world) run(t *rapid.T) {
	before := w.snapshot()
	plan := w.compare(w.want)
	w.sameSnapshot(w.snapshot(), before)
	checkApply(w.sandbox, plan, before, w.want)
}

func (w *world) runIsKilled(t *rapid.T) {
	w.step = (&failing{k: rapid.IntRange(1, 60).Draw(t, "k"), killed: rapid.Bool().Draw(t, "killed")}).step
	_ = w.Apply(w.compare(w.want))
	w.step = nil
}

// check holds after every step: nothing that a person wrote is lost.
func (w *world) check(*rapid.T) {
	for path, text := range w.foreign {
		if got := w.read(path); got != text {
			w.Fatalf("foreign %s: %q, want %q", path, got, text)
		}
	}
	kept := map[string]bool{}
	for _, path := range generated {
		if content, err := os.ReadFile(w.path(path)); err == nil {
			kept[string(content)] = true
		}
	}
	for text := range w.mine {
		if !kept[text] {
			w.Fatalf("what the user wrote is nowhere: %q", text)
		}
	}
}

func newWorld(t *rapid.T, dir string) *world {
	dir, err := os.MkdirTemp(dir, "world")
	if err != nil {
		t.Fatal(err)
	}
	return &world{
		sandbox: openSandbox(t, dir), want: Tree{},
		mine: map[string]bool{}, foreign: map[string]string{},
	}
}

func TestPropertyNothingIsLost(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, dir)
		defer w.Close()
		t.Repeat(map[string]func(*rapid.T){
			"render": w.render, "drop": w.drop, "move": w.move, "edit": w.userEdits, "delete": w.userDeletes,
			"add": w.userAdds, "crlf": w.userChecksOutCRLF, "run": w.run, "run again": w.run, "killed": w.runIsKilled, "": w.check,
		})
	})
}

// TestPropertyConverges holds that without edits the disk is what was rendered,
// whatever was there before and however often runs were killed.
func TestPropertyConverges(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, dir)
		defer w.Close()
		t.Repeat(map[string]func(*rapid.T){
			"render": w.render, "drop": w.drop, "move": w.move,
			"run": func(t *rapid.T) {
				w.run(t)
				w.holdsExactly(w.want)
			},
			"killed": func(t *rapid.T) {
				w.runIsKilled(t)
				w.run(t) // of the same rendering: what was half done heals
				w.holdsExactly(w.want)
			},
		})
	})
}

// holdsExactly compares the disk with a tree, byte by byte.
func (w *world) holdsExactly(want Tree) {
	w.Helper()
	var paths []string
	w.must(filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".wavewright" {
			return filepath.SkipDir
		}
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(w.dir, path)
			paths = append(paths, filepath.ToSlash(name))
		}
		return err
	}))
	slices.Sort(paths)
	if sorted := slices.Sorted(maps.Keys(want)); !slices.Equal(paths, sorted) {
		w.Fatalf("files %v, want %v", paths, sorted)
	}
	for path, f := range want {
		info, err := os.Stat(w.path(path))
		w.must(err)
		if got := w.read(path); got != string(f.Content) || info.Mode()&0o100 != 0 != f.Executable {
			w.Fatalf("%s: %q %v, want %+v", path, got, info.Mode(), f)
		}
	}
}
