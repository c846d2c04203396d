package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// answers is where package change of the generator finds what the API server answered.
const answers = "../generator/internal/change/testdata/answers.jsonl"

// answer is one line of that file: an object, or a change of the last object.
type answer struct {
	Object map[string]any `json:"object,omitempty"`
	Path   []any          `json:"path,omitempty"`
	// Value is nil when the field is taken out.
	Value   any    `json:"value,omitempty"`
	Verdict string `json:"verdict,omitempty"`
}

// The verdicts of the API server about an update.
const (
	refused  = "refused"
	accepted = "accepted"
	kept     = "kept" // accepted without effect
)

// TestAPIServerAnswers changes every field of every kind that the cases have, and every field that its type
// has beside these, one at a time, asks the API server for an update, and compares the answers with
// the recorded ones, by which package change tests its table. WAVEWRIGHT_UPDATE=1 records them.
func TestAPIServerAnswers(t *testing.T) {
	needsAPIServer(t)
	p := newSite(t, "system:serviceaccount:argocd:argocd-application-controller")
	p.namespace("change", nil)
	p.apply("", object(t, map[string]any{
		"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": map[string]any{"name": "fast"}, "provisioner": "example.com/disk", "allowVolumeExpansion": true,
	}))
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	m := mutator{site: p, seen: map[string]bool{}, write: func(a answer) {
		if err := encoder.Encode(a); err != nil {
			t.Fatal(err)
		}
	}}
	for _, o := range m.objects() {
		m.mutate(o)
	}
	if os.Getenv("WAVEWRIGHT_UPDATE") != "" {
		if err := os.WriteFile(answers, lines.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	recorded, err := os.ReadFile(answers)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(recorded, lines.Bytes()) {
		return
	}
	t.Errorf("the API server answers otherwise than %s says; WAVEWRIGHT_UPDATE=1 records it anew, and then the tests of package change compare its table:", answers)
	was, is := strings.Split(string(recorded), "\n"), strings.Split(lines.String(), "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			t.Errorf("line %d\nwas %s\nis  %s", i+1, was[i], is[i])
			break
		}
	}
}

// mutator changes objects.
type mutator struct {
	*site
	// seen are the fields that were changed already, by kind.
	seen  map[string]bool
	write func(answer)
}

// objects are those of testdata, and those of all cases, without their namespaces.
func (m *mutator) objects() []map[string]any {
	own, err := os.ReadFile("testdata/change/objects.yaml")
	if err != nil {
		m.t.Fatal(err)
	}
	sources := [][]byte{own}
	all, err := allCases()
	if err != nil {
		m.t.Fatal(err)
	}
	for _, c := range all {
		for _, folder := range slices.Sorted(maps.Keys(c.builds)) {
			if c.builds[folder].Err == nil {
				sources = append(sources, c.builds[folder].Output)
			}
		}
	}
	var found []map[string]any
	for _, source := range sources {
		parsed, err := repo.Parse(source)
		if err != nil {
			m.t.Fatal(err)
		}
		for _, o := range parsed {
			// A definition has thousands of fields, and all that it names are ours to begin with.
			if o.Kind == "CustomResourceDefinition" || o.Kind == "Namespace" {
				continue
			}
			var fields map[string]any
			if err := yaml.Unmarshal(o.YAML, &fields); err != nil {
				m.t.Fatal(err)
			}
			metadata := fields["metadata"].(map[string]any)
			delete(metadata, "namespace")
			found = append(found, fields)
		}
	}
	return found
}

// field is a place in an object, with the values to try there.
type field struct {
	path   []any
	values []any
}

// pattern is the place without indices and names that people choose.
func (f field) pattern() string {
	var b strings.Builder
	for i, step := range f.path {
		key, named := step.(string)
		if !named || i > 0 && slices.Contains([]any{"labels", "annotations", "matchLabels", "data", "binaryData", "stringData", "hard", "requests", "limits", "nodeSelector", "parameters", "selector"}, f.path[i-1]) && !slices.Contains([]string{"matchLabels", "matchExpressions"}, key) {
			key = "*"
		}
		b.WriteString("." + key)
	}
	return b.String()
}

// mutate creates an object, and changes each field that no object before it had.
func (m *mutator) mutate(manifest map[string]any) {
	apiVersion, kind := manifest["apiVersion"].(string), manifest["kind"].(string)
	name := manifest["metadata"].(map[string]any)["name"].(string)
	var fresh []field
	listed := fields(manifest, nil)
	if typed, err := scheme.Scheme.New(schema.FromAPIVersionAndKind(apiVersion, kind)); err == nil {
		listed = append(listed, absent(reflect.TypeOf(typed).Elem(), manifest, nil)...)
	}
	for _, f := range listed {
		key := apiVersion + " " + kind + f.pattern() + fmt.Sprint(manifest["immutable"], state(manifest))
		if !m.seen[key] {
			m.seen[key] = true
			fresh = append(fresh, f)
		}
	}
	if len(fresh) == 0 {
		return
	}
	path, err := m.Path(apiVersion, kind, "change", name)
	if err != nil {
		m.t.Fatal(err)
	}
	folder := strings.TrimSuffix(path, "/"+name)
	created := m.ask(cluster.Request{Method: http.MethodPost, Path: folder, Type: cluster.JSON, Body: encode(m.t, manifest)})
	if !created.OK() {
		m.t.Errorf("create %s: %s", path, created.Message())
		return
	}
	if kind == "PersistentVolumeClaim" {
		m.bind(path, manifest)
	}
	m.write(answer{Object: manifest})
	live := m.ask(cluster.Request{Method: http.MethodGet, Path: path})
	for _, f := range fresh {
		m.change(folder, path, live.Body, manifest, f)
	}
	gone := m.ask(cluster.Request{Method: http.MethodDelete, Path: path, Query: url.Values{"propagationPolicy": {"Background"}}})
	if !gone.OK() {
		m.t.Fatalf("delete %s: %s", path, gone.Message())
	}
}

// state tells objects of one kind apart that the API server treats differently.
func state(manifest map[string]any) string {
	spec, _ := manifest["spec"].(map[string]any)
	return fmt.Sprint(spec["suspend"], spec["completionMode"], spec["type"], spec["clusterIP"])
}

// bind gives a claim the status that it has with a volume.
func (m *mutator) bind(path string, manifest map[string]any) {
	m.granted("bind "+path, m.ask(cluster.Request{Method: http.MethodPatch, Path: path, Type: cluster.Merge, Body: []byte(`{"spec": {"volumeName": "pv-1"}}`)}))
	size := manifest["spec"].(map[string]any)["resources"].(map[string]any)["requests"].(map[string]any)["storage"]
	body := encode(m.t, map[string]any{"status": map[string]any{"phase": "Bound", "capacity": map[string]any{"storage": size}}})
	m.granted("bind "+path, m.ask(cluster.Request{Method: http.MethodPatch, Path: path + "/status", Type: cluster.Merge, Body: body}))
}

// change asks for an update with the first value that a new object could have there.
func (m *mutator) change(folder, path string, live []byte, manifest map[string]any, f field) {
	dry := url.Values{"dryRun": {"All"}, "fieldValidation": {"Strict"}}
	for _, value := range f.values {
		other := copied(m.t, encode(m.t, manifest))
		metadata := other["metadata"].(map[string]any)
		metadata["name"] = metadata["name"].(string) + "-x"
		if !set(other, f.path, value) || !m.ask(cluster.Request{Method: http.MethodPost, Path: folder, Type: cluster.JSON, Query: dry, Body: encode(m.t, other)}).OK() {
			continue
		}
		next := copied(m.t, live)
		if is, _ := get(next, f.path); value != nil && reflect.DeepEqual(is, value) || !set(next, f.path, value) {
			continue // the address that the server has chosen, for once
		}
		retain(next, manifest, f.path)
		updated := m.ask(cluster.Request{Method: http.MethodPut, Path: path, Type: cluster.JSON, Query: dry, Body: encode(m.t, next)})
		a := answer{Path: f.path, Value: value, Verdict: refused}
		if updated.OK() {
			a.Verdict = accepted
			is, _ := get(copied(m.t, updated.Body), f.path)
			was, _ := get(copied(m.t, live), f.path)
			if reflect.DeepEqual(is, was) {
				a.Verdict = kept
			}
		}
		m.write(a)
		if value != nil {
			return
		}
	}
}

// retain takes out what the API server has set for a strategy of another type, as kubectl apply
// does.
func retain(next, manifest map[string]any, path []any) {
	above := path[:len(path)-1]
	if path[len(path)-1] != "type" || len(above) == 0 || !slices.Contains([]any{"strategy", "updateStrategy"}, above[len(above)-1]) {
		return
	}
	strategy, _ := get(next, above)
	stated, _ := get(manifest, path[:len(above)])
	kept, _ := stated.(map[string]any)
	maps.DeleteFunc(strategy.(map[string]any), func(key string, _ any) bool { return key != "type" && kept[key] == nil })
}

func copied(t *testing.T, source []byte) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(source, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// fields lists the leaves of a manifest, and what else could stand there. Taken out are only
// those at the top of the specification: what is below is as immutable.
func fields(value any, path []any) []field {
	var all []field
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if len(path) == 0 && slices.Contains([]string{"apiVersion", "kind", "status"}, key) || len(path) == 1 && path[0] == "metadata" && key != "labels" && key != "annotations" {
				continue
			}
			all = append(all, fields(v[key], append(slices.Clone(path), key))...)
		}
		return all
	case []any:
		for i, item := range v {
			all = append(all, fields(item, append(slices.Clone(path), i))...)
		}
		return all
	}
	f := field{path: path}
	if len(path) == 2 && path[0] == "spec" {
		f.values = append(f.values, nil)
	}
	switch v := value.(type) {
	case string:
		f.values = append(f.values, quantity(v)...)
		f.values = append(f.values, v+"x", "x"+v, v+".x", "x", "1x")
		f.values = append(f.values, words(v)...)
	case float64:
		f.values = append(f.values, v+1, v-1, v*2)
	case bool:
		f.values = append(f.values, !v)
	}
	return []field{f}
}

// quantity doubles an amount.
func quantity(text string) []any {
	number := strings.TrimRight(text, "numkMGTPEi")
	n, err := strconv.Atoi(number)
	if err != nil || number == "" {
		return nil
	}
	return []any{strconv.Itoa(2*n) + text[len(number):]}
}

// words are values that some field of Kubernetes has.
func words(but string) []any {
	var all []any
	for _, word := range []string{
		"None", "Parallel", "OrderedReady", "OnDelete", "RollingUpdate", "Recreate", "Indexed", "NonIndexed", "LoadBalancer", "ClusterIP", "NodePort", "Local", "Cluster", "ClientIP",
		"SingleStack", "PreferDualStack", "Block", "Filesystem", "Retain", "Delete", "WaitForFirstConsumer", "Immediate", "Never", "PreferLowerPriority", "PreemptLowerPriority",
		"Allow", "Forbid", "Replace", "Ignore", "Fail", "Exact", "Equivalent", "AlwaysAllow", "IfHealthyBudget", "Failed", "TerminatingOrFailed", "BestEffort", "NotBestEffort", "Terminating",
		"TCP", "UDP", "Always", "IfNotPresent", "OnFailure", "example.com/x", "10Gi", "1", "25%", "10.0.0.77", "10.0.0.78", "ReadWriteMany", "ClusterRole", "Role", "ServiceAccount", "User", "Group",
		"Exists", "In", "NoSchedule", "NoExecute", "Pods", "Percent", "Utilization", "Europe/Berlin", "a.example.com", "PathPrefix", "Prefix", "https", "Deny", "Warn", "Audit", "true", "30s", "5m",
	} {
		if word != but {
			all = append(all, word)
		}
	}
	return all
}

// absent lists the fields of a type that a manifest does not have, with values to try.
func absent(typed reflect.Type, manifest any, path []any) []field {
	has, _ := manifest.(map[string]any)
	var all []field
	for i := range typed.NumField() {
		tag, _, _ := strings.Cut(typed.Field(i).Tag.Get("json"), ",")
		if len(path) == 0 && slices.Contains([]string{"", "metadata", "status", "apiVersion", "kind"}, tag) || tag == "" || tag == "status" {
			continue
		}
		below := append(slices.Clone(path), tag)
		of := typed.Field(i).Type
		for of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		value, stated := has[tag]
		switch {
		case of.Name() == "PodTemplateSpec" || of.Name() == "JobTemplateSpec" || len(path) > 4: // fields of pods are those of the cases
		case of.Kind() == reflect.Struct && of.NumField() > 0 && of.Name() != "Quantity" && of.Name() != "IntOrString" && of.Name() != "Time":
			all = append(all, absent(of, value, below)...)
		case !stated:
			all = append(all, field{below, guesses(of)})
		}
	}
	return all
}

// guesses are values of a type.
func guesses(of reflect.Type) []any {
	switch of.Kind() {
	case reflect.Bool:
		return []any{true, false}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return []any{float64(1), float64(2), float64(10), float64(30080)}
	case reflect.Map:
		return []any{map[string]any{"a": "b"}, map[string]any{"a": "YQ=="}, map[string]any{"storage": "1Gi"}, map[string]any{"pods": "1"}}
	case reflect.Slice:
		var all []any
		for _, word := range words("") {
			all = append(all, []any{word})
		}
		return append(all, []any{map[string]any{"name": "a"}}, []any{map[string]any{"key": "a", "values": []any{"b"}}})
	case reflect.String:
		return append([]any{"x"}, words("")...)
	case reflect.Struct: // a quantity, a number or a text, or a time
		return []any{"1", float64(1), "25%"}
	}
	return nil
}

// set puts a value at a place; nil takes out what is there. It reports whether that is possible.
func set(object any, path []any, value any) bool {
	switch at := object.(type) {
	case map[string]any:
		key, ok := path[0].(string)
		if !ok {
			return false
		}
		if len(path) > 1 {
			if at[key] == nil {
				at[key] = map[string]any{}
			}
			return set(at[key], path[1:], value)
		}
		if value == nil {
			delete(at, key)
			return true
		}
		at[key] = value
		return true
	case []any:
		i, ok := path[0].(int)
		if !ok || i >= len(at) {
			return false
		}
		if len(path) > 1 {
			return set(at[i], path[1:], value)
		}
		at[i] = value
		return true
	}
	return false
}

// get returns the value at a place.
func get(object any, path []any) (any, bool) {
	for _, step := range path {
		switch at := object.(type) {
		case map[string]any:
			key, _ := step.(string)
			object = at[key]
		case []any:
			i, ok := step.(int)
			if !ok || i >= len(at) {
				return nil, false
			}
			object = at[i]
		default:
			return nil, false
		}
	}
	return object, true
}
