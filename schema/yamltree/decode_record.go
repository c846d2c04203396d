package yamltree

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// record fills a struct. A Null, which only the root can be, is a map without entries.
func (d *Decoder) record(n *Node, v reflect.Value, info *typeInfo, at diag.Range) {
	if n.Kind != Map && n.Kind != Null {
		d.Expected(n, "a map").Hint = recordHint(n, info)
		return
	}
	for _, index := range info.selves {
		v.FieldByIndex(index).Set(reflect.ValueOf(n))
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		at, known := info.byKey[e.Key]
		if !known {
			if !e.Value.Faulty {
				d.unknownKey(e, info)
			}
			continue
		}
		d.field(e, v, &info.fields[at])
	}
	if !d.opts.Partial {
		d.missing(n, info, at)
	}
}

// recordHint shows the form of a map whose keys are known.
func recordHint(n *Node, info *typeInfo) string {
	if n.Kind == List || len(info.required) == 0 {
		return mapHint(n)
	}
	return "Write " + mapForm(info) + "."
}

// mapForm shows the required keys of a map.
func mapForm(info *typeInfo) string {
	if len(info.required) == 0 {
		return "{KEY: VALUE}"
	}
	var keys []string
	for _, i := range info.required {
		keys = append(keys, info.fields[i].key+": …")
	}
	return "{" + strings.Join(keys, ", ") + "}"
}

func (d *Decoder) field(e *Entry, v reflect.Value, f *field) {
	if e.Value.Kind == Null || e.Value.Faulty {
		return
	}
	if f.later != "" {
		d.later(e, f.later)
		return
	}
	if f.names != "" && e.Value.Kind == Int {
		d.Expected(e.Value, "the name of a "+f.names).Hint =
			fmt.Sprintf("Write the name that the %s has below %ss, as in %s: http.", f.names, f.names, e.Key)
		return
	}
	d.value(e.Value, v.FieldByIndex(f.index), f.info, e.KeyRange, f.enum)
}

// faultyKey reports an error in a key, whose value nothing can use.
func (d *Decoder) faultyKey(e *Entry, code, format string, args ...any) *diag.Diagnostic {
	if d.opts.Mark {
		e.Value.Faulty = true
	}
	return d.Errorf(e.KeyRange, code, format, args...)
}

func (d *Decoder) later(e *Entry, why string) {
	found := d.faultyKey(e, "spec/later", "%q is not supported by this version", e.Key)
	if why != "true" {
		found.Detail = sentence(why)
	}
	found.Hint = "Remove it, or use a version that has it."
}

// sentence turns a reason into a sentence.
func sentence(why string) string {
	return strings.ToUpper(why[:1]) + strings.TrimSuffix(why[1:], ".") + "."
}

func (d *Decoder) unknownKey(e *Entry, info *typeInfo) {
	found := d.faultyKey(e, "spec/unknown-key", "unknown key %s", quote(e.Key))
	if d.opts.Guide != nil {
		if found.Hint = d.opts.Guide(info.name, e.Key, info.keys); found.Hint != "" {
			return
		}
	}
	found.Detail = "No keys are possible here."
	if len(info.keys) > 0 {
		found.Detail = "Possible here: " + enumerate(info.keys) + "."
	}
	found.Hint = "Take it out, or use one of these."
	if near := Suggest(e.Key, info.keys); near != "" {
		found.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
}

// oneOf reports a text that is none of the allowed ones.
func (d *Decoder) oneOf(n *Node, s string, allowed []string) bool {
	if slices.Contains(allowed, s) {
		return true
	}
	found := d.Fault(n, "spec/value", "unknown value %s", quote(s))
	found.Detail = "Possible here: " + enumerate(allowed) + "."
	found.Hint = "Write one of these."
	if near := Suggest(s, allowed); near != "" {
		found.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
	return false
}

// missing reports each required key that n does not have, except keys that are misspelt or have another name,
// which are reported as unknown.
func (d *Decoder) missing(n *Node, info *typeInfo, at diag.Range) {
	for _, i := range info.required {
		f := &info.fields[i]
		if value := n.Get(f.key); value != nil && (value.Kind != Null || value.Faulty) || misspelt(n, info, f.key) || d.renamed(n, info, f.key) {
			continue
		}
		if d.opts.Mark {
			n.Entries = append(n.Entries, Entry{Key: f.key, KeyRange: at, Value: &Node{Range: at, Faulty: true}})
		}
		found := d.Errorf(at, "spec/missing", "%q is missing", f.key)
		if f.enum != nil {
			found.Detail = "Possible values: " + enumerate(f.enum) + "."
		}
		found.Hint = fmt.Sprintf("Add %q here.", f.key+":")
	}
}

// misspelt reports whether an unknown key of n is probably a misspelling of key.
func misspelt(n *Node, info *typeInfo, key string) bool {
	return slices.ContainsFunc(n.Entries, func(e Entry) bool {
		_, known := info.byKey[e.Key]
		return !known && Suggest(e.Key, info.keys) == key
	})
}

// renamed reports whether the guide leads from an unknown key of n to key.
func (d *Decoder) renamed(n *Node, info *typeInfo, key string) bool {
	return d.opts.Guide != nil && slices.ContainsFunc(n.Entries, func(e Entry) bool {
		_, known := info.byKey[e.Key]
		return !known && strings.HasPrefix(d.opts.Guide(info.name, e.Key, info.keys), "Write "+key+":")
	})
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
