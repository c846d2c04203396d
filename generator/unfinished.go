package generator

import (
	"errors"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/tree"
)

// Unfinished is an operation that git has begun in a repository and not ended.
type Unfinished struct {
	// Name of it: merge, rebase, cherry-pick, revert, am, stash or bisect.
	Name string
	// Forth is the command that ends it with what it has done, once nothing is unmerged, and Back
	// the one that takes it back.
	Forth, Back string
}

// FindUnfinished returns what git has not ended in the repository of a folder; nil for nothing, and
// where git cannot say.
func FindUnfinished(dir string) *Unfinished {
	repo, err := git.Find(dir)
	if err != nil {
		return nil
	}
	if bisecting, _ := repo.Bisecting(); bisecting {
		return &Unfinished{Name: "bisect", Back: "git bisect reset"}
	}
	name, err := repo.Operation()
	if err != nil {
		return nil
	}
	forth, back := git.WayOut(name)
	if name == "" {
		conflicts, err := repo.Conflicts()
		if err != nil || len(conflicts) == 0 {
			return nil
		}
		name = "merge"
	}
	return &Unfinished{name, forth, back}
}

// ErrPatch says that a patch is still to be applied: git am could not, and left nothing to resolve.
var ErrPatch = errors.New("git am has not applied its patch, and left nothing to resolve: git am --abort ends it; git am -3 merges a patch that was made with git format-patch --full-index --binary")

// StuckError says that wavewright cannot settle what git has not merged, and wrote nothing.
type StuckError struct {
	back, operation string
	err             *tree.UnreadableError
}

// Error says why.
func (e *StuckError) Error() string { return e.err.Error() }

// Unwrap returns what could not be read.
func (e *StuckError) Unwrap() error { return e.err }

// Hints are the ways out.
func (e *StuckError) Hints() []string {
	back := e.back + " brings everything back as it was before"
	switch {
	case e.err.Known:
		return []string{back, "repair the state in the commits of that side, then begin anew: git checkout HEAD^1 -- " + layout.State + " and wavewright generate"}
	case e.operation == "am":
		return []string{back, "apply the patch to what people write only, then generate: git am --exclude='" + layout.State + "/*'"}
	}
	return []string{back, "then merge one commit at a time and without --no-commit, with wavewright generate --remerge after each"}
}
