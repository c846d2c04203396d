package generator

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// repository is a real git repository with a generated tree in it.
type repository struct {
	t   *testing.T
	dir string
	// applications by name, with the tag of their image.
	applications map[string]string
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "Jane Doe")
		t.Setenv("GIT_"+who+"_EMAIL", "jane@example.com")
	}
	r := &repository{t: t, dir: t.TempDir(), applications: map[string]string{}}
	for i := range 14 { // two more cross no step of a quota
		r.applications[fmt.Sprintf("app-%02d", i*10)] = "1.0.0"
	}
	r.git("init", "-q", "-b", "main")
	r.generate()
	r.commit("first")
	return r
}

// git runs git and returns what it prints; merges may fail.
func (r *repository) git(args ...string) string {
	r.t.Helper()
	out, ok := r.try(args...)
	if !ok {
		r.t.Fatalf("git %s: %s", strings.Join(args, " "), out)
	}
	return out
}

func (r *repository) try(args ...string) (string, bool) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func (r *repository) commit(message string) {
	r.t.Helper()
	r.git("add", "--all")
	r.git("commit", "-q", "-m", message)
}

// spec writes one application over several lines, as people do.
func (r *repository) spec() string {
	var b strings.Builder
	b.WriteString(`apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: shop}
repository: {url: https://git.example.com/shop.git}
environments:
  - {name: dev, profile: development}
  - {name: staging, profile: staging}
  - {name: prod, profile: production}
applications:
`)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range r.applications {
			if !yield(name) {
				return
			}
		}
	}) {
		fmt.Fprintf(&b, "  %s:\n    image: ghcr.io/acme/%s:%s\n    ports: {http: 8080}\n    env:\n      LOG_LEVEL: info\n", name, name, r.applications[name])
	}
	return b.String()
}

func (r *repository) write(path, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, path), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repository) generate() {
	r.t.Helper()
	r.write("environments.yaml", r.spec())
	r.regenerate()
}

func (r *repository) regenerate() *Plan {
	r.t.Helper()
	plan, err := r.result().Write(WriteOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	if plan.Stopped() {
		conflicts, refusals := plan.Blocked()
		r.t.Fatalf("blocked: %v %v", conflicts, refusals)
	}
	return plan
}

func (r *repository) result() *Platform {
	r.t.Helper()
	result, err := Load(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	if result.Diagnostics.HasErrors() {
		r.t.Fatal(result.Diagnostics[0].Summary)
	}
	return result
}

// branch makes a branch from main with one change of the applications.
func (r *repository) branch(name string, change func(applications map[string]string)) {
	r.t.Helper()
	r.git("checkout", "-q", "main")
	r.git("checkout", "-q", "-b", name)
	before := r.applications
	r.applications = map[string]string{}
	for app, tag := range before {
		r.applications[app] = tag
	}
	change(r.applications)
	r.generate()
	r.commit(name)
	r.applications = before
}

// clean is generate --check.
func (r *repository) clean() {
	r.t.Helper()
	plan, err := r.result().Plan(WriteOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	if plan.Pending() || plan.Stopped() {
		r.t.Errorf("generate --check is not 0: %v", plan.Changes())
	}
}

func (r *repository) unmerged() []string {
	return strings.Fields(r.git("diff", "--name-only", "--diff-filter=U"))
}

func TestBranchesThatChangeDifferentApplicationsMerge(t *testing.T) {
	r := newRepository(t)
	r.branch("one", func(apps map[string]string) { apps["app-10"] = "1.1.0" })
	r.branch("other", func(apps map[string]string) { apps["app-90"] = "2.0.0" })
	r.git("merge", "-q", "--no-edit", "one")
	r.clean()
}

func TestBranchesThatAddApplicationsFarApartMerge(t *testing.T) {
	r := newRepository(t)
	r.branch("one", func(apps map[string]string) { apps["app-15"] = "1.0.0" })
	r.branch("other", func(apps map[string]string) { apps["app-85"] = "1.0.0" })
	r.git("merge", "-q", "--no-edit", "one")
	r.clean()
}

// TestRemerge lets two branches insert at the same place. Generated files and state
// collide as the spec does; after the spec is resolved by hand and the rest anew,
// nothing is in conflict, and a hand edit of one side is still there.
func TestRemerge(t *testing.T) {
	r := newRepository(t)
	r.branch("one", func(apps map[string]string) { apps["app-51"] = "1.0.0" })
	r.branch("other", func(apps map[string]string) { apps["app-52"] = "1.0.0" })
	edited := filepath.Join(r.dir, "base", "app-52", "workload.yaml")
	src, err := os.ReadFile(edited)
	if err != nil {
		t.Fatal(err)
	}
	r.write("base/app-52/workload.yaml", string(src)+"# kept by hand\n")
	r.commit("edit")
	if _, ok := r.try("merge", "--no-edit", "one"); ok {
		t.Fatal("insertions at the same place merged without a conflict")
	}
	if before := r.unmerged(); len(before) < 5 {
		t.Fatalf("only %v are in conflict: the test shows nothing", before)
	}
	settled, err := Remerge(r.dir, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if left := r.unmerged(); !slices.Equal(left, []string{"environments.yaml"}) || !slices.Equal(settled.Left, left) {
		t.Fatalf("left in conflict: %v, said: %v", left, settled.Left)
	}
	r.applications["app-51"], r.applications["app-52"] = "1.0.0", "1.0.0"
	r.generate()
	r.git("add", "--all")
	r.git("commit", "-q", "--no-edit")
	r.clean()
	if src, err := os.ReadFile(edited); err != nil || !strings.HasSuffix(string(src), "# kept by hand\n") {
		t.Errorf("the hand edit is lost: %v\n%s", err, src)
	}
	fresh := filesOf(t, r.dir)
	for path, want := range fresh {
		if path == "base/app-52/workload.yaml" {
			continue
		}
		if got, err := os.ReadFile(filepath.Join(r.dir, path)); err != nil || string(got) != string(want) {
			t.Errorf("%s differs from a fresh generation: %v", path, err)
		}
	}
}
