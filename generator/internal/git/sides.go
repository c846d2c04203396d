package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Sides are the commits that an unfinished operation joins: Ours is checked out, Theirs comes in,
// and Base is what both are compared with.
type Sides struct{ Base, Ours, Theirs string }

// Sides returns the commits of an unfinished merge, rebase, cherry-pick or revert; nil when git does
// not know them, as after git stash pop and git checkout --merge, and when several come in.
func (r *Repo) Sides(operation string) (*Sides, error) {
	names := map[string][2]string{ // theirs, base
		"merge": {"MERGE_HEAD", ""}, "rebase": {"REBASE_HEAD", "REBASE_HEAD^"},
		"cherry-pick": {"CHERRY_PICK_HEAD", "CHERRY_PICK_HEAD^"}, "revert": {"REVERT_HEAD^", "REVERT_HEAD"},
	}[operation]
	if names[0] == "" {
		return nil, nil
	}
	found, err := r.commits(names[:])
	if err != nil || found[0] == "" {
		return nil, err
	}
	s := &Sides{Base: found[1], Ours: r.head, Theirs: found[0]}
	if operation != "merge" {
		return s, nil
	}
	if octopus, err := r.octopus(); octopus || err != nil {
		return nil, err
	}
	bases, err := r.git(nil, "merge-base", s.Ours, s.Theirs)
	if exitCode(err) == 1 {
		return s, nil // their histories have nothing in common
	}
	s.Base = strings.TrimSpace(bases)
	return s, err
}

// octopus reports whether several commits come in.
func (r *Repo) octopus() (bool, error) {
	folder, err := r.git(nil, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return false, err
	}
	heads, err := os.ReadFile(filepath.Join(strings.TrimSuffix(folder, "\n"), "MERGE_HEAD"))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return strings.Count(string(heads), "\n") > 1, err
}

// Settled lists the paths at or below Dir that were unmerged and that somebody has told git to be
// resolved.
func (r *Repo) Settled() (map[string]bool, error) {
	records, err := r.paths("ls-files", "--resolve-undo", "-z")
	if err != nil {
		return nil, err
	}
	settled := map[string]bool{}
	for _, record := range records {
		if _, path, ok := strings.Cut(record, "\t"); ok {
			settled[path] = true
		}
	}
	return settled, nil
}

// Snapshot is the list of files below Dir at a commit.
type Snapshot struct {
	repo  *Repo
	files map[string]snapshotFile
}

type snapshotFile struct {
	id         string
	executable bool
}

// Snapshot lists the files below Dir at a commit; without a commit there are none.
func (r *Repo) Snapshot(commit string) (*Snapshot, error) {
	s := &Snapshot{r, map[string]snapshotFile{}}
	if commit == "" {
		return s, nil
	}
	records, err := r.paths("ls-tree", "-r", "-z", commit, "--", ".")
	if err != nil {
		return nil, err
	}
	for _, record := range records {
		head, path, _ := strings.Cut(record, "\t") // mode, type and id
		if fields := strings.Fields(head); len(fields) == 3 && fields[1] == "blob" {
			s.files[path] = snapshotFile{fields[2], fields[0] == "100755"}
		}
	}
	return s, nil
}

// Below lists the files in a folder, whose name ends with a slash.
func (s *Snapshot) Below(folder string) []string {
	var paths []string
	for path := range s.files {
		if strings.HasPrefix(path, folder) {
			paths = append(paths, path)
		}
	}
	return paths
}

// Read returns files by path; those that the commit does not have are missing.
func (s *Snapshot) Read(paths []string) (map[string]*IndexFile, error) {
	var known, ids []string
	for _, path := range paths {
		if file, ok := s.files[path]; ok {
			known, ids = append(known, path), append(ids, file.id)
		}
	}
	files := map[string]*IndexFile{}
	if len(ids) == 0 {
		return files, nil
	}
	blobs, err := s.repo.Objects(ids)
	if err != nil {
		return nil, err
	}
	for i, path := range known {
		files[path] = &IndexFile{Content: string(blobs[i].Data), Executable: s.files[path].executable}
	}
	return files, nil
}
