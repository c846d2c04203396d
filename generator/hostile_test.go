package generator

import (
	"bytes"
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

// filled returns a string that is not empty.
func (h *hostile) filled(prefix string) string { return prefix + h.next() }

// TestHostileStrings sends hostile strings through the real templates, in every
// free-text field of the spec at once, and reads them back from the generated
// files. In all they are more than 300,000.
func TestHostileStrings(t *testing.T) {
	rounds, applications := 32, 150
	if testing.Short() {
		rounds = 2
	}
	h := &hostile{random: rand.New(rand.NewPCG(1, 2)), pieces: hostilePieces()}
	for round := range rounds {
		checkRound(t, h, round, applications)
	}
	if !testing.Short() && h.made < 300_000 {
		t.Errorf("only %d strings were made", h.made)
	}
}

// checkRound puts hostile strings into every free-text field of n applications, and a
// list or map of them where a field has many.
func checkRound(t *testing.T, h *hostile, round, n int) {
	t.Helper()
	texts := make([]*hostileTexts, n)
	applications := map[string]any{}
	for i := range n {
		texts[i] = newTexts(h)
		applications[fmt.Sprintf("app-%03d", i)] = texts[i].application()
	}
	files := renderSpec(t, map[string]any{"clusters": map[string]any{"in-cluster": map[string]any{"apiServer": map[string]any{"cidrs": []string{"10.0.0.1/32"}}}}, "platform": map[string]any{
		"gateway": map[string]any{"name": "public", "namespace": "gw", "podLabels": map[string]any{"app": "envoy"}},
		"secrets": map[string]any{"provider": "external-secrets", "store": map[string]any{"name": "vault"}},
	}, "argocd": map[string]any{"install": "vendored", "settings": texts[0].env, "params": texts[1].env}, "applications": applications})
	for i, name := range []string{"argocd-cm", "argocd-cmd-params-cm"} {
		r := &reader{t: t, files: files}
		for key, want := range texts[i].env {
			r.text("bootstrap/argocd/install/"+name+".patch.yaml", want, "data", key)
		}
	}
	for i := range n {
		texts[i].check(&reader{t: t, files: files}, fmt.Sprintf("app-%03d", i))
	}
	if t.Failed() {
		t.Fatalf("round %d", round)
	}
}

// hostileTexts are the free texts of one application.
type hostileTexts struct {
	env, only  map[string]string
	args, exec []string
	folder     string // of a secret
	// of a job: everywhere, and in production only
	jobEnv, jobOnly  map[string]string
	jobArgs, prodArg []string

	reason, writable, key, path, mount, annotation, own, command, grpc, route, rule string
}

func newTexts(h *hostile) *hostileTexts {
	x := &hostileTexts{
		env: map[string]string{}, only: map[string]string{}, jobEnv: map[string]string{}, jobOnly: map[string]string{},
		folder: "/s" + strings.ReplaceAll(h.next(), ":", ""),
		reason: h.filled("r"), writable: h.filled("w"), key: h.filled("k"), path: h.filled("/"),
		mount: "/m" + strings.ReplaceAll(h.next(), ":", ""), annotation: h.next(), own: h.next(),
		command: h.next(), grpc: h.filled("g"), route: h.next(), rule: h.filled("u"),
	}
	for i := range 15 {
		x.env[fmt.Sprintf("BASE_%d", i)] = h.next()
		x.only[fmt.Sprintf("PROD_%d", i)] = h.next()
		x.args = append(x.args, h.next())
		x.exec = append(x.exec, h.next())
		x.jobEnv[fmt.Sprintf("JOB_%d", i)], x.jobOnly[fmt.Sprintf("ONLY_%d", i)] = h.next(), h.next()
		x.jobArgs, x.prodArg = append(x.jobArgs, h.next()), append(x.prodArg, h.next())
	}
	return x
}

func (x *hostileTexts) application() map[string]any {
	return map[string]any{
		"image": "ghcr.io/acme/web:1.0.0", "ports": map[string]any{"http": 8080}, "env": x.env,
		"command": []string{x.command}, "args": x.args,
		"singleton": map[string]any{"reason": x.reason},
		"security":  map[string]any{"writableRootFilesystem": map[string]any{"reason": x.writable}},
		"secrets":   map[string]any{"db": map[string]any{"key": x.key, "env": map[string]any{"SECRET_VALUE": "password"}, "mount": x.folder, "files": map[string]any{"a": "b"}}},
		"probes": map[string]any{
			"readiness": map[string]any{"http": x.path}, "liveness": map[string]any{"exec": x.exec},
			"startup": map[string]any{"grpc": x.grpc},
		},
		"volumes": map[string]any{"data": map[string]any{"size": "1Gi", "mount": x.mount}},
		"serviceAccount": map[string]any{"annotations": map[string]any{"a": x.annotation}, "rules": []any{map[string]any{
			"apiGroups": []string{""}, "resources": []string{"secrets"}, "verbs": []string{"get"}, "reason": x.rule,
		}}},
		"expose": map[string]any{"web": map[string]any{"host": "{app}.{env}.example.com", "annotations": map[string]any{"a": x.route}}},
		"jobs": map[string]any{
			"migrate": map[string]any{"phase": "pre-deploy", "command": x.jobArgs, "env": x.jobEnv},
			"smoke":   map[string]any{"phase": "test", "command": []string{"true"}, "env": x.jobEnv},
		},
		"environments": map[string]any{"prod": map[string]any{
			"jobs": map[string]any{"smoke": map[string]any{"env": x.jobOnly, "args": x.prodArg}},
			"env":  x.only, "serviceAccount": map[string]any{"annotations": map[string]any{"b": x.own}},
		}},
	}
}

// check reads every text back from the files of one application.
func (x *hostileTexts) check(r *reader, name string) {
	base, overlay := "base/"+name+"/", "overlays/prod/apps/"+name+"/"
	workload, patch := base+"workload.yaml", overlay+"workload.patch.yaml"
	in := func(steps ...any) []any { return append([]any{"spec", "template", "spec", "containers", 0}, steps...) }
	r.named(workload, in("env"), x.env)
	r.named(patch, in("env"), x.only)
	migrate, smoke := base+"jobs/migrate/job.yaml", base+"jobs/smoke/job.yaml"
	r.named(migrate, in("env"), x.jobEnv)
	r.named(smoke, in("env"), x.jobEnv)
	r.named(overlay+"jobs.patch.yaml", in("env"), x.jobOnly)
	for i := range x.jobArgs {
		r.text(migrate, x.jobArgs[i], in("command", i)...)
		r.text(overlay+"jobs.patch.yaml", x.prodArg[i], in("args", i)...)
	}
	r.text(smoke, x.writable, "metadata", "annotations", "wavewright.dev/writable-root-filesystem")
	for i := range x.args {
		r.text(workload, x.args[i], in("args", i)...)
		r.text(workload, x.exec[i], in("livenessProbe", "exec", "command", i)...)
	}
	r.text(workload, x.reason, "metadata", "annotations", "wavewright.dev/singleton")
	r.text(workload, x.writable, "metadata", "annotations", "wavewright.dev/writable-root-filesystem")
	r.text(workload, x.command, in("command", 0)...)
	r.text(workload, x.path, in("readinessProbe", "httpGet", "path")...)
	r.text(workload, x.mount, in("volumeMounts", 0, "mountPath")...)
	r.text(workload, x.folder, in("volumeMounts", 1, "mountPath")...)
	r.text(workload+first, x.annotation, "metadata", "annotations", "a")
	r.text(overlay+"serviceaccount.patch.yaml", x.own, "metadata", "annotations", "b")
	r.text(patch, x.grpc, in("startupProbe", "grpc", "service")...)
	r.text(overlay+"secrets.yaml", x.key, "spec", "data", 0, "remoteRef", "key")
	r.text(overlay+"route.yaml", x.route, "metadata", "annotations", "a")
	r.text(base+"role.yaml"+first, x.rule, "metadata", "annotations", "wavewright.dev/reason")
}

// TestHostileCronJobs reads hostile texts back from CronJobs, which print their pods
// their own way.
func TestHostileCronJobs(t *testing.T) {
	h := &hostile{random: rand.New(rand.NewPCG(3, 4)), pieces: hostilePieces()}
	texts, applications := make([]*hostileTexts, 50), map[string]any{}
	for i := range texts {
		texts[i] = newTexts(h)
		applications[fmt.Sprintf("cron-%d", i)] = map[string]any{
			"kind": "CronJob", "image": "ghcr.io/acme/report:1.0.0", "schedule": map[string]any{"cron": "@daily"},
			"env": texts[i].env, "args": texts[i].args, "command": []string{texts[i].command},
			"environments": map[string]any{"prod": map[string]any{"env": texts[i].only}},
		}
	}
	r := &reader{t: t, files: renderSpec(t, map[string]any{"applications": applications})}
	for i, x := range texts {
		in := func(steps ...any) []any {
			return append([]any{"spec", "jobTemplate", "spec", "template", "spec", "containers", 0}, steps...)
		}
		workload := fmt.Sprintf("base/cron-%d/cronjob.yaml", i)
		r.named(workload, in("env"), x.env)
		r.named(fmt.Sprintf("overlays/prod/apps/cron-%d/workload.patch.yaml", i), in("env"), x.only)
		r.text(workload, x.command, in("command", 0)...)
		for n, arg := range x.args {
			r.text(workload, arg, in("args", n)...)
		}
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

func renderFS(t *testing.T, fsys fs.FS) *Tree {
	t.Helper()
	platform, err := load(folder{disk: fsys})
	if err != nil {
		t.Fatal(err)
	}
	result, err := platform.Render()
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

// first marks the first document of a file where the last one is usual. Values stand
// on one line each, so that nothing else looks like a separator.
const first = "#first"

func (r *reader) tree(file string) *yamltree.Node {
	if node, ok := r.trees[file]; ok {
		return node
	}
	name, wanted := strings.CutSuffix(file, first)
	documents := bytes.Split(r.files[name], []byte("\n---\n"))
	content := documents[len(documents)-1]
	if wanted {
		content = documents[0]
	}
	node, faults := yamltree.Parse(path.Base(name), content)
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
