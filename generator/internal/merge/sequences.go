package merge

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// sequence compares sequences that both sides changed. The pairing of items is ambiguous;
// the merge passes if it is right under one pairing.
func (v values) sequence(path string) string {
	reason, named := v.byName(path)
	if named && reason == "" || v.byIndex(path) == "" || v.byRest(path) == "" {
		return ""
	}
	if named {
		return reason
	}
	return "both changed " + called(path)
}

// byName pairs items by their names, if all have different ones.
func (v values) byName(path string) (reason string, ok bool) {
	maps := v
	for _, n := range []**node{&maps.base, &maps.mine, &maps.theirs, &maps.result} {
		if *n, ok = named(*n, path == ""); !ok {
			return "", false
		}
	}
	return maps.mapping(path), true
}

// named returns a sequence as a map from names to items.
func named(n *node, documents bool) (*node, bool) {
	m := &node{}
	if !n.isSeq() {
		return m, true
	}
	for _, it := range n.items {
		name := nameOf(it, documents)
		if name == "" || !m.add(entry{name, name, it}) {
			return nil, false
		}
	}
	return m, true
}

// nameOf returns the name of an item as a part of a path, or "".
func nameOf(n *node, document bool) string {
	switch {
	case !n.isMap():
		return ""
	case document:
		return documentName(n)
	case n.field("name") == "":
		return ""
	}
	return "[" + n.field("name") + "]"
}

func documentName(n *node) string {
	for _, e := range n.entries {
		if name := e.value.field("name"); e.key == "metadata" && name != "" {
			if namespace := e.value.field("namespace"); namespace != "" {
				name = namespace + "/" + name
			}
			return n.field("kind") + "/" + name + ": "
		}
	}
	return ""
}

// byIndex pairs items by their place, if there are equally many.
func (v values) byIndex(path string) string {
	if !v.sameLength() {
		return "both changed " + called(path)
	}
	for i := range v.mine.items {
		at := extend(path, fmt.Sprintf("[%d]", i))
		if path == "" && len(v.mine.items) == 1 {
			at = root
		}
		inner := values{v.base.items[i], v.mine.items[i], v.theirs.items[i], v.result.items[i]}
		if reason := inner.compare(at); reason != "" {
			return reason
		}
	}
	return ""
}

func (v values) sameLength() bool {
	for _, n := range v.all() {
		if !n.isSeq() || len(n.items) != len(v.mine.items) {
			return false
		}
	}
	return true
}

// byRest compares how often each item occurs, wherever. Items that only one version
// has, as they are when both sides changed the inside of one, are paired by place.
func (v values) byRest(path string) string {
	counts := v.counts()
	for _, c := range counts {
		if !c.single() && c[3] != threeWay(c[0], c[1], c[2]) {
			return "both changed " + called(path)
		}
	}
	rest := values{v.base.single(counts), v.mine.single(counts), v.theirs.single(counts), v.result.single(counts)}
	return rest.inOrder(path)
}

// inOrder pairs items by their place, but for those of the base that both removed.
func (v values) inOrder(path string) string {
	base := v.base.items
	if len(v.mine.items) != len(v.theirs.items) || len(v.mine.items) != len(v.result.items) {
		return "both changed " + called(path)
	}
	for i := range v.mine.items {
		for {
			if len(base) == 0 {
				return "both changed " + called(path)
			}
			inner := values{base[0], v.mine.items[i], v.theirs.items[i], v.result.items[i]}
			base = base[1:]
			if inner.compare(path) == "" {
				break
			}
		}
	}
	return ""
}

// threeWay merges three counts.
func threeWay(base, mine, theirs int) int {
	if mine == theirs {
		return mine
	}
	return mine + theirs - base
}

// count is how often an item occurs in the three versions and in the merge.
type count [4]int

// single reports whether only one version has the item.
func (c count) single() bool {
	versions := 0
	for _, n := range c {
		if n > 0 {
			versions++
		}
	}
	return versions == 1
}

// counts returns how often the items occur, by their ids.
func (v values) counts() map[string]count {
	counts := map[string]count{}
	for i, n := range v.all() {
		if n == nil {
			continue
		}
		for _, it := range n.items {
			c := counts[it.id]
			c[i]++
			counts[it.id] = c
		}
	}
	return counts
}

// single returns the items that only one version has.
func (n *node) single(counts map[string]count) *node {
	rest := &node{kind: yaml.SequenceNode}
	if n == nil {
		return rest
	}
	for _, it := range n.items {
		if counts[it.id].single() {
			rest.items = append(rest.items, it)
		}
	}
	return rest
}
