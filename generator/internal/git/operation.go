package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Stash is the operation of a stash that did not merge: git stash pop, git stash apply, and the
// end of --autostash.
const Stash = "stash"

// Operation names what git has begun in the repository and not ended: merge, rebase,
// cherry-pick, revert, am or stash; "" for nothing that git knows.
func (r *Repo) Operation() (string, error) {
	folder, err := r.gitDir()
	if err != nil {
		return "", err
	}
	// A rebase picks commits and may merge: it has to be looked for first.
	for _, trace := range [][2]string{
		{"rebase-merge", "rebase"}, {"rebase-apply/applying", "am"}, {"rebase-apply", "rebase"},
		{"CHERRY_PICK_HEAD", "cherry-pick"}, {"REVERT_HEAD", "revert"}, {"MERGE_HEAD", "merge"},
	} {
		if there, err := traced(folder, trace[0]); there || err != nil {
			return trace[1], err
		}
	}
	return r.stashing()
}

// stashing finds out whether a stash did not merge, and has not been committed since.
func (r *Repo) stashing() (string, error) {
	staged, err := r.staged()
	if len(staged) == 0 || err != nil {
		return "", err
	}
	sides, err := r.stashed()
	if sides == nil || err != nil {
		return "", err
	}
	return Stash, nil
}

// Bisecting reports whether git looks for a commit, and has checked out one of the past for that.
func (r *Repo) Bisecting() (bool, error) {
	folder, err := r.gitDir()
	if err != nil {
		return false, err
	}
	return traced(folder, "BISECT_LOG")
}

// gitDir is the folder in which git keeps what it knows of the working tree.
func (r *Repo) gitDir() (string, error) {
	folder, err := r.git(nil, "rev-parse", "--absolute-git-dir")
	return strings.TrimSuffix(folder, "\n"), err
}

// staged lists the paths at which the index differs from what is checked out.
func (r *Repo) staged() ([]string, error) {
	return r.paths("diff", "--cached", "--name-only", "-z", "--no-ext-diff")
}

// traced reports whether git keeps something in its folder during an operation.
func traced(folder, name string) (bool, error) {
	_, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// WayOut are the commands that end an operation: the first one with what it has done, once nothing
// is unmerged, the second one without.
func WayOut(operation string) (forth, back string) {
	switch operation {
	case "", "merge":
		forth, back = "git commit", "git merge --abort"
		if operation == "" {
			back = "git reset --merge"
		}
	case Stash:
		forth, back = "git stash drop", "git reset --merge"
	default:
		forth, back = "git "+operation+" --continue", "git "+operation+" --abort"
	}
	return forth, back
}
