package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// braceWord returns the word in braces that begins at offset i of s, without the braces. ${env} of a
// shell and {{env}} of another template language are none.
func braceWord(s string, i int) (word string, found bool) {
	if s[i] != '{' || i > 0 && (s[i-1] == '{' || s[i-1] == '$') {
		return "", false
	}
	word, rest, closed := strings.Cut(s[i+1:], "}")
	return word, closed && !strings.HasPrefix(rest, "}") && isPlaceholderWord(word)
}

// isPlaceholderWord reports whether a word may have been meant as a placeholder: {2} and
// {"a": 1} were not.
func isPlaceholderWord(word string) bool {
	if word == "" || word[0] >= '0' && word[0] <= '9' {
		return false
	}
	return !strings.ContainsFunc(word, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !letter && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// braceWords lists the words in braces of a text, each once.
func braceWords(text string) []string {
	var words []string
	for i := range len(text) {
		if word, found := braceWord(text, i); found && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// value returns what replaces a placeholder.
func (e expander) value(word string) (value string, known bool) {
	for _, p := range e {
		if p.word == word {
			return p.value, true
		}
	}
	return "", false
}

// warnUnknown warns about each word in braces that the expander does not know. Other
// programs may read the same text and have braces of their own, so it is no error.
func (e expander) warnUnknown(list *diag.List, at diag.Range, text string) {
	for _, word := range braceWords(text) {
		if _, known := e.value(word); known {
			continue
		}
		known := e.words()
		d := list.Warning(at, "placeholder/unknown", "there is no placeholder {"+word+"}, and it stays as it is")
		d.Detail = "Known: " + strings.Join(known, " ") + "."
		d.Hint = "Write one of these, or leave it when another program reads it."
		if near := yamltree.Suggest("{"+word+"}", known); near != "" {
			d.Hint = "Did you mean " + near + "?"
		}
	}
}

// words lists what the expander knows, braces included.
func (e expander) words() []string {
	words := make([]string, len(e))
	for i, p := range e {
		words[i] = "{" + p.word + "}"
	}
	return words
}

// warnEmpty warns about each placeholder of a text that the expander replaces by nothing.
func (e expander) warnEmpty(list *diag.List, at diag.Range, text string) {
	for _, word := range braceWords(text) {
		if value, known := e.value(word); known && value == "" {
			d := list.Warning(at, "placeholder/empty", "{"+word+"} stands for nothing here")
			d.Detail = "The spec declares no " + word + ", so an empty text takes its place."
			d.Hint = "Take it out, or declare what it stands for: " + word + "s: {NAME: …}."
		}
	}
}

// expanding returns the function by which the decoder expands the texts of an instance: it also
// warns about placeholders that do nothing.
func (r *resolver) expanding(scope expander) func(diag.Range, string) string {
	return func(at diag.Range, text string) string {
		r.checkPlaceholders(scope, at, text)
		return scope.expand(text)
	}
}

// checkPlaceholders warns about the words in braces of a text that will not become what they seem
// to be.
func (r *resolver) checkPlaceholders(scope expander, at diag.Range, text string) {
	if strings.IndexByte(text, '{') < 0 {
		return
	}
	scope.warnUnknown(&r.list, at, text)
	if !r.faulty(r.spec.Node, "teams") {
		scope.warnEmpty(&r.list, at, text)
	}
}
