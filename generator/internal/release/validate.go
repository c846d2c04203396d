package release

import (
	"errors"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/internal/lazyregexp"
)

// check says what is wrong with a text; the error completes the sentence "x is …:".
type check func(string) error

const (
	maxLabel  = 63
	maxName   = 253
	maxText   = 1024
	timestamp = "2006-01-02T15:04:05Z"
)

// The patterns are compiled once and never change.
var (
	labelPattern  = lazyregexp.New(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	fieldPattern  = lazyregexp.New(`^[A-Za-z][A-Za-z0-9]*$`)
	pathPattern   = lazyregexp.New(`^[A-Za-z0-9._/-]+$`)
	objectPattern = lazyregexp.New(`^[A-Za-z][A-Za-z0-9]*/[A-Za-z0-9.:_-]+$`)
)

// label accepts what may name a namespace, an application or a target.
func label(s string) error {
	if len(s) > maxLabel || !labelPattern.MatchString(s) {
		return errors.New("at most 63 lower-case letters, digits and '-' are allowed, with a letter or digit at both ends")
	}
	return nil
}

// dnsName accepts labels joined by dots.
func dnsName(s string) error {
	for part := range strings.SplitSeq(s, ".") {
		if label(part) != nil || len(s) > maxName {
			return errors.New("lower-case letters, digits, '-' and '.' are allowed, as in a DNS name")
		}
	}
	return nil
}

// overlayPath accepts the folder of an overlay; it must not lead anywhere else.
func overlayPath(s string) error {
	if !pathPattern.MatchString(s) || path.Clean(s) != s || !strings.HasPrefix(s, layout.Overlays) {
		return errors.New("it must be a clean relative path below " + layout.Overlays)
	}
	return nil
}

func revision(s string) error {
	if !git.IsID(s) {
		return errors.New("it must be a full commit id of 40 lower-case hexadecimal digits")
	}
	return nil
}

// object accepts a kind and a name.
func object(s string) error {
	if len(s) > maxName || !objectPattern.MatchString(s) {
		return errors.New("it must be a kind and a name, as in StatefulSet/db")
	}
	return nil
}

func instant(s string) error {
	if t, err := time.Parse(timestamp, s); err != nil || t.Format(timestamp) != s {
		return errors.New(`it must be a time in UTC such as "2026-11-23T06:05:00Z"`)
	}
	return nil
}

// line accepts any text that a person can read on one line.
func line(s string) error {
	switch {
	case strings.TrimSpace(s) == "":
		return errors.New("it must not be empty")
	case len(s) > maxText:
		return errors.New("it is longer than 1024 bytes")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return errors.New("it must be one line without control characters")
	}
	return nil
}

// optionalLine is line, but accepts the empty text.
func optionalLine(s string) error {
	if s == "" {
		return nil
	}
	return line(s)
}

// fieldCheck returns the rule for a field of an element.
func fieldCheck(name string) check {
	switch name {
	case "path":
		return overlayPath
	case "namespace":
		return label
	case "name", "project", "cluster":
		return dnsName
	}
	return optionalLine
}
