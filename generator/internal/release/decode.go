package release

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// decoder walks a file and collects everything that is wrong with it. It is not
// yamltree.Decode because elements keep the order of their fields and accept names
// that this version does not know.
type decoder struct {
	list diag.List
}

// mapping returns the entries of a map; an absent map has none, and anything else is a fault.
func (d *decoder) mapping(e yamltree.Entry) []yamltree.Entry {
	n := e.Value
	if n == nil || n.Kind == yamltree.Null {
		return nil
	}
	if n.Kind != yamltree.Map {
		d.list.Error(place(e), "release/type", quote(e.Key)+" must be a mapping")
		return nil
	}
	return n.Entries
}

// fields checks that a map has no other keys than the known ones and returns its entries by
// key. Entries without a value (null) are not returned.
func (d *decoder) fields(e yamltree.Entry, known ...string) map[string]yamltree.Entry {
	found := map[string]yamltree.Entry{}
	for _, f := range d.mapping(e) {
		if !slices.Contains(known, f.Key) {
			d.unknown(f, known)
			continue
		}
		if f.Value != nil && f.Value.Kind != yamltree.Null {
			found[f.Key] = f
		}
	}
	return found
}

func (d *decoder) unknown(f yamltree.Entry, known []string) {
	hint := "Known keys are " + strings.Join(known, ", ") + "."
	if near := yamltree.Suggest(f.Key, known); near != "" {
		hint = "Did you mean " + quote(near) + "?"
	}
	d.list.Error(f.KeyRange, "release/unknown-key", "unknown key "+quote(f.Key)).Hint = hint
}

// required returns the field with the given key, or reports that parent lacks it.
func (d *decoder) required(parent yamltree.Entry, in map[string]yamltree.Entry, key string) (yamltree.Entry, bool) {
	f, ok := in[key]
	if !ok {
		d.list.Error(parent.KeyRange, "release/missing", "missing key "+quote(key))
	}
	return f, ok
}

// text returns the text of a required field after checking it.
func (d *decoder) text(parent yamltree.Entry, in map[string]yamltree.Entry, key string, valid check) string {
	f, ok := d.required(parent, in, key)
	if !ok {
		return ""
	}
	return d.value(f, valid)
}

// value returns the text of an entry. A number or a truth value is a fault even
// where its text would do: YAML tools disagree about how to read it back.
func (d *decoder) value(f yamltree.Entry, valid check) string {
	switch f.Value.Kind {
	case yamltree.String:
	case yamltree.Map, yamltree.List:
		d.list.Error(place(f), "release/type", quote(f.Key)+" must be text")
		return ""
	default:
		d.list.Error(place(f), "release/type", quote(f.Key)+" must be text").Hint = "Write it in double quotes."
		return ""
	}
	if err := valid(f.Value.Text); err != nil {
		found := d.list.Error(place(f), "release/value", "invalid "+f.Key)
		found.Detail = fmt.Sprintf("%s is %q: %s.", f.Key, f.Value.Text, err)
	}
	return f.Value.Text
}

// exactly reports a field whose text differs from want.
func (d *decoder) exactly(root yamltree.Entry, in map[string]yamltree.Entry, key, want, hint string) {
	f, ok := d.required(root, in, key)
	if !ok || f.Value.Kind == yamltree.String && f.Value.Text == want {
		return
	}
	d.list.Error(place(f), "release/value", fmt.Sprintf("%s must be %s", key, quote(want))).Hint = hint
}

// place returns the position at which a fault of an entry is reported: that of the value, or
// that of the key when the value has no position.
func place(e yamltree.Entry) diag.Range {
	if e.Value != nil && e.Value.Range.Line > 0 {
		return e.Value.Range
	}
	return e.KeyRange
}

func quote(s string) string { return `"` + s + `"` }
