package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Sources maps file names, as in Range.File, to their bytes. The printer takes snippets
// from it, and prints none for an absent file.
type Sources map[string][]byte

// snippetWidth is the number of characters of a source line that are shown; a
// longer line is cut around the subject.
const snippetWidth = 120

// WriteText prints the sorted findings as a person reads them:
//
//	environments.yaml:14:7: error: unknown key "replica" [spec/unknown-key]
//	   14 |       replica: 3
//	      |       ^^^^^^^
//	  Detail, when there is one.
//	  hint: Did you mean "replicas"?
func WriteText(w io.Writer, list List, sources Sources) error {
	var b strings.Builder
	for _, d := range list.Sorted() {
		writeHeadline(&b, d)
		writeSnippet(&b, d.Subject, sources)
		writeIndented(&b, "", d.Detail)
		writeIndented(&b, "hint: ", d.Hint)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeHeadline(b *strings.Builder, d Diagnostic) {
	if d.Subject.File != "" {
		b.WriteString(d.Subject.File + ":")
		if d.Subject.Line > 0 {
			fmt.Fprintf(b, "%d:%d:", d.Subject.Line, d.Subject.Column)
		}
		b.WriteByte(' ')
	}
	fmt.Fprintf(b, "%s: %s [%s]\n", d.Severity, printable(Redact(d.Summary)), d.Code)
}

func writeIndented(b *strings.Builder, label, text string) {
	if text == "" {
		return
	}
	for line := range strings.SplitSeq(label+Redact(text), "\n") {
		b.WriteString("  " + printable(line) + "\n")
	}
}

func writeSnippet(b *strings.Builder, r Range, sources Sources) {
	line, ok := sourceLine(sources[r.File], r.Line)
	if !ok {
		return
	}
	text, from, to := window([]rune(Redact(line)), r)
	fmt.Fprintf(b, "%5d | %s\n      | %s%s\n", r.Line, printable(string(text)),
		strings.Repeat(" ", from), strings.Repeat("^", max(1, to-from)))
}

// sourceLine returns line number n of src without its line ending.
func sourceLine(src []byte, n int) (string, bool) {
	if n < 1 || len(src) == 0 {
		return "", false
	}
	rest := strings.TrimPrefix(string(src), "\ufeff")
	for ; n > 1; n-- {
		_, after, found := strings.Cut(rest, "\n")
		if !found {
			return "", false
		}
		rest = after
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSuffix(line, "\r"), true
}

// window cuts a long line around the range and returns the text with the range's
// offsets within it, both clamped to the line.
func window(line []rune, r Range) (text []rune, from, to int) {
	from = min(max(r.Column-1, 0), len(line))
	to = min(max(r.EndColumn-1, from), len(line))
	start := 0
	if len(line) > snippetWidth && from > snippetWidth/2 {
		start = from - snippetWidth/2
	}
	end := min(len(line), start+snippetWidth)
	return line[start:end], from - start, min(to, end) - start
}

// printable replaces characters that would disturb a terminal or a log one by one, so that
// carets stay aligned.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufeff' {
			if r == '\t' {
				return ' '
			}
			return '\u00b7'
		}
		return r
	}, s)
}

// jsonDiagnostic is the machine-readable form; its field names are public.
type jsonDiagnostic struct {
	Severity  string `json:"severity"`
	Code      string `json:"code"`
	Summary   string `json:"summary"`
	Detail    string `json:"detail,omitempty"`
	Hint      string `json:"hint,omitempty"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndColumn int    `json:"endColumn,omitempty"`
}

// MarshalJSON encodes the sorted findings as an array of flat objects; an empty
// list is [] and never null.
func (l List) MarshalJSON() ([]byte, error) {
	out := make([]jsonDiagnostic, 0, len(l))
	for _, d := range l.Sorted() {
		out = append(out, jsonDiagnostic{
			Severity: d.Severity.String(), Code: d.Code, Summary: Redact(d.Summary), Detail: Redact(d.Detail), Hint: Redact(d.Hint),
			File: d.Subject.File, Line: d.Subject.Line, Column: d.Subject.Column, EndColumn: d.Subject.EndColumn,
		})
	}
	return json.Marshal(out)
}
