package git

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// MaySparse reports whether the repository of a folder may have a sparse checkout. It asks no git,
// so that nearly every run is spared asking.
func MaySparse(dir string) bool {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return true
	}
	for at := abs; ; at = filepath.Dir(at) {
		if info, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			if !info.IsDir() {
				return true // the folder of a linked working tree is elsewhere
			}
			_, err = os.Lstat(filepath.Join(at, ".git", "info", "sparse-checkout"))
			return err == nil
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// LeftOut returns the files below Dir that git has and does not check out, as a sparse checkout
// asks, with the ids of their texts, by path.
func (r *Repo) LeftOut() (map[string]string, error) {
	records, err := r.paths("ls-files", "-t", "--stage", "-z", "--", ".")
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, record := range records {
		// A tag, the mode, the id and the stage; then a tab and the path.
		head, path, _ := strings.Cut(record, "\t")
		if fields := strings.Fields(head); len(fields) == 4 && fields[0] == "S" {
			if _, err := os.Lstat(filepath.Join(r.Dir, filepath.FromSlash(path))); err != nil {
				found[path] = fields[2]
			}
		}
	}
	return found, nil
}

// Converted returns those of some files whose line ends git may convert: all but the ones whose
// attribute text is unset.
func (r *Repo) Converted(paths []string) ([]string, error) {
	fields, err := r.paths(append([]string{"check-attr", "-z", "text", "--"}, paths...)...)
	if err != nil {
		return nil, err
	}
	var found []string
	for i := 0; i+2 < len(fields); i += 3 { // path, attribute, value
		if fields[i+2] != "unset" {
			found = append(found, fields[i])
		}
	}
	return found, nil
}

// Unwatched returns those of some files in which git does not look for edits, because the user told
// it so: git update-index --skip-worktree and --assume-unchanged.
func (r *Repo) Unwatched(paths []string) ([]string, error) {
	var found []string
	for chunk := range slices.Chunk(paths, statusChunk) {
		records, err := r.paths(append([]string{"ls-files", "-v", "-z", "--"}, chunk...)...)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			tag, path, _ := strings.Cut(record, " ")
			if tag == "S" || strings.ToLower(tag) == tag {
				found = append(found, path)
			}
		}
	}
	return found, nil
}
