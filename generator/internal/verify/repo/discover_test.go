package repo

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// texts are files by their paths.
type texts map[string]string

func (t texts) files() fs.FS {
	files := fstest.MapFS{}
	for name, text := range t {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// web is an Application of the folder web.
const web = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.com/a.git, path: web, targetRevision: main}
  destination: {name: in-cluster, namespace: shop}
`

const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"

// TestHostile reads a repository with everything that could keep a reader waiting or lead it out
// of the repository.
func TestHostile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, "repository", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("app.yaml", web)
	write("web/settings.yaml", settings)
	write("web/large.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: large}\n"+strings.Repeat("# filler\n", 2<<20))
	write("web/bytes.yaml", "apiVersion: v1\nkind: \xff\x00\xfe\nmetadata: {}\n")
	write("pipes/kustomization.yaml", "resources: [pipe.yaml]\n")
	write("a/kustomization.yaml", "resources: [../b]\n")
	write("b/kustomization.yaml", "resources: [../a]\n")
	write("out/kustomization.yaml", "resources: [../../secret]\n")
	write("../secret/kustomization.yaml", "resources: [secret.yaml]\n")
	write("../secret/secret.yaml", strings.Replace(settings, "settings", "secret", 1))
	if err := os.Symlink("../../secret/secret.yaml", filepath.Join(dir, "repository/web/link.yaml")); err != nil {
		t.Skip(err)
	}
	if err := pipe(filepath.Join(dir, "repository/pipes/pipe.yaml")); err != nil {
		t.Skip(err)
	}
	root, err := os.OpenRoot(filepath.Join(dir, "repository"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	done := make(chan *Repository, 1)
	go func() {
		r, err := Discover(root.FS())
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	select {
	case r := <-done:
		hostileFound(t, r)
	case <-time.After(time.Minute):
		t.Fatal("the reader waits")
	}
}

func hostileFound(t *testing.T, r *Repository) {
	t.Helper()
	var said strings.Builder
	for _, p := range r.Problems {
		said.WriteString(p.File + ": " + p.Message + "\n")
	}
	for _, want := range []string{"web/link.yaml: the link web/link.yaml leads out of the repository", "web/large.yaml: ", "larger than 10 MB", "web/bytes.yaml: "} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("no problem says %q:\n%s", want, said.String())
		}
	}
	for _, target := range r.Targets {
		for _, o := range target.Objects() {
			if o.Name == "secret" {
				t.Error("an object from outside the repository was read")
			}
		}
	}
}

// TestPlaces checks namespaces and clusters.
func TestPlaces(t *testing.T) {
	r, err := Discover(texts{
		"app.yaml":      web + "---\n" + strings.NewReplacer("name: web", "name: db", "path: web", "path: db", "name: in-cluster", "server: 'https://kubernetes.default.svc:443/'").Replace(web),
		"crds/crd.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: zones.example.com}\nspec: {group: example.com, scope: Cluster, names: {kind: Zone}}\n",
		"web/all.yaml":  settings + "---\napiVersion: example.com/v1\nkind: Zone\nmetadata: {name: z, namespace: lost}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n---\napiVersion: example.com/v1\nkind: Other\nmetadata: {name: o}\n",
		"db/all.yaml":   settings,
	}.files())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Targets) != 1 || r.Targets[0].Cluster != "in-cluster" || len(r.Targets[0].Applications) != 2 {
		t.Fatalf("the Applications go to %+v", r.Targets)
	}
	want := map[string]string{"settings": "shop", "z": "", "r": "", "o": "shop"}
	for _, o := range r.Targets[0].Objects() {
		if o.Namespace != want[o.Name] {
			t.Errorf("%s is in namespace %q, want %q", o, o.Namespace, want[o.Name])
		}
		if o.Application == nil || o.File == "" || o.Line == 0 {
			t.Errorf("%s: no Application or no place: %+v", o, o.Origin)
		}
	}
}

// TestBuildOptions builds what reads a file of another folder only when argocd-cm allows it.
func TestBuildOptions(t *testing.T) {
	files := texts{
		"app.yaml": web, "web/kustomization.yaml": "resources: [../shared/settings.yaml]\n", "shared/settings.yaml": settings,
	}
	r, err := Discover(files.files())
	if err != nil || len(r.Problems) != 1 {
		t.Fatalf("%v %+v", err, r)
	}
	files["cm.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata: {kustomize.buildOptions: --load-restrictor LoadRestrictionsNone}\n"
	r, err = Discover(files.files())
	if err != nil || len(r.Problems) != 0 || len(r.Targets[0].Objects()) != 1 {
		t.Fatalf("%v %+v", err, r.Problems)
	}
}

// TestClusters expands the clusters generator by what the caller names.
func TestClusters(t *testing.T) {
	set := `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps}
spec:
  goTemplate: true
  generators: [{clusters: {selector: {matchLabels: {env: prod}}}}]
  template:
    metadata: {name: 'web-{{.name}}'}
    spec:
      source: {repoURL: https://git.example.com/a.git, path: 'web'}
      destination: {server: '{{.server}}', namespace: shop}
`
	o := Options{Clusters: []Cluster{{Name: "east", Server: "https://east", Labels: map[string]string{"env": "prod"}}, {Name: "west", Server: "https://west"}}}
	r, err := o.Discover(texts{"set.yaml": set, "web/settings.yaml": settings}.files())
	if err != nil || len(r.Targets) != 1 || r.Targets[0].Cluster != "https://east" || r.Targets[0].Applications[0].Name != "web-east" {
		t.Fatalf("%v %+v %+v", err, r.Targets, r.Skipped)
	}
}

// TestExhaustion expands templates that would write for ever.
func TestExhaustion(t *testing.T) {
	for _, text := range []string{`{{ repeat 1000000000 "a" }}`, `{{ range until 1000000000 }}a{{ end }}`, `{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}`, `{{ range until 9999 }}{{ range until 9999 }}aaaaaaaaaa{{ end }}{{ end }}`, `{{ env "HOME" }}`} {
		if out, err := (filler{language: true, parsed: parsed{}}).execute(text, map[string]any{}); err == nil {
			t.Errorf("%s gives %d bytes", text, len(out))
		}
	}
	if _, err := (filler{language: true, options: []string{"missingkey=nonsense"}, parsed: parsed{}}).execute("{{ .a }}", nil); err == nil {
		t.Error("an unknown option is accepted")
	}
}

// FuzzDocuments splits files; every document starts in the file.
func FuzzDocuments(f *testing.F) {
	f.Add([]byte("\xef\xbb\xbf--- # a\r\nkind: A\r\n---\r\n%YAML 1.2\n--- {kind: B}\n...\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := strings.Count(string(text), "\n") + 1
		for _, part := range documents(text) {
			if part.firstLine() < 1 || part.firstLine() > lines {
				t.Errorf("a document starts in line %d of %d", part.firstLine(), lines)
			}
			objects, err := part.read("a.yaml")
			if err == nil && len(objects) > 0 && objects[0].Kind == "" {
				t.Error("an object without a kind")
			}
		}
	})
}
