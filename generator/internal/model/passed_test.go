package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestMergeKeysAreUpstreams holds the keys by which lists merge to the tags of Kubernetes' types.
func TestMergeKeysAreUpstreams(t *testing.T) {
	theirs, seen := map[string]string{}, map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || !strings.HasPrefix(typ.PkgPath(), "k8s.io/api/core") {
			return
		}
		seen[typ] = true
		for f := range typ.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if key := f.Tag.Get("patchMergeKey"); key != "" && !slices.Contains([]string{"containers", "ephemeralContainers"}, name) {
				theirs[name] = key
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[corev1.PodSpec]())
	ours := mergeKeys()
	for name, key := range theirs {
		if ours[name] != key {
			t.Errorf("%s merges by %q, not by %q", name, key, ours[name])
		}
	}
	for name := range ours {
		if theirs[name] == "" {
			t.Errorf("%s does not merge", name)
		}
	}
}

// TestOwnedFieldsExist holds the tables of paths to Kubernetes' types.
func TestOwnedFieldsExist(t *testing.T) {
	pod, container := reflect.TypeFor[corev1.PodSpec](), reflect.TypeFor[corev1.Container]()
	for _, o := range ownedOfPod() {
		if !hasPath(pod, o.path) {
			t.Errorf("a pod has no %s", o.path)
		}
	}
	for _, o := range ownedOfContainer() {
		if !hasPath(container, o.path) {
			t.Errorf("a container has no %s", o.path)
		}
	}
	for _, r := range ruledOfPod() {
		if !strings.HasPrefix(r.path, "*") && !hasPath(pod, r.path) {
			t.Errorf("a pod has no %s", r.path)
		}
	}
	for _, r := range ruledOfContainer() {
		if !strings.HasPrefix(r.path, "*") && !hasPath(container, r.path) {
			t.Errorf("a container has no %s", r.path)
		}
	}
	for _, path := range extended() {
		if !hasPath(container, path) {
			t.Errorf("a container has no %s", path)
		}
	}
}

func hasPath(typ reflect.Type, path string) bool {
	key, below, more := strings.Cut(path, ".")
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	for f := range typ.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == strings.TrimSuffix(key, "[]"):
			return !more || hasPath(f.Type, below)
		case f.Anonymous && (name == "" || options == "inline") && hasPath(f.Type, path):
			return true
		}
	}
	return false
}
