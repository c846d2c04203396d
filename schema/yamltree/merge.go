package yamltree

// indexedKeys is the number of keys from which finder uses a Go map.
const indexedKeys = 16

// Merge merges layers; later layers override earlier ones. Maps merge key by key, in the
// order of the first layer followed by new keys of later ones. Scalars and lists replace. A
// null replaces, too, and stays as a tombstone (Kind Null), so that explain can name the
// layer that removed a value; a later value replaces the tombstone. A Null layer removes
// everything. A nil layer is absent.
//
// A faulty value merged with a map gives a faulty result.
//
// The result shares all sub-trees that only one side has. Each value and key keeps the
// position of the last layer that states it.
//
// Merge works from left to right, and is not associative: a map over a null over a map
// keeps nothing of the first map. Callers must therefore not merge later layers with each
// other first, unless no layer changes the kind of a value.
func Merge(layers ...*Node) *Node {
	var merged *Node
	for _, layer := range layers {
		merged = mergeTwo(merged, layer)
	}
	return merged
}

func mergeTwo(below, above *Node) *Node {
	switch {
	case above == nil:
		return below
	case below != nil && below.Faulty && above.Kind == Map:
		return &Node{Kind: Map, Range: above.Range, Entries: above.Entries, Faulty: true}
	case below == nil || above.Faulty || below.Kind != Map || above.Kind != Map:
		return above
	case len(above.Entries) == 0:
		return below
	case len(below.Entries) == 0:
		return above
	}
	merged := *above
	merged.Entries = mergeEntries(below.Entries, above.Entries)
	return &merged
}

func mergeEntries(below, above []Entry) []Entry {
	merged := make([]Entry, len(below), len(below)+len(above))
	copy(merged, below)
	find := finder(below)
	for _, e := range above {
		i := find(e.Key)
		if i < 0 {
			merged = append(merged, e)
			continue
		}
		merged[i] = Entry{Key: e.Key, KeyRange: e.KeyRange, Value: mergeTwo(below[i].Value, e.Value)}
	}
	return merged
}

// finder returns a look-up of keys, which scans small maps.
func finder(entries []Entry) func(key string) int {
	if len(entries) < indexedKeys {
		return func(key string) int {
			for i := range entries {
				if entries[i].Key == key {
					return i
				}
			}
			return -1
		}
	}
	index := make(map[string]int, len(entries))
	for i := range entries {
		index[entries[i].Key] = i
	}
	return func(key string) int {
		if i, ok := index[key]; ok {
			return i
		}
		return -1
	}
}
