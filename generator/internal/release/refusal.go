package release

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// Refusal is a rule that keeps a request from being carried out.
type Refusal struct {
	// Code is stable and names the rule, for example "promote/skipped".
	Code string `json:"code"`
	// Text says what was found; no full stop.
	Text string `json:"text"`
	// Hint says what to do.
	Hint string `json:"hint"`
}

// Refusals are all the reasons that were found, in the order in which they were met.
type Refusals []Refusal

// add appends a refusal that is not there yet.
func (r *Refusals) add(code, text, hint string) {
	f := Refusal{Code: code, Text: text, Hint: hint}
	if !slices.Contains(*r, f) {
		*r = append(*r, f)
	}
}

// didYouMean returns a hint that names the nearest of the known names, or all of them.
func didYouMean(name string, known []string) string {
	if len(known) == 0 {
		return "There are none."
	}
	if near := yamltree.Suggest(name, known); near != "" {
		return fmt.Sprintf("Did you mean %q?", near)
	}
	return "Known are " + summary(known) + "."
}

// shownNames is the number of names that a message lists at most.
const shownNames = 8

// summary joins names and cuts a long list.
func summary(names []string) string {
	if len(names) <= shownNames {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shownNames], ", "), len(names)-shownNames)
}

// short abbreviates a commit id for messages.
func short(commit string) string { return commit[:min(len(commit), 12)] }
