package crash

import (
	"bytes"
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

// words are what the user wrote, by the path at which it was: into a file that is merged,
// one that moves and is merged, one that is not rendered anew, one that is no longer
// generated, and one of his own.
var words = map[string]string{
	"base/web/workload.yaml": "# word-merged\n", "base/old/workload.yaml": "# word-moved\n", "base/web/service.yaml": "# word-kept\n",
	"base/gone/service.yaml": "# word-orphan\n", "base/web/mine.txt": "# word-foreign\n",
}

// scene is a repository with a pending change of every kind.
type scene struct {
	binary, dir string // dir is never changed
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

func newScene(t *testing.T) *scene {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{binary: binary, dir: filepath.Join(scratch(t), "scene")}
	must(t, os.Mkdir(s.dir, 0o755))
	write(t, s.dir, "environments.yaml", spec+"applications:\n"+app("web", "1.0.0")+app("old", "1.0.0")+app("gone", "1.0.0"))
	s.mustRun(t, s.dir)
	for path, word := range words {
		old, _ := os.ReadFile(filepath.Join(s.dir, path))
		write(t, s.dir, path, string(old)+word)
	}
	write(t, s.dir, "environments.yaml", spec+"moved:\n  - {from: applications/old, to: applications/fresh}\napplications:\n"+app("web", "1.1.0")+app("fresh", "2.0.0")+app("added", "1.0.0"))
	dir := s.copy(t)
	s.mustRun(t, dir)
	s.want = snapshot(t, dir)
	for _, path := range []string{"base/web/workload.yaml", "base/fresh/workload.yaml"} {
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

// run runs generate, after the words of a command that runs it.
func (s *scene) run(dir string, before ...string) (string, int) {
	args := append(before, s.binary, "generate", "--dir", dir)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = filepath.Dir(s.dir)
	if len(before) > 0 {
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1") // strace counts calls by thread
	}
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
func holdsWords(t *testing.T, dir, about string) {
	t.Helper()
	var all strings.Builder
	for _, text := range snapshot(t, dir) {
		all.WriteString(text)
	}
	for _, word := range words {
		if !strings.Contains(all.String(), word) {
			t.Errorf("%s: %q is lost", about, word)
		}
	}
}

// heals checks that a plain run completes what was disturbed.
func (s *scene) heals(t *testing.T, dir, about string) {
	t.Helper()
	holdsWords(t, dir, about)
	if out, code := s.run(dir); code != 0 {
		t.Errorf("%s: the next run: exit %d: %s", about, code, out)
		return
	}
	got := snapshot(t, dir)
	if strings.Contains(about, "=unlinkat:error=") {
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

// changing are the system calls that change something, and how often they are sampled:
// most calls of openat only read. strace counts calls by thread, and which thread makes
// which call is chance: calls that have a folder are counted for each folder by itself.
var changing = []struct {
	calls   string
	often   int
	folders bool
}{
	{"openat", 9, false}, {"write", 1, false}, {"renameat", 1, true}, {"unlinkat", 1, true}, {"mkdirat", 1, true},
	{"fchmod", 1, false}, {"fsync", 1, false}, {"syncfs", 1, false}, {"flock", 1, false},
}

// folders are those in which something changes, "" for no matter which.
func (s *scene) folders(t *testing.T) []string {
	found := map[string]bool{".wavewright/state": true}
	for _, path := range differences(snapshot(t, s.dir), s.want) {
		path, _ = strings.CutPrefix(path, "+")
		found[filepath.Dir(path)] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func strace(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("strace", "-f", "-o", os.DevNull, "-e", "inject=flock:error=EIO:when=999", "true").CombinedOutput(); err != nil {
		t.Skipf("strace is missing or may not trace here (%v: %s): only the tests of generator/internal/tree interrupt runs", err, bytes.TrimSpace(out))
	}
}

func nightly() bool { return os.Getenv("WAVEWRIGHT_NIGHTLY") != "" }

// disturb runs with the k-th call of each kind disturbed, for every k until nothing is
// hit any more, and hands each run to check. It returns the number of points.
func (s *scene) disturb(t *testing.T, how string, check func(dir, about, out string, code int)) int {
	points := 0
	for _, c := range changing {
		step, folders := c.often, []string{""}
		if c.folders {
			folders = s.folders(t)
		}
		switch {
		case nightly():
			step = 1
		case testing.Short() && c.folders:
			folders = slices.Collect(every(folders, 7))
		case testing.Short():
			step *= 7
		}
		hit := 0
		for _, folder := range folders {
			for k := 1; s.point(t, c.calls, how, folder, k, check); k += step {
				hit++
			}
		}
		t.Logf("%s %s: %d points", how, c.calls, hit)
		points += hit
	}
	return points
}

// every yields every n-th of some values.
func every(values []string, n int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; i < len(values) && yield(values[i]); i += n {
		}
	}
}

// point disturbs one call; it is false when there was no such call.
func (s *scene) point(t *testing.T, calls, how, folder string, k int, check func(dir, about, out string, code int)) bool {
	t.Helper()
	dir := s.copy(t)
	defer os.RemoveAll(dir)
	trace := filepath.Join(filepath.Dir(s.dir), "trace")
	inject := fmt.Sprintf("inject=%s:%s:when=%d", alternatives(calls), how, k)
	args := []string{"strace", "-f", "-qq", "-o", trace, "-e", "trace=" + alternatives(calls), "-e", inject}
	if folder != "" {
		args = append(args, "-P", filepath.Join(dir, folder))
	}
	out, code := s.run(dir, args...)
	log, err := os.ReadFile(trace)
	must(t, err)
	if !bytes.Contains(log, []byte("killed by SIGKILL")) && !bytes.Contains(log, []byte("(INJECTED)")) {
		if code != 0 {
			t.Fatalf("%s: undisturbed: exit %d: %s", inject, code, out)
		}
		return false
	}
	check(dir, strings.TrimSpace(inject+" "+folder), out, code)
	if t.Failed() {
		t.FailNow()
	}
	return true
}

// alternatives adds to a call those that other systems make in its place.
func alternatives(call string) string {
	if call == "renameat" {
		return "renameat,renameat2"
	}
	return call
}

func TestKilledAtEveryCall(t *testing.T) {
	strace(t)
	s := newScene(t)
	points := s.disturb(t, "signal=SIGKILL", func(dir, about, _ string, _ int) { s.heals(t, dir, about) })
	t.Logf("%d points at which the process was killed", points)
	if points < 30 {
		t.Errorf("only %d points: the test shows nothing", points)
	}
}

// TestFaultAtEveryCall lets calls fail. The run says so and exits with 1, or the failure
// did not matter.
func TestFaultAtEveryCall(t *testing.T) {
	strace(t)
	s := newScene(t)
	for name, message := range map[string]string{"ENOSPC": "no space left on device", "EIO": "input/output error"} {
		points, failed := 0, 0
		points = s.disturb(t, "error="+name, func(dir, about, out string, code int) {
			switch {
			case code == 0:
			case code == 1 && strings.Contains(out, message):
				failed++
			case code == 2 && strings.Contains(out, "netpollBreak"), strings.Contains(about, "=write:") && code == 1 && out == "":
				// The Go runtime's own call, or there is no place left for a message.
			default:
				t.Errorf("%s: exit %d: %s", about, code, out)
			}
			s.heals(t, dir, about)
		})
		t.Logf("%s: %d points, %d of them failed runs", name, points, failed)
		if failed < 30 {
			t.Errorf("%s: only %d failed runs: the test shows nothing", name, failed)
		}
	}
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
