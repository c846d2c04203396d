package yamltree

import "slices"

// Without returns n, a map, without the named keys. It shares the remaining
// entries with n; anything but a map is returned as it is.
func (n *Node) Without(keys ...string) *Node {
	if n == nil || n.Kind != Map {
		return n
	}
	rest := *n
	rest.Entries = slices.DeleteFunc(slices.Clone(n.Entries), func(e Entry) bool { return slices.Contains(keys, e.Key) })
	return &rest
}
