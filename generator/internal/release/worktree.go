package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Dirty returns the files below the spec's folder that differ from HEAD or from the
// index, and the files below releases/ that git does not know. Paths are relative to
// the spec's folder and sorted; those for which ignore is true are left out.
func (r *Repo) Dirty(ignore func(path string) bool) ([]string, error) {
	// Without renames every entry is one record: two letters, a space, the path.
	changed, err := r.git(nil, "status", "--porcelain=v1", "-z", "--no-renames",
		"--untracked-files=no", "--ignore-submodules=dirty", "--", ".")
	if err != nil {
		return nil, err
	}
	var paths []string
	for record := range strings.SplitSeq(changed, "\x00") {
		if len(record) > 3 {
			paths = append(paths, strings.TrimPrefix(record[3:], r.prefix))
		}
	}
	unknown, err := r.git(nil, "ls-files", "-z", "--others", "--exclude-standard", "--", "releases")
	if err != nil {
		return nil, err
	}
	paths = append(paths, strings.Split(strings.TrimSuffix(unknown, "\x00"), "\x00")...)
	paths = slices.DeleteFunc(paths, func(p string) bool { return p == "" || ignore != nil && ignore(p) })
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// Ahead returns how many commits HEAD has that ref does not, when HEAD is on branch.
// On another branch, or on none, the answer is zero: such commits are proposals.
func (r *Repo) Ahead(branch string, ref Ref) (int, error) {
	on, err := r.git(nil, "symbolic-ref", "--quiet", "HEAD")
	if exitCode(err) == 1 {
		return 0, nil // detached
	}
	if err != nil || strings.TrimSpace(on) != "refs/heads/"+branch {
		return 0, err
	}
	out, err := r.git(nil, "rev-list", "--count", r.head, "^"+ref.Commit)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(out))
}

// Identity returns who the user is, as git would write the author of a commit.
func (r *Repo) Identity() (string, error) {
	out, err := r.git(nil, "var", "GIT_AUTHOR_IDENT")
	if err != nil {
		return "", fmt.Errorf("git does not know the author of this change: set `git config user.name` and `git config user.email`: %w", err)
	}
	// Name <address> seconds zone
	end := strings.LastIndexByte(out, '>')
	if end < 0 || line(out[:end+1]) != nil {
		return "", fmt.Errorf("git reports an author that wavewright cannot write into a pin: %q", out)
	}
	return out[:end+1], nil
}

// readFile reads a file of the working tree; a file that does not exist is nil. It
// does not follow a link out of dir.
func readFile(dir, name string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	data, err := root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// ChangedSince returns the files below the spec's folder whose text differs from a
// commit, those that git does not know yet included, sorted. Paths are relative to the
// spec's folder.
func (r *Repo) ChangedSince(commit string) ([]string, error) {
	changed, err := r.git(nil, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", commit, "--", ".")
	if err != nil {
		return nil, err
	}
	unknown, err := r.git(nil, "ls-files", "-z", "--others", "--exclude-standard", "--", ".")
	if err != nil {
		return nil, err
	}
	paths := append(strings.Split(changed, "\x00"), strings.Split(unknown, "\x00")...)
	paths = slices.DeleteFunc(paths, func(p string) bool { return p == "" })
	slices.Sort(paths)
	return slices.Compact(paths), nil
}
