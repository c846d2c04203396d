// Package rules reads files: in the spec: which generated files are not wanted, and how the others
// meet what is on disk.
package rules

import (
	"iter"
	"maps"
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// Rules are the patterns of a spec.
type Rules struct {
	omit, policies []rule
}

// rule is one pattern of files.
type rule struct {
	key     string // of files: omit, keep, createOnly, overwrite
	index   int
	pattern string
}

// omitKey is the rule about files that are not generated at all.
const omitKey = "omit"

// New checks the patterns of files. The order of the keys is that in which they win over each
// other.
func New(spec *schema.Spec, list *diag.List) *Rules {
	return &Rules{
		omit: readRules(spec, list, omitKey, spec.Files.Omit),
		policies: slices.Concat(
			readRules(spec, list, string(tree.PolicyKeep), spec.Files.Keep),
			readRules(spec, list, string(tree.PolicyCreateOnly), spec.Files.CreateOnly),
			readRules(spec, list, string(tree.PolicyOverwrite), spec.Files.Overwrite),
		),
	}
}

func readRules(spec *schema.Spec, list *diag.List, key string, patterns []string) []rule {
	var rules []rule
	for i, pattern := range patterns {
		if !doublestar.ValidatePattern(pattern) {
			list.Error(spec.Node.At("files", key, i), "files/pattern", "this is not a pattern of paths").Hint =
				"Write a path such as README.md, or a glob such as overlays/**/route.yaml."
		}
		rules = append(rules, rule{key: key, index: i, pattern: pattern})
	}
	return rules
}

// Omits reports whether a path is not wanted.
func (f *Rules) Omits(path string) bool { return match(f.omit, path) != "" }

// Decides returns the rule for a path that is wanted; nil when there is none for any.
func (f *Rules) Decides() func(path string) tree.Policy {
	if len(f.policies) == 0 {
		return nil
	}
	return func(path string) tree.Policy { return tree.Policy(match(f.policies, path)) }
}

// match returns the key of the first rule for a path, or nothing.
func match(rules []rule, path string) string {
	for _, r := range rules {
		if doublestar.MatchUnvalidated(r.pattern, path) {
			return r.key
		}
	}
	return ""
}

// Idle warns about patterns that match none of the files that were rendered, or left out: most
// often they are misspelt.
func (f *Rules) Idle(rendered tree.Tree, omitted []string, spec *schema.Spec, list *diag.List) {
	warnIdle(f.omit, slices.Values(omitted), "this pattern omits nothing", spec, list)
	warnIdle(f.policies, maps.Keys(rendered), "this pattern matches no generated file", spec, list)
}

func warnIdle(rules []rule, paths iter.Seq[string], message string, spec *schema.Spec, list *diag.List) {
	for _, r := range rules {
		if !used(r, paths) {
			list.Warning(spec.Node.At("files", r.key, r.index), "files/unused", message).Hint =
				"Paths begin at the folder of the spec, without ./ at the beginning; FOLDER/** is what is in a folder."
		}
	}
}

func used(r rule, paths iter.Seq[string]) bool {
	for path := range paths {
		if doublestar.MatchUnvalidated(r.pattern, path) {
			return true
		}
	}
	return false
}
