package yamltree

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/wavewright/wavewright/schema/diag"
)

// source holds the lines of a file and converts the positions of the YAML library, which
// count lines and characters, to ranges.
type source struct {
	file string
	text []byte // without a byte order mark
	// starts[i] is the offset of line i+1.
	starts []int
	// The last place that was asked for. Places come in source order, so walking on
	// from it keeps a file of one very long line linear.
	lastLine, lastColumn, lastOffset int
}

func newSource(file string, text []byte) *source {
	s := &source{file: file, text: text, starts: make([]int, 1, 1+bytes.Count(text, []byte{'\n'}))}
	for i, c := range text {
		if c == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// line returns line n, which must exist, without its line ending.
func (s *source) line(n int) []byte {
	return s.text[s.starts[n-1]:s.lineEnd(n)]
}

func (s *source) lineEnd(n int) int {
	if n == len(s.starts) {
		return len(s.text)
	}
	return len(bytes.TrimSuffix(s.text[:s.starts[n]-1], []byte{'\r'}))
}

// locate returns the offset of a place. A place outside the file is moved to the
// nearest one inside.
func (s *source) locate(line, column int) (offset, inLine, inColumn int) {
	line = min(max(line, 1), len(s.starts))
	at, end, reached := s.starts[line-1], s.lineEnd(line), 1
	if s.lastLine == line && s.lastColumn <= column {
		at, reached = s.lastOffset, s.lastColumn
	}
	for ; reached < column && at < end; reached++ {
		_, size := utf8.DecodeRune(s.text[at:end])
		at += size
	}
	s.lastLine, s.lastColumn, s.lastOffset = line, reached, at
	return at, line, reached
}

// place returns the line and the column of an offset.
func (s *source) place(offset int) (line, column int) {
	line = sort.SearchInts(s.starts, offset+1)
	return line, 1 + utf8.RuneCount(s.text[s.starts[line-1]:offset])
}

// span returns the range of width characters at a place, clamped to the line.
func (s *source) span(line, column, width int) diag.Range {
	offset, line, column := s.locate(line, column)
	width = min(width, utf8.RuneCount(s.text[offset:min(offset+width*utf8.UTFMax, max(offset, s.lineEnd(line)))]))
	return diag.Range{File: s.file, Line: line, Column: column, EndColumn: column + width}
}

// content returns the range of a whole line without the white space around it.
func (s *source) content(line int) diag.Range {
	line = min(max(line, 1), len(s.starts))
	text := s.line(line)
	trimmed := bytes.TrimLeft(text, " \t")
	start := utf8.RuneCount(text) - utf8.RuneCount(trimmed) + 1
	width := utf8.RuneCount(bytes.TrimRight(trimmed, " \t"))
	return diag.Range{File: s.file, Line: line, Column: start, EndColumn: start + width}
}

// node returns the range of a scalar as it was written, of its first line when it
// has several; of other nodes the first character.
func (s *source) node(n *yaml.Node) diag.Range {
	offset, line, column := s.locate(n.Line, n.Column)
	rest := s.text[offset:max(offset, s.lineEnd(line))]
	length := min(1, len(rest))
	if n.Kind == yaml.ScalarNode {
		length = rawLength(rest, n)
	}
	return diag.Range{File: s.file, Line: line, Column: column, EndColumn: column + utf8.RuneCount(rest[:length])}
}

// rawLength returns how many bytes of rest, the line from the scalar's start on,
// belong to the scalar.
func rawLength(rest []byte, n *yaml.Node) int {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return quotedLength(rest, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return quotedLength(rest, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return len(rest) - len(bytes.TrimLeft(rest, "|>+-0123456789"))
	case len(n.Value) <= len(rest) && string(rest[:len(n.Value)]) == n.Value:
		return len(n.Value)
	}
	plain, _, _ := strings.Cut(string(rest), " #")
	return len(strings.TrimRight(plain, " \t"))
}

// quotedLength finds the closing quote on the line; without one the scalar goes on.
func quotedLength(rest []byte, mark byte) int {
	for i := 1; i < len(rest); i++ {
		switch {
		case mark == '"' && rest[i] == '\\':
			i++
		case rest[i] != mark:
		case mark == '\'' && i+1 < len(rest) && rest[i+1] == mark:
			i++
		default:
			return i + 1
		}
	}
	return len(bytes.TrimRight(rest, " \t"))
}
