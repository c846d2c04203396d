package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/json"
)

// FaultKind says what is wrong with a field.
type FaultKind uint8

const (
	// UnknownField is a field that the kind does not have.
	UnknownField FaultKind = iota + 1
	// WrongType is a value that cannot be decoded.
	WrongType
	// Invalid is a value that can be decoded and is refused.
	Invalid
	// BrokenRule is a rule of a custom resource definition that an object breaks.
	BrokenRule
)

// Fault is one reason why the API server refuses an object.
type Fault struct {
	Kind FaultKind
	// Path of the field, such as spec.template.spec.containers[0].image.
	Path string
	// Message is a half sentence that follows the path.
	Message string
	// Hint is what to do, if that is known.
	Hint string
}

// Decode fills in the Go value of a built-in kind as strictly as the API server. The result says
// whether everything fitted; what fits is filled in even so.
func Decode(document []byte, into any) (strict bool, err error) {
	faults, err := json.UnmarshalStrict(document, into)
	return err == nil && len(faults) == 0, err
}

// Misfits are the faults of an object that Decode could not fill in strictly.
func Misfits(document []byte, into any) []Fault {
	var value any
	if json.UnmarshalCaseSensitivePreserveInts(document, &value) != nil {
		return nil
	}
	f := &fitter{}
	f.fit(value, typeOf(into), "")
	return f.faults
}

// fitter compares a value with a Go type.
type fitter struct{ faults []Fault }

func (f *fitter) add(kind FaultKind, path, message, hint string) {
	f.faults = append(f.faults, Fault{kind, path, message, hint})
}

func (f *fitter) fit(value any, t reflect.Type, path string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if value == nil {
		return
	}
	if reads(t) {
		f.unmarshal(value, t, path)
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		f.object(value, t, path)
	case reflect.Map:
		f.mapping(value, t, path)
	case reflect.Slice:
		f.list(value, t, path)
	case reflect.Interface:
	default:
		f.unmarshal(value, t, path)
	}
}

// object fits a map into a struct.
func (f *fitter) object(value any, t reflect.Type, path string) {
	values, isMap := value.(map[string]any)
	if !isMap {
		f.mistyped(value, "an object", path)
		return
	}
	known := fields(t)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		field, ok := known[key]
		if !ok {
			f.add(UnknownField, join(path, key), "there is no such field", meant(key, known))
			continue
		}
		f.fit(values[key], field, join(path, key))
	}
}

func (f *fitter) mapping(value any, t reflect.Type, path string) {
	values, isMap := value.(map[string]any)
	if !isMap {
		f.mistyped(value, "an object", path)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		f.fit(values[key], t.Elem(), join(path, key))
	}
}

func (f *fitter) list(value any, t reflect.Type, path string) {
	if t.Elem().Kind() == reflect.Uint8 {
		f.unmarshal(value, t, path)
		return
	}
	items, isList := value.([]any)
	if !isList {
		f.mistyped(value, "a list", path)
		return
	}
	for i, item := range items {
		f.fit(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
	}
}

// unmarshal tries what decodes itself: quantities, times, numbers and so on.
func (f *fitter) unmarshal(value any, t reflect.Type, path string) {
	text, err := marshal(value)
	if err == nil {
		err = json.UnmarshalCaseSensitivePreserveInts(text, reflect.New(t).Interface())
	}
	if err == nil {
		return
	}
	if wanted, ok := wantedName(t); ok {
		f.mistyped(value, wanted, path)
		return
	}
	f.add(WrongType, path, fmt.Sprintf("%s cannot be read: %v", text, err), "")
}

// mistyped reports a value of another type.
func (f *fitter) mistyped(value any, wanted, path string) {
	hint := ""
	if wanted == "a text" {
		hint = "Put the value into quotes."
	}
	f.add(WrongType, path, fmt.Sprintf("the value is %s, and it must be %s", named(value), wanted), hint)
}

// join appends a key to a path. A key with dots or slashes stands in quotes.
func join(path, key string) string {
	if strings.ContainsAny(key, `./[]`) {
		return path + `["` + key + `"]`
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
