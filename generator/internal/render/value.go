package render

import (
	"fmt"
	"math"
	"reflect"

	"github.com/wavewright/wavewright/schema/yamltree"
)

const (
	maxTreeDepth = 64
	// maxKey is below the 1,024 characters after which YAML does not look for the
	// colon of a key any more.
	maxKey = 1000
	// safeKey is a length at which no key can be longer than maxKey when every
	// character of it is escaped.
	safeKey = maxKey / 10
)

// checkTree reports parts of v that cannot be encoded, on which the encoders would panic.
func checkTree(v any, depth int) *fault {
	if depth > maxTreeDepth {
		return &fault{codeExec, "value is nested too deeply", fmt.Sprintf("The limit is %d levels.", maxTreeDepth), ""}
	}
	switch v := v.(type) {
	case nil, string, *yamltree.Node:
		return nil // a node has passed the parser's limits
	case yamltree.Ordered:
		for _, p := range v {
			if f := checkEntry(p.Key, p.Value, depth); f != nil {
				return f
			}
		}
		return nil
	}
	return checkKind(v, reflect.ValueOf(v), depth)
}

func checkKind(v any, rv reflect.Value, depth int) *fault {
	switch rv.Kind() {
	case reflect.Bool, reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return nil
	case reflect.Float32, reflect.Float64:
		return checkFloat(rv.Float())
	case reflect.Pointer:
		if rv.IsNil() {
			return nil
		}
		return checkTree(rv.Elem().Interface(), depth+1)
	case reflect.Slice, reflect.Array:
		for i := range rv.Len() {
			if f := checkTree(rv.Index(i).Interface(), depth+1); f != nil {
				return f
			}
		}
		return nil
	case reflect.Map:
		return checkMap(v, rv, depth)
	}
	return &fault{codeExec, "value cannot be printed", "The value is " + describe(v) + ".", "Print one of its fields."}
}

func checkFloat(f float64) *fault {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return &fault{codeExec, "value is not a finite number", fmt.Sprintf("The value is %v.", f), ""}
	}
	return nil
}

func checkMap(v any, rv reflect.Value, depth int) *fault {
	if rv.Type().Key().Kind() != reflect.String {
		return &fault{codeExec, "value cannot be printed", "The value is " + describe(v) + "; keys must be texts.", ""}
	}
	for iter := rv.MapRange(); iter.Next(); {
		if f := checkEntry(iter.Key().String(), iter.Value().Interface(), depth); f != nil {
			return f
		}
	}
	return nil
}

func checkEntry(key string, value any, depth int) *fault {
	if len(key) > safeKey && len(yamltree.EncodeScalar(key)) > maxKey {
		return &fault{codeExec, "key of a map is too long", fmt.Sprintf("The key begins with %q; YAML ends at 1,024 characters.", cut(key, 30)), ""}
	}
	return checkTree(value, depth+1)
}

// describe names the type of a value for the author of a template.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case flowValue:
		return "a result of flow"
	case literalValue:
		return "a result of literal"
	case cellText:
		return "a result of cell"
	case string:
		return "a string"
	default:
		return describeKind(reflect.TypeOf(v))
	}
}

func describeKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Map:
		return fmt.Sprintf("a map (%v)", t)
	case reflect.Slice, reflect.Array:
		return fmt.Sprintf("a list (%v)", t)
	}
	return fmt.Sprintf("of type %v", t)
}
