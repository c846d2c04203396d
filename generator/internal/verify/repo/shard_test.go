package repo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestParts shows what of a repository is judged together, and how machines share it.
func TestParts(t *testing.T) {
	application := func(name, project, destination string) string {
		return fmt.Sprintf("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: %s, namespace: argocd}\nspec:\n  project: %s\n"+
			"  source: {repoURL: https://git.example.com/a.git, path: %s, targetRevision: main}\n  destination: {%s, namespace: a}\n---\n", name, project, name, destination)
	}
	project := func(name, spec string) string {
		return fmt.Sprintf("apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: %s, namespace: argocd}\nspec: {%s}\n---\n", name, spec)
	}
	three := application("a", "p", "name: one") + application("b", "p", "name: two") + application("c", "p", "name: two")
	for _, c := range []struct{ name, apps, want string }{
		{"a part for each cluster", three, "b c|a"},
		{"a project that names what it permits", three + project("p", "sourceRepos: [https://git.example.com/a.git]"), "b c|a"},
		{"a project without limits", three + project("p", "sourceRepos: ['*']"), "a b c"},
		{"another project without limits", three + project("q", "sourceRepos: ['*']"), "b c|a"},
		{"the names of one cluster", application("a", "p", "name: in-cluster") + application("b", "p", "server: https://kubernetes.default.svc"), "a b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := fstest.MapFS{"apps.yaml": {Data: []byte(c.apps)}}
			for _, name := range []string{"a", "b", "c"} {
				files[name+"/kustomization.yaml"] = &fstest.MapFile{Data: []byte("resources: [all.yaml]\n")}
				files[name+"/all.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")}
			}
			var shares []string
			for number := 1; number <= 3; number++ {
				if share := judged(t, files, Shard{Number: number, Of: 3}); share != "" {
					shares = append(shares, share)
				}
			}
			if got := strings.Join(shares, "|"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// judged are the Applications of a share. Those of others were not built.
func judged(t *testing.T, files fstest.MapFS, s Shard) string {
	t.Helper()
	r, err := Options{Shard: s}.Discover(files)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, target := range r.AllTargets() {
		for _, d := range target.Applications {
			if r.Owns(d) {
				names = append(names, d.Name)
			}
			if r.Owns(d) != (len(d.Objects) > 0) {
				t.Errorf("%s has %d objects", d.Name, len(d.Objects))
			}
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// TestMarks shows what every machine builds although another judges it: what the objects of other clusters are
// judged by.
func TestMarks(t *testing.T) {
	files := fstest.MapFS{
		"apps.yaml": {Data: []byte("apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s, namespace: argocd}\nspec:\n  generators: [{list: {elements: [{app: a}, {app: b}]}}]\n" +
			"  template:\n    metadata: {name: '{{app}}'}\n    spec: {project: p, source: {repoURL: 'https://git.example.com/a.git', path: '{{app}}'}, destination: {name: '{{app}}', namespace: a}}\n")},
		"a/kustomization.yaml":    {Data: []byte("resources: [../base]\n")},
		"base/kustomization.yaml": {Data: []byte("resources: [all.yaml]\n")},
		"base/all.yaml":           {Data: []byte("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nprovisioner: p\n")},
		"b/kustomization.yaml":    {Data: []byte("resources: [all.yaml]\n")},
		"b/all.yaml":              {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")},
	}
	for number, want := range []string{"a:1 b:0", "a:1 b:1"} {
		r, err := Options{Shard: Shard{Number: number + 1, Of: 2}}.Discover(files)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, target := range r.AllTargets() {
			for _, d := range target.Applications {
				got = append(got, fmt.Sprintf("%s:%d", d.Name, len(d.Objects)))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("machine %d built %v, want %s", number+1, got, want)
		}
	}
}
