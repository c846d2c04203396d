package release

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// textLines maps the entries of a parsed file to their lines.
type textLines struct {
	lines []string
	root  *yamltree.Node
}

func newTextLines(src []byte, root *yamltree.Node) textLines {
	return textLines{lines: splitLines(src, "\n"), root: root}
}

// locate finds the spot of the pin with the given path of keys: the lines of its
// value, or where its first missing key goes.
func (l textLines) locate(keys []string) spot {
	parent := yamltree.Entry{Value: l.root}
	for depth, key := range keys {
		entry, ok := parent.Value.Entry(key)
		switch {
		case !ok:
			return l.insertion(parent, keys, depth)
		case len(entry.Value.Entries) == 0:
			at := entry.KeyRange.Line - 1
			return spot{parent: keys[:depth+1], empty: true, from: at, to: at + 1, indent: indentOf(entry) + step}
		}
		parent = entry
	}
	return spot{
		parent: keys, exists: true, indent: indentOf(parent) + step,
		from: parent.Value.Entries[0].KeyRange.Line - 1, to: lastLine(parent),
	}
}

// insertion finds the line before which the key at depth goes: after the entry that
// sorts before it, so that a comment above the next entry stays with that entry.
func (l textLines) insertion(parent yamltree.Entry, keys []string, depth int) spot {
	siblings := parent.Value.Entries
	indent := indentOf(siblings[0])
	i := slices.IndexFunc(siblings, func(e yamltree.Entry) bool { return sortsAfter(e.Key, keys[depth], depth) })
	if i < 0 {
		i = len(siblings)
	}
	at := parent.KeyRange.Line
	if i > 0 {
		at = l.skipComments(lastLine(siblings[i-1]), indent)
	}
	return spot{parent: keys[:depth], from: at, to: at, indent: indent}
}

// skipComments moves past comment lines that are indented deeper than an entry and
// so belong to it.
func (l textLines) skipComments(at, indent int) int {
	for at < len(l.lines) {
		text := strings.TrimLeft(l.lines[at], " ")
		if !strings.HasPrefix(text, "#") || len(l.lines[at])-len(text) <= indent {
			break
		}
		at++
	}
	return at
}

// sortsAfter orders the keys of a file: the head stays first, groups stand in
// deployment order, and everything else by name.
func sortsAfter(key, inserted string, depth int) bool {
	switch depth {
	case 0:
		return false
	case 2:
		return groupRank(key) > groupRank(inserted)
	}
	return key > inserted
}

func groupRank(key string) int {
	return slices.IndexFunc(kinds(), func(k Kind) bool { return k.group() == key })
}

func indentOf(e yamltree.Entry) int { return max(0, e.KeyRange.Column-1) }

// lastLine returns the number of the last line of an entry, counted from one.
func lastLine(e yamltree.Entry) int {
	last := max(e.KeyRange.Line, e.Value.Range.Line)
	if n := len(e.Value.Entries); n > 0 {
		last = max(last, lastLine(e.Value.Entries[n-1]))
	}
	if n := len(e.Value.Items); n > 0 {
		last = max(last, lastLine(yamltree.Entry{Value: e.Value.Items[n-1]}))
	}
	return last
}
