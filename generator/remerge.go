package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/generator/internal/tree"
)

// Remerged is what Remerge did with an unfinished Git merge.
type Remerged struct {
	// Resolved are the paths that are settled now, sorted; git knows.
	Resolved []string
	// Left are the paths that a person has to resolve, sorted.
	Left []string
}

// Remerge settles what a Git merge, rebase or cherry-pick in dir left unmerged of
// generated files and of the state. Afterwards only files that people write, and
// generated ones that both sides edited by hand, are in conflict; Generate brings
// the settled ones up to date with the merged spec.
func Remerge(dir string) (*Remerged, error) {
	repo, err := release.Open(dir)
	if err != nil {
		return nil, err
	}
	conflicts, err := repo.Conflicts()
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	defer root.Close()
	resolution, err := tree.Remerge(tree.MergeInput{
		Unmerged: unmerged(conflicts), Merge: repo.MergeTexts, Version: Version,
		Disk: func(path string) (*tree.Version, error) { return diskVersion(root, path) },
	})
	if err != nil {
		return nil, err
	}
	out := &Remerged{Left: resolution.Left}
	for path, version := range resolution.Files {
		if err := settle(root, path, version); err != nil {
			return nil, err
		}
		out.Resolved = append(out.Resolved, path)
	}
	sort.Strings(out.Resolved)
	return out, repo.Resolve(out.Resolved)
}

func unmerged(conflicts []release.Conflict) []tree.Unmerged {
	version := func(file *release.IndexFile) *tree.Version {
		if file == nil {
			return nil
		}
		return &tree.Version{Content: []byte(file.Content), Executable: file.Executable}
	}
	var out []tree.Unmerged
	for _, c := range conflicts {
		out = append(out, tree.Unmerged{Path: c.Path, Base: version(c.Base), Ours: version(c.Ours), Theirs: version(c.Theirs)})
	}
	return out
}

// diskVersion reads a file that git merged; nil when there is none.
func diskVersion(root *os.Root, path string) (*tree.Version, error) {
	content, err := root.ReadFile(filepath.FromSlash(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &tree.Version{Content: content}, err
}

// settle writes one side's version, or deletes the file. What it replaces is in
// git's index, so that git checkout --merge brings the conflict back.
func settle(root *os.Root, path string, version *tree.Version) error {
	name := filepath.FromSlash(path)
	if version == nil {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete %s: %w", path, err)
		}
		return nil
	}
	mode := fs.FileMode(0o644)
	if version.Executable {
		mode = 0o755
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := root.WriteFile(name, version.Content, mode); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return root.Chmod(name, mode)
}

// Staged tells git about what a plan wrote, so that a merge can be committed.
func Staged(dir string, plan *Plan) error {
	repo, err := release.Open(dir)
	if err != nil {
		return err
	}
	var paths []string
	for _, change := range plan.Changes() {
		if change.Action == tree.ActionNone || change.Action == tree.ActionRecord {
			continue
		}
		paths = append(paths, change.Path)
		if change.From != "" {
			paths = append(paths, change.From)
		}
	}
	paths = append(paths, ".wavewright")
	slices.Sort(paths)
	return repo.Resolve(paths)
}
