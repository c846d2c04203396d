package yamltree

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// record fills a struct. A Null stands for a map without entries: it gets here for
// the root only.
func (d *Decoder) record(n *Node, v reflect.Value, info *typeInfo, at diag.Range) {
	if n.Kind != Map && n.Kind != Null {
		d.Expected(n, "a map").Hint = mapHint(n)
		return
	}
	for _, index := range info.selves {
		v.FieldByIndex(index).Set(reflect.ValueOf(n))
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		at, known := info.byKey[e.Key]
		if !known {
			d.unknownKey(e, info)
			continue
		}
		d.field(e, v, &info.fields[at])
	}
	if !d.opts.Partial {
		d.missing(n, info, at)
	}
}

func (d *Decoder) field(e *Entry, v reflect.Value, f *field) {
	if e.Value.Kind == Null {
		return
	}
	if f.later != "" {
		d.later(e, f.later)
		return
	}
	d.value(e.Value, v.FieldByIndex(f.index), f.info, e.KeyRange, f.enum)
}

func (d *Decoder) later(e *Entry, why string) {
	found := d.Errorf(e.KeyRange, "spec/later", "%q is not supported by this version", e.Key)
	if why != "true" {
		found.Detail = why
	}
	found.Hint = "Remove it, or use a version that has it."
}

func (d *Decoder) unknownKey(e *Entry, info *typeInfo) {
	found := d.Errorf(e.KeyRange, "spec/unknown-key", "unknown key %s", quote(e.Key))
	found.Detail = "No keys are possible here."
	if len(info.keys) > 0 {
		found.Detail = "Possible here: " + enumerate(info.keys) + "."
	}
	if near := Suggest(e.Key, info.keys); near != "" {
		found.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
}

// oneOf reports a text that is none of the allowed ones.
func (d *Decoder) oneOf(n *Node, s string, allowed []string) bool {
	if slices.Contains(allowed, s) {
		return true
	}
	found := d.Errorf(n.Range, "spec/value", "unknown value %s", quote(s))
	found.Detail = "Possible here: " + enumerate(allowed) + "."
	if near := Suggest(s, allowed); near != "" {
		found.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
	return false
}

// missing reports the required keys that n does not have, one by one.
func (d *Decoder) missing(n *Node, info *typeInfo, at diag.Range) {
	for _, i := range info.required {
		f := &info.fields[i]
		if value := n.Get(f.key); value != nil && value.Kind != Null {
			continue
		}
		found := d.Errorf(at, "spec/missing", "%q is missing", f.key)
		if f.enum != nil {
			found.Detail = "Possible values: " + enumerate(f.enum) + "."
		}
		found.Hint = fmt.Sprintf("Add %q here.", f.key+":")
	}
}

// listed is the number of words a message shows before it cuts the list.
const listed = 20

// enumerate joins words for a message.
func enumerate(words []string) string {
	if len(words) <= listed {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:listed], ", "), len(words)-listed)
}
