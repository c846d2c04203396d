package generator

import (
	"cmp"
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// fileRules are the files: rules of a spec: which generated files are not wanted, and
// how the others meet what is on disk. They note which patterns decided something.
type fileRules struct {
	omit, policies []fileRule
}

// fileRule is one pattern of files.
type fileRule struct {
	key     string // of files: omit, keep, createOnly, overwrite
	index   int
	pattern string
	used    bool
}

// omitKey is the rule about files that are not generated at all.
const omitKey = "omit"

// newFileRules checks the patterns of files. The order of the keys is that in which
// they win over each other.
func newFileRules(spec *schema.Spec, list *diag.List) *fileRules {
	return &fileRules{
		omit: readRules(spec, list, omitKey, spec.Files.Omit),
		policies: slices.Concat(
			readRules(spec, list, string(tree.PolicyKeep), spec.Files.Keep),
			readRules(spec, list, string(tree.PolicyCreateOnly), spec.Files.CreateOnly),
			readRules(spec, list, string(tree.PolicyOverwrite), spec.Files.Overwrite),
		),
	}
}

func readRules(spec *schema.Spec, list *diag.List, key string, patterns []string) []fileRule {
	var rules []fileRule
	for i, pattern := range patterns {
		if !doublestar.ValidatePattern(pattern) {
			list.Error(spec.Node.At("files", key, i), "files/pattern", "this is not a pattern of paths").Hint =
				"Write a path such as README.md, or a glob such as overlays/**/pdb.yaml."
		}
		rules = append(rules, fileRule{key: key, index: i, pattern: pattern})
	}
	return rules
}

// omits reports whether a path is not wanted.
func (f *fileRules) omits(path string) bool {
	return slices.ContainsFunc(f.omit, func(rule fileRule) bool { return doublestar.MatchUnvalidated(rule.pattern, path) })
}

// omitted notes the rules that keep a file away.
func (f *fileRules) omitted(path string) { match(f.omit, path) }

// policy is the rule for a path that is wanted.
func (f *fileRules) policy(path string) tree.Policy { return tree.Policy(match(f.policies, path)) }

// match returns the key of the first rule for a path, or nothing. All rules that match
// count as used.
func match(rules []fileRule, path string) string {
	key := ""
	for i, rule := range rules {
		if doublestar.MatchUnvalidated(rule.pattern, path) {
			rules[i].used = true
			key = cmp.Or(key, rule.key)
		}
	}
	return key
}

// idle warns about patterns that decide nothing about any path: most often they are
// misspelt.
func (f *fileRules) idle(rendered tree.Tree, spec *schema.Spec, list *diag.List) {
	if len(f.policies) > 0 {
		for path := range rendered {
			f.policy(path)
		}
	}
	warnIdle(f.omit, "this pattern omits nothing", spec, list)
	warnIdle(f.policies, "this pattern matches no generated file", spec, list)
}

func warnIdle(rules []fileRule, message string, spec *schema.Spec, list *diag.List) {
	for _, rule := range rules {
		if !rule.used {
			list.Warning(spec.Node.At("files", rule.key, rule.index), "files/unused", message).Hint =
				"Paths begin at the folder of the spec, without ./ at the beginning; FOLDER/** is what is in a folder."
		}
	}
}
