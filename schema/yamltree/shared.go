package yamltree

import (
	"reflect"

	"github.com/wavewright/wavewright/schema/diag"
)

// Shared caches decoded maps and pointers, so that trees with a common part share its
// decoded value, which callers must not change. Parts with findings or with a text to be
// expanded are decoded for each tree. The zero value is an empty cache. It is not safe for
// concurrent use.
type Shared struct{ values map[sharedKey]reflect.Value }

// sharedKey is a part of a tree and the type that it is decoded to.
type sharedKey struct {
	node *Node
	into reflect.Type
}

// shared fills v with the cached value of n, if there is one.
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
