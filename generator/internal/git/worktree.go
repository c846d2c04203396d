package git

import (
	"fmt"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"slices"
	"strconv"
	"strings"
)

// Dirty returns the files below Dir that differ from HEAD or from the
// index, and the files below releases/ that git does not know. Paths are relative to
// Dir and sorted; those for which ignore is true are left out.
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
			paths = append(paths, strings.TrimPrefix(record[3:], r.Prefix))
		}
	}
	unknown, err := r.untracked(layout.Releases)
	if err != nil {
		return nil, err
	}
	paths = slices.DeleteFunc(append(paths, unknown...), func(p string) bool { return ignore != nil && ignore(p) })
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// untracked lists the files of a folder that git does not know and that no rule ignores.
func (r *Repo) untracked(folder string) ([]string, error) {
	return r.paths("ls-files", "-z", "--others", "--exclude-standard", "--", folder)
}

// paths runs a command that prints paths, each with a NUL behind it.
func (r *Repo) paths(args ...string) ([]string, error) {
	out, err := r.git(nil, args...)
	if out == "" {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00"), err
}

// Ahead returns how many commits HEAD has that ref does not, when HEAD is on branch.
// On another branch, or on none, the answer is zero: such commits are proposals.
func (r *Repo) Ahead(branch string, ref Ref) (int, error) {
	on, err := r.Branch()
	if err != nil || on != branch {
		return 0, err
	}
	out, err := r.git(nil, "rev-list", "--count", r.head, "^"+ref.Commit)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(out))
}

// Branch returns the branch that is checked out, or "" when there is none.
func (r *Repo) Branch() (string, error) { return r.reference("HEAD", "refs/heads/") }

// reference returns what a symbolic reference points to, without the folder of such references,
// or "" when it does not exist or points to no reference.
func (r *Repo) reference(name, folder string) (string, error) {
	target, err := r.git(nil, "symbolic-ref", "--quiet", name)
	if exitCode(err) == 1 {
		return "", nil
	}
	return strings.TrimPrefix(strings.TrimSpace(target), folder), err
}

// Identity returns who the user is, as git would write the author of a commit.
func (r *Repo) Identity() (string, error) {
	out, err := r.git(nil, "var", "GIT_AUTHOR_IDENT")
	if err != nil {
		return "", fmt.Errorf("git does not know the author of this change: set `git config user.name` and `git config user.email`: %w", err)
	}
	// Name <address> seconds zone
	end := strings.LastIndexByte(out, '>')
	if end < 0 {
		return "", fmt.Errorf("git reports an author without an address: %q", out)
	}
	return out[:end+1], nil
}

// ChangedSince returns the files below Dir whose text differs from a
// commit, those that git does not know yet included, sorted. Paths are relative to the
// spec's folder.
func (r *Repo) ChangedSince(commit string) ([]string, error) {
	changed, err := r.paths("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", commit, "--", ".")
	if err != nil {
		return nil, err
	}
	return r.withUntracked(changed)
}

// Unstaged returns the files below Dir whose text the index does not have, those that git does
// not know yet included, sorted.
func (r *Repo) Unstaged() ([]string, error) {
	changed, err := r.paths("diff", "--name-only", "-z", "--no-ext-diff", "--relative")
	if err != nil {
		return nil, err
	}
	return r.withUntracked(changed)
}

func (r *Repo) withUntracked(paths []string) ([]string, error) {
	unknown, err := r.untracked(".")
	paths = append(paths, unknown...)
	slices.Sort(paths)
	return slices.Compact(paths), err
}

// statusChunk is how many paths one git command is asked about.
const statusChunk = 500

// Unsaved returns those of some files whose text git has neither committed nor staged, sorted:
// what overwrites them destroys the only copy.
func (r *Repo) Unsaved(paths []string) ([]string, error) {
	var found []string
	for chunk := range slices.Chunk(paths, statusChunk) {
		records, err := r.paths(append([]string{"status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", "--"}, chunk...)...)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			if path := unsaved(record); path != "" {
				found = append(found, strings.TrimPrefix(path, r.Prefix))
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// unsaved returns the path of a record of git status when the file differs from the index, or
// is not in it.
func unsaved(record string) string {
	kind, rest, _ := strings.Cut(record, " ")
	var fields int // before the path
	switch kind {
	case "?", "!":
		return rest
	case "1":
		if fields = 7; len(rest) < 2 || rest[1] == '.' {
			return ""
		}
	case "u":
		fields = 9
	default:
		return ""
	}
	for range fields {
		_, rest, _ = strings.Cut(rest, " ")
	}
	return rest
}
