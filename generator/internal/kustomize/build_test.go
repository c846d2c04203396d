package kustomize

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/generator/internal/cache"
)

// TestBuilder builds every overlay of a golden in both ways, and finds the file of each object.
func TestBuilder(t *testing.T) {
	source := os.DirFS("../../../golden/voting-app/want")
	builder := NewBuilder(NewFiles(source))
	folders, err := fs.Glob(source, "overlays/*/apps/*")
	if err != nil || len(folders) == 0 {
		t.Fatal(folders, err)
	}
	for _, folder := range folders {
		built, err := builder.Build(folder)
		if err != nil {
			t.Fatal(err)
		}
		objects, err := Build(func(name string) ([]byte, error) {
			text, err := fs.ReadFile(source, name)
			if err != nil {
				return nil, nil //nolint:nilerr // The function has no other way to say that there is none.
			}
			return text, nil
		}, folder)
		if err != nil || len(objects) != len(built.Resources) {
			t.Errorf("%s: %d and %d objects, %v", folder, len(objects), len(built.Resources), err)
		}
		if !slices.Contains(built.Read, folder+"/kustomization.yaml") {
			t.Errorf("%s: read %v", folder, built.Read)
		}
	}
}

// TestBuilderRefuses shows what is not read.
func TestBuilderRefuses(t *testing.T) {
	for name, source := range map[string]string{
		"address": "resources: ['https://example.com/x.yaml']", "repository": "resources: ['github.com/acme/x//y?ref=v1']",
		"above": "resources: [../../x]", "missing": "resources: [x.yaml]", "cycle": "resources: [../a]",
		"chart": "helmCharts: [{name: x, repo: 'https://example.com'}]", "text": "resources: [",
	} {
		files := fstest.MapFS{"a/kustomization.yaml": {Data: []byte(source)}}
		if built, err := NewBuilder(NewFiles(files)).Build("a"); err == nil {
			t.Errorf("%s: %v", name, built)
		}
	}
}

// TestOrigins finds the files of objects whose names Kustomize changed.
func TestOrigins(t *testing.T) {
	files := fstest.MapFS{
		"top/kustomization.yaml": {Data: []byte("namePrefix: my-\nresources: [../web, ns.yaml]\n")},
		"top/ns.yaml":            {Data: []byte("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")},
		"web/kustomization.yaml": {Data: []byte("nameSuffix: -v1\nnamespace: shop\nresources: [a.yaml, b.yaml]\nconfigMapGenerator: [{name: c, literals: [a=b]}]\npatches:\n  - path: patch.yaml\n")},
		"web/patch.yaml":         {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {x: z}\n")},
		"web/a.yaml":             {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {x: y}\n")},
		"web/b.yaml":             {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: my-web, namespace: other}\n---\napiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Secret, metadata: {name: s}}\n")},
	}
	built, err := NewBuilder(NewFiles(files)).Build("top")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range built.Resources {
		got = append(got, r.Origin+" "+r.Original)
	}
	slices.Sort(got)
	want := []string{"top/ns.yaml shop", "web/a.yaml web", "web/b.yaml my-web", "web/b.yaml s", "web/kustomization.yaml c"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestManagedBy wants the label that names kustomize to be that of the kustomize command.
func TestManagedBy(t *testing.T) {
	files := fstest.MapFS{
		"a/kustomization.yaml": {Data: []byte("buildMetadata: [managedByLabel]\nresources: [x.yaml]")},
		"a/x.yaml":             {Data: []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}")},
	}
	built, err := NewBuilder(NewFiles(files)).Build("a")
	if err != nil {
		t.Fatal(err)
	}
	if want := `"app.kubernetes.io/managed-by":"kustomize-v5.8.2"`; !strings.Contains(string(built.Resources[0].JSON), want) {
		t.Errorf("got %s, want %s", built.Resources[0].JSON, want)
	}
}

// TestRemember builds again only what has changed: a file that was read, or one that appears.
func TestRemember(t *testing.T) {
	in := cache.In(t.TempDir())
	files := fstest.MapFS{
		"a/kustomization.yaml": {Data: []byte("resources: [x.yaml]")}, "a/x.yaml": {Data: []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}")},
	}
	build := func() *Built {
		built, err := NewBuilder(NewFiles(files)).Remember(in).Build("a")
		if err != nil {
			t.Fatal(err)
		}
		return built
	}
	first, second := build(), build()
	if first.text == nil || second.text != nil || string(first.Resources[0].JSON) != string(second.Resources[0].JSON) || second.Resources[0].Origin != "a/x.yaml" {
		t.Errorf("%+v, then %+v", first, second)
	}
	files["a/x.yaml"] = &fstest.MapFile{Data: []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: y}}")}
	if third := build(); third.text == nil || !strings.Contains(string(third.Resources[0].JSON), `"y"`) {
		t.Errorf("after a change: %s", third.Resources[0].JSON)
	}
}
