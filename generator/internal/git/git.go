// Package git asks the git binary about the repository that a folder belongs to, and lets it
// stage what was resolved. It is the only place that runs git.
//
// Every answer is git's own or an error: a caller that has to know before it overwrites
// something can tell "there is none" from "git could not say". Texts of users never stand where
// git could read an option, and neither the user's settings nor the variables of a hook
// change what is asked or which repository answers.
package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Errors of repositories that cannot be asked anything.
var (
	// ErrNoRepository says that neither a folder nor any above it is a repository.
	ErrNoRepository = errors.New("there is no git repository here or in a folder above")
	// ErrNotInstalled says that a folder is in a repository, and that there is no git to ask.
	ErrNotInstalled = errors.New("git is not installed, or not in PATH")
)

// Repo is a git repository as seen from one folder, which may lie below the repository's top.
type Repo struct {
	// Root is the top folder of the working tree.
	Root string
	// Dir is the folder that the repository is seen from. Paths are relative to it.
	Dir string
	// Prefix leads from Root to Dir, with slashes and a trailing one; empty at the top.
	Prefix string
	// Shallow says that the clone is shallow: a commit that the clone lacks may exist in the
	// remote.
	Shallow bool
	head    string // the commit that is checked out; empty before the first one
}

// Open finds the repository that dir belongs to, which has to have a commit.
func Open(dir string) (*Repo, error) {
	r, err := Find(dir)
	switch {
	case errors.Is(err, ErrNoRepository):
		return nil, fmt.Errorf("%s is not in a git repository: run `git init`, commit and push, then try again", dir)
	case err != nil:
		return nil, err
	case r.head == "":
		return nil, fmt.Errorf("the repository of %s has no commits: commit and push first", dir)
	}
	return r, nil
}

// Find finds the repository that dir belongs to. The error is [ErrNoRepository] when there is
// certainly none; any other error means that there may be one, which git could not read.
func Find(dir string) (*Repo, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	r := &Repo{Dir: abs}
	facts, err := r.git(nil, "rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository")
	if err != nil {
		return nil, findError(abs, dir, err)
	}
	is := strings.Fields(facts)
	switch {
	case len(is) != 3:
		return nil, fmt.Errorf("open repository of %s: git rev-parse: unexpected output %q", dir, facts)
	case is[0] == "true":
		return nil, fmt.Errorf("%s is a bare repository: run this in a clone with a working tree", dir)
	case is[1] != "true":
		return nil, fmt.Errorf("%s is not in the working tree of its repository", dir)
	}
	r.Shallow = is[2] == "true"
	if err := r.locate(dir); err != nil {
		return nil, err
	}
	return r, nil
}

// findError tells a folder without a repository from one whose repository git cannot use: a
// damaged repository is none to git, although its .git is there.
func findError(abs, dir string, err error) error {
	none := errors.Is(err, ErrNotInstalled) || strings.Contains(err.Error(), "not a git repository")
	ceilings := filepath.SplitList(os.Getenv("GIT_CEILING_DIRECTORIES")) //nolint:forbidigo // git itself obeys it
	for at := abs; none; at = filepath.Dir(at) {
		if _, missing := os.Lstat(filepath.Join(at, ".git")); !errors.Is(missing, fs.ErrNotExist) {
			break
		}
		if at == filepath.Dir(at) || slices.Contains(ceilings, filepath.Dir(at)) {
			return ErrNoRepository
		}
	}
	return fmt.Errorf("open repository of %s: %w", dir, err)
}

func (r *Repo) locate(dir string) error {
	out, err := r.git(nil, "rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return err
	}
	root, rest, _ := strings.Cut(out, "\n")
	prefix, rest, _ := strings.Cut(rest, "\n")
	if rest != "" {
		return fmt.Errorf("the path of %s contains a line feed, which wavewright does not support", dir)
	}
	r.Root, r.Prefix = root, prefix
	commits, err := r.commits([]string{"HEAD"})
	if err != nil {
		return err
	}
	r.head = commits[0]
	return nil
}
