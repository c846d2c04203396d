package generator

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestDeterminism generates and writes one golden case twenty times, each time in
// another surrounding: cores, time zone, language, umask, and the order in which
// the folder's files were made. Every byte and every mode must be the same.
func TestDeterminism(t *testing.T) {
	source := filepath.Join("..", "golden", "clusters")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	defer umask(umask(0o022))
	zones := []string{"UTC", "Asia/Kolkata", "America/St_Johns"}
	languages := []string{"C", "de_DE.UTF-8", "tr_TR.UTF-8"}
	masks := []int{0o022, 0o077, 0o002, 0o000}
	var first map[string]string
	for run := range 20 {
		runtime.GOMAXPROCS(1 + run%8)
		t.Setenv("TZ", zones[run%len(zones)])
		t.Setenv("LANG", languages[run%len(languages)])
		t.Setenv("LC_ALL", languages[run%len(languages)])
		umask(masks[run%len(masks)])
		dir := t.TempDir()
		copyInOrder(t, source, dir, run%2 == 0)
		result, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if plan, err := result.Write(WriteOptions{}); err != nil || plan.Stopped() {
			t.Fatal(err)
		}
		got := snapshot(t, dir, filesOf(t, dir))
		if first == nil {
			first = got
		}
		if !maps.Equal(first, got) {
			t.Fatalf("run %d differs: %v", run, differing(first, got))
		}
	}
}

// copyInOrder copies the input files of a case, forwards or backwards.
func copyInOrder(t *testing.T, from, to string, forwards bool) {
	t.Helper()
	var files []string
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if d.IsDir() && d.Name() == "want" {
			return fs.SkipDir
		}
		if !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !forwards {
		slices.Reverse(files)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(to, strings.TrimPrefix(file, from))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, src, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// snapshot returns mode and content of everything that was generated, the state
// included.
func snapshot(t *testing.T, dir string, files map[string][]byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(name, dir+string(filepath.Separator)))
		if _, ours := files[rel]; !ours && !strings.HasPrefix(rel, ".wavewright/") {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		src, err := os.ReadFile(name)
		out[rel] = fmt.Sprint(info.Mode(), string(src))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("only %d files were written", len(out))
	}
	return out
}

func differing(a, b map[string]string) []string {
	var out []string
	for name := range a {
		if a[name] != b[name] {
			out = append(out, name)
		}
	}
	return append(out, fmt.Sprintf("%d and %d files", len(a), len(b)))
}

// FuzzNames puts any text wherever the spec names something. Either it is refused,
// or every generated path stays within the folder.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{
		"web", "../../etc/passwd", "/etc", "..", ".", "a/b", `a\b`, "con", "web.", "web\x00", "-web", "Web", "webé", "{env}", "*", "~",
		".git", "a..b", "nul.txt", "web ", "1", "", strings.Repeat("a", 300), "${HOME}", "$(x)", "%2e%2e", "\u202eweb", "infra", "root-x",
	} {
		f.Add(seed, seed, seed, seed, seed)
	}
	f.Add("web", "dev", "eu", "front", "{team}-{env}")
	f.Fuzz(func(t *testing.T, app, env, cluster, team, namespace string) {
		value := map[string]any{
			"apiVersion": "wavewright.dev/v1alpha1", "kind": "Environments", "metadata": map[string]any{"name": "shop"},
			"repository": map[string]any{"url": "https://git.example.com/shop.git"},
			"clusters":   map[string]any{cluster: map[string]any{}}, "teams": map[string]any{team: map[string]any{}},
			"environments": []any{
				map[string]any{"name": env, "profile": "development", "clusters": []string{cluster}, "namespace": namespace},
			},
			"applications": map[string]any{app: map[string]any{"team": team, "image": "a:1", "ports": map[string]any{"http": 80}}},
		}
		result := renderFS(t, fstest.MapFS{"environments.yaml": {Data: asYAML(t, value)}})
		for name := range result.files {
			if !fs.ValidPath(name) || path.Clean(name) != name || !filepath.IsLocal(name) || strings.HasPrefix(name, ".git/") {
				t.Errorf("%q leaves the folder", name)
			}
		}
		if err := result.files.Check(); err != nil {
			t.Error(err)
		}
	})
}
