package yamltree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/wavewright/wavewright/internal/lazyregexp"
)

// ScalarStyle is the style of a scalar.
type ScalarStyle uint8

// The styles of scalars.
const (
	Plain ScalarStyle = iota
	SingleQuoted
	DoubleQuoted
	Block // literal or folded
)

// Scalar is one scalar of a YAML text with its place in the structure.
type Scalar struct {
	// Line and Column are the start of the scalar, or of the tag or anchor before it. They count from
	// 1; columns count characters.
	Line, Column int
	Text         string // decoded
	Style        ScalarStyle
	// Key is set for a key of a mapping. Mapping is the number of that mapping within the text, from
	// 1, and 0 for all other scalars.
	Key     bool
	Mapping int
	// Flow is set within a mapping or list in flow style.
	Flow bool
	// InSequence is set for an item of a list.
	InSequence bool
	// Marked is set when an anchor or a tag precedes the scalar.
	Marked bool
	// ParentIndent is the number of columns before the mapping or list that holds
	// the scalar; -1 when the scalar is a document of its own.
	ParentIndent int
}

// SkeletonError is the reason why a text is not YAML. Line is the nearest known line, or 0.
type SkeletonError struct {
	Line    int
	Message string
}

// Error returns the message with its line.
func (e *SkeletonError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// Scalars returns all scalars of a text of any number of documents, in the order
// of the text. It exists for the renderer, which decides from a text without its
// values where a value may stand; unlike Parse it accepts all of YAML. The error,
func Scalars(src []byte) ([]Scalar, *SkeletonError) {
	w := scalarWalk{}
	for d := yaml.NewDecoder(bytes.NewReader(src)); ; {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return w.found, nil
		}
		if err != nil {
			return nil, skeletonError(err)
		}
		for _, root := range doc.Content {
			w.node(root, Scalar{ParentIndent: -1})
		}
	}
}

// scalarWalk collects the scalars below a node.
type scalarWalk struct {
	found    []Scalar
	mappings int
}

// node visits n; at holds the fields that a scalar at the position of n has.
func (w *scalarWalk) node(n *yaml.Node, at Scalar) {
	switch n.Kind {
	case yaml.ScalarNode:
		at.Line, at.Column, at.Text, at.Style = n.Line, n.Column, n.Value, styleOf(n)
		at.Marked = n.Anchor != "" || n.Style&yaml.TaggedStyle != 0
		w.found = append(w.found, at)
	case yaml.MappingNode:
		w.mapping(n, at.Flow || n.Style&yaml.FlowStyle != 0)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			w.node(item, Scalar{Flow: at.Flow || n.Style&yaml.FlowStyle != 0, InSequence: true, ParentIndent: n.Column - 1})
		}
	}
}

func (w *scalarWalk) mapping(n *yaml.Node, flow bool) {
	w.mappings++
	number := w.mappings
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		w.node(key, Scalar{Key: true, Mapping: number, Flow: flow, ParentIndent: key.Column - 1})
		w.node(value, Scalar{Flow: flow, ParentIndent: key.Column - 1})
	}
}

func styleOf(n *yaml.Node) ScalarStyle {
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		return SingleQuoted
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return DoubleQuoted
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return Block
	}
	return Plain
}

var skeletonMessage = lazyregexp.New(`^yaml: (?:line (\d+): )?(.*)`)

func skeletonError(err error) *SkeletonError {
	m := skeletonMessage.FindStringSubmatch(err.Error())
	if m == nil {
		return &SkeletonError{Message: err.Error()}
	}
	line, _ := strconv.Atoi(m[1]) // absent: 0
	return &SkeletonError{Line: line, Message: m[2]}
}
