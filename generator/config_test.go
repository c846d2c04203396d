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
			"image": "ghcr.io/acme/web:1.0.0", "ports": map[string]any{"http": 8080}, "config": shared,
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
	result, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range result.Diagnostics {
		t.Fatalf("%s: %s", d.Summary, d.Detail)
	}
	plan, err := result.Write(WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestHostileContainers sends hostile strings through the containers beside the main
// one, in the base, which prints them on one line, and in an overlay.
func TestHostileContainers(t *testing.T) {
	h := &hostile{random: rand.New(rand.NewPCG(5, 6)), pieces: hostilePieces()}
	args, command, env, own := []string{}, []string{"/bin/run"}, map[string]string{}, map[string]string{}
	for i := range 400 {
		args, command = append(args, h.next()), append(command, h.next())
		env[fmt.Sprintf("BASE_%d", i)], own[fmt.Sprintf("PROD_%d", i)] = h.next(), h.next()
	}
	amounts := map[string]any{"cpu": "50m", "memory": "64Mi"}
	files := renderSpec(t, map[string]any{"applications": map[string]any{"web": map[string]any{
		"image": "ghcr.io/acme/web:1.0.0",
		"sidecars": map[string]any{"beside": map[string]any{
			"image": "ghcr.io/acme/beside:1.0.0", "args": args, "command": command, "env": env,
			"resources": map[string]any{"requests": amounts, "limits": amounts},
		}},
		"environments": map[string]any{"prod": map[string]any{"sidecars": map[string]any{"beside": map[string]any{"env": own}}}},
	}}})
	r := &reader{t: t, files: files}
	base := "base/web/workload.yaml"
	in := func(steps ...any) []any {
		return append([]any{"spec", "template", "spec", "initContainers", 0}, steps...)
	}
	for i := range args {
		r.text(base, args[i], in("args", i)...)
		r.text(base, command[i], in("command", i)...)
	}
	r.named(base, in("env"), env)
	r.named("overlays/prod/apps/web/workload.patch.yaml", in("env"), own)
}
