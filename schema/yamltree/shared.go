package yamltree

import (
	"reflect"

	"github.com/wavewright/wavewright/schema/diag"
)

// Shared holds maps and pointers that were decoded, so that trees which share a part share
// what it is decoded to, too. Nobody may change them. Parts with a text to be expanded, or
// with findings, are decoded for each tree. The zero value holds nothing yet. It is not safe
// for concurrent use.
type Shared struct{ values map[sharedKey]reflect.Value }

// sharedKey is a part of a tree and what it is decoded to.
type sharedKey struct {
	node *Node
	into reflect.Type
}

// shared fills v with what n was decoded to before, if it was.
func (d *Decoder) shared(n *Node, v reflect.Value, info *typeInfo, at diag.Range, enum []string) {
	s, key := d.opts.Shared, sharedKey{n, v.Type()}
	if known, ok := s.values[key]; ok {
		v.Set(known)
		return
	}
	findings, scoped := len(d.list), d.scoped
	d.fill(n, v, info, at, enum)
	if len(d.list) > findings || d.scoped > scoped {
		return
	}
	if s.values == nil {
		s.values = map[sharedKey]reflect.Value{}
	}
	s.values[key] = reflect.ValueOf(v.Interface())
}
