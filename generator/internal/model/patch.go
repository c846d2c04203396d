package model

import (
	"maps"
	"reflect"
	"slices"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// diff returns the strategic merge patch, below spec, that turns the pod have into
// want; it is empty when they are equal. The container is called name.
func diff(want, have *Pod, name Name) yamltree.Ordered {
	parts := map[string]yamltree.Ordered{}
	w, h := reflect.ValueOf(want).Elem(), reflect.ValueOf(have).Elem()
	for _, field := range podFields {
		if field.key == rest {
			parts[field.in] = append(parts[field.in], changedMap(w.Field(field.index).Interface().(yamltree.Ordered), h.Field(field.index).Interface().(yamltree.Ordered))...)
			continue
		}
		if change, changed := change(w.Field(field.index), h.Field(field.index), field.list); changed {
			parts[field.in] = append(parts[field.in], pair(field.key, change))
		}
	}
	pod := parts["pod"]
	if len(parts["container"]) > 0 {
		named := append(yamltree.Ordered{pair("name", string(name))}, parts["container"]...)
		pod = append(pod, pair("containers", []yamltree.Ordered{named}))
	}
	pod = append(pod, parts["volumes"]...) // readers expect volumes after the containers
	var template yamltree.Ordered
	if len(parts["metadata"]) > 0 {
		template = append(template, pair("metadata", parts["metadata"]))
	}
	if len(pod) > 0 {
		template = append(template, pair("spec", pod))
	}
	spec, job := parts[""], parts["job"]
	if len(template) > 0 {
		job = append(job, pair("template", template))
	}
	switch {
	case len(job) == 0:
		return spec
	case want.Kind == scheduled:
		return append(spec, pair("jobTemplate", yamltree.Ordered{pair("spec", job)}))
	}
	return append(spec, job...)
}

// rest is the key of a field of a Pod that holds several fields of the object.
const rest = "*"

// podFields are the tags of the fields of a Pod.
var podFields = fieldsOf(reflect.TypeFor[Pod]())

type podField struct {
	index         int
	key, in, list string
}

func fieldsOf(pod reflect.Type) []podField {
	var fields []podField
	for field := range pod.Fields() {
		if key := field.Tag.Get("key"); key != "" {
			fields = append(fields, podField{field.Index[0], key, field.Tag.Get("in"), field.Tag.Get("list")})
		}
	}
	return fields
}

// change compares one field and returns its patch.
func change(want, have reflect.Value, list string) (any, bool) {
	if want.IsZero() && have.IsZero() {
		return nil, false
	}
	w, h := want.Interface(), have.Interface()
	switch {
	case equal(w, h):
		return nil, false
	case want.IsZero() || want.Kind() == reflect.Slice && want.Len() == 0:
		return nil, true // in a strategic merge patch null removes the field
	}
	switch value := w.(type) {
	case yamltree.Ordered:
		return changedMap(value, h.(yamltree.Ordered)), true
	case []yamltree.Ordered:
		return changedList(value, h.([]yamltree.Ordered), list), true
	}
	return w, true
}

// changedMap keeps the entries that differ and removes, with null, those that are
// gone.
func changedMap(want, have yamltree.Ordered) yamltree.Ordered {
	var out yamltree.Ordered
	for _, entry := range want {
		old, exists := lookup(have, entry.Key)
		if exists && equal(old, entry.Value) {
			continue
		}
		inner, isMap := entry.Value.(yamltree.Ordered)
		items, isList := entry.Value.([]yamltree.Ordered)
		if before, wasMap := old.(yamltree.Ordered); isMap && wasMap {
			entry.Value = changedMap(inner, before)
		} else if before, wasList := old.([]yamltree.Ordered); isList && wasList {
			entry.Value = changedList(items, before, listOf(entry.Key))
		}
		out = append(out, entry)
	}
	for _, entry := range have {
		if _, kept := lookup(want, entry.Key); !kept {
			out = append(out, pair(entry.Key, nil))
		}
	}
	return out
}

// listOf describes how Kubernetes merges a list within a container beside the main one or a probe.
func listOf(key string) string {
	if key == "env" {
		return "named"
	}
	if mergeKeys()[key] != "" {
		return "keyed"
	}
	return "" // a patch replaces envFrom and httpHeaders as a whole
}

func lookup(m yamltree.Ordered, key string) (any, bool) {
	for _, entry := range m {
		if entry.Key == key {
			return entry.Value, true
		}
	}
	return nil, false
}

// changedList patches a list. Lists whose items have names are patched item by
// item, unless their order matters and is not the same; other lists that Kubernetes merges by a key are replaced with a marker;
// what Kubernetes replaces as a whole is printed as a whole.
func changedList(want, have []yamltree.Ordered, list string) []yamltree.Ordered {
	switch list {
	case "named":
		return changedItems(want, have)
	case "ordered":
		if keepsOrder(want, have) {
			return changedItems(want, have)
		}
		fallthrough
	case "keyed":
		if len(have) > 0 { // without anything to replace, kustomize would keep the marker
			return append([]yamltree.Ordered{{pair("$patch", "replace")}}, want...)
		}
	}
	return want
}

func changedItems(want, have []yamltree.Ordered) []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, item := range want {
		old, exists := named(have, item[0].Value)
		switch {
		case !exists:
			out = append(out, item)
		case !equal(old, item):
			out = append(out, append(slices.Clone(item[:1]), changedMap(item[1:], old[1:])...))
		}
	}
	for _, item := range have {
		if _, kept := named(want, item[0].Value); !kept {
			out = append(out, yamltree.Ordered{item[0], pair("$patch", "delete")})
		}
	}
	return out
}

// keepsOrder reports whether patching item by item gives the items in the wanted
// order: a patch puts new items before those that are there.
func keepsOrder(want, have []yamltree.Ordered) bool {
	first := slices.IndexFunc(want, func(item yamltree.Ordered) bool { _, old := named(have, item[0].Value); return old })
	if first < 0 {
		return len(have) == 0
	}
	kept := slices.DeleteFunc(slices.Clone(have), func(item yamltree.Ordered) bool { _, stays := named(want, item[0].Value); return !stays })
	return slices.EqualFunc(want[first:], kept, func(x, y yamltree.Ordered) bool { return x[0].Value == y[0].Value })
}

// named finds the item whose first entry, its name, has this value.
func named(items []yamltree.Ordered, name any) (yamltree.Ordered, bool) {
	for _, item := range items {
		if item[0].Value == name {
			return item, true
		}
	}
	return nil, false
}

// equal compares two printable values: ordered maps, lists of them, lists of
// strings, string maps and scalars. It decides what an overlay has to patch, for
// every field of every workload, so it avoids encoding them.
func equal(a, b any) bool {
	switch a := a.(type) {
	case yamltree.Ordered:
		b, ok := b.(yamltree.Ordered)
		return ok && equalMaps(a, b)
	case []yamltree.Ordered:
		b, ok := b.([]yamltree.Ordered)
		return ok && slices.EqualFunc(a, b, equalMaps)
	case []string:
		b, ok := b.([]string)
		return ok && slices.Equal(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]string:
		b, ok := b.(map[string]string)
		return ok && maps.Equal(a, b)
	}
	return a == b
}

func equalMaps(a, b yamltree.Ordered) bool {
	return slices.EqualFunc(a, b, func(x, y yamltree.Pair) bool { return x.Key == y.Key && equal(x.Value, y.Value) })
}
