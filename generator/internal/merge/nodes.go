package merge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// node is a YAML value to compare. Comments, styles and the order of keys are not
// part of it; anchors and aliases are, by their names, and are never followed.
type node struct {
	// id is the same for equal values of one reader.
	id      string
	kind    yaml.Kind
	text    string // of a scalar
	literal bool   // it is what its lines are
	entries []entry
	values  map[string]*node // of the entries, by the ids of their keys
	items   []*node
}

type entry struct {
	key   string // as it is shown
	id    string
	value *node
}

// get returns the value at the key with an id, nil for none.
func (n *node) get(id string) *node {
	if n == nil {
		return nil
	}
	return n.values[id]
}

// field returns the text of a scalar at a key, empty for none.
func (n *node) field(key string) string {
	for _, e := range n.entries {
		if e.key == key && e.value.kind == yaml.ScalarNode {
			return e.value.text
		}
	}
	return ""
}

func (n *node) isMap() bool { return n != nil && n.kind == yaml.MappingNode }
func (n *node) isSeq() bool { return n != nil && n.kind == yaml.SequenceNode }

// reader makes nodes. It numbers the values it meets, so that equal values, however
// large, have one short id.
type reader struct{ ids map[string]string }

func (r reader) id(value string) string {
	id, ok := r.ids[value]
	if !ok {
		id = strconv.Itoa(len(r.ids))
		r.ids[value] = id
	}
	return id
}

// read returns the documents of a text as one sequence.
func (r reader) read(text []byte) (*node, error) {
	all := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for dec := yaml.NewDecoder(bytes.NewReader(text)); ; {
		doc, err := next(dec)
		switch {
		case errors.Is(err, io.EOF):
			return r.node(all)
		case err != nil:
			return nil, err
		}
		all.Content = append(all.Content, doc.Content[0])
	}
}

// next decodes one document. It turns a panic of the library into an error.
func next(dec *yaml.Decoder) (doc *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	doc = new(yaml.Node)
	if err := dec.Decode(doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		doc.Content = []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!null"}}
	}
	return doc, nil
}

func (r reader) node(y *yaml.Node) (*node, error) {
	n := &node{kind: y.Kind, text: y.Value, literal: y.Style&yaml.LiteralStyle != 0}
	var err error
	var inner string
	switch y.Kind {
	case yaml.MappingNode:
		inner, err = r.mapping(n, y)
	case yaml.SequenceNode:
		inner, err = r.sequence(n, y)
	default:
		inner = y.Value
	}
	n.id = r.id(strings.Join([]string{y.Anchor, y.ShortTag(), inner}, kindMark(y.Kind)))
	return n, err
}

// kindMark separates the parts of a value by a byte that YAML does not allow.
func kindMark(k yaml.Kind) string { return string(rune(k)) }

func (r reader) mapping(n *node, y *yaml.Node) (string, error) {
	var ids []string
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, err := r.node(y.Content[i])
		if err != nil {
			return "", err
		}
		value, err := r.node(y.Content[i+1])
		if err != nil {
			return "", err
		}
		if !n.add(entry{key.text, key.id, value}) {
			return "", fmt.Errorf("line %d has the key %q for the second time", y.Content[i].Line, key.text)
		}
		ids = append(ids, key.id+":"+value.id)
	}
	slices.Sort(ids)
	return strings.Join(ids, " "), nil
}

// add adds an entry to a map; false if the map has its key.
func (n *node) add(e entry) bool {
	if n.values == nil {
		n.values = map[string]*node{}
	}
	if n.values[e.id] != nil {
		return false
	}
	n.values[e.id] = e.value
	n.entries = append(n.entries, e)
	return true
}

func (r reader) sequence(n *node, y *yaml.Node) (string, error) {
	ids := make([]string, len(y.Content))
	for i, c := range y.Content {
		item, err := r.node(c)
		if err != nil {
			return "", err
		}
		n.items = append(n.items, item)
		ids[i] = item.id
	}
	return strings.Join(ids, " "), nil
}
