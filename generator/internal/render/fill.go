package render

import (
	"bytes"
	"unicode/utf8"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// filler inserts values into a frame. It reuses its memory for each file.
type filler struct {
	frame  *frame
	values []printed
	dst    []byte
	text   []byte // of a block; what follows a block in its line is a comment, which has none
}

// fill returns the text of a file, which holds until the next one.
func (f *filler) fill(l *frame, values []printed) []byte {
	f.frame, f.values, f.dst = l, values, f.dst[:0]
	for i := 0; i < len(l.ops); {
		i = f.step(i)
	}
	return f.dst
}

// step takes step i and returns the next one.
func (f *filler) step(i int) int {
	o := &f.frame.ops[i]
	switch o.kind {
	case opText:
		f.dst = append(f.dst, o.text...)
	case opPlain:
		f.dst = append(f.dst, f.values[o.token].text...)
	case opScalar:
		f.scalar(o)
	case opJSON:
		f.dst = appendJSON(f.dst, &f.values[o.token])
	case opValue:
		return f.value(i)
	}
	return i + 1
}

// scalar writes a plain scalar that the template composed: a text, unless it is a single
// number or boolean.
func (f *filler) scalar(o *op) {
	start := len(f.dst)
	f.dst = appendFilled(f.dst, o.text, f.values[o.token:])
	if o.key || o.text != string(tokenPlain) || f.values[o.token].class != classBare {
		text := yamltree.EncodeScalar(string(f.dst[start:]))
		f.dst = append(f.dst[:start], text...)
	}
}

// appendFilled writes text with its tokens replaced by values, in order.
func appendFilled(dst []byte, text string, values []printed) []byte {
	for _, r := range text {
		if r == tokenPlain {
			dst = append(dst, values[0].text...)
			values = values[1:]
			continue
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// value writes a value that is a whole scalar and returns the next step.
func (f *filler) value(i int) int {
	o := &f.frame.ops[i]
	v := &f.values[o.token]
	switch v.class {
	case classTree:
		if !o.slot.flow {
			return f.block(i, v.value)
		}
		f.dst = yamltree.AppendFlow(f.dst, v.value)
	case classFlow:
		f.dst = yamltree.AppendFlow(f.dst, v.value)
	case classFloat:
		f.dst = append(f.dst, v.text...)
	case classLiteral:
		if header, ok := literalHeader(v.text, o.slot.literal); ok {
			f.dst = append(f.dst, header...)
			f.restOfLine(i)
			f.dst = appendLiteral(f.dst, v.text, o.slot.literal.indent)
			return o.slot.next
		}
		fallthrough
	default:
		f.dst = append(f.dst, yamltree.EncodeScalar(v.text)...)
	}
	return i + 1
}

// block lays out a map or a list, below its key unless it begins in place.
func (f *filler) block(i int, v any) int {
	s := f.frame.ops[i].slot
	f.text = yamltree.AppendBlock(f.text[:0], v, s.indent)
	if s.inPlace || string(f.text) == "{}" || string(f.text) == "[]" || isScalarNode(v) {
		f.dst = append(f.dst, f.text...)
		return i + 1
	}
	f.dst = bytes.TrimRight(f.dst, " ")
	f.restOfLine(i)
	f.dst = append(f.dst, '\n')
	f.dst = appendSpaces(f.dst, s.indent)
	f.dst = append(f.dst, f.text...)
	return s.next
}

// restOfLine writes what follows the value of step i in its line: a comment.
func (f *filler) restOfLine(i int) {
	start := len(f.dst)
	for j := i + 1; j < f.frame.ops[i].slot.next; {
		j = f.step(j)
	}
	if len(bytes.TrimSpace(f.dst[start:])) == 0 {
		f.dst = f.dst[:start]
	}
}

func isScalarNode(v any) bool {
	n, ok := v.(*yamltree.Node)
	return ok && (n == nil || n.Kind != yamltree.Map && n.Kind != yamltree.List)
}
