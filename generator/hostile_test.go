package generator

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// hostilePieces are what breaks generators that print strings into YAML.
func hostilePieces() []string {
	pieces := []string{
		"", " ", "  ", "\n", "\r\n", "\t", "---", "...", ": ", " #", "#", "- ", "? ", "{{", "}}", "{{.app}}", "[[", "]]", "[[.Env.Name]]",
		"'", `"`, `\`, "|", ">", "&a", "*a", "!!str", "%YAML", "@", "`", "<<", "=", "~", "null", "Null", "true", "False", "yes", "NO", "on", "y", "n",
		"0", "010", "0x1F", "0o17", "1e3", ".5", "1_000", "12:30", "12:30:45", ".inf", "-.INF", ".nan", "2026-11-23", "2026-11-23T06:05:00Z", "1.2.3",
		"\ufeff", "\u0085", "\u2028", "\u2029", "\u00a0", "\u200b", "\u202e", "é", "日本", "🦊", "$(X)", "${X}", "$X", "key: value", "a #b", "[a, b]", "{a: b}",
	}
	for c := rune(1); c < 0x20; c++ {
		pieces = append(pieces, string(c))
	}
	for c := rune(0x7f); c < 0xa0; c++ {
		pieces = append(pieces, string(c))
	}
	return pieces
}

// hostile makes strings from pieces; the seed is fixed, so that a failure repeats.
type hostile struct {
	random *rand.Rand
	pieces []string
	made   int
}

func (h *hostile) next() string {
	h.made++
	var b strings.Builder
	for range 1 + h.random.IntN(4) {
		b.WriteString(h.pieces[h.random.IntN(len(h.pieces))])
	}
	return b.String()
}

// nextPrintable leaves out what the field itself does not take.
func (h *hostile) filled(prefix string) string { return prefix + h.next() }

// TestHostileStrings sends hostile strings through the real templates, in every
// free-text field of the spec at once, and reads them back from the generated
// files. In all they are more than 300,000.
func TestHostileStrings(t *testing.T) {
	rounds, perRound := 40, 7500
	if testing.Short() {
		rounds = 2
	}
	h := &hostile{random: rand.New(rand.NewPCG(1, 2)), pieces: hostilePieces()}
	for round := range rounds {
		checkRound(t, h, round, perRound)
	}
	if !testing.Short() && h.made < 300_000 {
		t.Errorf("only %d strings were made", h.made)
	}
}

// checkRound puts n strings into one spec.
func checkRound(t *testing.T, h *hostile, round, n int) {
	t.Helper()
	env, only, args := map[string]string{}, map[string]string{}, []string{}
	for i := range n / 3 {
		env[fmt.Sprintf("BASE_%d", i)] = h.next()
		only[fmt.Sprintf("PROD_%d", i)] = h.next()
		args = append(args, h.next())
	}
	text := map[string]string{
		"reason": h.filled("r"), "writable": h.filled("w"), "key": h.filled("k"),
		"path": h.filled("/"), "exec": h.next(), "mount": "/m" + strings.ReplaceAll(h.next(), ":", ""),
		"annotation": h.next(), "own": h.next(),
		"command": h.next(), "grpc": h.filled("g"), "prefix": h.filled("/"),
	}
	app := map[string]any{
		"image": "ghcr.io/acme/web:1.0.0", "ports": map[string]any{"http": 8080}, "env": env,
		"command": []string{text["command"]}, "args": args,
		"singleton": map[string]any{"reason": text["reason"]},
		"security":  map[string]any{"writableRootFilesystem": map[string]any{"reason": text["writable"]}},
		"secrets":   map[string]any{"db": map[string]any{"key": text["key"], "env": map[string]any{"SECRET_VALUE": "password"}}},
		"probes": map[string]any{
			"readiness": map[string]any{"http": text["path"]}, "liveness": map[string]any{"exec": []string{text["exec"]}},
			"startup": map[string]any{"grpc": text["grpc"]},
		},
		"volumes":        map[string]any{"data": map[string]any{"size": "1Gi", "mount": text["mount"]}},
		"serviceAccount": map[string]any{"annotations": map[string]any{"a": text["annotation"]}},
		"expose":         map[string]any{"web": map[string]any{"host": "{env}.example.com", "path": text["prefix"]}},
		"environments": map[string]any{"prod": map[string]any{
			"env": only, "serviceAccount": map[string]any{"annotations": map[string]any{"b": text["own"]}},
		}},
	}
	files := renderSpec(t, map[string]any{"platform": map[string]any{
		"gateway": map[string]any{"name": "public", "namespace": "gw", "podLabels": map[string]any{"app": "envoy"}},
		"secrets": map[string]any{"provider": "external-secrets", "store": map[string]any{"name": "vault"}},
	}, "applications": map[string]any{"web": app}})

	r := reader{t: t, files: files}
	base := "base/web/workload.yaml"
	container := []any{"spec", "template", "spec", "containers", 0}
	r.named(base, append(container, "env"), env)
	r.named("overlays/prod/apps/web/workload.patch.yaml", append(container, "env"), only)
	for i, want := range args {
		r.text(base, want, append(container, "args", i)...)
	}
	r.text(base, text["reason"], "metadata", "annotations", "wavewright.dev/singleton")
	r.text(base, text["writable"], "metadata", "annotations", "wavewright.dev/writable-root-filesystem")
	r.text(base, text["command"], append(container, "command", 0)...)
	r.text(base, text["path"], append(container, "readinessProbe", "httpGet", "path")...)
	r.text(base, text["exec"], append(container, "livenessProbe", "exec", "command", 0)...)
	r.text(base, text["mount"], append(container, "volumeMounts", 0, "mountPath")...)
	r.text("base/web/serviceaccount.yaml", text["annotation"], "metadata", "annotations", "a")
	overlay := "overlays/prod/apps/web/"
	r.text(overlay+"serviceaccount.patch.yaml", text["own"], "metadata", "annotations", "b")
	r.text(overlay+"workload.patch.yaml", text["grpc"], append(container, "startupProbe", "grpc", "service")...)
	r.text(overlay+"secrets.yaml", text["key"], "spec", "data", 0, "remoteRef", "key")
	r.text(overlay+"route.yaml", text["prefix"], "spec", "rules", 0, "matches", 0, "path", "value")
	if t.Failed() {
		t.Fatalf("round %d", round)
	}
}

// renderSpec generates in memory from a spec given as a value; JSON is YAML.
func renderSpec(t *testing.T, more map[string]any) map[string][]byte {
	t.Helper()
	spec := map[string]any{
		"apiVersion": schema.APIVersion, "kind": schema.Kind, "metadata": map[string]any{"name": "shop"},
		"repository":   map[string]any{"url": "https://git.example.com/shop.git"},
		"environments": []any{map[string]any{"name": "dev", "profile": "development"}, map[string]any{"name": "prod", "profile": "production"}},
	}
	for key, value := range more {
		spec[key] = value
	}
	result := renderFS(t, fstest.MapFS{schema.FileName: {Data: asYAML(t, spec)}})
	if result.Diagnostics.HasErrors() {
		var text strings.Builder
		_ = diag.WriteText(&text, result.Diagnostics[:1], nil)
		t.Fatal(text.String())
	}
	return result.Files()
}

func renderFS(t *testing.T, fsys fs.FS) *Result {
	t.Helper()
	result := &Result{}
	err := result.load(fsys)
	if err == nil && !result.Diagnostics.HasErrors() {
		err = result.render(fsys)
	}
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// asYAML writes JSON with the characters escaped that YAML readers treat specially
// within quotes.
func asYAML(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range string(text) {
		if r >= 0x7f && r < 0xa0 || r == 0xfeff || r == 0x2028 || r == 0x2029 {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return []byte(b.String())
}

// reader reads generated files back.
type reader struct {
	t     *testing.T
	files map[string][]byte
	trees map[string]*yamltree.Node
}

func (r *reader) tree(file string) *yamltree.Node {
	if node, ok := r.trees[file]; ok {
		return node
	}
	node, faults := yamltree.Parse(path.Base(file), r.files[file])
	if len(faults) > 0 {
		r.t.Fatalf("%s does not parse: %s: %s", file, faults[0].Summary, faults[0].Detail)
	}
	if r.trees == nil {
		r.trees = map[string]*yamltree.Node{}
	}
	r.trees[file] = node
	return node
}

func (r *reader) text(file, want string, steps ...any) {
	r.t.Helper()
	n := r.tree(file)
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			n = n.Get(step)
		case int:
			if n == nil || step >= len(n.Items) {
				r.t.Fatalf("%s: nothing at %v", file, steps)
			}
			n = n.Items[step]
		}
	}
	if n == nil || n.Kind != yamltree.String || n.Text != want {
		r.t.Errorf("%s at %v: got %+v, want %q", file, steps, n, want)
	}
}

// named compares a list of {name, value}; names that want does not have are others'.
func (r *reader) named(file string, steps []any, want map[string]string) {
	r.t.Helper()
	n := r.tree(file)
	for _, step := range steps {
		if key, ok := step.(string); ok {
			n = n.Get(key)
		} else {
			n = n.Items[step.(int)]
		}
	}
	seen := 0
	for _, item := range n.Items {
		value, ok := want[item.Get("name").Text]
		if !ok {
			continue
		}
		seen++
		if got := item.Get("value"); got == nil || got.Kind != yamltree.String || got.Text != value {
			r.t.Errorf("%s: %s: got %+v, want %q", file, item.Get("name").Text, got, value)
		}
	}
	if seen != len(want) {
		r.t.Errorf("%s: %d of %d variables came back", file, seen, len(want))
	}
}
