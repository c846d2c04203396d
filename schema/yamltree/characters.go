package yamltree

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// fault is a kind of forbidden character.
type fault uint8

const (
	noFault fault = iota
	badBytes
	badCharacter
	badBreak
)

// checkText reports bytes and characters that no YAML reader accepts, and those that are
// line breaks only in YAML 1.1. It reports each kind once, at its first position, and
// replaces the characters by spaces in p.src, so that the same run checks the rest of the
// file.
func (p *parser) checkText() {
	text := p.src.text
	if wide(text) {
		d := p.list.Error(p.src.span(1, 1, 0), "yaml/utf8", "file is UTF-16")
		d.Hint = "Save the file as UTF-8."
		p.src = newSource(p.src.file, []byte{' '})
		p.blanked = true
		return
	}
	var clean []byte
	var counts [badBreak + 1]int
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		f := faultOf(text[i:], r, size)
		if f != noFault && clean == nil {
			clean = append(make([]byte, 0, len(text)), text[:i]...)
		}
		if f != noFault {
			if counts[f]++; counts[f] == 1 {
				p.reportFault(f, i, r)
			}
			clean = append(clean, ' ')
		} else if clean != nil {
			clean = append(clean, text[i:i+size]...)
		}
		i += size
	}
	if clean != nil {
		p.src, p.blanked = newSource(p.src.file, clean), true
	}
}

// wide recognises the byte order marks of UTF-16.
func wide(text []byte) bool {
	return bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff})
}

// faultOf judges the first character of rest, which is r of the given size.
func faultOf(rest []byte, r rune, size int) fault {
	switch {
	case r >= 0x20 && r < 0x7f || r == '\n' || r == '\t':
		return noFault
	case r == utf8.RuneError && size == 1:
		return badBytes
	case r == '\r' && len(rest) > 1 && rest[1] == '\n':
		return noFault
	case r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return badBreak
	case r < 0xa0 || r == '\ufeff' || r == '\ufffe' || r == '\uffff':
		return badCharacter
	}
	return noFault
}

func (p *parser) reportFault(f fault, offset int, r rune) {
	line, column := p.src.place(offset)
	at := p.src.span(line, column, 1)
	switch f {
	case badBytes:
		d := p.list.Error(at, "yaml/utf8", "file is not UTF-8")
		d.Detail = fmt.Sprintf("The byte 0x%02X here does not belong to a character.", p.src.text[offset])
		d.Hint = "Save the file as UTF-8."
	case badCharacter:
		d := p.list.Error(at, "yaml/syntax", fmt.Sprintf("the character %U is not allowed", r))
		d.Hint = fmt.Sprintf(`Remove it, or write it as "\u%04X" in double quotes.`, r)
		if r == 0 {
			d.Hint = "The file looks like UTF-16: save it as UTF-8."
		}
	case badBreak:
		d := p.list.Error(at, "yaml/syntax", fmt.Sprintf("the line break %U is not allowed", r))
		d.Detail = "YAML readers do not agree on where the line ends."
		d.Hint = fmt.Sprintf(`End lines with LF or CR LF, or write "\u%04X" in double quotes.`, r)
	}
}
