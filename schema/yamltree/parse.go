package yamltree

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"github.com/wavewright/wavewright/schema/diag"
)

const (
	// maxBytes is far above the size of any spec, and small enough to parse at once.
	maxBytes = 8 << 20
	// maxDepth is far above the depth of any spec, and bounds recursion.
	maxDepth = 64
)

// Parse reads the single document of a file and reports all findings. The tree is as
// complete as the findings allow, and nil when the text has no tree.
func Parse(file string, src []byte) (*Node, diag.List) {
	var list diag.List
	if len(src) > maxBytes {
		d := list.Error(diag.Range{File: file}, "yaml/size", "file is too large")
		d.Detail = fmt.Sprintf("It has %d bytes; at most %d are read.", len(src), maxBytes)
		d.Hint = "Split the file."
		return nil, list
	}
	p := &parser{src: newSource(file, bytes.TrimPrefix(src, []byte("\ufeff")))}
	p.checkText()
	root := p.document()
	if p.blanked {
		root = nil
	}
	return root, p.list
}

// parser collects the findings of one file.
type parser struct {
	src  *source
	list diag.List
	deep bool // yaml/depth was reported
	// blanked is set when characters were replaced, which may cause a syntax error.
	blanked bool
}

func (p *parser) document() *Node {
	dec := yaml.NewDecoder(bytes.NewReader(p.src.text))
	doc, err := next(dec)
	switch {
	case errors.Is(err, io.EOF) || err == nil && isEmpty(doc):
		p.empty()
		return nil
	case err != nil:
		p.syntax(err)
		return nil
	}
	root := p.node(doc.Content[0], 1)
	p.onlyDocument(dec)
	return root
}

func (p *parser) empty() {
	if p.blanked {
		return // what was blanked out is not nothing
	}
	d := p.list.Error(p.src.span(1, 1, 0), "yaml/empty", "file is empty")
	d.Detail = "It holds nothing but white space and comments."
	d.Hint = "Write something into it, or delete it; wavewright init DIR writes a first specification."
}

// isEmpty detects a document that consists of "---".
func isEmpty(doc *yaml.Node) bool {
	if len(doc.Content) == 0 {
		return true
	}
	root := doc.Content[0]
	return root.Kind == yaml.ScalarNode && root.Value == "" && root.Style == 0 && root.Anchor == ""
}

// onlyDocument reports further documents.
func (p *parser) onlyDocument(dec *yaml.Decoder) {
	second, err := next(dec)
	switch {
	case errors.Is(err, io.EOF):
	case err != nil:
		p.syntax(err)
	default:
		d := p.list.Error(p.src.span(second.Line, second.Column, len("---")), "yaml/document", "a second document starts here")
		d.Detail = "A file holds one document."
		d.Hint = `Move what follows "---" to a file of its own.`
	}
}

// next reads one document. The library panics on some malformed input; next turns the panic
// into an error.
func next(dec *yaml.Decoder) (doc *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, fmt.Errorf("yaml: %v", r)
		}
	}()
	doc = new(yaml.Node)
	if err := dec.Decode(doc); err != nil {
		return nil, err
	}
	return doc, nil
}

func (p *parser) node(y *yaml.Node, depth int) *Node {
	n := &Node{Range: p.src.node(y)}
	if depth > maxDepth {
		p.tooDeep(n.Range)
		n.Faulty = true
		return n
	}
	// A value with an anchor is still readable.
	n.Faulty = !p.checkPlain(y, n.Range) && (y.Anchor == "" || y.Value == "" && len(y.Content) == 0)
	switch y.Kind {
	case yaml.ScalarNode:
		n.Kind, n.Text, n.Quoted = scalarKind(y), y.Value, y.Style&^yaml.TaggedStyle != 0
	case yaml.SequenceNode:
		n.Kind, n.Items = List, make([]*Node, 0, len(y.Content))
		for _, item := range y.Content {
			n.Items = append(n.Items, p.node(item, depth+1))
		}
	case yaml.MappingNode:
		n.Kind = Map
		p.entries(n, y, depth)
	}
	return n
}

func (p *parser) tooDeep(at diag.Range) {
	if p.deep {
		return
	}
	p.deep = true
	d := p.list.Error(at, "yaml/depth", "nested too deeply")
	d.Detail = fmt.Sprintf("At most %d levels are read.", maxDepth)
	d.Hint = "No field needs so many: look for a bracket that is not closed."
}

// entries fills the map n. The first of two equal keys stays. An unreadable key makes the
// whole map faulty.
func (p *parser) entries(n *Node, y *yaml.Node, depth int) {
	n.Entries = make([]Entry, 0, len(y.Content)/2)
	seen := make(map[string]int, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		keyRange, ok := p.key(y.Content[i])
		if y.Content[i].Tag == "!!merge" {
			n.Faulty = true // whatever the value is, it is the key that must go
			continue
		}
		value := p.node(y.Content[i+1], depth+1)
		if !ok && !legible(y.Content[i]) {
			n.Faulty = true
			continue
		}
		key := y.Content[i].Value
		value.Faulty = value.Faulty || !ok
		if line, twice := seen[key]; twice {
			d := p.list.Error(keyRange, "yaml/duplicate-key", "duplicate key "+quote(key))
			d.Detail = fmt.Sprintf("The first %s is on line %d.", quote(key), line)
			d.Hint = "Join the two, or rename one."
			continue
		}
		seen[key] = keyRange.Line
		n.Entries = append(n.Entries, Entry{Key: key, KeyRange: keyRange, Value: value})
	}
	if y.Style&yaml.FlowStyle == 0 && len(n.Entries) > 0 {
		n.Range = n.Entries[0].KeyRange
	}
}

// key checks a key; it is false for one that cannot be used.
func (p *parser) key(y *yaml.Node) (diag.Range, bool) {
	at := p.src.node(y)
	switch {
	case !p.checkPlain(y, at):
		return at, false
	case y.Kind != yaml.ScalarNode:
		d := p.list.Error(at, "yaml/key", "a list or a map cannot be a key")
		d.Hint = `Write the key as text; put a text that starts with "{" or "[" in quotes.`
		return at, false
	case scalarKind(y) != String:
		n := Node{Kind: scalarKind(y), Text: y.Value}
		d := p.list.Error(at, "yaml/key", "a key must be text, found "+n.describe())
		d.Hint = fmt.Sprintf("Put it in quotes: %q.", y.Value)
		return at, false
	}
	return at, true
}

// legible reports whether an unusable key has a text.
func legible(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Anchor == "" && y.Style&yaml.TaggedStyle == 0
}

// checkPlain refuses anchors, aliases, merge keys and explicit tags, and reports
// whether it found none.
func (p *parser) checkPlain(y *yaml.Node, at diag.Range) bool {
	what, hint := p.special(y, at)
	if what == "" {
		return true
	}
	p.list.Error(at, "yaml/alias", what+" are not supported").Hint = hint
	return false
}

// sharing is the way to what anchors are for.
const sharing = "What applications share is a group: common: {NAME: {…}} with uses: [NAME] in each."

func (p *parser) special(y *yaml.Node, at diag.Range) (what, hint string) {
	switch {
	case y.Kind == yaml.AliasNode:
		return "aliases (*" + shorten(y.Value, shownValue) + ")", "Write the value out, or quote it if it is a text that starts with *. " + sharing
	case y.Anchor != "":
		return "anchors (&" + shorten(y.Anchor, shownValue) + ")", "Remove it, or quote the value if it is a text that starts with &. " + sharing
	case y.Tag == "!!merge" && y.Style&yaml.TaggedStyle == 0:
		return "merge keys (<<)", "Write the keys out. " + sharing
	case y.Style&yaml.TaggedStyle != 0 || p.startsWith(y, at, '!'):
		return "tags", "Remove the tag, or quote the value if it is a text that starts with !."
	}
	return "", ""
}

// startsWith detects the tag "!", which the library drops, in the text. A block map or list
// starts at its first part.
func (p *parser) startsWith(y *yaml.Node, at diag.Range, c byte) bool {
	if y.Kind != yaml.ScalarNode && y.Style&yaml.FlowStyle == 0 {
		return false
	}
	offset, _, _ := p.src.locate(at.Line, at.Column)
	return offset < len(p.src.text) && p.src.text[offset] == c
}

func scalarKind(y *yaml.Node) Kind {
	switch y.ShortTag() {
	case "!!null":
		return Null
	case "!!bool":
		return Bool
	case "!!int":
		return Int
	case "!!float":
		return Float
	}
	return String
}
