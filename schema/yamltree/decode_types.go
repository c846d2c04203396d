package yamltree

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// form is the way in which a Go type is filled from a node.
type form uint8

const (
	byMethod form = iota + 1
	byJSON
	rawNode
	textual
	boolean
	integer
	unsigned
	floating
	pointer
	sequence
	mapping
	record
)

// typeInfo describes a Go type.
type typeInfo struct {
	form     form
	elem     *typeInfo // of a pointer, sequence or mapping
	fields   []field   // of a record, in declaration order, inlined ones included
	byKey    map[string]int
	keys     []string // of a record, sorted
	name     string   // of a record's type; empty for types of Kubernetes, which others describe
	upstream bool     // of a record whose keys are in json tags
	// key and value of a mapping are memory for its entries; invalid while it is in use.
	key, value reflect.Value
	// selves are the fields that receive the record's own node.
	selves [][]int
	// required are the fields that must be present.
	required []int
}

// room returns memory for an entry of a map of type t.
func (info *typeInfo) room(t reflect.Type) (key, value reflect.Value) {
	key, value = info.key, info.value
	if info.key, info.value = (reflect.Value{}), (reflect.Value{}); !key.IsValid() {
		key, value = reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
	}
	return key, value
}

// giveBack ends the use of what room returned.
func (info *typeInfo) giveBack(key, value reflect.Value) { info.key, info.value = key, value }

// field is one key that a record accepts.
type field struct {
	key   string
	index []int
	info  *typeInfo
	enum  []string
	later string // reason why this version refuses the key, or ""
	names string // what the value is the name of, or ""
}

// info returns the description of t, which is made once for each decoder.
func (d *Decoder) info(t reflect.Type) *typeInfo {
	if known, ok := d.types[t]; ok {
		return known
	}
	info := &typeInfo{}
	d.types[t] = info // before its parts: types may be recursive
	d.describeType(info, t)
	return info
}

func (d *Decoder) describeType(info *typeInfo, t reflect.Type) {
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[NodeDecoder]()):
		info.form = byMethod
		return
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		info.form = byJSON
		return
	case t == reflect.TypeFor[*Node]():
		info.form = rawNode
		return
	}
	switch t.Kind() {
	case reflect.String:
		info.form = textual
	case reflect.Bool:
		info.form = boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		info.form = integer
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		info.form = unsigned
	case reflect.Float32, reflect.Float64:
		info.form = floating
	case reflect.Pointer:
		info.form, info.elem = pointer, d.info(t.Elem())
	case reflect.Slice:
		info.form, info.elem = sequence, d.info(t.Elem())
	case reflect.Map:
		d.describeMap(info, t)
	case reflect.Struct:
		info.form = record
		d.describeFields(info, t, nil)
		d.finishRecord(info, t)
	default:
		unsupported(t)
	}
}

// unsupported reports a mistake of the program: a field that no YAML can fill.
func unsupported(t reflect.Type) {
	panic(fmt.Sprintf("yamltree: decode target %v is not supported", t))
}

func (d *Decoder) describeMap(info *typeInfo, t reflect.Type) {
	if t.Key().Kind() != reflect.String {
		unsupported(t)
	}
	info.form, info.elem = mapping, d.info(t.Elem())
}

func (d *Decoder) describeFields(info *typeInfo, t reflect.Type, path []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(path), i)
		key, options, tagged, upstream := tagOf(f)
		info.upstream = info.upstream || upstream
		switch {
		case options == "inline":
			d.describeFields(info, f.Type, index)
		case !f.IsExported() || !tagged:
		case key == "-":
			if f.Name == "Node" && f.Type == reflect.TypeFor[*Node]() {
				info.selves = append(info.selves, index)
			}
		default:
			d.describeField(info, f, key, index)
			if upstream && !strings.Contains(options, "omitempty") {
				info.required = append(info.required, len(info.fields)-1)
			}
		}
	}
}

func (d *Decoder) describeField(info *typeInfo, f reflect.StructField, key string, index []int) {
	described := field{key: key, index: index, info: d.info(f.Type), later: f.Tag.Get("later"), names: f.Tag.Get("names")}
	if enum := f.Tag.Get("enum"); enum != "" {
		described.enum = strings.Split(enum, ",")
	}
	if f.Tag.Get("required") == "true" {
		info.required = append(info.required, len(info.fields))
	}
	info.fields = append(info.fields, described)
}

func (d *Decoder) finishRecord(info *typeInfo, t reflect.Type) {
	info.byKey = make(map[string]int, len(info.fields))
	for i, f := range info.fields {
		if _, twice := info.byKey[f.key]; twice {
			panic(fmt.Sprintf("yamltree: %v has two fields for the key %q", t, f.key))
		}
		info.byKey[f.key] = i
		info.keys = append(info.keys, f.key)
	}
	slices.Sort(info.keys)
	if !info.upstream {
		info.name = t.Name()
	}
}
