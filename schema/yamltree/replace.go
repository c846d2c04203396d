package yamltree

import (
	"bytes"
	"slices"

	"github.com/wavewright/wavewright/schema/diag"
)

// Replace returns the text of a file with another text at a range of its tree. All other
// bytes stay unchanged, comments and layout included. The range of a scalar of several
// lines covers only the first line.
func Replace(src []byte, at diag.Range, with string) []byte {
	text := bytes.TrimPrefix(src, []byte("\ufeff"))
	s := newSource(at.File, text)
	from, _, _ := s.locate(at.Line, at.Column)
	to, _, _ := s.locate(at.Line, at.EndColumn)
	mark := src[:len(src)-len(text)]
	return slices.Concat(mark, text[:from], []byte(with), text[to:])
}
