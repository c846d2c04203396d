package render

import (
	"reflect"
)

// maxTypes bounds the search for a type below the data of a template.
const maxTypes = 2000

// fieldsOf returns the exported fields and the methods of the type that text/template
// calls name, when it can be reached from data. It is used for hints only.
func fieldsOf(data any, name string) []string {
	if data == nil {
		return nil
	}
	queue, seen := []reflect.Type{reflect.TypeOf(data)}, map[reflect.Type]bool{}
	for len(queue) > 0 && len(seen) < maxTypes {
		t := queue[0]
		queue = queue[1:]
		if seen[t] {
			continue
		}
		seen[t] = true
		if t.String() == name {
			return members(t)
		}
		queue = append(queue, neighbours(t)...)
	}
	return nil
}

// neighbours returns the types of what a template can reach from a value of type t.
func neighbours(t reflect.Type) []reflect.Type {
	var found []reflect.Type
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		found = append(found, t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			found = append(found, t.Field(i).Type)
		}
		found = append(found, reflect.PointerTo(t))
	}
	for i := range t.NumMethod() {
		if m := t.Method(i).Type; m.NumOut() > 0 {
			found = append(found, m.Out(0))
		}
	}
	return found
}

func members(t reflect.Type) []string {
	var names []string
	for i := range t.NumMethod() {
		names = append(names, t.Method(i).Name)
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() {
				names = append(names, f.Name)
			}
		}
	}
	return names
}
