package generator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlatformWithoutApplications renders a platform before its first application: no
// project has a sync window, which needs a cluster, and no cluster has a priority class.
func TestPlatformWithoutApplications(t *testing.T) {
	dir := t.TempDir()
	spec := `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: empty}
repository: {url: https://git.example.com/acme/empty.git}
environments:
- {name: dev, profile: development, priorityClasses: {guards: {value: 10, description: What watches over others.}}}
- {name: prod, profile: production, windows: {freeze: {deny: "0 18 * * 5", duration: 62h}}}
`
	if err := os.WriteFile(filepath.Join(dir, "environments.yaml"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	platform, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	result, err := platform.Render()
	if err != nil || result.Diagnostics.HasErrors() {
		t.Fatalf("%v %v", err, result.Diagnostics)
	}
	files := result.Files()
	if projects := string(files["argocd/prod/projects.yaml"]); !strings.Contains(projects, "destinations: []") || strings.Contains(projects, "syncWindows") {
		t.Errorf("prod has no cluster, and its projects are\n%s", projects)
	}
	for path := range files {
		if strings.HasPrefix(path, "overlays/") && path != "overlays/dev/applications.yaml" && path != "overlays/prod/applications.yaml" {
			t.Errorf("%s: there is nothing to deploy", path)
		}
	}
}

// TestEmptyApplications renders applications that state nothing, and one that overrides
// nothing in an environment.
func TestEmptyApplications(t *testing.T) {
	dir := t.TempDir()
	spec := `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: empty}
repository: {url: https://git.example.com/acme/empty.git}
environments:
- {name: dev, profile: development, workload: {image: "ghcr.io/acme/web:1.0.0"}}
- {name: prod, profile: production, workload: {image: "ghcr.io/acme/web:1.0.0"}}
applications:
  web: {}
  cache: {environments: {dev: {}}}
`
	if err := os.WriteFile(filepath.Join(dir, "environments.yaml"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	platform, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if result, err := platform.Render(); err != nil || result.Diagnostics.HasErrors() {
		t.Fatalf("%v %v", err, result.Diagnostics)
	}
}
