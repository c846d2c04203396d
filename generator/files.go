package generator

import (
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// fileRules are the files: rules of a spec: which generated files are not wanted, and
// how the others meet what is on disk. They note which patterns decided something.
type fileRules struct {
	rules []fileRule
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
	f := &fileRules{}
	f.add(spec, list, omitKey, spec.Files.Omit)
	f.add(spec, list, string(tree.PolicyKeep), spec.Files.Keep)
	f.add(spec, list, string(tree.PolicyCreateOnly), spec.Files.CreateOnly)
	f.add(spec, list, string(tree.PolicyOverwrite), spec.Files.Overwrite)
	return f
}

func (f *fileRules) add(spec *schema.Spec, list *diag.List, key string, patterns []string) {
	for i, pattern := range patterns {
		if !doublestar.ValidatePattern(pattern) {
			list.Error(spec.Node.At("files", key, i), "files/pattern", "this is not a pattern of paths").Hint =
				"Write a path such as README.md, or a glob such as overlays/**/pdb.yaml."
		}
		f.rules = append(f.rules, fileRule{key: key, index: i, pattern: pattern})
	}
}

// omits reports whether a path is not wanted.
func (f *fileRules) omits(path string) bool { return f.match(path, true) == omitKey }

// policy is the rule for a path that is wanted.
func (f *fileRules) policy(path string) tree.Policy { return tree.Policy(f.match(path, false)) }

// match returns the key of the first rule for a path, or nothing. All rules that match
// count as used.
func (f *fileRules) match(path string, omit bool) string {
	key := ""
	for i := range f.rules {
		rule := &f.rules[i]
		if omit == (rule.key == omitKey) && doublestar.MatchUnvalidated(rule.pattern, path) {
			rule.used = true
			if key == "" {
				key = rule.key
			}
		}
	}
	return key
}

// has reports whether there are rules with one of the keys.
func (f *fileRules) has(omit bool) bool {
	return slices.ContainsFunc(f.rules, func(rule fileRule) bool { return omit == (rule.key == omitKey) })
}

// idle warns about patterns that decide nothing about any path: most often they are
// misspelt.
func (f *fileRules) idle(rendered tree.Tree, spec *schema.Spec, list *diag.List) {
	if f.has(false) {
		for path := range rendered {
			f.policy(path)
		}
	}
	for _, rule := range f.rules {
		if rule.used {
			continue
		}
		message := "this pattern matches no generated file"
		if rule.key == omitKey {
			message = "this pattern omits nothing"
		}
		list.Warning(spec.Node.At("files", rule.key, rule.index), "files/unused", message).Hint =
			"Paths begin at the folder of the spec, without ./ at the beginning."
	}
}
