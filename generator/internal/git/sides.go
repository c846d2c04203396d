package git

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Sides are the commits that an unfinished operation joins: Ours is checked out, Theirs comes in,
// and Base is what both are compared with. Of a patch, the latter two are trees.
type Sides struct {
	Base, Ours, Theirs string
	// Untracked has the files of Theirs that git did not know when they were stashed; empty for none.
	Untracked string
	// Astray are paths whose stages in the index are of files that the sides have elsewhere.
	Astray map[string]bool
	// Stash names the stash that Theirs is, as in stash@{0}.
	Stash string
}

// Sides returns the commits of an unfinished operation; nil when git does not know them, as after
// git checkout --merge, and when several come in.
func (r *Repo) Sides(operation string) (*Sides, error) {
	switch operation {
	case "merge":
		return r.merging()
	case "rebase": // which merges, too
		if sides, err := r.merging(); sides != nil || err != nil {
			return sides, err
		}
		return r.picking("REBASE_HEAD", false)
	case "cherry-pick":
		return r.picking("CHERRY_PICK_HEAD", false)
	case "revert":
		return r.picking("REVERT_HEAD", true)
	case "am":
		return r.patching()
	case Stash:
		return r.stashed()
	}
	return nil, nil
}

// merging returns the sides of a merge of one commit.
func (r *Repo) merging() (*Sides, error) {
	heads, err := r.trace("MERGE_HEAD")
	if err != nil || len(strings.Fields(heads)) != 1 {
		return nil, err
	}
	s := &Sides{Ours: r.head, Theirs: strings.TrimSpace(heads)}
	bases, err := r.git(nil, "merge-base", s.Ours, s.Theirs)
	if exitCode(err) == 1 {
		return s, nil // their histories have nothing in common
	}
	s.Base = strings.TrimSpace(bases)
	return s, err
}

// Octopus reports whether several commits are being merged at once. Of a file that one side deleted and another one
// changed, Git then leaves nothing on disk, and knows no sides.
func (r *Repo) Octopus() (bool, error) {
	heads, err := r.trace("MERGE_HEAD")
	return len(strings.Fields(heads)) > 1, err
}

// picking returns the sides where one commit is done again, or undone. A merge has several
// parents: git does not say which one was chosen, but the index shows it.
func (r *Repo) picking(name string, undo bool) (*Sides, error) {
	found, err := r.commits([]string{name})
	if err != nil || found[0] == "" {
		return nil, err
	}
	line, err := r.git(nil, "rev-list", "--parents", "--max-count=1", found[0])
	if err != nil {
		return nil, err
	}
	parents := strings.Fields(line)[1:]
	if len(parents) == 0 {
		parents = []string{""}
	}
	var candidates []Sides
	for _, parent := range parents {
		s := Sides{Base: parent, Ours: r.head, Theirs: found[0]}
		if undo {
			s.Base, s.Theirs = s.Theirs, s.Base
		}
		candidates = append(candidates, s)
	}
	if len(candidates) == 1 {
		return &candidates[0], nil
	}
	return r.fitting(candidates)
}

// stashed returns the sides of a stash that git kept, because it did not merge. Git leaves no other
// trace of it than the stages of the index.
func (r *Repo) stashed() (*Sides, error) {
	list, err := r.git(nil, "stash", "list", "--format=%H %P")
	if err != nil {
		return nil, err
	}
	var candidates []Sides
	for line := range strings.Lines(list) {
		ids := strings.Fields(line) // the stash, what was checked out, the index, and untracked files
		if len(ids) < 3 {
			continue
		}
		s := Sides{Base: ids[1], Ours: r.head, Theirs: ids[0], Stash: fmt.Sprintf("stash@{%d}", len(candidates))}
		if len(ids) > 3 {
			s.Untracked = ids[3]
		}
		candidates = append(candidates, s)
	}
	return r.fitting(candidates)
}

// fitting returns the candidate from which the stages of the index come: its base has all bases,
// and it has more of what comes in than the others. The first one wins; nil when none fits.
func (r *Repo) fitting(candidates []Sides) (*Sides, error) {
	bases, incoming, err := r.stages()
	if err != nil || len(bases)+len(incoming) == 0 {
		return nil, err
	}
	var best *Sides
	most := 0
	for i := range candidates {
		base, err := r.Snapshot(candidates[i].Base)
		if err != nil {
			return nil, err
		}
		theirs, err := r.Snapshot(candidates[i].Theirs, candidates[i].Untracked)
		if err != nil {
			return nil, err
		}
		if n := theirs.count(incoming); base.count(bases) == len(bases) && (n > most || best == nil && len(incoming) == 0) {
			best, most = &candidates[i], n
		}
	}
	return best, nil
}

// stages returns the ids of the bases and of what comes in, of paths that are unmerged or were.
func (r *Repo) stages() (bases, incoming []string, err error) {
	err = r.eachStage(func(stage, id, _ string) {
		switch stage {
		case "1":
			bases = append(bases, id)
		case "3":
			incoming = append(incoming, id)
		}
	})
	return bases, incoming, err
}

// eachStage shows each stage of the paths that are unmerged or were.
func (r *Repo) eachStage(show func(stage, id, path string)) error {
	for _, kind := range []string{"--unmerged", "--resolve-undo"} {
		records, err := r.paths("ls-files", kind, "-z")
		if err != nil {
			return err
		}
		for _, record := range records {
			meta, path, _ := strings.Cut(record, "\t")
			fields := strings.Fields(meta)
			if len(fields) != 3 {
				return fmt.Errorf("git ls-files: unexpected output %q", record)
			}
			show(fields[2], fields[1], path)
		}
	}
	return nil
}

// trace returns the text of a file that git keeps during an operation; "" for none.
func (r *Repo) trace(name string) (string, error) {
	folder, err := r.gitDir()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return string(text), err
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

type snapshotFile struct{ id, mode string }

// Snapshot lists the files below Dir at some commits, of which later ones win; without a commit
// there are none.
func (r *Repo) Snapshot(commits ...string) (*Snapshot, error) {
	s := &Snapshot{r, map[string]snapshotFile{}}
	for _, commit := range commits {
		if commit == "" {
			continue
		}
		records, err := r.paths("ls-tree", "-r", "-z", commit, "--", ".")
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			head, path, _ := strings.Cut(record, "\t") // mode, type and id
			if fields := strings.Fields(head); len(fields) == 3 {
				s.files[path] = snapshotFile{fields[2], fields[0]}
			}
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

// count returns how many of some objects are files of the snapshot.
func (s *Snapshot) count(ids []string) int {
	known := map[string]bool{}
	for _, file := range s.files {
		known[file.id] = true
	}
	return len(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !known[id] }))
}

// Read returns files by path; those that the commit does not have are missing.
func (s *Snapshot) Read(paths []string) (map[string]*IndexFile, error) {
	var known, ids []string
	files := map[string]*IndexFile{}
	for _, path := range paths {
		switch file, ok := s.files[path]; {
		case ok && special(file.mode):
			files[path] = &IndexFile{Special: true}
		case ok:
			known, ids = append(known, path), append(ids, file.id)
		}
	}
	if len(ids) == 0 {
		return files, nil
	}
	blobs, err := s.repo.Objects(ids)
	if err != nil {
		return nil, err
	}
	for i, path := range known {
		files[path] = &IndexFile{Content: string(blobs[i].Data), Executable: s.files[path].mode == executable}
	}
	return files, nil
}
