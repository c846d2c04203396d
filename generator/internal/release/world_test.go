package release

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
)

// world is a clone with a bare remote, both real and both below t.TempDir.
type world struct {
	t      *testing.T
	top    string // the clone
	dir    string // the spec's folder in it
	remote string
	clock  time.Time
	ignore func(string) bool
}

var lifeEnvironments = []Environment{
	{Name: "dev", Targets: []string{"dev"}},
	{Name: "staging", From: "dev", Targets: []string{"staging"}},
	{Name: "prod", From: "staging", Targets: []string{"prod-us", "prod-eu"}},
}

// newWorld makes a clone without commits; folder is the spec's folder in it.
func newWorld(t *testing.T, folder string) *world {
	t.Helper()
	root := t.TempDir()
	isolate(t, root)
	w := &world{
		t: t, top: filepath.Join(root, "clone"), remote: filepath.Join(root, "remote.git"),
		clock: time.Date(2026, 11, 23, 6, 5, 0, 999, time.FixedZone("CET", 3600)),
	}
	w.dir = filepath.Join(w.top, filepath.FromSlash(folder))
	gitIn(t, root, "init", "--quiet", "--template=", "--bare", "--initial-branch=main", w.remote)
	gitIn(t, root, "init", "--quiet", "--template=", "--initial-branch=main", w.top)
	w.git("remote", "add", "origin", "../"+filepath.Base(w.remote))
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return w
}

// copy returns a world of its own in the same state; the remote's address is relative.
func (w *world) copy(t *testing.T) *world {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(filepath.Dir(w.top))); err != nil {
		t.Fatal(err)
	}
	twin := *w
	twin.t, twin.top, twin.remote = t, filepath.Join(root, "clone"), filepath.Join(root, "remote.git")
	twin.dir = twin.top
	return &twin
}

// isolate keeps the machine's git settings out of the test.
func isolate(t *testing.T, home string) {
	t.Helper()
	for name, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "Jane Doe", "GIT_AUTHOR_EMAIL": "jane@example.com",
		"GIT_COMMITTER_NAME": "Jane Doe", "GIT_COMMITTER_EMAIL": "jane@example.com",
		"GIT_AUTHOR_DATE": "2026-11-23T06:00:00Z", "GIT_COMMITTER_DATE": "2026-11-23T06:00:00Z",
	} {
		t.Setenv(name, value)
	}
}

func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w *world) git(args ...string) string {
	w.t.Helper()
	return gitIn(w.t, w.top, args...)
}

func (w *world) write(name, content string) {
	w.t.Helper()
	file := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, filepath.FromSlash(name)))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

// commit records everything and returns the id.
func (w *world) commit(message string) string {
	w.t.Helper()
	w.git("add", "-A")
	w.git("commit", "--quiet", "--allow-empty", "-m", message)
	return w.git("rev-parse", "HEAD")
}

func (w *world) push() { w.git("push", "--quiet", "-u", "origin", "HEAD") }

func (w *world) open() *git.Repo {
	w.t.Helper()
	r, err := git.Open(w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) options() Options {
	w.clock = w.clock.Add(time.Minute)
	return Options{Environments: lifeEnvironments, Branch: "main", At: w.clock, IgnoreDirty: w.ignore}
}

// promote loads and decides; it writes when there is nothing against it.
func (w *world) promote(req Request) (*Result, Refusals) {
	w.t.Helper()
	in, list, err := Load(w.open(), w.options(), req)
	if err != nil || list.HasErrors() {
		w.t.Fatalf("load: %v %v", err, list)
	}
	return w.keep(Promote(in, req))
}

func (w *world) rollback(req RollbackRequest) (*Result, Refusals) {
	w.t.Helper()
	in, list, err := LoadRollback(w.open(), w.options(), req)
	if err != nil || list.HasErrors() {
		w.t.Fatalf("load: %v %v", err, list)
	}
	return w.keep(Rollback(in, req))
}

func (w *world) keep(res *Result, refused Refusals) (*Result, Refusals) {
	w.t.Helper()
	if (res == nil) == (len(refused) == 0) {
		w.t.Fatalf("result %v with refusals %v", res, refused)
	}
	if res != nil && res.Changed() {
		w.write(res.File, string(res.Source))
	}
	return res, refused
}

// must promotes without refusals and returns the moves as text.
func (w *world) must(req Request) string {
	w.t.Helper()
	res, refused := w.promote(req)
	if res == nil {
		w.t.Fatalf("promote to %s:\n%s", req.To, refused)
	}
	return moveText(res.Moves)
}

func moveText(moves []Move) string {
	var b strings.Builder
	for _, m := range moves {
		fmt.Fprintf(&b, "%s %s\n", m.Slot, m.Action)
	}
	return b.String()
}

// generate writes the candidates of all environments for some applications.
func (w *world) generate(envs []Environment, apps ...string) {
	w.t.Helper()
	for _, env := range envs {
		w.write(layout.Candidates(env.Name), candidatesText(env, apps...))
	}
}

// candidatesText is what the generator writes for an environment. An application is
// "name" or "name@namespace"; the default namespace is named after it.
func candidatesText(env Environment, apps ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: %s\nkind: Candidates\nenvironment: %s\ntargets:\n", APIVersion, env.Name)
	for _, target := range env.Targets {
		fmt.Fprintf(&b, "  %s:\n    namespaces:\n", target)
		var done []string
		for _, app := range apps {
			if _, ns := appNames(app, env.Name); !slices.Contains(done, ns) {
				done = append(done, ns)
				fmt.Fprintf(&b, "      %s:\n        name: infra-%s\n        project: %s-infra\n        path: overlays/%s/infra/%s\n        namespace: %s\n        cluster: in-cluster\n        podSecurity: restricted\n",
					ns, ns, env.Name, target, ns, ns)
			}
		}
		fmt.Fprintf(&b, "    applications:\n")
		for _, app := range apps {
			name, ns := appNames(app, env.Name)
			fmt.Fprintf(&b, "      %s:\n        name: %s-%s\n        project: %s-apps\n        path: overlays/%s/apps/%s\n        namespace: %s\n        cluster: in-cluster\n",
				name, name, target, env.Name, target, name, ns)
		}
	}
	return b.String()
}

func appNames(app, env string) (name, namespace string) {
	name, stem, ok := strings.Cut(app, "@")
	if !ok {
		stem = name
	}
	return name, stem + "-" + env
}

// same compares texts and shows both in full.
func same(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
