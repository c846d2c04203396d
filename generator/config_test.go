package generator

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/wavewright/wavewright/schema"
)

// TestHostileConfigFiles wants configuration files to have exactly the bytes of the
// spec, whatever their names promise, in the base and in an overlay, and a second
// generation to find nothing to do.
func TestHostileConfigFiles(t *testing.T) {
	h := &hostile{random: rand.New(rand.NewPCG(3, 4)), pieces: hostilePieces()}
	shared, own := map[string]any{}, map[string]any{}
	want := map[string]string{}
	for i := range 400 {
		name := fmt.Sprintf("f%d%s", i, []string{"", ".yaml", ".json", ".md", ".tmpl", ".patch.yaml"}[i%6])
		both, only := h.next(), h.next()
		shared[name] = map[string]any{"mount": "/etc/" + name, "content": both}
		own["own-"+name] = map[string]any{"mount": "/own/" + name, "content": only}
		want["base/web/config/"+name] = both
		want["overlays/prod/apps/web/config/own-"+name] = only
	}
	dir := t.TempDir()
	spec := asYAML(t, map[string]any{
		"apiVersion": schema.APIVersion, "kind": schema.Kind, "metadata": map[string]any{"name": "shop"},
		"repository":   map[string]any{"url": "https://git.example.com/shop.git"},
		"environments": []any{map[string]any{"name": "dev", "profile": "development"}, map[string]any{"name": "prod", "profile": "production"}},
		"applications": map[string]any{"web": map[string]any{
			"image": "ghcr.io/acme/web:1.0.0", "config": shared,
			"environments": map[string]any{"prod": map[string]any{"config": own}},
		}},
	})
	if err := os.WriteFile(filepath.Join(dir, schema.FileName), spec, 0o644); err != nil {
		t.Fatal(err)
	}
	writeAll(t, dir)
	for path, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != text {
			t.Errorf("%s is %q, want %q", path, got, text)
		}
	}
	if plan := writeAll(t, dir); plan.Pending() {
		t.Error("the second generation changes files")
	}
}

func writeAll(t *testing.T, dir string) *Plan {
	t.Helper()
	result, err := Generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range result.Diagnostics {
		t.Fatalf("%s: %s", d.Summary, d.Detail)
	}
	plan, err := result.Write()
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
