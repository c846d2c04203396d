package yamltree

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/wavewright/wavewright/schema/diag"
)

// advice translates a message of the YAML library.
type advice struct {
	part    string // of the library's message
	code    string
	summary string
	hint    string
}

// advices returns the translations; the first whose part occurs in the message counts.
func advices() []advice {
	return []advice{
		{"found character that cannot start any token", "yaml/syntax", "a value cannot start with this character",
			"Put a text that starts with @, %, a backtick or another special character in quotes."},
		{"mapping values are not allowed", "yaml/syntax", `a ":" is not possible here`,
			`Put a text that contains ": " in quotes, or correct the indentation of this line.`},
		{"did not find expected key", "yaml/syntax", "this line does not fit the lines above it",
			`Indent it exactly like the keys it belongs to, and put a text that starts with {, [, " or ' wholly in quotes.`},
		{"did not find expected '-' indicator", "yaml/syntax", "this line does not continue the list above it",
			`Start it with "- " like the other items, or indent it as part of the item.`},
		{"could not find expected ':'", "yaml/syntax", `a ":" is missing after this key`,
			"Write it as \"key: value\"; a text of several lines needs quotes."},
		{"did not find expected ',' or ']'", "yaml/syntax", `a "," or the closing "]" is missing`, `Separate the items by "," and close the list with "]".`},
		{"did not find expected ',' or '}'", "yaml/syntax", `a "," or the closing "}" is missing`,
			`Separate the entries by "," and close the map with "}"; quote a text that contains {, } or ",".`},
		{"block sequence entries are not allowed", "yaml/syntax", "a list item is not possible here",
			"Start the list on a line of its own, below its key."},
		{"did not find expected node content", "yaml/syntax", "a value is missing or misplaced here", "Put a text with special characters in quotes."},
		{"did not find expected <document start>", "yaml/syntax", "this line does not belong to what is above it",
			"Check the indentation, and that every line is \"key: value\" or \"- item\"."},
		{"unexpected end of stream", "yaml/syntax", "the closing quote is missing", "Close the quoted text that starts here."},
		{"unexpected document indicator", "yaml/syntax", "the closing quote is missing", "Close the quoted text that starts here."},
		{"unknown escape character", "yaml/syntax", "unknown escape in a double-quoted text",
			`Write a backslash as \\, or use single quotes.`},
		{"tab character", "yaml/tab", "tab used for indentation", "Indent with spaces."},
		{"exceeded max depth", "yaml/depth", "nested too deeply", ""},
		{"unknown anchor", "yaml/alias", "aliases are not supported", "Write the value out, or quote it if it is a text that starts with *. " + sharing},
	}
}

// syntax reports an error of the YAML library, and tabs that may be its cause.
func (p *parser) syntax(err error) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line, message := p.errorLine(message)
	if p.tabs(line, message) || p.blanked {
		return
	}
	d := p.list.Error(p.src.content(line), "yaml/syntax", "not valid YAML")
	for _, a := range advices() {
		if strings.Contains(message, a.part) {
			d.Code, d.Summary, d.Hint = a.code, a.summary, a.hint
			break
		}
	}
	d.Detail = "The YAML reader says: " + message + "."
}

// tabs reports tabs that indent, outside block scalars, and whether they explain the
// error on the given line.
func (p *parser) tabs(line int, message string) bool {
	explained := false
	for _, at := range p.src.tabs() {
		d := p.list.Error(at, "yaml/tab", "tab used for indentation")
		d.Hint = "Indent with spaces; YAML does not allow tabs there."
		explained = explained || at.Line == line || strings.Contains(message, "tab character")
	}
	return explained || p.hiddenTab(line, message)
}

// hiddenTab reports a tab that the library complains about and that does not indent
// in the usual sense: on a line of white space, after a "-", before the first text of
// a block scalar.
func (p *parser) hiddenTab(line int, message string) bool {
	last := line
	switch {
	case strings.Contains(message, "tab character"):
		last = len(p.src.starts) // the line is that of the scalar around the tab
	case !strings.Contains(message, "cannot start any token"):
		return false
	}
	for ; line <= last; line++ {
		text := p.src.line(line)
		lead := text[:len(text)-len(bytes.TrimLeft(text, " \t-?"))]
		if i := bytes.IndexByte(lead, '\t'); i >= 0 {
			d := p.list.Error(p.src.span(line, i+1, 1), "yaml/tab", "tab used for indentation")
			d.Hint = "Remove it, or use spaces; YAML does not allow tabs there."
			return true
		}
	}
	return false
}

// tabs finds tabs before the first character of a line. Lines of block scalars may
// start with tabs, once they are indented deeper than the line that opened the scalar.
func (s *source) tabs() []diag.Range {
	var found []diag.Range
	block := -1 // indentation of the line that opened a block scalar
	for n := 1; n <= len(s.starts); n++ {
		text := s.line(n)
		indent := len(text) - len(bytes.TrimLeft(text, " "))
		white := len(text) - len(bytes.TrimLeft(text, " \t"))
		if white == len(text) || block >= 0 && indent > block {
			continue
		}
		if white > indent && text[white] != '#' {
			found = append(found, diag.Range{File: s.file, Line: n, Column: indent + 1, EndColumn: white + 1})
		}
		if block = -1; opensBlock(string(text)) {
			block = indent
		}
	}
	return found
}

// opensBlock recognises "key: |", "- >-" and the like.
func opensBlock(line string) bool {
	line, _, _ = strings.Cut(line, " #")
	line = strings.TrimRight(strings.TrimRight(line, " \t"), "+-0123456789")
	return strings.HasSuffix(line, " |") || strings.HasSuffix(line, " >")
}

// errorLine splits a message into the faulty line and the rest. The library gives a line
// for some errors only. The line of scanner errors is right. The line of parser errors is
// that before the enclosing block, or an earlier one, so errorLine searches for the fault.
func (p *parser) errorLine(message string) (int, string) {
	line := 1
	if m := regexp.MustCompile(`^line ([0-9]+): `).FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
	}
	if strings.Contains(message, "unexpected end of stream") && line > 1 {
		// A quote that was opened on line 1 is given the last line.
		if before := p.src.head(line); strings.HasSuffix(failure(bytes.NewReader(before)), message) {
			line = 1
		}
	}
	if fromScanner(message) {
		return line, message
	}
	return p.src.search(message), message
}

// fromScanner tells the library's scanner messages from its parser's.
func fromScanner(message string) bool {
	for _, part := range []string{
		"did not find expected key", "did not find expected '-'", "did not find expected ','", "did not find expected node",
		"did not find expected <", "undefined tag handle", "found duplicate %", "incompatible YAML", "unknown anchor", "internal error",
	} {
		if strings.HasPrefix(message, part) {
			return false
		}
	}
	return true
}

const (
	// searchSteps bounds the search for the line of an error, searchBytes the text that each step
	// parses again.
	searchSteps = 24
	searchBytes = 256 << 10
)

// search finds the line of an error: the library stops reading soon after the fault, and
// the faulty line is the last one without which the error does not occur.
func (s *source) search(message string) int {
	r := &countingReader{text: s.text}
	if failure(r) == "" {
		return 1
	}
	line, _ := s.place(r.read)
	for step := 0; line > 1 && step < searchSteps; step++ {
		head := s.head(line)
		if len(head) > searchBytes || !strings.HasSuffix(failure(bytes.NewReader(head)), message) {
			break
		}
		line--
	}
	return line
}

// head returns the lines before a line.
func (s *source) head(line int) []byte {
	return s.text[:s.starts[min(max(line, 1), len(s.starts))-1]]
}

// failure returns the library's message for at most two documents, or "".
func failure(r io.Reader) string {
	dec := yaml.NewDecoder(r)
	for range 2 {
		_, err := next(dec)
		switch {
		case errors.Is(err, io.EOF):
			return ""
		case err != nil:
			return err.Error()
		}
	}
	return ""
}

// countingReader returns one byte at a time and counts them, to know how far the library
// has read.
type countingReader struct {
	text []byte
	read int
}

// Read implements io.Reader.
func (r *countingReader) Read(b []byte) (int, error) {
	if r.read == len(r.text) || len(b) == 0 {
		return 0, io.EOF
	}
	b[0] = r.text[r.read]
	r.read++
	return 1, nil
}
