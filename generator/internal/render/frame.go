package render

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// frame holds the steps that insert values into a skeleton. It is made once for each
// distinct skeleton and never changes.
type frame struct {
	ops    []op
	keys   []keyGroup
	faults []slotFault
	// broken is the reason why the skeleton is no YAML or JSON.
	broken *yamltree.SkeletonError
}

// slotFault refuses a token.
type slotFault struct {
	token int
	fault
}

type opKind uint8

const (
	opText   opKind = iota // text is copied
	opPlain                // a plain value is copied as it is
	opScalar               // text is a whole plain scalar with plain tokens in it
	opValue                // a value fills a whole scalar
	opJSON                 // a value of any class, encoded as JSON
)

// op is one step of filling in a skeleton.
type op struct {
	kind  opKind
	text  string
	token int  // index of the first token that the step takes
	key   bool // the scalar is a key, which is always a text
	slot  slot
}

// slot is the place of a value.
type slot struct {
	flow    bool // no block can begin here
	inPlace bool // a block begins where the token is, not below the key
	indent  int  // of a block's lines
	next    int  // step at which the next line begins
	literal literalSlot
}

// token is one token of a skeleton.
type token struct {
	char         rune
	offset       int
	line, column int // from 1; columns count characters
}

func findTokens(skeleton string) []token {
	found := make([]token, 0, countTokens(skeleton))
	line, column := 1, 1
	for offset, r := range skeleton {
		switch r {
		case tokenPlain, tokenValue:
			found = append(found, token{r, offset, line, column})
		case '\n':
			line, column = line+1, 0
		}
		column++
	}
	return found
}

// frameOf returns the frame of a skeleton.
func frameOf(m mode, text string) *frame {
	// A file ends with a line feed, and so does a literal at its end.
	text = strings.TrimSuffix(text, "\n") + "\n"
	if m == modeJSON {
		return jsonFrame(text)
	}
	return yamlFrame(text)
}

// yamlFrame parses a skeleton and finds the place of every token.
func yamlFrame(skeleton string) *frame {
	scalars, err := yamltree.Scalars([]byte(skeleton))
	if err != nil {
		return &frame{broken: err}
	}
	b := &frameBuilder{text: skeleton, lines: lineOffsets(skeleton), tokens: findTokens(skeleton)}
	if scalars, err = inlinePatches(scalars, skeleton, b.lines); err != nil {
		return &frame{broken: err}
	}
	if fault := duplicateKey(scalars); fault != nil {
		return &frame{broken: fault}
	}
	b.out.keys = b.keyGroups(scalars)
	b.owners = b.ownersOf(slices.DeleteFunc(scalars, func(s yamltree.Scalar) bool { return !hasToken(s.Text) }))
	b.build()
	return &b.out
}

func hasToken(s string) bool {
	return strings.ContainsRune(s, tokenPlain) || strings.ContainsRune(s, tokenValue)
}

func lineOffsets(s string) []int {
	offsets := []int{0}
	for i := range len(s) {
		if s[i] == '\n' {
			offsets = append(offsets, i+1)
		}
	}
	return offsets
}

// owner is a scalar together with the bytes that it takes in the skeleton; from and
// to are 0 when the bytes are not simply its text (quotes, several lines).
type owner struct {
	yamltree.Scalar
	start    int // of the scalar, its tag or its anchor
	from, to int
}

type frameBuilder struct {
	text   string
	lines  []int
	tokens []token
	owners []owner
	out    frame
	done   int // bytes of text that have become steps
}

// ownersOf locates the scalars that contain tokens.
func (b *frameBuilder) ownersOf(scalars []yamltree.Scalar) []owner {
	owners := make([]owner, 0, len(scalars))
	for _, s := range scalars {
		o := owner{Scalar: s, start: b.offset(s.Line, s.Column)}
		if s.Style == yamltree.Plain && !s.Marked && strings.HasPrefix(b.text[o.start:], s.Text) {
			o.from, o.to = o.start, o.start+len(s.Text)
		}
		owners = append(owners, o)
	}
	return owners
}

// offset returns the byte at a line and a column.
func (b *frameBuilder) offset(line, column int) int {
	start := b.lines[min(line, len(b.lines))-1]
	for at := range b.text[start:] {
		if column--; column == 0 {
			return start + at
		}
	}
	return len(b.text)
}

// build turns the skeleton into steps.
func (b *frameBuilder) build() {
	b.out.ops = make([]op, 0, 2*len(b.tokens)+2) // a value and the text before it, mostly
	for i := 0; i < len(b.tokens); {
		o := b.ownerAt(b.tokens[i])
		if o != nil && o.to > 0 {
			i = b.scalar(o, i)
			continue
		}
		f := refusal(b.tokens[i], o)
		if f == nil && b.mayEndDocument(b.tokens[i]) {
			f = &fault{codeEscape, "value at the start of a continued line", "", "Indent the line."}
		}
		if f != nil {
			b.out.faults = append(b.out.faults, slotFault{i, *f})
		}
		b.until(b.tokens[i].offset)
		b.out.ops = append(b.out.ops, op{kind: opPlain, token: i})
		b.done = b.tokens[i].offset + len(string(tokenPlain))
		i++
	}
	b.until(len(b.text))
	b.setNext()
}

// mayEndDocument reports whether a token inside a scalar of several lines could give
// a line of three dots, which ends a YAML document even within quotes.
func (b *frameBuilder) mayEndDocument(t token) bool {
	return strings.Trim(b.text[b.lines[t.line-1]:t.offset], ".") == ""
}

// until copies the text up to an offset, with a step of its own for each end of a
// line, so that the steps of one line can be told from those of the next.
func (b *frameBuilder) until(offset int) {
	rest := b.text[b.done:offset]
	if line, _, found := strings.Cut(rest, "\n"); found && len(b.out.ops) > 0 && line != "" {
		b.out.ops = append(b.out.ops, op{kind: opText, text: line})
		rest = rest[len(line):]
	}
	if rest != "" {
		b.out.ops = append(b.out.ops, op{kind: opText, text: rest})
	}
	b.done = offset
}

// setNext sets the end of the line of every slot.
func (b *frameBuilder) setNext() {
	next := len(b.out.ops)
	for i := len(b.out.ops) - 1; i >= 0; i-- {
		if o := &b.out.ops[i]; o.kind == opValue {
			o.slot.next = next
		} else if o.kind == opText && strings.HasPrefix(o.text, "\n") {
			next = i
		}
	}
}

// scalar adds the step for a plain scalar that begins at token i or has it as its
// first token, and returns the index of the first token after it.
func (b *frameBuilder) scalar(o *owner, i int) int {
	b.until(o.from)
	after := i
	for after < len(b.tokens) && b.tokens[after].offset < o.to {
		after++
	}
	step := op{kind: opScalar, text: o.Text, token: i, key: o.Key}
	switch {
	case o.Text == string(tokenValue) && !o.Key:
		step.kind, step.slot = opValue, b.slotFor(o, b.tokens[i])
	case strings.ContainsRune(o.Text, tokenValue):
		for t := i; t < after; t++ {
			if f := refusal(b.tokens[t], o); f != nil {
				b.out.faults = append(b.out.faults, slotFault{t, *f})
			}
		}
	}
	b.out.ops = append(b.out.ops, step)
	b.done = o.to
	return after
}

// ownerAt returns the scalar that a token is in, or nil: then it is in a comment.
func (b *frameBuilder) ownerAt(t token) *owner {
	last, _ := slices.BinarySearchFunc(b.owners, t.offset+1, func(o owner, offset int) int { return o.start - offset })
	for i := last - 1; i >= 0; i-- {
		o := &b.owners[i]
		if o.to > 0 {
			if t.offset < o.to {
				return o
			}
			return nil
		}
		if strings.ContainsRune(o.Text, t.char) {
			return o
		}
	}
	return nil
}

// slotFor describes the place of a value that is a whole scalar.
func (b *frameBuilder) slotFor(o *owner, t token) slot {
	before := b.text[b.lines[t.line-1]:t.offset]
	ownLine := strings.Trim(before, " ") == ""
	afterDash := o.InSequence && strings.HasSuffix(strings.TrimRight(before, " "), "-") && strings.Trim(before, " -") == ""
	s := slot{flow: o.Flow, inPlace: ownLine || afterDash, indent: t.column - 1}
	switch {
	case s.inPlace:
	case o.InSequence:
		s.flow = true // a list within an explicit key: ? - x
	default:
		s.indent = blockIndent(o.ParentIndent)
	}
	s.literal = b.literalFor(o, t, before, afterDash)
	return s
}

// blockIndent returns the indent of a block below a key, or of a whole document.
func blockIndent(parent int) int {
	if parent < 0 {
		return 0
	}
	return parent + 2
}

// refusal returns the reason why a token is not allowed at its place, or nil. o is the
// scalar that contains the token, nil in a comment.
func refusal(t token, o *owner) *fault {
	marked := o != nil && o.Marked && o.Style == yamltree.Plain
	switch {
	case marked:
		return &fault{codeEscape, "value after an anchor or a tag", "", "Remove the anchor or the tag; a value is written so that its type is right."}
	case t.char == tokenPlain:
		return nil
	case o == nil:
		return &fault{codeEscape, "value in a comment", harmlessOnly, ""}
	case o.Style == yamltree.SingleQuoted || o.Style == yamltree.DoubleQuoted:
		return &fault{codeEscape, "value inside quotes", wholeOnly, "Remove the quotes: they are added when the value needs them."}
	case o.Style == yamltree.Block:
		return &fault{codeEscape, "value inside a block scalar", wholeOnly, "Write key: [[literal .Text]] for a text of several lines."}
	case o.Key:
		return &fault{codeEscape, "value used as a key", harmlessOnly, "Print the whole map: key: [[.Map]]."}
	}
	return &fault{codeEscape, "value beside other text", wholeOnly, besideHint}
}

const (
	wholeOnly    = "A value must fill a whole scalar: key: [[.Value]] or - [[.Value]]. Only names, paths, commit ids, whole numbers and booleans can be a part of one."
	harmlessOnly = "Only names, paths, commit ids, whole numbers and booleans can stand here."
	besideHint   = `Make the whole text in the model, or with [[printf "%s-%s" .A .B]].`
)

// patchKey is the field of a kustomization that holds a whole YAML document as a text.
const patchKey = "patch"

// inlinePatches replaces the text of each patch that a kustomization holds by the scalars
// of that text: a value in it is laid out as in a file of its own.
func inlinePatches(scalars []yamltree.Scalar, skeleton string, lines []int) ([]yamltree.Scalar, *yamltree.SkeletonError) {
	var out []yamltree.Scalar
	mappings := 0
	for _, s := range scalars {
		mappings = max(mappings, s.Mapping)
	}
	for i, s := range scalars {
		if i == 0 || !scalars[i-1].Key || scalars[i-1].Text != patchKey || !isLiteral(s, skeleton, lines) {
			out = append(out, s)
			continue
		}
		inner, err := yamltree.Scalars([]byte(s.Text))
		if err != nil {
			return nil, &yamltree.SkeletonError{Line: s.Line + err.Line, Message: err.Message}
		}
		indent, above := literalIndent(s, skeleton, lines), mappings
		for _, in := range inner {
			in.Line, in.Column, in.ParentIndent = in.Line+s.Line, in.Column+indent, in.ParentIndent+indent
			if in.ParentIndent < indent {
				in.ParentIndent = indent - literalStep // the value is the whole document
			}
			if in.Key {
				in.Mapping += above
				mappings = max(mappings, in.Mapping)
			}
			out = append(out, in)
		}
	}
	return out, nil
}

// isLiteral reports whether a scalar is a literal, so that its lines are lines of the
// skeleton.
func isLiteral(s yamltree.Scalar, skeleton string, lines []int) bool {
	line, _, _ := strings.Cut(skeleton[lines[s.Line-1]:], "\n")
	return s.Style == yamltree.Block && !s.Key && strings.HasSuffix(line, ": |-") && strings.TrimSpace(s.Text) != ""
}

// literalIndent is the number of columns before the lines of a literal.
func literalIndent(s yamltree.Scalar, skeleton string, lines []int) int {
	first := 0
	for line := range strings.Lines(s.Text) {
		if text := strings.TrimRight(line, "\n"); text != "" {
			return strings.Index(skeleton[lines[s.Line+first]:], text)
		}
		first++
	}
	return 0
}
