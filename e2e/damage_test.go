package e2e

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// damage is one change of an object: how names the sort, value is what stands there then. It is nil
// when the field is taken out.
type damage struct {
	path  []any
	how   string
	value any
}

func (d damage) String() string {
	return fmt.Sprintf("%s %s %v", d.how, field{path: d.path}.pattern(), d.value)
}

// null stands for a field whose value is null.
type null struct{}

// do changes a copy of an object.
func (d damage) do(object map[string]any) map[string]any {
	changed := cloned(object).(map[string]any)
	value := d.value
	if _, isNull := value.(null); isNull {
		setNull(changed, d.path)
		return changed
	}
	set(changed, d.path, cloned(value))
	if _, listed := d.path[len(d.path)-1].(int); listed && value == nil {
		above := d.path[:len(d.path)-1]
		list, _ := get(changed, above)
		set(changed, above, slices.Delete(list.([]any), d.path[len(d.path)-1].(int), d.path[len(d.path)-1].(int)+1))
	}
	return changed
}

func setNull(object any, path []any) {
	switch above, _ := get(object, path[:len(path)-1]); above := above.(type) {
	case map[string]any:
		above[path[len(path)-1].(string)] = nil
	case []any:
		above[path[len(path)-1].(int)] = nil
	}
}

// cloned copies maps and lists.
func cloned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		made := make(map[string]any, len(v))
		for key, inner := range v {
			made[key] = cloned(inner)
		}
		return made
	case []any:
		made := make([]any, len(v))
		for i, inner := range v {
			made[i] = cloned(inner)
		}
		return made
	}
	return value
}

// damages are all changes of an object that are tried.
func damages(manifest map[string]any) []damage {
	var all []damage
	apiVersion, _ := manifest["apiVersion"].(string)
	kind, _ := manifest["kind"].(string)
	if typed, err := scheme.Scheme.New(schema.FromAPIVersionAndKind(apiVersion, kind)); err == nil {
		for _, f := range absent(reflect.TypeOf(typed).Elem(), manifest, nil) {
			for i, value := range f.values {
				all = append(all, damage{f.path, fmt.Sprintf("added %d", i), value})
			}
		}
	}
	return append(all, damagesAt(manifest, nil)...)
}

// damagesAt are the changes of a value and of what is inside it.
func damagesAt(value any, path []any) []damage {
	var all []damage
	add := func(how string, values ...any) {
		if len(path) == 0 {
			return
		}
		for i, v := range values {
			all = append(all, damage{path, fmt.Sprintf("%s %d", how, i), v})
		}
	}
	inside := func(key any, inner any) { all = append(all, damagesAt(inner, append(slices.Clone(path), key))...) }
	add("dropped", nil)
	add("null", null{})
	switch v := value.(type) {
	case map[string]any:
		add("mistyped", "text", 7.0, true, []any{}, []any{"text"})
		add("empty", map[string]any{})
		all = append(all, damage{append(slices.Clone(path), "unheardOf"), "unknown", "text"})
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if len(path) == 1 && path[0] == "metadata" && key == "namespace" {
				continue
			}
			inside(key, v[key])
		}
		if key, named := lastStep(path).(string); named && slices.Contains([]string{"labels", "annotations", "matchLabels", "nodeSelector", "selector", "data", "stringData", "requests", "limits", "hard"}, key) {
			for i, odd := range []string{"-a", "a/b/c", "A/b", "a b", "a..b", "example.com/" + strings.Repeat("a", 64), strings.Repeat("a", 64), "a.", "_", "kubernetes.io/x", "ephemeral-storage", "count/pods"} {
				all = append(all, damage{append(slices.Clone(path), odd), fmt.Sprintf("key %d", i), "1"})
			}
		}
	case []any:
		add("mistyped", "text", 7.0, map[string]any{}, []any{"text"}, []any{7.0}, []any{map[string]any{}}, []any{nil})
		add("empty", []any{})
		if len(v) > 0 {
			add("twice", append(cloned(v).([]any), cloned(v[0])))
			add("first only", []any{cloned(v[0])})
		}
		for i, inner := range v {
			inside(i, inner)
		}
	case string:
		add("mistyped", 7.0, true, map[string]any{}, []any{v})
		add("odd", oddTexts(v)...)
		add("amount", amounts()...)
		add("word", words(v)...)
	case float64:
		add("mistyped", "text", true, map[string]any{}, []any{v}, fmt.Sprint(v))
		add("number", 0.0, -1.0, 1.0, v+1, v-1, v*2, 1.5, 100.0, 101.0, 65535.0, 65536.0, 2147483647.0, 2147483648.0, -2147483649.0, 1e13)
		add("text", "50%", "101%", "-1%", "1k", "http")
	case bool:
		add("mistyped", "true", 1.0)
		add("turned", !v)
	}
	return all
}

func lastStep(path []any) any {
	if len(path) == 0 {
		return nil
	}
	return path[len(path)-1]
}

// oddTexts are texts that some format refuses.
func oddTexts(v string) []any {
	return []any{
		"", " ", v + "x", strings.ToUpper(v), v + " ", "-" + v, v + "-", v + "." + v, v + "_a", v + "/a", strings.Repeat("a", 16), strings.Repeat("a", 64), strings.Repeat("a", 254),
		"a", "A", "1", "-1", "a b", "a..b", "é", "\n", "*", "*.example.com", "example.com", "example.com.", "https://example.com/x", "/", "/a//b", "../a", "a/../b", "a/b", "$(A)", "$A", "{a}",
	}
}

// amounts are quantities, times, addresses and the like.
func amounts() []any {
	return []any{
		"1", "0", "1m", "-1m", "100Gi", "1.5", "1e3", "1E", "0.5m", "1ki", "Ki", "1K", "10%", "110%", "10", "65536", "1h", "-1s", "1d", "300s", "100y", "10.0.0.1", "10.0.0.256", "010.0.0.1", "10.0.0.0/8", "10.0.0.1/8",
		"10.0.0.0/33", "fd00::1", "fd00::/8", "::ffff:10.0.0.1", "0.0.0.0/0", "* * * * *", "@daily", "61 * * * *", "*/0 * * * *", "TZ=UTC * * * * *", "2026-01-01T00:00:00Z", "true", "null", "http", "80",
	}
}

// specimen is an object of a case with the scene that it is deployed from.
type specimen struct {
	scene    *scene
	deployed *repo.Deployed
	object   *repo.Object
	manifest map[string]any
}

// trial is one object with one damage.
type trial struct {
	*specimen
	damage
}

// sortOf is what a trial is an example of: a change of a field, whatever the indices and names.
func (s *specimen) sortOf(d damage) string {
	return s.object.APIVersion + " " + s.object.Kind + " " + field{path: d.path}.pattern() + " " + d.how
}

// trials chooses as many sorts of damage as are wanted, the same ones on every run, and an object for each.
func trials(specimens []*specimen, want int, random *rand.Rand) []trial {
	sorts := map[string][]trial{}
	for _, s := range specimens {
		for _, d := range damages(s.manifest) {
			key := s.sortOf(d)
			if len(sorts[key]) < 64 { // enough to choose from
				sorts[key] = append(sorts[key], trial{s, d})
			}
		}
	}
	keys := slices.Sorted(maps.Keys(sorts))
	random.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	var chosen []trial
	for i := range want {
		all := sorts[keys[i%len(keys)]]
		chosen = append(chosen, all[random.IntN(len(all))])
	}
	return chosen
}

// manifestOf is the object as a map.
func manifestOf(o *repo.Object) map[string]any {
	var manifest map[string]any
	if yaml.Unmarshal(o.YAML, &manifest) != nil {
		return nil
	}
	return manifest
}
