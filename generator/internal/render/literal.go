package render

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// literalSlot describes a place for a literal block scalar.
type literalSlot struct {
	allowed bool
	indent  int
	// indicator says that the indent may be written into the header, because it is
	// known from which column a reader counts.
	indicator bool
	// keep says that line feeds at the end of the text stay apart from what follows.
	keep bool
}

const literalStep = 2 // columns between the parent and the lines of a literal

// literalFor describes the place of token t, before which its line has the text before.
func (b *frameBuilder) literalFor(o *owner, t token, before string, afterDash bool) literalSlot {
	parent, known := o.ParentIndent, false
	switch {
	case o.InSequence && !afterDash:
		return literalSlot{}
	case o.InSequence:
		parent, known = len(strings.TrimRight(before, " "))-1, true
	case parent >= 0 && parent < len(before):
		// The key stands in this line, with nothing but list items before it.
		known = strings.Trim(before[:parent], " -") == "" && strings.TrimSpace(before[parent:]) != ""
	}
	s := literalSlot{allowed: !o.Flow, indent: max(parent, 0) + literalStep, indicator: known}
	rest := b.text[t.offset:]
	_, rest, _ = strings.Cut(rest, "\n")
	first, _, _ := strings.Cut(rest, "\n")
	s.keep = rest == "" || strings.TrimSpace(first) != ""
	// A comment that is indented further than the parent would become text.
	next := strings.TrimLeft(rest, " \n")
	line := rest[:len(rest)-len(next)]
	if next != "" && (next[0] == '\t' || len(line)-1-strings.LastIndexByte(line, '\n') >= s.indent) {
		s.allowed = false
	}
	return s
}

// literalHeader returns the header of the literal that reads back as exactly text,
// and whether there is one.
func literalHeader(text string, s literalSlot) (string, bool) {
	if !s.allowed || !strings.Contains(text, "\n") || !isLiteralText(text) {
		return "", false
	}
	header := "|"
	if c := text[0]; c == ' ' || c == '\t' || c == '\n' {
		if !s.indicator {
			return "", false
		}
		header += strconv.Itoa(literalStep)
	}
	switch {
	case !strings.HasSuffix(text, "\n"):
		header += "-"
	case strings.HasSuffix(text, "\n\n"):
		if !s.keep {
			return "", false
		}
		header += "+"
	}
	return header, true
}

// isLiteralText reports whether a literal can hold text: it has no escapes, so all
// characters must be printable, and no reader may see another end of a line.
func isLiteralText(text string) bool {
	if strings.TrimSpace(text) == "" || !utf8.ValidString(text) {
		return false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Trim(line, " \t") == "" && line != "" {
			return false // editors strip such lines
		}
	}
	for _, r := range text {
		if !isLiteralRune(r) {
			return false
		}
	}
	return true
}

func isLiteralRune(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return true
	case r < 0x20 || r >= 0x7f && r < 0xa0: // includes NEL
		return false
	case r == 0x2028 || r == 0x2029 || r == 0xfeff:
		return false
	case r&0xfffe == 0xfffe || r >= 0xe000 && r <= 0xf8ff || isInvisible(r):
		return false
	}
	return true
}

// appendLiteral writes the lines of a literal, without the line feed at the end of
// the last one, which the skeleton has.
func appendLiteral(dst []byte, text string, indent int) []byte {
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		dst = append(dst, '\n')
		if line != "" {
			dst = appendSpaces(dst, indent)
			dst = append(dst, line...)
		}
	}
	return dst
}

func appendSpaces(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}
