package yamltree

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// DecodeOptions change how trees are decoded. The zero value is the strict default.
type DecodeOptions struct {
	// Expand, when not nil, is applied to each text value with a "{" and its position, not to keys.
	Expand func(diag.Range, string) string
	// Guide, when not nil, returns a hint for an unknown key of a struct type with known keys, or nothing.
	Guide func(typ, key string, known []string) string
	// Partial accepts the absence of required keys: for a single layer.
	Partial bool
	// Mark marks faulty values in the tree, so that later checks report neither them nor their
	// consequences. Mark adds a missing required key as a faulty one. Only the first reader of a tree
	// may mark it, before any other reads the tree.
	Mark bool
	// Shared, when not nil, holds decoded values for trees with common parts.
	Shared *Shared
}

// Keys lists, sorted, the keys that a struct accepts.
func Keys(of any) []string {
	d, info, t := NewDecoder(DecodeOptions{}), &typeInfo{}, reflect.TypeOf(of)
	d.describeFields(info, t, nil)
	d.finishRecord(info, t)
	return info.keys
}

// NodeDecoder is implemented, on the pointer, by types that accept several shapes.
// DecodeNode reports faults to d. To decode its own struct form, a type T declares "type
// plain T" and passes (*plain)(t), which has no DecodeNode, to d.Decode.
type NodeDecoder interface {
	DecodeNode(n *Node, d *Decoder)
}

// Decoder fills Go values from trees and collects findings. It caches descriptions of
// types, so use one Decoder for many trees. It is not safe for concurrent use.
type Decoder struct {
	opts  DecodeOptions
	types map[reflect.Type]*typeInfo // shared by With
	list  diag.List
	// scoped counts the texts whose expansion depends on the tree.
	scoped int
	// node is the node in DecodeNode, at its position for findings.
	node *Node
	at   diag.Range
}

// NewDecoder returns a decoder with an empty cache.
func NewDecoder(opts DecodeOptions) *Decoder {
	return &Decoder{opts: opts, types: map[reflect.Type]*typeInfo{}}
}

// With returns a decoder with other options and without findings, which shares the cache of
// d.
func (d *Decoder) With(opts DecodeOptions) *Decoder {
	return &Decoder{opts: opts, types: d.types}
}

// Decode fills into, a pointer, from n; see Decoder.Decode.
func Decode(n *Node, into any, opts DecodeOptions) diag.List {
	d := NewDecoder(opts)
	d.Decode(n, into)
	return d.Findings()
}

// Findings returns the findings since the last call.
func (d *Decoder) Findings() diag.List {
	list := d.list
	d.list = nil
	return list
}

// Decode fills into, a pointer, from n. It is strict: a key that into has no field
// for, a value of another type, a missing required key are findings, and all of them
// are reported. Null entries count as absent, a nil or Null n as an empty map. What
// is absent or marked as faulty leaves into as it is.
//
// Fields are described by tags: `yaml:"key"`, `yaml:",inline"`, `required:"true"`,
// `enum:"a,b"` (also for the elements of lists and maps), `names:"port"` for the name of a port, `later:"reason"` for a key
// that this version refuses. Fields without a yaml tag have the key of their json tag, as in the types of
// Kubernetes, or are left alone. A field of type
// *Node receives the node itself, a field `Node *Node` tagged `yaml:"-"` the node of
// its own struct.
func (d *Decoder) Decode(n *Node, into any) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("yamltree: decode target must be a non-nil pointer, not %T", into))
	}
	if n == nil {
		n = &Node{}
	}
	v = v.Elem()
	info := d.info(v.Type())
	if n.Kind == Null && info.form != record {
		return
	}
	d.value(n, v, info, d.keyOf(n), nil)
}

// keyOf returns the position for findings about n: that of the key, for the node of
// DecodeNode and its parts.
func (d *Decoder) keyOf(n *Node) diag.Range {
	if d.node == n && n != nil {
		return d.at
	}
	if d.node != nil {
		for _, e := range d.node.Entries {
			if e.Value == n {
				return e.KeyRange
			}
		}
	}
	return n.Range
}

// Expand applies the Expand option to the text of n. Text that Decode has filled is
// expanded already.
func (d *Decoder) Expand(n *Node) string {
	if d.opts.Expand == nil || strings.IndexByte(n.Text, '{') < 0 {
		return n.Text
	}
	d.scoped++
	return d.opts.Expand(n.Range, n.Text)
}

// DecodeLiteral is Decode without the Expand option.
func (d *Decoder) DecodeLiteral(n *Node, into any) {
	expand := d.opts.Expand
	d.opts.Expand = nil
	d.Decode(n, into)
	d.opts.Expand = expand
}

// Errorf reports an error and returns it, for a detail or a hint to be added.
func (d *Decoder) Errorf(at diag.Range, code, format string, args ...any) *diag.Diagnostic {
	return d.list.Error(at, code, fmt.Sprintf(format, args...))
}

// Fault reports an error in the value n.
func (d *Decoder) Fault(n *Node, code, format string, args ...any) *diag.Diagnostic {
	if d.opts.Mark {
		n.Faulty = true
	}
	return d.Errorf(n.Range, code, format, args...)
}

// Expected reports that n is not of the named kind, for example "a whole number".
func (d *Decoder) Expected(n *Node, what string) *diag.Diagnostic {
	return d.Fault(n, "spec/type", "expected %s, found %s", what, n.describe())
}

// value fills v, of a type described by info, from n. at is the position of findings about
// missing keys of n.
func (d *Decoder) value(n *Node, v reflect.Value, info *typeInfo, at diag.Range, enum []string) {
	switch {
	case n.Faulty:
	case d.opts.Shared != nil && (info.form == mapping || info.form == pointer) && v.IsNil():
		d.shared(n, v, info, at, enum)
	default:
		d.fill(n, v, info, at, enum)
	}
}

// fill is value without sharing.
func (d *Decoder) fill(n *Node, v reflect.Value, info *typeInfo, at diag.Range, enum []string) {
	switch info.form {
	case byMethod:
		d.byMethod(n, v, at)
	case byJSON:
		d.byJSON(n, v)
	case rawNode:
		v.Set(reflect.ValueOf(n))
	case textual:
		d.text(n, v, enum)
	case boolean:
		d.boolean(n, v)
	case integer, unsigned:
		d.integer(n, v, info.form)
	case floating:
		d.floating(n, v)
	case pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(n, v.Elem(), info.elem, at, enum)
	case sequence:
		d.sequence(n, v, info, enum)
	case mapping:
		d.mapping(n, v, info, enum)
	case record:
		d.record(n, v, info, at)
	}
}

func (d *Decoder) byMethod(n *Node, v reflect.Value, at diag.Range) {
	node, before := d.node, d.at
	d.node, d.at = n, at
	v.Addr().Interface().(NodeDecoder).DecodeNode(n, d)
	d.node, d.at = node, before
}

func (d *Decoder) text(n *Node, v reflect.Value, enum []string) {
	if n.Kind != String {
		f := d.Expected(n, "text")
		if n.Kind == Bool || n.Kind == Int || n.Kind == Float {
			f.Hint = fmt.Sprintf("Put it in quotes to use it as text: %q.", n.Text)
			if enum != nil {
				f.Hint = "Write one of these: " + strings.Join(enum, ", ") + "."
			}
		}
		if n.Kind == Map || n.Kind == List {
			f.Hint = "Write one text here."
		}
		if n.Kind == List && len(n.Items) == 1 && n.Items[0].Kind == String {
			f.Hint = "Write it without the brackets: " + EncodeScalar(n.Items[0].Text) + "."
		}
		if looksLikePlaceholder(n) {
			f.Hint = fmt.Sprintf(`Put a text that starts with "{" in quotes: "{%s}".`, n.Entries[0].Key)
		}
		return
	}
	s := d.Expand(n)
	if enum != nil && !d.oneOf(n, s, enum) {
		return
	}
	v.SetString(s)
}

// looksLikePlaceholder detects {env} without quotes, which is a map.
func looksLikePlaceholder(n *Node) bool {
	return n.Kind == Map && len(n.Entries) == 1 && n.Entries[0].Value.Kind == Null
}

func (d *Decoder) boolean(n *Node, v reflect.Value) {
	if n.Kind != Bool {
		d.Expected(n, "true or false").Hint = boolHint(n)
		return
	}
	v.SetBool(n.Text[0] == 't' || n.Text[0] == 'T')
}

func boolHint(n *Node) string {
	switch {
	case n.Kind == String && n.Quoted && (n.Text == "true" || n.Text == "false"):
		return "Remove the quotes."
	case n.Kind == String:
		return "Write true or false, without quotes."
	}
	return "Write true or false."
}

func (d *Decoder) integer(n *Node, v reflect.Value, f form) {
	if n.Kind != Int {
		d.Expected(n, "a whole number").Hint = numberHint(n)
		return
	}
	if ambiguousInt(n.Text) {
		found := d.Fault(n, "spec/value", "the number %s has two readings", shorten(n.Text, shownValue))
		found.Detail = "YAML readers do not agree on numbers with a leading zero or with underscores."
		found.Hint = "Write it in plain digits."
		return
	}
	i, ok := n.Int()
	switch {
	case ok && f == integer && !overflows(v, i):
		v.SetInt(i)
	case ok && f == unsigned && i >= 0 && !v.OverflowUint(uint64(i)):
		v.SetUint(uint64(i))
	case ok && i < 0:
		d.Fault(n, "spec/value", "the number %s is out of range", shorten(n.Text, shownValue)).Hint = "Write 0 or more."
	case v.Kind() == reflect.Int:
		d.Fault(n, "spec/value", "the number %s is out of range", shorten(n.Text, shownValue)).Hint = fmt.Sprintf("Write at most %d.", math.MaxInt32)
	default:
		d.Fault(n, "spec/value", "the number %s is out of range", shorten(n.Text, shownValue)).Hint = "Write a smaller number."
	}
}

// overflows reports whether a type does not hold a number. An int has 32 bits on every machine, as the fields of
// Kubernetes that it becomes.
func overflows(v reflect.Value, i int64) bool {
	return v.OverflowInt(i) || v.Kind() == reflect.Int && int64(int32(i)) != i
}

func numberHint(n *Node) string {
	switch {
	case n.Kind == Float:
		return "Write a smaller number without a fraction."
	case n.Kind == List && len(n.Items) == 1 && n.Items[0].Kind == Int:
		return "Write it without the brackets: " + n.Items[0].Text + "."
	case n.Kind != String:
		return "Write one number here, in digits."
	}
	if _, err := strconv.Atoi(n.Text); err == nil {
		return "Remove the quotes."
	}
	return "Write a number in digits, without quotes."
}

func (d *Decoder) floating(n *Node, v reflect.Value) {
	if n.Kind != Int && n.Kind != Float {
		d.Expected(n, "a number").Hint = numberHint(n)
		return
	}
	f, err := strconv.ParseFloat(n.Text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || v.OverflowFloat(f) || ambiguousInt(n.Text) && n.Kind == Int {
		d.Fault(n, "spec/value", "the number %s cannot be used", shorten(n.Text, shownValue)).Hint = "Write it in plain digits."
		return
	}
	v.SetFloat(f)
}

func (d *Decoder) sequence(n *Node, v reflect.Value, info *typeInfo, enum []string) {
	if n.Kind != List {
		d.Expected(n, "a list").Hint = listHint(n, info.elem)
		return
	}
	items := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	for i, item := range n.Items {
		if item.Kind == Null && !item.Faulty && info.elem.form != rawNode {
			d.Fault(item, "spec/type", "the list item is empty").Hint = `Remove the "-", or give it a value.`
			continue
		}
		d.value(item, items.Index(i), info.elem, item.Range, enum)
	}
	v.Set(items)
}

// listHint shows the list form of a value that is no list.
func listHint(n *Node, item *typeInfo) string {
	switch {
	case item.form == record || item.form == mapping:
		if n.Kind == Map {
			return `Put "- " before the first key of each item, or brackets around all: [{KEY: VALUE}].`
		}
		return "Write a list of maps: [" + mapForm(item) + "]."
	case n.Kind == Map && len(n.Entries) == 1 && item.form == textual:
		return "Put it in brackets instead: [" + EncodeScalar(n.Entries[0].Key) + "]."
	case n.Kind == Map:
		return `Write [VALUE, VALUE], or a line "- VALUE" for each.`
	case n.Kind == String || item.form == textual:
		return "Put it in brackets: [" + EncodeScalar(n.Text) + "]."
	}
	return "Put it in brackets: [" + n.Text + "]."
}

func (d *Decoder) mapping(n *Node, v reflect.Value, info *typeInfo, enum []string) {
	if n.Kind != Map {
		d.Expected(n, "a map").Hint = mapHint(n)
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Entries)))
	}
	key, elem := info.room(v.Type())
	defer info.giveBack(key, elem)
	for _, e := range n.Entries {
		if e.Value.Kind == Null || e.Value.Faulty {
			continue
		}
		key.SetString(e.Key)
		elem.SetZero()
		d.value(e.Value, elem, info.elem, e.KeyRange, enum)
		v.SetMapIndex(key, elem)
	}
}

func mapHint(n *Node) string {
	if n.Kind == List {
		return `Write "name: value" lines in place of "- " items.`
	}
	return "Write {KEY: VALUE}, or indented lines of that kind."
}
