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

// Conflict is a path that git could not merge. The three versions are nil where
// that side has no such file.
type Conflict struct {
	// Path from Dir.
	Path               string
	Base, Ours, Theirs *IndexFile
}

// IndexFile is one version of a file in git's index.
type IndexFile struct {
	Content    string
	Executable bool
}

// Conflicts lists what an unfinished merge, rebase or cherry-pick left unmerged at
// or below Dir, in the order of paths.
func (r *Repo) Conflicts() ([]Conflict, error) {
	records, err := r.paths("ls-files", "--unmerged", "-z")
	if err != nil {
		return nil, err
	}
	var conflicts []Conflict
	for _, record := range records {
		meta, path, _ := strings.Cut(record, "\t")
		fields := strings.Fields(meta)
		if len(fields) != 3 {
			return nil, fmt.Errorf("git ls-files: unexpected output %q", record)
		}
		content, err := r.git(nil, "cat-file", "blob", fields[1])
		if err != nil {
			return nil, err
		}
		if n := len(conflicts); n == 0 || conflicts[n-1].Path != path {
			conflicts = append(conflicts, Conflict{Path: path})
		}
		conflicts[len(conflicts)-1].set(fields[2], &IndexFile{Content: content, Executable: fields[0] == "100755"})
	}
	return conflicts, nil
}

func (c *Conflict) set(stage string, file *IndexFile) {
	switch stage {
	case "1":
		c.Base = file
	case "2":
		c.Ours = file
	case "3":
		c.Theirs = file
	}
}

// UnmergedOutside lists what is unmerged in the rest of the repository, sorted; each path begins
// with "../". A merge cannot be committed before that is resolved too.
func (r *Repo) UnmergedOutside() ([]string, error) {
	paths, err := r.paths("diff", "--name-only", "-z", "--no-ext-diff", "--diff-filter=U")
	var outside []string
	for _, path := range paths {
		if strings.HasPrefix(path, r.Prefix) {
			continue
		}
		away, err := filepath.Rel(filepath.FromSlash(r.Prefix), filepath.FromSlash(path))
		if err != nil {
			return nil, err
		}
		outside = append(outside, filepath.ToSlash(away))
	}
	slices.Sort(outside)
	return slices.Compact(outside), err
}

// Operation names what git has begun in the repository and not ended: merge, rebase,
// cherry-pick or revert; "" for nothing.
func (r *Repo) Operation() (string, error) {
	folder, err := r.git(nil, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return "", err
	}
	// A rebase picks commits and may merge: it has to be looked for first.
	for _, trace := range [][2]string{
		{"rebase-merge", "rebase"}, {"rebase-apply", "rebase"},
		{"CHERRY_PICK_HEAD", "cherry-pick"}, {"REVERT_HEAD", "revert"}, {"MERGE_HEAD", "merge"},
	} {
		_, err := os.Stat(filepath.Join(strings.TrimSuffix(folder, "\n"), trace[0]))
		if err == nil {
			return trace[1], nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", nil
}

// Resolve tells git that files are merged as they are on disk now.
func (r *Repo) Resolve(paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	list := strings.Join(paths, "\x00") + "\x00"
	_, err := r.git([]byte(list), "add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul")
	return err
}

// MergeTexts merges three texts line by line, as git itself does. Where the sides
// collide the result has conflict markers.
func (r *Repo) MergeTexts(base, ours, theirs []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "wavewright-merge-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	names := []string{"ours", "base", "theirs"}
	for i, content := range [][]byte{ours, base, theirs} {
		names[i] = filepath.Join(dir, names[i])
		if err := os.WriteFile(names[i], content, 0o600); err != nil {
			return nil, err
		}
	}
	out, err := r.git(nil, append([]string{"merge-file", "-p", "--diff3"}, names...)...)
	if code := exitCode(err); code > 0 && code < 128 {
		return []byte(out), nil // the code is the number of collisions
	}
	return []byte(out), err
}
