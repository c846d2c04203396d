package model

import (
	"maps"
	"slices"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// equal compares two printable values: ordered maps, lists of them, lists of
// strings, string maps and scalars. It decides what an overlay has to patch, for
// every field of every workload, so it avoids encoding them.
func equal(a, b any) bool {
	switch a := a.(type) {
	case yamltree.Ordered:
		b, ok := b.(yamltree.Ordered)
		return ok && equalMaps(a, b)
	case []yamltree.Ordered:
		b, ok := b.([]yamltree.Ordered)
		return ok && slices.EqualFunc(a, b, equalMaps)
	case []string:
		b, ok := b.([]string)
		return ok && slices.Equal(a, b)
	case map[string]string:
		b, ok := b.(map[string]string)
		return ok && maps.Equal(a, b)
	}
	return a == b
}

func equalMaps(a, b yamltree.Ordered) bool {
	return slices.EqualFunc(a, b, func(x, y yamltree.Pair) bool { return x.Key == y.Key && equal(x.Value, y.Value) })
}
