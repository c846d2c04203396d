package git

import (
	"fmt"
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
	// Special says that it is no file, but a symbolic link or a submodule; then it has no content.
	Special bool
}

// executable is the mode of a file that can be run.
const executable = "100755"

// special reports whether a mode is that of a symbolic link or of a submodule.
func special(mode string) bool { return !strings.HasPrefix(mode, "100") }

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
		file := &IndexFile{Executable: fields[0] == executable, Special: special(fields[0])}
		if !file.Special {
			if file.Content, err = r.git(nil, "cat-file", "blob", fields[1]); err != nil {
				return nil, err
			}
		}
		if n := len(conflicts); n == 0 || conflicts[n-1].Path != path {
			conflicts = append(conflicts, Conflict{Path: path})
		}
		conflicts[len(conflicts)-1].set(fields[2], file)
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
