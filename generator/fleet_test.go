package generator

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/templates"
)

// fleetDir is a copy of the golden case with three clusters, with its own templates and
// others over them.
func fleetDir(t *testing.T, layer map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	copyInOrder(t, filepath.Join("..", "golden", "fleet"), dir, true)
	for name, text := range layer {
		file := filepath.Join(dir, "templates", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func filesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	platform, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	result, err := platform.Render()
	if err != nil || result.Diagnostics.HasErrors() {
		t.Fatal(err, result.Diagnostics)
	}
	return result.Files()
}

// builtin is the text of a built-in template.
func builtin(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(templates.FS(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOwnListsShareNothing replaces the kustomization.yaml of targets, as users do who
// exported it before they had a second cluster: it has to find everything beside it.
func TestOwnListsShareNothing(t *testing.T) {
	const target = "overlays/{target}/apps/{app}/kustomization.yaml.tmpl"
	files := filesOf(t, fleetDir(t, map[string]string{target: builtin(t, target)}))
	for name := range files {
		if strings.HasPrefix(name, "overlays/live/apps/") {
			t.Errorf("%s is there", name)
		}
	}
	list := string(files["overlays/live-eu/apps/web/kustomization.yaml"])
	for _, word := range []string{"base/web\n", "- availability.yaml\n", "components/live/replicated\n"} {
		if !strings.Contains(list, word) {
			t.Errorf("the list of live-eu lacks %q:\n%s", word, list)
		}
	}
	if files["overlays/live/infra/fleet-live/quota.yaml"] == nil {
		t.Error("the lists of namespaces were not replaced, and share nothing either")
	}

	const fleet = "overlays/{fleet}/apps/{app}/kustomization.yaml.tmpl"
	files = filesOf(t, fleetDir(t, map[string]string{target: builtin(t, target), fleet: builtin(t, fleet)}))
	if files["overlays/live/apps/web/availability.yaml"] == nil {
		t.Error("whoever replaces both lists does not get what clusters have in common")
	}
}

// TestOwnTemplatesSeeWholeObjects replaces templates whose objects are otherwise taken
// apart: they get all of the data, and what they print alike is still written once.
func TestOwnTemplatesSeeWholeObjects(t *testing.T) {
	layer := map[string]string{}
	for _, name := range []string{"workload.patch.yaml", "network.yaml", "route.yaml"} {
		file := "overlays/{target}/apps/{app}/" + name + ".tmpl"
		layer[file] = builtin(t, file)
	}
	files := filesOf(t, fleetDir(t, layer))
	for name, word := range map[string]string{
		"overlays/live-us/apps/web/workload.patch.yaml": "LOG_LEVEL",
		"overlays/live-us/apps/web/network.yaml":        "# gateway → web",
		"overlays/live-us/apps/web/route.yaml":          "parentRefs:",
		"overlays/live/apps/batch/workload.patch.yaml":  "priorityClassName",
	} {
		if !strings.Contains(string(files[name]), word) {
			t.Errorf("%s lacks %s:\n%s", name, word, files[name])
		}
	}
	for _, name := range []string{"overlays/live/apps/web/workload.patch.yaml", "overlays/live/apps/web/network.yaml"} {
		if files[name] != nil {
			t.Errorf("%s is there", name)
		}
	}
}

// TestOmittedOnOneCluster leaves a file out on one cluster, or for all of them.
func TestOmittedOnOneCluster(t *testing.T) {
	for pattern, wanted := range map[string]map[string]bool{
		"overlays/live-us/apps/web/availability.yaml": {"live": false, "live-eu": true, "live-us": false, "live-asia": true},
		"overlays/live/apps/web/availability.yaml":    {"live": false, "live-eu": false, "live-us": false, "live-asia": false},
	} {
		dir := fleetDir(t, nil)
		spec := filepath.Join(dir, "environments.yaml")
		text, err := os.ReadFile(spec)
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.Replace(string(text), "templates: templates\n", "templates: templates\nfiles: {omit: ["+pattern+"]}\n", 1))
		if err := os.WriteFile(spec, text, 0o644); err != nil {
			t.Fatal(err)
		}
		files := filesOf(t, dir)
		for folder, want := range wanted {
			file := path.Join("overlays", folder, "apps/web/availability.yaml")
			list := string(files[path.Join("overlays", folder, "apps/web/kustomization.yaml")])
			if got := files[file] != nil; got != want || strings.Contains(list, "availability.yaml") != want {
				t.Errorf("%s omitted: %s is there: %t\n%s", pattern, file, got, list)
			}
		}
	}
}

// TestFilesBelowAreNotShared adds a folder of the user's with a list of its own, which
// finds its files where they were.
func TestFilesBelowAreNotShared(t *testing.T) {
	files := filesOf(t, fleetDir(t, map[string]string{
		"overlays/{target}/apps/{app}/more/role.yaml.tmpl":          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [[.App.Name]]}\n",
		"overlays/{target}/apps/{app}/more/kustomization.yaml.tmpl": "resources:\n[[range siblings.Resources]]\n  - [[.]]\n[[end]]\n",
	}))
	if !strings.Contains(string(files["overlays/live-eu/apps/web/more/kustomization.yaml"]), "role.yaml") || files["overlays/live/apps/web/more/role.yaml"] != nil {
		t.Errorf("the list has lost its file: %s", files["overlays/live-eu/apps/web/more/kustomization.yaml"])
	}
}

// TestEditOfOneCluster begins with one cluster, edits a file, and adds a second one: the
// edit is neither lost nor made to hold on both.
func TestEditOfOneCluster(t *testing.T) {
	const spec = `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: grown}
repository: {url: https://git.example.com/grown.git}
clusters: {eu: {nodes: 9}, us: {nodes: 9}}
environments:
  - {name: live, profile: production, clusters: [eu]}
applications:
  web: {image: ghcr.io/acme/web:1.0.0, ports: {http: 8080}}
`
	dir := t.TempDir()
	write := func(text string) *Plan {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "environments.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return written(t, dir)
	}
	write(spec)
	edited := filepath.Join(dir, "overlays", "live-eu", "apps", "web", "availability.yaml")
	text, err := os.ReadFile(edited)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(edited, []byte(strings.Replace(string(text), "maxUnavailable: 1", "maxUnavailable: 2", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	grown := strings.Replace(spec, "[eu]", "[eu, us]", 1)
	write(grown)
	kept, err := os.ReadFile(edited)
	if err != nil || !strings.Contains(string(kept), "maxUnavailable: 2") {
		t.Errorf("the edit is gone: %v\n%s", err, kept)
	}
	for _, folder := range []string{"live", "live-us"} {
		other, _ := os.ReadFile(filepath.Join(dir, "overlays", folder, "apps", "web", "availability.yaml"))
		if strings.Contains(string(other), "maxUnavailable: 2") {
			t.Errorf("the edit of live-eu holds in %s:\n%s", folder, other)
		}
	}
	if plan := write(grown); plan.Pending() {
		t.Errorf("a second run has something to do: %v", plan.Changes())
	}
}
