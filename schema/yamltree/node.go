package yamltree

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// Kind is the kind of a Node. The kinds of scalars follow the YAML 1.2 core schema, except
// that a date is a String.
type Kind uint8

// The kinds of nodes. Null is also the kind of a value that a later layer removed.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	Map
	List
)

// Node is one value of a YAML document with its position. It is immutable after Parse,
// except that a decoder with DecodeOptions.Mark marks faults. All methods accept a nil
// receiver, which is an absent value.
type Node struct {
	Kind Kind
	// Text is the decoded text of a scalar. Numbers and booleans keep their spelling ("0x10", "True").
	Text string
	// Quoted is set for a quoted scalar and for a block scalar.
	Quoted bool
	// Range covers a scalar's first line, a block map's first key, or the first character of a flow
	// map or a list.
	Range diag.Range
	// Entries are the keys and values of a Map, in source order.
	Entries []Entry
	// Items are the values of a List.
	Items []*Node
	// Faulty is set when the value has a finding. The value counts as stated, and readers report
	// nothing more about it.
	Faulty bool
}

// Entry is one key of a Map with its value.
type Entry struct {
	Key      string
	KeyRange diag.Range
	Value    *Node
}

// Find returns the entry at a path and whether it exists. A null on the path is the entry
// of every path below it.
func (n *Node) Find(path []string) (Entry, bool) {
	var entry Entry
	for _, key := range path {
		var ok bool
		if entry, ok = n.Entry(key); !ok {
			return Entry{}, false
		}
		if n = entry.Value; n.Kind == Null {
			break
		}
	}
	return entry, true
}

// Entry returns the entry of key and whether n is a Map that has it.
func (n *Node) Entry(key string) (Entry, bool) {
	if n == nil {
		return Entry{}, false
	}
	for i := range n.Entries {
		if n.Entries[i].Key == key {
			return n.Entries[i], true
		}
	}
	return Entry{}, false
}

// Get returns the value of key, or nil when n is not a Map or has no such key.
func (n *Node) Get(key string) *Node {
	e, _ := n.Entry(key)
	return e.Value
}

// At returns the place of the value under path: a string is a map key, an int a list
// index. Where the path ends early, the nearest parent's place is returned: the key
// that holds it, or the value when there is no key.
func (n *Node) At(path ...any) diag.Range {
	node, key, left := n.walk(path)
	switch {
	case node == nil:
		return diag.Range{}
	case left > 0 && key.Line > 0:
		return key
	}
	return node.Range
}

// KeyAt returns the place of the last key of path itself. For a list item it is the
// place of the item; where the path ends early it is the nearest parent's key.
func (n *Node) KeyAt(path ...any) diag.Range {
	node, key, _ := n.walk(path)
	switch {
	case node == nil:
		return diag.Range{}
	case key.Line > 0:
		return key
	}
	return node.Range
}

// walk follows path as far as it goes. It returns the node reached, the place of the
// key that holds it (zero for the root and for list items), and the number of steps
// that found nothing.
func (n *Node) walk(path []any) (node *Node, key diag.Range, left int) {
	node = n
	for i, step := range path {
		next, at := node.step(step)
		if next == nil {
			return node, key, len(path) - i
		}
		node, key = next, at
	}
	return node, key, 0
}

func (n *Node) step(step any) (*Node, diag.Range) {
	if n == nil {
		return nil, diag.Range{}
	}
	switch s := step.(type) {
	case string:
		e, _ := n.Entry(s)
		return e.Value, e.KeyRange
	case int:
		if s >= 0 && s < len(n.Items) {
			return n.Items[s], diag.Range{}
		}
	}
	return nil, diag.Range{}
}

// FaultyAt reports whether the value under path, a parent or a part of it has a finding, so
// that further findings would only follow from it. An absent value is faulty when a faulty
// key resembles its own.
func (n *Node) FaultyAt(path ...any) bool {
	node := n
	for _, step := range path {
		if node == nil || node.Faulty {
			return node != nil
		}
		next, _ := node.step(step)
		if next == nil {
			return node.misspelt(step)
		}
		node = next
	}
	return node.holdsFault()
}

// misspelt reports whether a faulty key of n resembles the key.
func (n *Node) misspelt(step any) bool {
	key, ok := step.(string)
	return ok && slices.ContainsFunc(n.Entries, func(e Entry) bool {
		return e.Value.Faulty && Suggest(e.Key, []string{key}) == key
	})
}

// holdsFault reports whether n or a part of it is faulty.
func (n *Node) holdsFault() bool {
	if n == nil {
		return false
	}
	return n.Faulty || slices.ContainsFunc(n.Items, (*Node).holdsFault) ||
		slices.ContainsFunc(n.Entries, func(e Entry) bool { return e.Value.holdsFault() })
}

// Int returns the value of an Int node. It is false for other kinds, for numbers outside
// int64, and for numbers that YAML 1.1 and 1.2 read differently, such as 010 (8 and 10) and
// 1_000 (a number and a text).
func (n *Node) Int() (int64, bool) {
	if n == nil || n.Kind != Int || ambiguousInt(n.Text) {
		return 0, false
	}
	v, err := strconv.ParseInt(n.Text, 0, 64)
	return v, err == nil
}

func ambiguousInt(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	if strings.Contains(s, "_") {
		return true
	}
	return len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'
}

// describe names n in a message: `the number 3`, "a list".
func (n *Node) describe() string {
	if n == nil {
		return "nothing"
	}
	switch n.Kind {
	case Null:
		return "nothing"
	case Bool:
		return "the boolean " + n.Text
	case Int, Float:
		return "the number " + shorten(n.Text, shownValue)
	case String:
		return "the text " + quoteTo(n.Text, shownValue)
	case Map:
		return "a map"
	}
	return "a list"
}

// The characters of a value and of a key that a summary shows.
const (
	shownValue = 18
	shownKey   = 40
)

// shorten cuts a long text for a message.
func shorten(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return string(runes[:limit-1]) + "…"
}

// quote shows a user's key in a message.
func quote(s string) string { return quoteTo(s, shownKey) }

// quoteTo quotes a text so that limit characters and the quotes are enough for it,
// escapes included.
func quoteTo(s string, limit int) string {
	quoted := strconv.Quote(shorten(s, limit))
	return shorten(quoted[:len(quoted)-1], limit+1) + `"`
}
