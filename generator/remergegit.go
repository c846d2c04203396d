package generator

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
)

// operation names what git has begun in the repository of dir and not ended.
func operation(dir string) string {
	folder, ok := askGit(dir, "rev-parse", "--absolute-git-dir")
	if !ok {
		return ""
	}
	// A rebase picks commits and may merge: it has to be looked for first.
	for _, trace := range [][2]string{
		{"rebase-merge", "rebase"}, {"rebase-apply", "rebase"},
		{"CHERRY_PICK_HEAD", "cherry-pick"}, {"REVERT_HEAD", "revert"}, {"MERGE_HEAD", "merge"},
	} {
		if _, err := os.Stat(filepath.Join(folder, trace[0])); err == nil {
			return trace[1]
		}
	}
	return ""
}

// unmergedOutside lists what is unmerged in the rest of the repository: the merge
// cannot be committed before that is resolved too.
func unmergedOutside(dir string) []string {
	var outside []string
	out, _ := askGit(dir, "ls-files", "--unmerged", "-z", "--", ":/")
	for record := range strings.SplitSeq(out, "\x00") {
		if _, path, ok := strings.Cut(record, "\t"); ok && strings.HasPrefix(path, "../") {
			outside = append(outside, path)
		}
	}
	slices.Sort(outside)
	return slices.Compact(outside)
}

// NextSteps are the commands that end the operation, for a shell in the folder where
// dir is seen from. While a path is left that everything else depends on, generate has to
// run once more.
func (out *Remerged) NextSteps(dir string) []string {
	var steps []string
	if len(out.Left) > 0 {
		words := make([]string, 0, len(out.Left))
		for _, path := range out.Left {
			words = append(words, shellWord(filepath.Join(dir, filepath.FromSlash(path))))
		}
		paths := strings.Join(words, " ")
		steps = append(steps, "$EDITOR "+paths+"  # resolve what git has marked", "git add "+paths)
	}
	if out.Plan == nil {
		steps = append(steps, "wavewright generate --remerge")
	}
	if out.Operation == "merge" {
		return append(steps, "git commit")
	}
	return append(steps, "git "+out.Operation+" --continue")
}

// needs reports whether one of paths has to be resolved before anything can be generated:
// it is part of the spec, a release or a template.
func (p *Platform) needs(paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		_, read := p.Sources[path]
		return read || path == schema.FileName || strings.HasPrefix(path, "releases/") || strings.HasPrefix(path, ".wavewright/") ||
			p.spec != nil && p.input(path)
	})
}

// stage tells git about everything generated that it does not know yet, and about
// what the plan deleted or migrated, so that a merge can be committed.
func stage(dir string, generated tree.Tree, plan *Plan) error {
	repo, err := release.Open(dir)
	if err != nil {
		return err
	}
	other := map[string]bool{} // that the plan deletes, or migrates
	for _, change := range plan.Changes() {
		other[change.Path] = change.Action == tree.ActionDelete || change.State == tree.StateMigrated
		if change.From != "" {
			other[change.From] = true
		}
	}
	unstaged := map[string]bool{}
	for _, question := range [][]string{{"diff", "--name-only", "--relative", "-z"}, {"ls-files", "--others", "--exclude-standard", "-z"}} {
		out, _ := askGit(dir, question...)
		for path := range strings.SplitSeq(out, "\x00") {
			_, ours := generated[path]
			if ours || other[path] || strings.HasPrefix(path, ".wavewright/") {
				unstaged[path] = true
			}
		}
	}
	return repo.Resolve(slices.Sorted(maps.Keys(unstaged)))
}
