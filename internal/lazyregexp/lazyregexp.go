// Package lazyregexp holds regular expressions that are compiled when they are first
// used, not when the program starts: a run needs few of the many that a full check of a
// spec may need, and compiling all of them took longer than a small generation.
package lazyregexp

import (
	"regexp"
	"sync"
)

// Regexp is an expression that compiles itself at its first use. It is safe for use by
// several goroutines.
type Regexp struct {
	text     string
	compiled func() *regexp.Regexp
}

// New returns an expression of the syntax of package regexp. A mistake in it panics at
// its first use: expressions are constants of the program.
func New(text string) *Regexp {
	return &Regexp{text, sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
}

// String returns the text of the expression.
func (r *Regexp) String() string { return r.text }

// MatchString reports whether s contains a match.
func (r *Regexp) MatchString(s string) bool { return r.compiled().MatchString(s) }

// FindStringSubmatch returns the leftmost match in s and those of its groups, or nil.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.compiled().FindStringSubmatch(s) }

// ReplaceAllString returns s with each match replaced, with $1 for the first group.
func (r *Regexp) ReplaceAllString(s, with string) string {
	return r.compiled().ReplaceAllString(s, with)
}

// ReplaceAllStringFunc returns s with each match replaced by what a function makes of it.
func (r *Regexp) ReplaceAllStringFunc(s string, with func(string) string) string {
	return r.compiled().ReplaceAllStringFunc(s, with)
}

// FindAllStringSubmatch returns the first n matches in s, or all with n below zero.
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.compiled().FindAllStringSubmatch(s, n)
}
