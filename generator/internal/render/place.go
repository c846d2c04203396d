package render

import (
	"bytes"
	"unicode/utf8"

	"github.com/wavewright/wavewright/schema/diag"
)

// place returns the range of the bytes from..to of a text, which ends at the end of
// its first line at the latest.
func place(file string, text []byte, from, to int) diag.Range {
	from = min(max(from, 0), len(text))
	lineStart := bytes.LastIndexByte(text[:from], '\n') + 1
	if end := bytes.IndexByte(text[from:], '\n'); end >= 0 {
		to = min(to, from+end)
	}
	to = min(max(to, from), len(text))
	column := utf8.RuneCount(text[lineStart:from]) + 1
	return diag.Range{
		File: file, Line: bytes.Count(text[:from], []byte("\n")) + 1,
		Column: column, EndColumn: column + utf8.RuneCount(text[from:to]),
	}
}

// placeLine returns the range of a whole line without its indentation. Lines count
// from 1; a line that does not exist gives the last one.
func placeLine(file string, text []byte, line int) diag.Range {
	start := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(text[start:], '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	for start < len(text) && text[start] == ' ' {
		start++
	}
	return place(file, text, start, len(text))
}
