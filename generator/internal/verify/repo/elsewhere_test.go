package repo

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// committed makes a repository of Git that holds files, and returns its address.
func committed(t *testing.T, files texts) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repository")
	written(t, dir, files)
	for _, variable := range []string{"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_AUTHOR_NAME=Jane", "GIT_AUTHOR_EMAIL=j@example.com", "GIT_COMMITTER_NAME=Jane", "GIT_COMMITTER_EMAIL=j@example.com"} {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	for _, args := range [][]string{{"init", "--quiet", "--initial-branch=main"}, {"add", "."}, {"commit", "--quiet", "--message=one"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	return "file://" + dir
}

func written(t *testing.T, dir string, files texts) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// server serves files.
func server(t *testing.T, files texts) string {
	t.Helper()
	s := httptest.NewServer(http.FileServerFS(files.files()))
	t.Cleanup(s.Close)
	return s.URL
}

// fetching makes a fetcher without a lock.
func fetching(t *testing.T) *fetch.Fetcher {
	t.Helper()
	lock, err := fetch.ReadLock(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	return fetch.New(fetch.Options{Mode: fetch.Missing, Helm: Local().Helm}, lock)
}

// discovered reads a repository with what it uses of other places.
func discovered(t *testing.T, files texts) *Repository {
	t.Helper()
	r, err := Options{Fetcher: fetching(t), Helm: Local().Helm, Remotes: []string{"https://git.example.com/a.git"}}.Discover(files.files())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// objectsOf names the objects of all targets with where they stand.
func objectsOf(r *Repository) []string {
	var all []string
	for _, target := range r.AllTargets() {
		for _, o := range target.Objects() {
			shown, _, _ := r.Shown(o.File)
			all = append(all, o.String()+" "+shown)
		}
	}
	slices.Sort(all)
	return all
}

// madeByWeb are the objects of the Application web.
func madeByWeb(r *Repository) []*Object {
	for _, target := range r.AllTargets() {
		for _, d := range target.Applications {
			if d.Name == "web" {
				return d.Objects
			}
		}
	}
	return nil
}

const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: nginx}]}\n"

// TestRemoteBasesAsKustomize builds bases, components, patches and files of other places, in all forms, and compares
// with what kustomize builds when it fetches itself.
func TestRemoteBasesAsKustomize(t *testing.T) {
	at := server(t, texts{
		"patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
		"extra.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}], selector: {app: web}}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n",
		"app.conf":   "listen 80;\n",
	})
	deep := committed(t, texts{"kustomization.yaml": "resources: [deep.yaml]\nnamePrefix: deep-\n", "deep.yaml": settings})
	bases := committed(t, texts{
		"web/kustomization.yaml":       "resources:\n- ../shared\n- deployment.yaml\n- " + deep + "?ref=main\npatches:\n- path: " + at + "/patch.yaml\n",
		"web/deployment.yaml":          deployment,
		"shared/kustomization.yaml":    "resources: [shared.yaml]\ncommonLabels: {part: shared}\n",
		"shared/shared.yaml":           strings.Replace(settings, "settings", "shared", 1),
		"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages: [{name: nginx, newTag: '1.29'}]\n",
	})
	files := texts{
		"app.yaml": web,
		"web/kustomization.yaml": "# kept\nnamespace: shop\nresources:\n  - " + bases + "//web?ref=main # the base\n  - " + at + "/extra.yaml\n  - own.yaml\ncomponents: ['" + bases + "//component']\n" +
			"configMapGenerator:\n- name: conf\n  files: [" + at + "/app.conf, other=" + at + "/app.conf]\n  literals: ['a=" + at + "']\npatches:\n- patch: |-\n    - {op: add, path: /metadata/annotations, value: {from: \"" + bases + "\"}}\n  target: {kind: Service}\n",
		"web/own.yaml": strings.Replace(settings, "settings", "own", 1),
	}
	dir := t.TempDir()
	written(t, dir, files)
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	result, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), filepath.Join(dir, "web"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := result.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	beyond := newElsewhere(files.files(), fetching(t))
	built, err := kustomize.NewBuilder(beyond.reader(beyond)).Build("web")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := built.YAML(); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s\n%v", got, want, err)
	}
	r := discovered(t, files)
	got := objectsOf(r)
	for _, want := range []string{"Deployment/web " + bases + "@main/web/deployment.yaml", "ConfigMap/deep-settings " + deep + "@main/deep.yaml", "Service/web " + at + "/extra.yaml", "ConfigMap/own web/own.yaml", "ConfigMap/shared " + bases + "@main/shared/shared.yaml"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %q", want, got)
		}
	}
	if len(r.Problems)+len(r.Skipped) > 0 || len(got) != strings.Count(string(want), "\nkind: ") {
		t.Errorf("%d objects, %+v %+v", len(got), r.Problems, r.Skipped)
	}
}

// TestHostileBases lead nowhere.
func TestHostileBases(t *testing.T) {
	secret := committed(t, texts{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": settings})
	dir := t.TempDir()
	written(t, dir, texts{"secret.yaml": settings})
	for name, base := range map[string]texts{
		"above":        {"kustomization.yaml": "resources: [../../own.yaml]\n"},
		"far above":    {"kustomization.yaml": "resources: [../../../web]\n"},
		"absolute":     {"kustomization.yaml": "resources: [" + dir + "/secret.yaml]\n"},
		"patch above":  {"kustomization.yaml": "resources: [x.yaml]\npatches: [{path: ../../web/own.yaml}]\n", "x.yaml": settings},
		"file above":   {"kustomization.yaml": "configMapGenerator: [{name: a, files: [../../own.yaml]}]\n"},
		"exec":         {"kustomization.yaml": "generators: [g.yaml]\n", "g.yaml": "apiVersion: x/v1\nkind: X\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: /bin/true}\n"},
		"no such file": {"kustomization.yaml": "resources: [absent.yaml]\n"},
	} {
		bases := committed(t, base)
		r := discovered(t, texts{"app.yaml": web, "own.yaml": settings, "web/own.yaml": settings, "web/kustomization.yaml": "resources: ['" + bases + "']\n"})
		if got := madeByWeb(r); len(got) > 0 || len(r.Problems)+len(r.Skipped) == 0 {
			t.Errorf("%s: %q, %+v %+v", name, got, r.Problems, r.Skipped)
		}
	}

	// A base of another machine names one of this machine.
	beyond := newElsewhere(fstest.MapFS{}, fetching(t))
	beyond.mounts[mounted+"0123456789abcdef"] = &mount{Thing: fetch.Thing{Kind: fetch.Git, Address: "https://example.com/a.git"}, folder: mounted + "0123456789abcdef", files: fstest.MapFS{}}
	if to, err := beyond.lead(mounted+"0123456789abcdef/web", secret); err == nil {
		t.Errorf("it leads to %s", to)
	}
	if at, err := beyond.mount(".", fetch.Thing{Kind: fetch.Git, Address: secret}, Origin{File: mounted + "0123456789abcdef/app.yaml", Line: 1}); err == nil {
		t.Errorf("an Application of another machine reads %s", at)
	}

	// A link that leads out of a base is not there.
	linked := filepath.Join(t.TempDir(), "linked")
	written(t, linked, texts{"kustomization.yaml": "resources: [link.yaml]\n"})
	if err := os.Symlink(dir+"/secret.yaml", filepath.Join(linked, "link.yaml")); err != nil {
		t.Skip(err)
	}
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "."}, {"commit", "--quiet", "--message=one"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = linked
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	r := discovered(t, texts{"app.yaml": web, "web/kustomization.yaml": "resources: ['file://" + linked + "']\n"})
	if len(madeByWeb(r)) > 0 || len(r.Problems) != 1 {
		t.Errorf("a link: %q %+v", madeByWeb(r), r.Problems)
	}
}

// TestCycleOfBases ends with a finding.
func TestCycleOfBases(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bases")
	address := "file://" + dir
	written(t, dir, texts{"a/kustomization.yaml": "resources: ['" + address + "//b?ref=main']\n", "b/kustomization.yaml": "resources: ['" + address + "//a?ref=main']\n"})
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	for _, args := range [][]string{{"init", "--quiet", "--initial-branch=main"}, {"add", "."}, {"-c", "user.name=Jane", "-c", "user.email=j@example.com", "commit", "--quiet", "--message=one"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	r := discovered(t, texts{"app.yaml": web, "web/kustomization.yaml": "resources: ['" + address + "//a?ref=main']\n"})
	if len(r.Problems) != 1 || !strings.Contains(r.Worded(r.Problems[0].Message), "in a cycle: "+address+"@main/a → "+address+"@main/b → "+address+"@main/a") {
		t.Errorf("%+v", r.Problems)
	}
}

// TestOtherSources follows Applications and git generators into other repositories.
func TestOtherSources(t *testing.T) {
	other := committed(t, texts{
		"plain/a.yaml": settings, "plain/deep/b.yaml": strings.Replace(settings, "settings", "deep", 1),
		"apps/child.yaml":          strings.NewReplacer("name: web,", "name: child,", "path: web", "path: own").Replace(web),
		"teams/a/c.yaml":           strings.Replace(settings, "settings", "a", 1),
		"teams/b/c.yaml":           strings.Replace(settings, "settings", "b", 1),
		"settings/one.yaml":        "name: one\n",
		"built/kustomization.yaml": "resources: [../plain/a.yaml]\n",
	})
	application := func(name, path string) string {
		return strings.NewReplacer("name: web,", "name: "+name+",", "https://git.example.com/a.git", other, "path: web", "path: "+path).Replace(web)
	}
	set := func(name, generator string) string {
		return "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: " + name + ", namespace: argocd}\nspec:\n  goTemplate: true\n  generators: [{git: {repoURL: '" + other + "', revision: main, " + generator + "}}]\n" +
			"  template:\n    metadata: {name: '" + name + "-{{.path.basename}}'}\n    spec:\n      project: default\n      source: {repoURL: '" + other + "', path: '{{.path.path}}', targetRevision: main}\n      destination: {name: in-cluster, namespace: shop}\n"
	}
	r := discovered(t, texts{
		"app.yaml": web, "web/own.yaml": strings.Replace(settings, "settings", "web", 1), "own/own.yaml": strings.Replace(settings, "settings", "own", 1),
		"plain.yaml": application("plain", "plain"), "apps.yaml": application("apps", "apps"), "gone.yaml": application("gone", "gone"), "above.yaml": application("above", "../x"),
		"teams.yaml": set("teams", "directories: [{path: teams/*}]"), "files.yaml": set("files", "files: [{path: 'settings/*.yaml'}]"), "built.yaml": application("built", "built"),
	})
	all := slices.DeleteFunc(objectsOf(r), func(o string) bool { return strings.HasPrefix(o, "Application") && !strings.Contains(o, "://") })
	got := strings.ReplaceAll(strings.Join(all, "\n"), other, "OTHER")
	want := "ConfigMap/a OTHER@main/teams/a/c.yaml\nConfigMap/b OTHER@main/teams/b/c.yaml\nConfigMap/own own/own.yaml\nConfigMap/settings OTHER@main/plain/a.yaml\nConfigMap/web web/own.yaml"
	if !strings.Contains(got, "Application/child OTHER@main/apps/child.yaml") || strings.ReplaceAll(got, "Application/child OTHER@main/apps/child.yaml\n", "") != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	var said []string
	for _, p := range r.Problems {
		said = append(said, r.Worded(p.Application+": "+p.Message))
	}
	if len(said) != 3 || !strings.Contains(fmt.Sprint(said), "gone is not a folder of "+other+"@main") || !strings.Contains(fmt.Sprint(said), "../x leads out") {
		t.Errorf("%q", said)
	}
}

// TestWithoutFetching says what is not judged, and uses no network.
func TestWithoutFetching(t *testing.T) {
	files := texts{"app.yaml": web, "web/kustomization.yaml": "resources: ['https://127.0.0.1:1/acme/bases//web?ref=main', 'https://127.0.0.1:1/x.yaml']\n"}
	lock, _ := fetch.ReadLock(files.files())
	r, err := Options{Fetcher: fetch.New(fetch.Options{Cache: cache.In(t.TempDir())}, lock)}.Discover(files.files())
	if err != nil || len(r.Skipped) != 2 || !r.Skipped[0].Fetchable() {
		t.Errorf("%+v, %v", r.Skipped, err)
	}
	r = discovered(t, files)
	if len(r.Skipped) != 2 || r.Skipped[0].Fetchable() || r.Skipped[0].Topic() != "what could not be fetched" {
		t.Errorf("%+v", r.Skipped)
	}
}
