package git

import (
	"os"
	"path/filepath"
	"strings"
)

// patching returns the sides of a patch that git am -3 merges: as git does, from the files that the
// patch says it was made for. All other files are as they are in what is checked out. Nil when
// the repository does not have these files.
func (r *Repo) patching() (*Sides, error) {
	folder, err := r.gitDir()
	if err != nil {
		return nil, err
	}
	patch := filepath.Join(folder, "rebase-apply", "patch")
	dir, err := os.MkdirTemp("", "wavewright-patch-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	index := filepath.Join(dir, "index")
	if _, err := r.run(r.Root, "", nil, "apply", "--build-fake-ancestor="+index, patch); err != nil {
		return nil, nil // no three-way merge is possible, and git made none
	}
	before, err := r.run(r.Root, index, nil, "ls-files", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	if _, err := r.run(r.Root, index, nil, "apply", "--cached", patch); err != nil {
		return nil, nil
	}
	after, err := r.run(r.Root, index, nil, "ls-files", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	touched := r.without(before) + r.without(after)
	s := &Sides{Ours: r.head}
	if s.Base, err = r.tree(filepath.Join(dir, "base"), touched+before); err != nil {
		return nil, err
	}
	if s.Theirs, err = r.tree(filepath.Join(dir, "theirs"), touched+after); err != nil {
		return nil, err
	}
	s.Astray, err = r.astray(s)
	return s, err
}

// astray returns the paths at which git did not merge the files that the trees have there: it followed a rename of what
// is checked out. The trees have all files that the patch does not name as they are checked out, so that they do not
// show where such a file came from.
func (r *Repo) astray(s *Sides) (map[string]bool, error) {
	base, err := r.Snapshot(s.Base)
	if err != nil {
		return nil, err
	}
	theirs, err := r.Snapshot(s.Theirs)
	if err != nil {
		return nil, err
	}
	at, paths := map[string]*Snapshot{"1": base, "3": theirs}, map[string]bool{}
	return paths, r.eachStage(func(stage, id, path string) {
		if at[stage] != nil && at[stage].files[path].id != id {
			paths[path] = true
		}
	})
}

// Applied reports whether git am has merged its patch: something is staged, or was resolved.
func (r *Repo) Applied() (bool, error) {
	staged, err := r.staged()
	if err != nil || len(staged) > 0 {
		return len(staged) > 0, err
	}
	settled, err := r.Settled()
	return len(settled) > 0, err
}

// without makes the records of an index ones that remove their files.
func (r *Repo) without(records string) string {
	var out strings.Builder
	for record := range strings.SplitSeq(strings.TrimSuffix(records, "\x00"), "\x00") {
		if _, path, ok := strings.Cut(record, "\t"); ok {
			out.WriteString("0 " + strings.Repeat("0", len(r.head)) + "\t" + path + "\x00")
		}
	}
	return out.String()
}

// tree writes what is checked out, with the records of an index laid over it, as a tree.
func (r *Repo) tree(index, records string) (string, error) {
	if _, err := r.run(r.Root, index, nil, "read-tree", r.head); err != nil {
		return "", err
	}
	if _, err := r.run(r.Root, index, []byte(records), "update-index", "-z", "--index-info"); err != nil {
		return "", err
	}
	id, err := r.run(r.Root, index, nil, "write-tree")
	return strings.TrimSpace(id), err
}
