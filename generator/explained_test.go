package generator_test

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// TestExplainedIsBuilt builds what every golden deploys and looks for each value that explain
// prints in the objects: where the table below says, or else anywhere as a field of its name.
func TestExplainedIsBuilt(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds all that the goldens deploy")
	}
	specs, err := filepath.Glob("../golden/*/environments.yaml")
	if err != nil || len(specs) < 10 {
		t.Fatalf("%d goldens: %v", len(specs), err)
	}
	rows := explainedFields()
	for _, spec := range specs {
		t.Run(filepath.Base(filepath.Dir(spec)), func(t *testing.T) {
			t.Parallel()
			explainedIsBuilt(t, filepath.Dir(spec), rows)
		})
	}
}

func explainedIsBuilt(t *testing.T, dir string, rows []explainedField) {
	platform, err := generator.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = platform.Explain("no such application", "", "")
	unknown, ok := errors.AsType[*generator.UnknownError](err)
	if !ok {
		t.Fatal(err)
	}
	all := map[string][]generator.Explanation{}
	for _, app := range unknown.Known {
		if all[app], err = platform.Explain(app, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	rendered, err := platform.Render()
	if err != nil {
		t.Fatal(err)
	}
	files := rendered.Files()
	for _, app := range unknown.Known {
		for _, e := range all[app] {
			b := &built{t: t, dir: dir, files: files, app: app, env: e.Environment, target: e.Target, container: app, rows: rows}
			b.build()
			b.sourced = slices.ContainsFunc(e.Values, func(v generator.Value) bool { return strings.HasPrefix(v.Field, "source.") })
			for _, v := range e.Values {
				b.look(v)
			}
		}
	}
}

// built is what a golden deploys of an application to a target.
type built struct {
	t     *testing.T
	dir   string
	files map[string][]byte

	app, env, target string
	objects          []any
	// workload is the one that fields are about, container one of its containers.
	workload  any
	container string
	chart     bool
	// sourced is set when the manifests are a person's, who may say anything.
	sourced bool
	rows    []explainedField
}

// read finds a file of the golden, generated or of a person's.
func (b *built) read(name string) ([]byte, error) {
	if text, ok := b.files[name]; ok {
		return text, nil
	}
	path := filepath.Join(b.dir, filepath.FromSlash(name))
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		return os.ReadFile(path)
	}
	return nil, nil // a folder, or nothing
}

func (b *built) build() {
	folder := path.Join("overlays", b.target, "apps", b.app)
	objects, err := kustomize.Build(b.read, folder)
	b.chart = errors.Is(err, kustomize.ErrNoKustomization)
	if err != nil && !b.chart {
		b.t.Fatal(err)
	}
	for _, object := range objects {
		b.objects = append(b.objects, object)
	}
	for name, text := range b.files {
		if b.chart && strings.HasPrefix(name, folder+"/") && !strings.Contains(name, "/templates/") {
			b.objects = append(b.objects, documents(b.t, text)...)
		}
	}
	for _, kind := range []string{"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"} {
		if b.workload == nil {
			b.workload = b.object(kind, b.app)
		}
	}
}

// documents are those of a file of YAML.
func documents(t *testing.T, text []byte) []any {
	t.Helper()
	var all []any
	for part := range strings.SplitSeq("\n"+string(text), "\n---\n") {
		var object any
		if err := yaml.Unmarshal([]byte(part), &object); err != nil {
			t.Fatal(err)
		}
		if object != nil {
			all = append(all, object)
		}
	}
	return all
}

// object is one that is built, by kind and the beginning of its name; nil when there is none.
func (b *built) object(kind, name string) any {
	for _, o := range b.objects {
		if get(o, "kind") == kind && strings.HasPrefix(text(get(o, "metadata", "name")), name) {
			return o
		}
	}
	return nil
}

// ofKind are all objects of a kind.
func (b *built) ofKind(kinds ...string) []any {
	return slices.DeleteFunc(slices.Clone(b.objects), func(o any) bool { return !slices.Contains(kinds, text(get(o, "kind"))) })
}

// file holds the documents of a generated file.
func (b *built) file(name string) []any { return documents(b.t, b.files[name]) }

// pod is the pod of the workload.
func (b *built) pod() any {
	if get(b.workload, "kind") == "CronJob" {
		return get(b.workload, "spec", "jobTemplate", "spec", "template", "spec")
	}
	return get(b.workload, "spec", "template", "spec")
}

// main is the container that fields are about.
func (b *built) main() any {
	for _, group := range []string{"containers", "initContainers"} {
		for _, c := range list(get(b.pod(), group)) {
			if get(c, "name") == b.container {
				return c
			}
		}
	}
	return nil
}

// look wants a value where the table says, and what its note says.
func (b *built) look(v generator.Value) {
	if v.Note != "" && !b.noted(v.Note) {
		b.t.Errorf("%s on %s: %s: the objects do not show %q", b.app, b.target, v.Field, v.Note)
	}
	if v.Removed || v.Unused {
		b.absent(v)
		return
	}
	want := b.value(v.Text)
	if !b.finds(v.Field, want) && !b.replaced(v.Field) {
		b.t.Errorf("%s on %s: explain prints %s: %s, from %s, and no object has it", b.app, b.target, v.Field, v.Text, v.Layer)
	}
}

// absent wants a value that is not rendered to be in no object.
func (b *built) absent(v generator.Value) {
	if v.Text != "" {
		b.t.Errorf("%s on %s: %s is not rendered and has a value", b.app, b.target, v.Field)
	}
	byItself := []string{"0", "false", "none", "reschedule", "25%"} // as if nothing were stated
	if len(v.Overridden) == 0 || slices.Contains(byItself, v.Overridden[0].Text) || b.sourced {
		return
	}
	if b.finds(v.Field, b.value(v.Overridden[0].Text)) {
		b.t.Errorf("%s on %s: explain says that %s is not rendered, and an object has %s", b.app, b.target, v.Field, v.Overridden[0].Text)
	}
}

func (b *built) value(text string) any {
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		b.t.Fatalf("%s: %v", text, err)
	}
	return value
}

// replaced reports whether the golden's own templates write the objects of a field, or its spec
// omits their file.
func (b *built) replaced(field string) bool {
	top, _, _ := strings.Cut(field, ".")
	file := map[string]string{"disruptionBudget": "availability.yaml", "expose": "route.yaml"}[top]
	own, err := b.read("templates/overlays/{target}/apps/{app}/" + file + ".tmpl")
	spec, fault := b.read("environments.yaml")
	omitted := strings.Contains(string(spec), "overlays/"+b.target+"/apps/*/"+file)
	return file != "" && errors.Join(err, fault) == nil && (own != nil || omitted)
}

// finds looks for a value by the first row whose pattern is the field.
func (b *built) finds(field string, want any) bool {
	for _, row := range b.rows {
		if m := row.field.FindStringSubmatch(field); m != nil {
			return row.found(b, m[1:], want)
		}
	}
	key := field[strings.LastIndexByte(field, '.')+1:]
	return slices.ContainsFunc(b.objects, func(o any) bool { return holds(o, key, want) })
}

// holds reports whether a key somewhere below has a value, or one that contains it.
func holds(in any, key string, want any) bool {
	switch v := in.(type) {
	case map[string]any:
		for k, value := range v {
			if k == key && within(want, value) || holds(value, key, want) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return holds(item, key, want) })
	}
	return false
}

// within reports whether a value is a part of another: maps and lists may have more.
func within(part, whole any) bool {
	switch p := part.(type) {
	case map[string]any:
		w, ok := whole.(map[string]any)
		for key, value := range p {
			ok = ok && within(value, w[key])
		}
		return ok
	case []any:
		w, ok := whole.([]any)
		return ok && !slices.ContainsFunc(p, func(item any) bool {
			return !slices.ContainsFunc(w, func(other any) bool { return within(item, other) })
		})
	}
	return same(part, whole)
}

// get follows keys.
func get(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func list(v any) []any { items, _ := v.([]any); return items }

// named is the item of a list with a name.
func named(items any, name string) any {
	for _, item := range list(items) {
		if get(item, "name") == name {
			return item
		}
	}
	return nil
}

// text writes a scalar as YAML has it.
func text(v any) string {
	switch n := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprint(v)
}

// same compares scalars by their text, and all else as it is.
func same(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	one, ok := a.([]any)
	two, both := b.([]any)
	if ok && both {
		return slices.EqualFunc(one, two, same)
	}
	return !ok && !both && a != nil && b != nil && text(a) == text(b)
}
