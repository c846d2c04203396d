package checks

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// toFillIn is what another program fills in before a cluster sees it: envsubst, Flux, a
// bootstrap script or a generator of documents.
var toFillIn = regexp.MustCompile(`\$\{[^}]+\}|<[A-Z][A-Z0-9_]*>|\{\{.*?\}\}|__[A-Z][A-Z0-9_]*__`)

// toReplace is what people write where nothing is filled in by Argo CD: a script replaces it before it applies the
// folder.
var toReplace = regexp.MustCompile(`\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b|(?i:replace|change)[-_]?(?i:me)\b|\bPLACEHOLDER\b|\$\$\w+\$\$|@[A-Z_]+@|%[A-Z_]+%`)

// snake is a placeholder of a file that calls itself a template.
var snake = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)+$`)

// template is how such files are called.
var template = regexp.MustCompile(`(^|[-._])(template|tmpl|tpl)[-._]`)

// fillable is what is yet to be filled in of a text that a finding is about; empty for nothing.
func fillable(f *Finding, text string) string {
	found, o := toFillIn.FindString(text), f.about
	if o.Application == nil || !isFolder(o.Application) || !strings.HasPrefix(f.Code, "schema/") {
		return found
	}
	if found == "" {
		found = toReplace.FindString(text)
	}
	if found == "" && template.MatchString(path.Base(o.File)) {
		found = snake.FindString(text)
	}
	return found
}

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
	if unpatched(f) {
		f.Severity = Note
		f.Message += " (unless an overlay elsewhere adds it)"
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

// unpatched reports whether a finding is about a field that is not there yet in a base. No overlay of the repository
// uses the base, but one of another repository, or a patch of Flux, may.
func unpatched(f *Finding) bool {
	if f.about == nil || f.about.Application == nil || !isFolder(f.about.Application) || !strings.HasSuffix(f.Message, "the field is required") {
		return false
	}
	return slices.ContainsFunc(strings.Split(f.about.Application.Name, "/"), func(name string) bool { return name == "base" || name == "bases" })
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
		if found := fillable(f, value); found != "" {
			return found
		}
	}
	return ""
}

// valueAt is the text at a path of an object; empty when there is none.
func valueAt(o *repo.Object, at string) string {
	var value any
	if at == "" || json.Unmarshal(o.JSON, &value) != nil {
		return ""
	}
	for _, step := range Steps(at) {
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
