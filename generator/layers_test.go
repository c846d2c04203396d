package generator

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// written generates into a folder, in which nothing may be in the way.
func written(t *testing.T, dir string) *Plan {
	t.Helper()
	result, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := result.Write(WriteOptions{})
	if err != nil || plan.Stopped() {
		t.Fatal(err, plan)
	}
	return plan
}

// TestDeletedFilesAreNotListed deletes a generated file by hand: it stays deleted,
// and the kustomization beside it must not name it any more.
func TestDeletedFilesAreNotListed(t *testing.T) {
	dir := t.TempDir()
	copyInOrder(t, filepath.Join("..", "golden", "minimal"), dir, true)
	write := func() *Plan {
		t.Helper()
		return written(t, dir)
	}
	write()
	overlay := filepath.Join(dir, "overlays", "prod", "apps", "web")
	if err := os.Remove(filepath.Join(overlay, "availability.yaml")); err != nil {
		t.Fatal(err)
	}
	write()
	src, err := os.ReadFile(filepath.Join(overlay, "kustomization.yaml"))
	if err != nil || strings.Contains(string(src), "availability.yaml") || !strings.Contains(string(src), "base/web\n") {
		t.Errorf("the kustomization is not right: %v\n%s", err, src)
	}
	if _, err := os.Stat(filepath.Join(overlay, "availability.yaml")); err == nil {
		t.Error("the file came back")
	}
	if plan := write(); plan.Pending() {
		t.Errorf("a second run has something to do: %v", plan.Changes())
	}
}

// TestRemovedProbe lets an environment do without the liveness probe that every other
// has by default.
func TestRemovedProbe(t *testing.T) {
	files := renderSpec(t, map[string]any{"applications": map[string]any{"web": map[string]any{
		"image": "ghcr.io/acme/web:1.0.0", "ports": map[string]any{"http": 8080},
		"environments": map[string]any{"prod": map[string]any{"probes": map[string]any{"liveness": map[string]any{"tcp": true}}}},
		"profiles":     map[string]any{"development": map[string]any{"probes": nil}},
	}}})
	if _, ok := files["overlays/dev/apps/web/workload.patch.yaml"]; !ok {
		t.Fatal("dev does not differ")
	}
	patch := string(files["overlays/dev/apps/web/workload.patch.yaml"])
	if !strings.Contains(patch, "livenessProbe: null") || !strings.Contains(patch, "readinessProbe: null") {
		t.Errorf("the probes are not removed:\n%s", patch)
	}
}

// TestEnvironmentLayers lets environments add a port and a toleration to every
// application: the port of the application itself stays the first, and the
// toleration reaches the pods.
func TestEnvironmentLayers(t *testing.T) {
	environment := func(name, profile string) map[string]any {
		return map[string]any{"name": name, "profile": profile, "workload": map[string]any{
			"ports":       map[string]any{"metrics": 9090},
			"tolerations": []any{map[string]any{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}},
		}}
	}
	files := renderSpec(t, map[string]any{
		"environments": []any{environment("dev", "development"), environment("prod", "production")},
		"platform":     map[string]any{"gateway": map[string]any{"name": "public", "namespace": "gw", "podLabels": map[string]any{"app": "envoy"}}},
		"applications": map[string]any{"web": map[string]any{
			"image": "ghcr.io/acme/web:1.0.0", "ports": map[string]any{"h": 8080},
			"expose": map[string]any{"x": map[string]any{"host": "{env}.example.com"}},
		}},
	})
	if route := string(files["overlays/dev/apps/web/route.yaml"]); !strings.Contains(route, "port: 8080") {
		t.Errorf("the route goes elsewhere:\n%s", route)
	}
	for _, env := range []string{"dev", "prod"} {
		if patch := string(files["components/"+env+"/workload/kustomization.yaml"]); !strings.Contains(patch, "key: spot") {
			t.Errorf("%s has no toleration:\n%s", env, patch)
		}
	}
	if patch := string(files["components/prod/workload/kustomization.yaml"]); !strings.Contains(patch, "key: node.kubernetes.io/not-ready") {
		t.Errorf("fast failover is lost:\n%s", patch)
	}
}

// TestNeededFiles deletes files that others name: nothing could be built without them,
// so the run is refused.
func TestNeededFiles(t *testing.T) {
	for _, file := range []string{"components/admission/policies.yaml", "base/web/kustomization.yaml"} {
		dir := t.TempDir()
		copyInOrder(t, filepath.Join("..", "golden", "minimal"), dir, true)
		result, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := result.Write(WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
		var needed *NeededError
		if _, err := result.Plan(WriteOptions{}); !errors.As(err, &needed) || !slices.Equal(needed.Paths, []string{file}) {
			t.Errorf("%s is missing and the plan says: %v", file, err)
		}
	}
}
