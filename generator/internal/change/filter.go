package change

import (
	"bytes"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// Matters reports whether a change of one file can change a field of the table, or what holds
// data: building all that the file reaches takes much longer. It reports true for what it does
// not understand.
func Matters(file string, old, now []byte) bool {
	switch {
	case bytes.Equal(old, now):
		return false
	case slices.Contains(layout.Kustomizations(), path.Base(file)):
		return kustomizationMatters(old, now)
	case path.Ext(file) != ".yaml" && path.Ext(file) != ".yml" && path.Ext(file) != ".json":
		return false // contents of a ConfigMap, at most
	}
	before, known := documents(old)
	after, also := documents(now)
	if !known || !also {
		return true
	}
	return slices.ContainsFunc(before, func(o Object) bool { return o.matters(after) }) ||
		slices.ContainsFunc(after, func(o Object) bool { return !slices.ContainsFunc(before, o.same) && o.counts() })
}

// documents reads the objects of a file. They are not known when the file has something else.
func documents(source []byte) (objects []Object, known bool) {
	for document := range bytes.SplitSeq(source, []byte("\n---")) {
		var o Object
		if err := yaml.Unmarshal(document, &o); err != nil || bytes.Contains(document, []byte("$patch")) {
			return nil, false
		}
		if len(o) == 0 {
			continue
		}
		if o.Kind() == "" {
			return nil, false
		}
		objects = append(objects, o)
	}
	return objects, true
}

// counts reports whether it matters that an object is there.
func (o Object) counts() bool { return stateful(o.Kind()) || o.group() == service }

// matters reports whether what becomes of an object, or of a patch for it, has to be known.
func (o Object) matters(after []Object) bool {
	i := slices.IndexFunc(after, o.same)
	if i < 0 {
		return o.counts()
	}
	return !maps.EqualFunc(metadata(o), metadata(after[i]), reflect.DeepEqual) && stateful(o.Kind()) ||
		slices.ContainsFunc(rules(), func(r rule) bool {
			return slices.Contains(r.kinds, o.group()) && len(differences(r.field, o.get(r.field), after[i].get(r.field))) > 0 && r.reached(o, after[i])
		})
}

// metadata has the annotations, which tell Argo CD what to do with claims.
func metadata(o Object) map[string]any {
	fields, _ := o["metadata"].(map[string]any)
	return fields
}

// reached reports whether the rule forbids one of the differences, whatever its conditions.
func (r rule) reached(old, now Object) bool {
	return slices.ContainsFunc(differences(r.field, old.get(r.field), now.get(r.field)), func(d difference) bool { return !r.excepts(d.field) })
}

// kustomizationMatters compares two kustomizations field by field.
func kustomizationMatters(old, now []byte) bool {
	var before, after map[string]any
	if yaml.Unmarshal(old, &before) != nil || yaml.Unmarshal(now, &after) != nil {
		return true
	}
	keys := maps.Clone(before)
	if keys == nil {
		keys = map[string]any{}
	}
	maps.Copy(keys, after)
	for key := range keys {
		if reflect.DeepEqual(before[key], after[key]) || slices.Contains([]string{"commonAnnotations", "metadata", "buildMetadata"}, key) {
			continue
		}
		if key != "patches" || patchesMatter(before[key], after[key]) || patchesMatter(after[key], before[key]) {
			return true
		}
	}
	return false
}

// patchesMatter reports whether a patch that only one side has can reach a field of the table.
func patchesMatter(these, others any) bool {
	list, _ := these.([]any)
	rest, _ := others.([]any)
	for _, patch := range list {
		if !slices.ContainsFunc(rest, func(other any) bool { return reflect.DeepEqual(patch, other) }) && patchMatters(patch) {
			return true
		}
	}
	return false
}

// patchMatters reports whether a patch in place can reach a field of the table.
func patchMatters(patch any) bool {
	fields, _ := patch.(map[string]any)
	source, inPlace := fields["patch"].(string)
	if !inPlace || strings.Contains(source, "$patch") {
		return true
	}
	kinds := strings.Split(text(Object(fields).get("target.kind")), "|")
	var operations []map[string]any
	if yaml.Unmarshal([]byte(source), &operations) == nil {
		return slices.ContainsFunc(operations, func(operation map[string]any) bool {
			return tableHas(kinds, pointer(text(operation["path"]))) || text(operation["op"]) == "move" && tableHas(kinds, pointer(text(operation["from"])))
		})
	}
	objects, known := documents([]byte(source))
	if !known {
		return true
	}
	return slices.ContainsFunc(objects, func(o Object) bool {
		if kinds[0] == "" {
			kinds = []string{o.Kind()}
		}
		return slices.ContainsFunc(leaves("", map[string]any(o)), func(field string) bool { return tableHas(kinds, field) })
	})
}

// pointer is a path of a JSON patch as a field.
func pointer(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "."), "~1", "/")
}

// leaves lists the deepest fields of a map; a list is one.
func leaves(above string, value any) []string {
	fields, ok := value.(map[string]any)
	if !ok {
		return []string{strings.TrimPrefix(above, ".")}
	}
	var all []string
	for key, below := range fields {
		all = append(all, leaves(above+"."+key, below)...)
	}
	return all
}

// tableHas reports whether a rule is about a field, about one above or about one below it. A kind
// that is a pattern, or none, may be any kind.
func tableHas(kinds []string, field string) bool {
	for _, kind := range kinds {
		if strings.ContainsFunc(kind, func(r rune) bool {
			return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", r)
		}) || kind == "" {
			return true
		}
		if stateful(kind) && strings.HasPrefix(field, "metadata.annotations") {
			return true
		}
		for _, r := range rules() {
			about := slices.ContainsFunc(r.kinds, func(k string) bool { return k == kind || strings.HasPrefix(k, kind+".") })
			if about && !r.excepts(field) && (within(field, r.field) || within(r.field, field)) {
				return true
			}
		}
	}
	return false
}
