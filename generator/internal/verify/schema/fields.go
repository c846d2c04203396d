package schema

import (
	_ "embed"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/json"
)

//go:embed fields.txt
var fieldsText string

// since says which version of Kubernetes has a field first, by the type "group/version.Name" and
// the name of the field. Fields that are older than the table are not in it.
var since = sync.OnceValue(func() map[[2]string]string {
	all := map[[2]string]string{}
	for line := range strings.Lines(fieldsText) {
		if cells := strings.Fields(line); len(cells) == 3 && cells[0] != "#" {
			all[[2]string{cells[0], cells[1]}] = cells[2]
		}
	}
	return all
})

// tableName is the name that the table has for a type; empty for one of another module.
func tableName(t reflect.Type) string {
	folder, found := strings.CutPrefix(t.PkgPath(), "k8s.io/api/")
	if !found {
		return ""
	}
	return folder + "." + t.Name()
}

// Younger are the fields of an object of a built-in kind that a version of Kubernetes does not
// have yet.
func Younger(document []byte, typed any, version string) []Fault {
	var value any
	if json.UnmarshalCaseSensitivePreserveInts(document, &value) != nil {
		return nil
	}
	y := younger{version: version}
	y.visit(value, typeOf(typed), "")
	return y.faults
}

// younger looks for fields that a version does not have.
type younger struct {
	version string
	faults  []Fault
}

func (y *younger) visit(value any, t reflect.Type, path string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			y.key(v[key], t, path, key)
		}
	case []any:
		for i, item := range v {
			if t.Kind() == reflect.Slice {
				y.visit(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
			}
		}
	}
}

// key visits one key of an object. What is inside a field that is not there yet is not looked at.
func (y *younger) key(value any, t reflect.Type, path, key string) {
	at := join(path, key)
	switch {
	case t.Kind() == reflect.Map:
		y.visit(value, t.Elem(), at)
	case t.Kind() != reflect.Struct || reads(t) || value == nil:
	default:
		if first := since()[[2]string{tableName(t), key}]; first != "" && Before(y.version, first) {
			y.faults = append(y.faults, Fault{UnknownField, at, "Kubernetes has this field since version " + first + ", and the cluster has " + y.version, ""})
		} else if field, known := fields(t)[key]; known {
			y.visit(value, field, at)
		}
	}
}
