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
	now     string // the pattern with the names of today
}

// matches reports whether a rule is about a path.
func (r rule) matches(path string) bool {
	return doublestar.MatchUnvalidated(r.pattern, path) || r.now != r.pattern && doublestar.MatchUnvalidated(r.now, path)
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
		rules = append(rules, rule{key, i, pattern, pattern})
	}
	return rules
}

// Follow lets patterns that have names of before match the files that have the names of today.
func (f *Rules) Follow(renamed func(path string) string) {
	for _, rules := range [][]rule{f.omit, f.policies} {
		for i := range rules {
			rules[i].now = renamed(rules[i].pattern)
		}
	}
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
		if r.matches(path) {
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
		if old := used(r.pattern, paths); !old && used(r.now, paths) {
			list.Warning(spec.Node.At("files", r.key, r.index), "files/renamed", "this pattern has a name from before a rename").Hint =
				"It is about the renamed files as long as moved: declares the rename. Write " + r.now + "."
		} else if !old {
			list.Warning(spec.Node.At("files", r.key, r.index), "files/unused", message).Hint =
				"Paths begin at the folder of the spec, without ./ at the beginning; FOLDER/** is what is in a folder."
		}
	}
}

// Swapped warns about patterns with names that change places in this run: they are about other files
// from now on.
func (f *Rules) Swapped(swapped func(path string) string, paths iter.Seq[string], spec *schema.Spec, list *diag.List) {
	for _, r := range slices.Concat(f.omit, f.policies) {
		if now := swapped(r.pattern); now != r.pattern && (used(r.pattern, paths) || used(now, paths)) {
			list.Warning(spec.Node.At("files", r.key, r.index), "files/swapped", "this pattern has a name that changes places with another one").Hint =
				"It is about the files that have this name from now on. For those that had it until now, write " + now + "."
		}
	}
}

func used(pattern string, paths iter.Seq[string]) bool {
	for path := range paths {
		if doublestar.MatchUnvalidated(pattern, path) {
			return true
		}
	}
	return false
}
