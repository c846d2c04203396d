package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
)

// stepsAfterInit are the commands that bring a new repository to life, for a shell in the
// folder where dir is seen from.
func stepsAfterInit(dir string, done *generator.Initialized) []string {
	var steps []string
	if filepath.Clean(dir) != "." {
		steps = append(steps, "cd "+shellWord(dir))
	}
	url, git := done.URL, done.Git
	if url == generator.ExampleURL {
		steps = append(steps, "$EDITOR "+schema.FileName+"  # set repository.url", "wavewright generate")
		url = "URL"
	}
	if !git.Repository {
		steps = append(steps, "git init --initial-branch="+shellWord(done.Branch))
	}
	if !git.Origin {
		steps = append(steps, "git remote add origin "+shellWord(url))
	}
	push := "git push -u origin HEAD:" + shellWord(done.Branch)
	if git.OtherBranch {
		// A branch that exists is not written to from another one: that is what pull requests are for.
		push = "git push -u origin HEAD  # then merge it into " + done.Branch
	}
	steps = append(steps, "git add "+shellWords(done.Add), `git commit -m "Start with wavewright"`, push)
	steps = append(steps, "wavewright doctor --context CONTEXT  # what the cluster lacks, and whose names are taken there")
	for _, root := range done.Roots {
		steps = append(steps, "kubectl apply --server-side --field-manager="+done.FieldManager+" -f "+root)
	}
	if envs := done.Environments; len(envs) > 1 {
		steps = append(steps, "wavewright promote --to "+envs[1]+"  # when "+envs[0]+" is well")
	}
	return steps
}

// stepsAfterRemerge are the commands that end an operation of git, for a shell in the folder
// where dir is seen from. While a path is left that everything else depends on, generate has to
// run once more.
func stepsAfterRemerge(dir string, merged *generator.Remerged) []string {
	var steps, paths, marked []string
	for _, path := range merged.Left {
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(path)))
		if !slices.Contains(merged.Proposed, path) {
			marked = append(marked, paths[len(paths)-1])
		}
	}
	if len(marked) > 0 {
		steps = append(steps, "$EDITOR "+shellWords(marked)+"  # resolve what git has marked")
	}
	if len(paths) > 0 {
		steps = append(steps, "git add "+shellWords(paths))
	}
	if merged.Plan == nil {
		steps = append(steps, "wavewright generate --remerge")
	}
	switch {
	case merged.Operation == "merge":
		return append(steps, "git commit")
	case merged.Stash != "":
		return append(steps, "git stash drop "+shellWord(merged.Stash)+"  # git kept it, because it did not merge")
	}
	return append(steps, "git "+merged.Operation+" --continue")
}

// shellWords quotes paths for a shell, where they have to be.
func shellWords(paths []string) string {
	words := make([]string, len(paths))
	for i, path := range paths {
		words[i] = shellWord(path)
	}
	return strings.Join(words, " ")
}

// shellWord quotes a path for a shell when it has to be.
func shellWord(s string) string {
	if otherThanPath.MatchString(s) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// otherThanPath matches what a shell might not take as it is.
var otherThanPath = lazyregexp.New(`[^A-Za-z0-9._/:@%+=,-]`)
