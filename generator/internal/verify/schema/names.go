package schema

import (
	gojson "encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// reads reports whether a type decodes itself.
func reads(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[gojson.Unmarshaler]())
}

func marshal(value any) ([]byte, error) { return gojson.Marshal(value) }

// fields are the types of the JSON fields of a struct by their names.
func fields(t reflect.Type) map[string]reflect.Type {
	found := map[string]reflect.Type{}
	for field := range fieldsOf(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case name == "" && (field.Anonymous || strings.Contains(options, "inline")):
			maps.Copy(found, fields(field.Type))
		case name == "":
			found[field.Name] = field.Type
		default:
			found[name] = field.Type
		}
	}
	return found
}

// fieldsOf yields the fields of a struct type.
func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// wantedName is the word for what a plain type holds.
func wantedName(t reflect.Type) (string, bool) {
	if reads(t) {
		return "", false
	}
	switch t.Kind() {
	case reflect.String:
		return "a text", true
	case reflect.Bool:
		return "true or false", true
	case reflect.Int32:
		return "an integer of 32 bits", true
	case reflect.Int, reflect.Int64:
		return "an integer", true
	case reflect.Slice:
		return "a text in base64", true
	}
	return "", false
}

// named writes a value for messages: short ones as they are, others by their type.
func named(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		if len(v) > 40 {
			return "a text"
		}
		return fmt.Sprintf("the text %q", v)
	case bool:
		return fmt.Sprintf("the truth value %t", v)
	}
	return fmt.Sprintf("the number %v", value)
}

// meant guesses the field that was meant by a misspelt one.
func meant(key string, known map[string]reflect.Type) string {
	best, distance := "", 3
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if d := apart(strings.ToLower(key), strings.ToLower(name)); d < distance && d < len(name)/2+1 {
			best, distance = name, d
		}
	}
	if best == "" {
		return ""
	}
	return "Did you mean " + best + "?"
}

// apart is how many letters must be changed, added or taken away to make one word of another.
func apart(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last, row[j+1] = row[j+1], min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// jsonName is the name of a field in JSON.
func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
