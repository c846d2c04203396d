package render

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/generator/internal/model"
)

// app is the data of the tests about paths: an application on a target.
type app struct {
	Name   model.Name
	Target model.Name
}

// platform gives two applications on two targets.
func platform(names []string) ([]Scope, error) {
	apps, targets := []string{""}, []string{""}
	for _, name := range names {
		switch name {
		case "app":
			apps = []string{"cart", "web"}
		case "target":
			targets = []string{"dev", "prod"}
		default:
			return nil, errors.New("there is no " + name)
		}
	}
	var scopes []Scope
	for _, a := range apps {
		for _, t := range targets {
			var values []string
			for _, name := range names {
				values = append(values, map[string]string{"app": a, "target": t}[name])
			}
			scopes = append(scopes, Scope{
				Values: values, Archive: "applications/" + a,
				Data: app{model.Name(a), model.Name(t)},
			})
		}
	}
	return scopes, nil
}

func TestPathIsPlan(t *testing.T) {
	files, list := Render(Input{Scopes: platform, Builtin: folder(map[string]string{
		"overlays/{target}/apps/{app}/x.yaml.tmpl": "a: [[.Name]]\n",
		"roots/{target}-{app}.yaml":                "copied: '{{ [[.Name]] }}'\n",
		"README.md":                                "# Readme\n",
		"_lib/labels.tmpl":                         "[[define \"labels\"]]x[[end]]",
	})})
	if len(list) > 0 {
		t.Fatal(reportText(list))
	}
	want := []string{
		"README.md", "overlays/dev/apps/cart/x.yaml", "overlays/dev/apps/web/x.yaml", "overlays/prod/apps/cart/x.yaml",
		"overlays/prod/apps/web/x.yaml", "roots/dev-cart.yaml", "roots/dev-web.yaml", "roots/prod-cart.yaml", "roots/prod-web.yaml",
	}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	f := files["overlays/prod/apps/web/x.yaml"]
	if f.ID != "overlays/{target}/apps/{app}/x.yaml?app=web&target=prod" || f.Archive != "applications/web" || string(f.Content) != "a: web\n" {
		t.Errorf("got %+v with %q", f, f.Content)
	}
	if got := string(files["roots/dev-web.yaml"].Content); got != "copied: '{{ [[.Name]] }}'\n" {
		t.Errorf("copied file is %q", got)
	}
	if id := files["README.md"].ID; id != "README.md" {
		t.Errorf("id is %q", id)
	}
	if problems := files.Check(); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestPathFaults(t *testing.T) {
	cases := []struct{ path, want string }{
		{"a/{apps}/x.yaml.tmpl", "unknown placeholder {apps} in a template path [template/path]\n  Placeholders are {app} {chart} {cluster} {config} {env} {fleet} {job} {namespace} {target} {team}.\n  hint: Did you mean {app}?"},
		{"a/{team}/x.yaml.tmpl", "placeholders do not go together [template/path]\n  there is no team"},
		{"a/{app/x.yaml.tmpl", "malformed placeholder in a template path [template/path]\n  The path has a { without a } after it."},
		{"a/app}/x.yaml.tmpl", "The path has a } without a { before it."},
		{"a b.yaml.tmpl", "unusable template path [template/path]"},
		{"a/.tmpl", "unusable template path [template/path]"},
	}
	for _, c := range cases {
		got := reportOf(Input{Scopes: platform, Builtin: folder(map[string]string{c.path: "a: 1\n"})})
		if !strings.Contains(got, c.want) || !strings.Contains(got, "built-in template "+c.path) {
			t.Errorf("%s gives:\n%s\nwant:\n%s", c.path, got, c.want)
		}
	}
}

func TestScopeValuesAreChecked(t *testing.T) {
	for _, value := range []string{"", ".", "..", "a/b", "../x", "a b", "é", "a&b"} {
		in := Input{Builtin: folder(map[string]string{"{app}/x.md": "x"}), Scopes: func([]string) ([]Scope, error) {
			return []Scope{{Values: []string{value}}}, nil
		}}
		if got := reportOf(in); !strings.Contains(got, "template gives an unusable path [template/path]") {
			t.Errorf("%q gives:\n%s", value, got)
		}
	}
}

func TestWhiteSpaceGivesNoFile(t *testing.T) {
	files, list := Render(Input{Scopes: platform, Builtin: folder(map[string]string{
		"{app}/x.yaml.tmpl": "\n[[if eq .Name \"web\"]]a: 1[[end]]\n\n",
		"{app}/x.md.tmpl":   " \n[[- /* nothing */ -]]\n",
		"copied.md":         "\n",
	})})
	if len(list) > 0 || !slices.Equal(slices.Sorted(maps.Keys(files)), []string{"copied.md", "web/x.yaml"}) {
		t.Error(reportText(list), files)
	}
}

func TestCollisions(t *testing.T) {
	got := reportOf(Input{Scopes: platform, Builtin: folder(map[string]string{
		"apps/{app}.yaml.tmpl": "a: 1\n", "apps/web.yaml": "b: 1\n",
		"x.md": "x", "x.md.tmpl": "x",
	})})
	if want := "built-in template x.md.tmpl: error: two templates for one path [template/collision]\n" +
		"  built-in template x.md and built-in template x.md.tmpl both produce x.md.\n" +
		"  hint: Rename one of them. A layer's template replaces the one below it that has the same path, placeholders included.\n"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	got = reportOf(Input{Scopes: platform, Builtin: folder(map[string]string{"apps/{app}.yaml.tmpl": "a: 1\n", "apps/web.yaml": "b: 1\n"})})
	if want := "built-in template apps/{app}.yaml.tmpl: error: two templates give the same path [template/collision]\n" +
		"  built-in template apps/web.yaml and built-in template apps/{app}.yaml.tmpl both produce apps/web.yaml.\n" +
		"  hint: Rename one of them. A layer's template replaces the one below it that has the same path, placeholders included.\n"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestSiblings(t *testing.T) {
	in := Input{Scopes: platform, Exists: func(p, _ string) bool { return p == "overlays/web/custom" }, Builtin: folder(map[string]string{
		"overlays/{app}/kustomization.yaml.tmpl": "[[with siblings]]resources:[[range .Resources]]\n  - [[.]][[end]]\npatches:[[range .Patches]]\n  - path: [[.]][[end]]\ncomponents: [[.Components]]\n[[end]]",
		"overlays/{app}/quota.yaml.tmpl":         "a: 1\n",
		"overlays/{app}/empty.yaml.tmpl":         "\n",
		"overlays/{app}/a.yaml":                  "a: 1\n",
		"overlays/{app}/w.patch.yaml.tmpl":       "a: 1\n",
		"overlays/{app}/readme.md":               "a",
		"overlays/{app}/deeper/d.yaml":           "a: 1\n",
	})}
	files, list := Render(in)
	if len(list) > 0 {
		t.Fatal(reportText(list))
	}
	want := "resources:\n  - a.yaml\n  - quota.yaml\npatches:\n  - path: w.patch.yaml\ncomponents:\n  - custom\n"
	if got := string(files["overlays/web/kustomization.yaml"].Content); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := string(files["overlays/cart/kustomization.yaml"].Content); !strings.HasSuffix(got, "components: []\n") {
		t.Errorf("got:\n%s", got)
	}
	got := reportOf(Input{Scopes: platform, Builtin: folder(map[string]string{"x.yaml.tmpl": "a:\n  [[with siblings]]x[[end]]\n"})})
	if want := "built-in template x.yaml.tmpl:2:10: error: siblings is for kustomization.yaml only [template/function]"; !strings.HasPrefix(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestLayers(t *testing.T) {
	in := Input{
		Scopes: platform,
		Builtin: folder(map[string]string{
			"a.md.tmpl": "built-in a [[template \"p\"]]\n", "b.md.tmpl": "built-in b\n", "c.md.tmpl": "built-in c\n", "_lib/p.tmpl": "[[define \"p\"]]built-in p[[end]]",
		}),
		Layers: []Layer{
			{"templates", folder(map[string]string{"b.md.tmpl": "first b\n", "c.md": "first c\n", "_lib/p.tmpl": "[[define \"p\"]]first p[[end]]"})},
			{"more", folder(map[string]string{"b.md.tmpl": "second b\n", "d.md.tmpl": "second d\n", ".DS_Store": "x", ".git/config": "x"})},
		},
	}
	files, list := Render(in)
	if len(list) > 0 {
		t.Fatal(reportText(list))
	}
	want := map[string]string{"a.md": "built-in a first p\n", "b.md": "second b\n", "c.md": "first c\n", "d.md": "second d\n"}
	for name, text := range want {
		if got := string(files[name].Content); got != text {
			t.Errorf("%s is %q, want %q", name, got, text)
		}
	}
	if len(files) != len(want) {
		t.Errorf("got %d files", len(files))
	}
	entries, _ := List(in)
	wantList := []Entry{
		{"_lib/p.tmpl", "templates", "built-in"}, {"a.md.tmpl", "built-in", ""}, {"b.md.tmpl", "more", "templates"},
		{"c.md", "templates", "built-in"}, {"d.md.tmpl", "more", ""},
	}
	if !slices.Equal(entries, wantList) {
		t.Errorf("got  %v\nwant %v", entries, wantList)
	}
	if got := string(Sources(in)["more/b.md.tmpl"]); got != "second b\n" {
		t.Errorf("source is %q", got)
	}
}

// TestMovedTemplates replaces a built-in template by the path that it had before.
func TestMovedTemplates(t *testing.T) {
	files, list := Render(Input{
		Builtin: folder(map[string]string{"now/a.yaml.tmpl": "from: built-in\n"}),
		Layers:  []Layer{{"templates", folder(map[string]string{"old/a.yaml.tmpl": "from: ours\n"})}},
		Moved:   map[string]string{"old/a.yaml": "between/a.yaml", "between/a.yaml": "now/a.yaml"},
		Scopes:  repository(nil),
	})
	if len(list) > 0 || len(files) != 1 || string(files["now/a.yaml"].Content) != "from: ours\n" {
		t.Errorf("%v %+v", list, files)
	}
}

func TestExecutable(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tool.tmpl"), []byte("x\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	in := Input{
		Scopes: platform, Layers: []Layer{{"templates", os.DirFS(dir)}},
		Builtin: fstest.MapFS{"run.sh.tmpl": {Data: []byte("#!/bin/sh\n")}, "copied": {Data: []byte("#!/bin/sh\n")}, "x.md": {Data: []byte("x"), Mode: 0o644}},
	}
	files, list := Render(in)
	if len(list) > 0 {
		t.Fatal(reportText(list))
	}
	for name, want := range map[string]bool{"tool": true, "run.sh": true, "copied": true, "x.md": false} {
		if files[name].Executable != want {
			t.Errorf("%s: executable is %v", name, !want)
		}
	}
}

func TestOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "x.md")); err != nil {
		t.Skip(err)
	}
	got := reportOf(Input{Scopes: platform, Layers: []Layer{{"templates", os.DirFS(dir)}}})
	if !strings.HasPrefix(got, "templates/x.md: error: not a regular file [template/path]") {
		t.Errorf("got:\n%s", got)
	}
	got = reportOf(Input{Scopes: platform, Layers: []Layer{{"gone", os.DirFS(filepath.Join(dir, "gone"))}}})
	if !strings.HasPrefix(got, "gone: error: cannot read templates [template/path]") {
		t.Errorf("got:\n%s", got)
	}
}

func TestSameBytesInAnyOrder(t *testing.T) {
	in := benchInput(40)
	in.Builtin.(fstest.MapFS)["overlays/{target}/apps/{app}/bad.yaml.tmpl"] = &fstest.MapFile{Data: []byte("a: '[[.Image]]'\n"), Mode: 0o644}
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	runtime.GOMAXPROCS(1)
	want, wantList := Render(in)
	for n := 1; n <= 8; n++ {
		runtime.GOMAXPROCS(n)
		got, list := Render(in)
		if reportText(list) != reportText(wantList) || len(got) != len(want) {
			t.Fatalf("%d files and\n%s\nwant %d files and\n%s", len(got), reportText(list), len(want), reportText(wantList))
		}
		for name, f := range want {
			if g := got[name]; g.ID != f.ID || g.Archive != f.Archive || string(g.Content) != string(f.Content) {
				t.Fatalf("%s differs with %d processors", name, n)
			}
		}
	}
	if got := reportText(wantList); !strings.Contains(got, "While rendering overlays/dev/apps/app-0000/bad.yaml and in 119 more.") {
		t.Errorf("got:\n%s", got)
	}
}
