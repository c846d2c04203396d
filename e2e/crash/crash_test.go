package crash

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const spec = `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: shop}
repository: {url: https://git.example.com/shop.git}
environments:
  - {name: dev, profile: development}
`

// app is an application of the spec.
func app(name, tag string) string {
	return fmt.Sprintf("  %s:\n    image: ghcr.io/acme/%s:%s\n    ports: {http: 8080}\n", name, name, tag)
}

// scene is a repository with a pending change of every kind.
type scene struct {
	binary, dir string // dir is never changed
	words       map[string]string
	want        map[string]string
}

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "wavewright-crash-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "wavewright")
	cmd := exec.Command("go", "build", "-o", binary, "./cmd/wavewright")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binary, err := build(); err == nil {
		os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// scratch is a folder in memory where there is one.
func scratch(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "wavewright-crash-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// newScene has what the user wrote into a file that is merged, one that moves and is merged, one that
// is not rendered anew, one that is no longer generated, and one of his own.
func newScene(t *testing.T) *scene {
	t.Helper()
	before := spec + "applications:\n" + app("web", "1.0.0") + app("old", "1.0.0") + app("gone", "1.0.0")
	after := spec + "moved:\n  - {from: applications/old, to: applications/fresh}\napplications:\n" + app("web", "1.1.0") + app("fresh", "2.0.0") + app("added", "1.0.0")
	return prepare(t, before, after, map[string]string{
		"base/web/workload.yaml": "# word-merged\n", "base/old/workload.yaml": "# word-moved\n", "base/web/service.yaml": "# word-kept\n",
		"base/gone/service.yaml": "# word-orphan\n", "base/web/mine.txt": "# word-foreign\n",
	}, "base/web/workload.yaml", "base/fresh/workload.yaml")
}

// newSwapScene has what the user wrote into files of two applications that change places, and beside
// them.
func newSwapScene(t *testing.T) *scene {
	t.Helper()
	before := spec + "applications:\n" + app("web", "1.0.0") + app("old", "1.0.0")
	swapped := strings.NewReplacer("  web:", "  old:", "  old:", "  web:").Replace(app("web", "1.1.0") + app("old", "2.0.0"))
	after := spec + "moved:\n  - {from: applications/old, to: applications/web}\n  - {from: applications/web, to: applications/old}\napplications:\n" + swapped
	s := prepare(t, before, after, map[string]string{
		"base/web/workload.yaml": "# word-web\n", "base/old/workload.yaml": "# word-old\n", "base/web/service.yaml": "# word-kept\n",
		"base/web/mine.txt": "# word-mine\n", "base/old/mine.txt": "# word-other\n", "base/old/custom/mine.txt": "# word-custom\n",
	}, "base/web/workload.yaml", "base/old/workload.yaml")
	for path, word := range map[string]string{"base/old/workload.yaml": "word-web", "base/web/workload.yaml": "word-old", "base/old/mine.txt": "word-mine", "base/web/custom/mine.txt": "word-custom"} {
		if !strings.Contains(s.want[path], word) {
			t.Fatalf("%s has not come to %s", word, path)
		}
	}
	return s
}

// prepare generates from a spec, lets the user write words, and finds out what an undisturbed run
// makes of another spec, with words in the files merged.
func prepare(t *testing.T, before, after string, words map[string]string, merged ...string) *scene {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{binary: binary, dir: filepath.Join(scratch(t), "scene"), words: words}
	must(t, os.Mkdir(s.dir, 0o755))
	write(t, s.dir, "environments.yaml", before)
	s.mustRun(t, s.dir)
	for path, word := range words {
		old, _ := os.ReadFile(filepath.Join(s.dir, path))
		write(t, s.dir, path, string(old)+word)
	}
	write(t, s.dir, "environments.yaml", after)
	dir := s.copy(t)
	s.mustRun(t, dir)
	s.want = snapshot(t, dir)
	for _, path := range merged {
		if text := s.want[path]; !strings.Contains(text, "# word-") || strings.Contains(text, ":1.0.0") {
			t.Fatalf("%s is not merged: %s", path, text)
		}
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644))
}

// copy returns a fresh copy of the scene.
func (s *scene) copy(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(s.dir), "run-")
	must(t, err)
	must(t, os.CopyFS(dir, os.DirFS(s.dir)))
	return dir
}

// run runs generate.
func (s *scene) run(dir string) (string, int) {
	cmd := exec.Command(s.binary, "generate", "--dir", dir)
	cmd.Dir = filepath.Dir(s.dir)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), exit.ExitCode()
	}
	if err != nil {
		return err.Error(), -2
	}
	return string(out), 0
}

func (s *scene) mustRun(t *testing.T, dir string) {
	t.Helper()
	if out, code := s.run(dir); code != 0 {
		t.Fatalf("exit %d: %s", code, out)
	}
}

// snapshot returns every file with its mode, and every folder.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		info, err := d.Info()
		if err != nil {
			return err
		}
		found[name] = info.Mode().String()
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			found[name] += " " + string(text)
		}
		return nil
	}))
	delete(found, ".") // the copy's mode is that of a temporary folder
	return found
}

// holdsWords checks that all words of the user's are somewhere.
func (s *scene) holdsWords(t *testing.T, dir, about string) {
	t.Helper()
	var all strings.Builder
	for _, text := range snapshot(t, dir) {
		all.WriteString(text)
	}
	for _, word := range s.words {
		if !strings.Contains(all.String(), word) {
			t.Errorf("%s: %q is lost", about, word)
		}
	}
}

// heals checks that a plain run completes what was disturbed.
func (s *scene) heals(t *testing.T, dir, about string) {
	t.Helper()
	s.holdsWords(t, dir, about)
	if out, code := s.run(dir); code != 0 {
		t.Errorf("%s: the next run: exit %d: %s", about, code, out)
		return
	}
	got := snapshot(t, dir)
	if strings.HasPrefix(about, "unlinkat, ") && !strings.Contains(about, "killed") {
		// An empty folder that could not be deleted stays: it does no harm.
		maps.DeleteFunc(got, func(path, text string) bool { return text[0] == 'd' && s.want[path] == "" })
	}
	if !maps.Equal(got, s.want) {
		t.Errorf("%s: the next run did not reach the same tree: %v", about, differences(got, s.want))
	}
}

func differences(got, want map[string]string) []string {
	var paths []string
	for path := range want {
		if got[path] != want[path] {
			paths = append(paths, path)
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			paths = append(paths, "+"+path)
		}
	}
	slices.Sort(paths)
	return paths
}

// TestTogether starts two runs at the same time.
func TestTogether(t *testing.T) {
	s := newScene(t)
	times := 200
	if testing.Short() {
		times = 20
	}
	refused := 0
	for i := range times {
		dir := s.copy(t)
		var outs [2]string
		var codes [2]int
		var group sync.WaitGroup
		for j := range 2 {
			group.Go(func() { outs[j], codes[j] = s.run(dir) })
		}
		group.Wait()
		for j := range 2 {
			if codes[j] == 5 && codes[1-j] == 0 && strings.Contains(outs[j], "another wavewright run holds this repository") {
				refused++
				continue
			}
			if codes[j] != 0 {
				t.Fatalf("pair %d: exits %v: %s %s", i, codes, outs[0], outs[1])
			}
		}
		if got := snapshot(t, dir); !maps.Equal(got, s.want) {
			t.Fatalf("pair %d: %v", i, differences(got, s.want))
		}
		os.RemoveAll(dir)
	}
	t.Logf("%d pairs, %d runs refused", times, refused)
}
