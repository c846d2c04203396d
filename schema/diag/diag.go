// Package diag holds diagnostics: findings about the users' files.
//
// A mistake in a spec or in a template is never an error value. It is a Diagnostic with a
// position, a description, a remedy and a stable code. Steps return (result, List) and
// report all findings of one run; the command prints the sorted list once, at the end.
//
// The package knows nothing about YAML, the spec or templates. Sources are given
// to the printer and are not carried in diagnostics.
package diag

import (
	"cmp"
	"slices"
)

// Severity determines whether a diagnostic stops the run. The zero value is invalid, so
// that a forgotten severity is noticed.
type Severity uint8

const (
	// Error stops the run: nothing is written.
	Error Severity = iota + 1
	// Warning is printed and does not stop the run.
	Warning
)

// String returns the word that is printed for s.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "invalid severity"
}

// Range is a position within one line of a source file. Lines and columns count from 1;
// columns count characters, not bytes. A zero Line means the file as a whole; an empty File
// means that the position is unknown.
type Range struct {
	File string
	Line int
	// Column is the first character, EndColumn the one after the last. EndColumn
	// equal to Column marks a single point.
	Column    int
	EndColumn int
}

// Compare orders ranges by file, line and column.
func (r Range) Compare(o Range) int {
	return cmp.Or(
		cmp.Compare(r.File, o.File), cmp.Compare(r.Line, o.Line),
		cmp.Compare(r.Column, o.Column), cmp.Compare(r.EndColumn, o.EndColumn),
	)
}

// Diagnostic is one finding.
type Diagnostic struct {
	Severity Severity
	// Code is stable and names the rule, for example "spec/unknown-key". Each code
	// has a case under golden/errors.
	Code string
	// Summary names the mistake: lower case, no full stop, short.
	Summary string
	// Detail describes the found and the allowed value; optional, full sentences.
	Detail string
	// Hint is the remedy; optional, full sentences.
	Hint string
	// Subject is the narrowest position of the mistake.
	Subject Range
}

// List is a collection of findings. The zero value is ready to use.
type List []Diagnostic

// Error appends an error and returns a pointer to it, so that a caller can add a
// detail or a hint.
func (l *List) Error(at Range, code, summary string) *Diagnostic {
	return l.add(Diagnostic{Severity: Error, Code: code, Summary: summary, Subject: at})
}

// Warning appends a warning and returns a pointer to it, as Error does.
func (l *List) Warning(at Range, code, summary string) *Diagnostic {
	return l.add(Diagnostic{Severity: Warning, Code: code, Summary: summary, Subject: at})
}

func (l *List) add(d Diagnostic) *Diagnostic {
	*l = append(*l, d)
	return &(*l)[len(*l)-1]
}

// HasErrors reports whether a finding in l stops the run.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sorted returns the distinct findings ordered by position, then by code and text,
// independent of the order of the steps.
func (l List) Sorted() List {
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, Diagnostic.compare)
	return slices.Compact(sorted)
}

func (d Diagnostic) compare(o Diagnostic) int {
	return cmp.Or(
		d.Subject.Compare(o.Subject), cmp.Compare(d.Severity, o.Severity), cmp.Compare(d.Code, o.Code),
		cmp.Compare(d.Summary, o.Summary), cmp.Compare(d.Detail, o.Detail), cmp.Compare(d.Hint, o.Hint),
	)
}
