package checks

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// toFillIn is what another program fills in before a cluster sees it: envsubst, Flux, a
// bootstrap script or a generator of documents.
var toFillIn = regexp.MustCompile(`\$\{[^}]+\}|<[A-Z][A-Z0-9_]*>|\{\{.*?\}\}|__[A-Z][A-Z0-9_]*__`)

// soften makes a note of an error about a value, or an object, that is yet to be filled in:
// nobody knows here what it will be.
func soften(f *Finding) {
	if f.Severity != Error {
		return
	}
	if incomplete(f) {
		f.Severity = Note
		f.Message += " (with the chart's own values alone)"
		return
	}
	text := unfilled(f)
	if text == "" {
		return
	}
	f.Severity = Note
	f.Message += fmt.Sprintf(" (unless another program fills in %s)", text)
}

// incomplete reports whether a finding is about what the values of a chart decide, in a repository
// where no Application says with which values the chart is rendered.
func incomplete(f *Finding) bool {
	return f.about != nil && f.about.Application != nil && f.about.Application.Chart && isFolder(f.about.Application) &&
		(strings.HasPrefix(f.Code, "schema/invalid-") || strings.HasPrefix(f.Code, "reference/"))
}

// unfilled is the placeholder in the value that a finding is about, or in the name of the object.
func unfilled(f *Finding) string {
	if name := toFillIn.FindString(f.Application); name != "" {
		return name
	}
	if f.about == nil {
		return ""
	}
	for _, value := range []string{f.about.Name, f.about.Namespace, valueAt(f.about, f.Path)} {
		if found := toFillIn.FindString(value); found != "" {
			return found
		}
	}
	return ""
}

// valueAt is the text at a path of an object; empty when there is none.
func valueAt(o *repo.Object, path string) string {
	var value any
	if path == "" || !toFillIn.Match(o.JSON) && !strings.Contains(string(o.JSON), `\u003c`) || json.Unmarshal(o.JSON, &value) != nil {
		return ""
	}
	for _, step := range Steps(path) {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return ""
			}
			value = v[i]
		}
	}
	text, _ := value.(string)
	return text
}

// Steps splits a path at dots and brackets. A step in quotes may hold dots.
func Steps(path string) []string {
	var all []string
	var step strings.Builder
	quoted := false
	flush := func() {
		if step.Len() > 0 {
			all = append(all, step.String())
			step.Reset()
		}
	}
	for _, r := range path {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && strings.ContainsRune(".[]", r):
			flush()
		default:
			step.WriteRune(r)
		}
	}
	flush()
	return all
}
