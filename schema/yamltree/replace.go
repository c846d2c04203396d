package yamltree

import (
	"bytes"
	"slices"

	"github.com/wavewright/wavewright/schema/diag"
)

// Replace returns the text of a file with something else in the place of a range of its
// tree. All the rest stays byte by byte as it is, comments and layout included. Of a
// scalar that has several lines, a range covers the first one only.
func Replace(src []byte, at diag.Range, with string) []byte {
	text := bytes.TrimPrefix(src, []byte("\ufeff"))
	s := newSource(at.File, text)
	from, _, _ := s.locate(at.Line, at.Column)
	to, _, _ := s.locate(at.Line, at.EndColumn)
	mark := src[:len(src)-len(text)]
	return slices.Concat(mark, text[:from], []byte(with), text[to:])
}
