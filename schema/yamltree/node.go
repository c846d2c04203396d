package yamltree

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// Kind says what a Node is. Scalars are told apart by the YAML 1.2 core rules, with
// one exception: a date is a String.
type Kind uint8

// The kinds of nodes. Null also stands for a value that a later layer removed.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	Map
	List
)

// Node is one value of a YAML document together with its place. It is immutable
// after Parse, but for what a decoder with DecodeOptions.Mark finds wrong. All methods accept a nil receiver, which stands for "absent".
type Node struct {
	Kind Kind
	// Text is the decoded text of a scalar. Numbers and booleans stand as they were
	// written ("0x10", "True").
	Text string
	// Quoted says that a scalar was written in quotes or as a block scalar.
	Quoted bool
	// Range is the place of a scalar's first line, of a block map's first key, of a
	// flow map's or a list's first character.
	Range diag.Range
	// Entries are the keys and values of a Map, in source order.
	Entries []Entry
	// Items are the values of a List.
	Items []*Node
	// Faulty says that a finding was reported about the value: what it was meant to be
	// is not known. It counts as stated, and whatever reads it says nothing more.
	Faulty bool
}

// Entry is one key of a Map with its value.
type Entry struct {
	Key      string
	KeyRange diag.Range
	Value    *Node
}

// Find returns the entry at a path and whether there is one. A null on the way is the
// answer for everything below it.
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

// FaultyAt reports whether something was found wrong with the value under path, with
// what holds it or with a part of it: what is said about it would be said because of
// that. An absent value is faulty when a faulty key looks like its own.
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

// misspelt reports whether a faulty key of n is nearly the one that is asked for.
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

// Int returns the value of an Int node. It is false for other kinds, for numbers
// outside int64, and for numbers that YAML 1.1 and 1.2 read differently: 010 is 8 in
// the one and 10 in the other, 1_000 is a number in the one and text in the other.
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

// describe names what n is in words a user understands: `the number 3`, "a list".
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
