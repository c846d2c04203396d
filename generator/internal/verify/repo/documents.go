package repo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// document is one document of a file.
type document struct {
	text []byte
	// line is that of its first line, from 1.
	line int
}

// documents splits a file where Kubernetes' own reader does: at lines of three dashes, which a
// comment or the start of the document may follow.
func documents(text []byte) []document {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	var all []document
	start, first, line, at := 0, 1, 0, 0
	for part := range bytes.Lines(text) {
		line++
		if separates(part) {
			all = append(all, document{text[start:at], first})
			start, first = at+len("---"), line
		}
		at += len(part)
	}
	return append(all, document{text[start:], first})
}

// separates reports whether a line begins a document.
func separates(line []byte) bool {
	rest, found := bytes.CutPrefix(line, []byte("---"))
	return found && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\n')
}

// firstLine is the line of the first text of a document that is no comment.
func (d document) firstLine() int {
	line := d.line
	for part := range bytes.Lines(d.text) {
		part = bytes.TrimSpace(part)
		if len(part) > 0 && part[0] != '#' {
			return line
		}
		line++
	}
	return d.line
}

// errNoObject says that a document is YAML of another kind.
var errNoObject = errors.New("the document has no apiVersion and kind")

// read reads the objects of a document: one, those of a List, or none when it is empty. An
// error other than errNoObject means that it is no YAML.
func (d document) read(file string) ([]*Object, error) {
	content := bytes.TrimSpace(withoutComments(d.text))
	if len(content) == 0 || content[0] == '%' && bytes.Count(content, []byte("\n")) < 2 { // a directive such as %YAML 1.2
		return nil, nil
	}
	var fields any
	if err := yaml.Unmarshal(d.text, &fields); err != nil {
		return nil, d.located(err)
	}
	if fields == nil {
		return nil, nil
	}
	object, _ := fields.(map[string]any)
	if text(object["apiVersion"]) == "" || text(object["kind"]) == "" {
		return nil, errNoObject
	}
	at := Origin{File: file, Line: d.firstLine()}
	if items, ok := object["items"].([]any); ok && object["spec"] == nil {
		return listed(items, at)
	}
	return one(d.text, at)
}

// counted is the line in a message of the YAML parser, which counts from the document.
var counted = regexp.MustCompile(`^.*?yaml: line (\d+): `)

// unreadableError is a mistake in YAML with its line in the file.
type unreadableError struct {
	line    int
	message string
}

// Error is what the parser says.
func (u *unreadableError) Error() string { return u.message }

// located is an error of the parser with the line in the file.
func (d document) located(err error) error {
	message := err.Error()
	parts := counted.FindStringSubmatch(message)
	if parts == nil {
		return &unreadableError{d.firstLine(), "this is no YAML: " + strings.TrimPrefix(message, "error converting YAML to JSON: yaml: ")}
	}
	line, conversion := strconv.Atoi(parts[1])
	if conversion != nil {
		line = 1
	}
	return &unreadableError{d.line + line - 1, "this is no YAML: " + message[len(parts[0]):]}
}

func one(text []byte, at Origin) ([]*Object, error) {
	o, err := NewObject(text, at)
	if err != nil || o == nil {
		return nil, err
	}
	o.Original = o.Name
	return []*Object{o}, nil
}

// listed are the objects of a List.
func listed(items []any, at Origin) ([]*Object, error) {
	var all []*Object
	for i, item := range items {
		encoded, err := json.Marshal(item)
		if err != nil {
			return nil, err
		}
		found, err := one(encoded, at)
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("item %d of the list is no object", i)
		}
		all = append(all, found...)
	}
	return all, nil
}

// text is a value as text; empty when it is none.
func text(value any) string {
	s, _ := value.(string)
	return s
}
