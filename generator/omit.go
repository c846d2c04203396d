package generator

import (
	"github.com/bmatcuk/doublestar/v4"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// omission decides which generated files the spec does not want, and notes which
// patterns decided something.
type omission struct {
	patterns []string
	used     []bool
}

// newOmission checks the patterns of files.omit.
func newOmission(spec *schema.Spec, list *diag.List) *omission {
	for i, pattern := range spec.Files.Omit {
		if !doublestar.ValidatePattern(pattern) {
			list.Error(spec.Node.At("files", "omit", i), "files/pattern", "this is not a pattern of paths").Hint =
				"Write a path such as README.md, or a glob such as overlays/**/pdb.yaml."
		}
	}
	return &omission{patterns: spec.Files.Omit, used: make([]bool, len(spec.Files.Omit))}
}

// omits reports whether a path is not wanted.
func (o *omission) omits(path string) bool {
	found := false
	for i, pattern := range o.patterns {
		if doublestar.MatchUnvalidated(pattern, path) {
			o.used[i], found = true, true
		}
	}
	return found
}

// idle warns about patterns that decided nothing: most often they are misspelt.
func (o *omission) idle(spec *schema.Spec, list *diag.List) {
	for i, used := range o.used {
		if !used {
			list.Warning(spec.Node.At("files", "omit", i), "files/unused", "this pattern omits nothing").Hint =
				"Paths begin at the folder of the spec, without ./ at the beginning."
		}
	}
}
