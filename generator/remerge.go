package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/generator/internal/tree"
)

// Remerged is what Remerge did with an unfinished Git merge.
type Remerged struct {
	// Operation that git has begun and not ended: merge, rebase, cherry-pick or revert.
	// It is empty when there is none; then nothing was done.
	Operation string
	// Resolved are the paths that are settled now, sorted; git knows.
	Resolved []string
	// Left are the paths that a person has to resolve, sorted. Those outside of the
	// folder begin with "../".
	Left []string
	// Plan is what was generated afterwards, if the merged spec has no errors. It is nil
	// when a path is left that everything else depends on.
	Plan *Plan
}

// Remerge settles what a Git merge, rebase or cherry-pick in dir left unmerged of
// generated files and of the state, brings what is generated up to date with the merged
// spec, and tells git. Afterwards only files that people write, and generated ones that
// both sides edited by hand, are in conflict. In an unfinished merge no edit is lost: git
// has both sides, so that AllowDirty is implied.
func Remerge(dir string, o WriteOptions) (*Remerged, error) {
	out, err := settleMerge(dir)
	if err != nil || out.Operation == "" {
		return out, err
	}
	p, err := Load(dir)
	if err != nil {
		return out, err
	}
	if p.needs(out.Left) {
		return out, nil
	}
	var generated tree.Tree
	o.AllowDirty = true
	o.check = func(t *Tree, _ *Plan) error {
		generated = t.files
		if slices.ContainsFunc(out.Left, func(path string) bool { _, ours := generated[path]; return ours }) {
			return errLeft
		}
		return nil
	}
	plan, err := p.Write(o)
	if errors.Is(err, errLeft) {
		return out, nil
	}
	if out.Plan = plan; err != nil || plan.Stopped() {
		return out, err
	}
	if err := stage(dir, generated, plan); err != nil {
		return out, fmt.Errorf("generated files are written, but not staged: %w", err)
	}
	return out, nil
}

// errLeft says that both sides edited a generated file by hand.
var errLeft = errors.New("a generated file is in conflict")

// settleMerge settles what is unmerged of generated files and of the state.
func settleMerge(dir string) (*Remerged, error) {
	repo, err := release.Open(dir)
	if err != nil {
		return nil, err
	}
	conflicts, err := repo.Conflicts()
	if err != nil {
		return nil, err
	}
	out := &Remerged{Operation: operation(dir), Left: unmergedOutside(dir)}
	if out.Operation == "" && len(conflicts)+len(out.Left) > 0 {
		out.Operation = "merge" // git stash and git checkout --merge leave no other trace
	}
	if len(conflicts) == 0 {
		return out, nil
	}
	if err := out.settle(dir, repo, conflicts); err != nil {
		return nil, err
	}
	return out, repo.Resolve(out.Resolved)
}

// settle decides about conflicts and writes what was decided.
func (out *Remerged) settle(dir string, repo *release.Repo, conflicts []release.Conflict) error {
	folder, err := tree.Open(dir)
	if err != nil {
		return fmt.Errorf("open the repository: %w", err)
	}
	defer folder.Close()
	unlock, err := folder.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open %s: %w", dir, err)
	}
	defer root.Close()
	versions := unmerged(conflicts)
	resolution, err := folder.Remerge(tree.MergeInput{
		Unmerged: versions, Merge: repo.MergeTexts, Version: ReadBuild().Version,
		Disk: func(path string) (*tree.Version, error) { return diskVersion(root, path) },
	})
	if err != nil {
		return err
	}
	out.Left = append(out.Left, resolution.Left...)
	byHand, err := resolvedByHand(root, versions)
	if err != nil {
		return err
	}
	for path, version := range resolution.Files {
		if !byHand[path] {
			if err := settle(root, path, version); err != nil {
				return err
			}
		}
		out.Resolved = append(out.Resolved, path)
	}
	slices.Sort(out.Resolved)
	slices.Sort(out.Left)
	return nil
}

// resolvedByHand finds the files that somebody has resolved without telling git:
// without markers, and with a text that no side has. They stay as they are.
func resolvedByHand(root *os.Root, versions []tree.Unmerged) (map[string]bool, error) {
	found := map[string]bool{}
	for _, u := range versions {
		if strings.HasPrefix(u.Path, ".wavewright/") {
			continue
		}
		disk, err := diskVersion(root, u.Path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", u.Path, err)
		}
		if disk == nil || bytes.Contains(append([]byte("\n"), disk.Content...), []byte("\n<<<<<<< ")) {
			continue
		}
		one := func(v *tree.Version) bool { return v != nil && bytes.Equal(lines(v.Content), lines(disk.Content)) }
		found[u.Path] = !one(u.Base) && !one(u.Ours) && !one(u.Theirs)
	}
	return found, nil
}

// lines is a text as git keeps it, whatever line ends the checkout has.
func lines(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

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
