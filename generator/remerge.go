package generator

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/schema"
)

// Remerged is what Remerge did with an unfinished Git merge.
type Remerged struct {
	// Operation that git has begun and not ended: merge, rebase, cherry-pick, revert, am or
	// stash. It is empty when there is none; then nothing was done.
	Operation string
	// Stash is the name of the stash that did not merge; empty of another operation.
	Stash string
	// Resolved are the paths that are settled now, sorted; git knows.
	Resolved []string
	// ByHand are those of them that somebody had resolved without telling git.
	ByHand []string
	// Left are the paths that a person has to resolve, sorted. Those outside of the
	// folder begin with "../".
	Left []string
	// Proposed are those of Left that one side has added in a folder which the other side has renamed: git
	// proposes the path, and has marked nothing.
	Proposed []string
	// Plan is what was generated afterwards, if the merged spec has no errors. It is nil
	// when a path is left that everything else depends on.
	Plan *Plan

	sides *git.Sides // nil when git does not know them
	// states are the archives of the state on both sides; nil when nobody has read them.
	states []map[string][]byte
	back   string // the command that undoes the operation
}

// Remerge settles what a Git merge, rebase, cherry-pick, revert, patch or stash in dir left unmerged of
// generated files and of the state, brings what is generated up to date with the merged
// spec, and tells git. Afterwards only files that people write, and generated ones that
// both sides edited by hand, are in conflict. What git merged it has in its index, so that
// AllowDirty is only about edits that were made beside the merge.
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
	o.merging = true
	out.Plan, err = p.locked(func(repository *tree.Repository) (*Plan, error) {
		files, plan, err := p.plan(repository, &o)
		if err == nil && slices.ContainsFunc(out.Left, func(path string) bool { _, ours := files[path]; return ours || plan.takes(path) }) {
			return nil, nil // both sides edited a generated file by hand, or one that would move along
		}
		if err != nil || plan.Stopped() {
			return plan, err
		}
		if err := plan.apply(repository); err != nil {
			return plan, err
		}
		if err := out.stage(dir, repository, files, plan, p.formerly()); err != nil {
			return plan, fmt.Errorf("generated files are written, but not staged: %w", err)
		}
		return plan, nil
	})
	return out, err
}

// takes reports whether a plan moves a file of a person's.
func (p *Plan) takes(path string) bool {
	return slices.ContainsFunc(p.Changes(), func(c Change) bool { return c.Yours && within(path, c.From) })
}

// within reports whether a path is a folder's, or in it.
func within(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// settleMerge settles what is unmerged of generated files and of the state.
func settleMerge(dir string) (*Remerged, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return nil, err
	}
	conflicts, err := repo.Conflicts()
	if err != nil {
		return nil, err
	}
	out := &Remerged{}
	if out.Left, err = repo.UnmergedOutside(); err != nil {
		return nil, err
	}
	if out.Operation, err = repo.Operation(); err != nil {
		return nil, err
	}
	_, out.back = git.WayOut(out.Operation)
	if out.Operation == "" && len(conflicts)+len(out.Left) > 0 {
		out.Operation = "merge" // git checkout --merge and git cherry-pick --no-commit leave no other trace
	}
	if out.sides, err = repo.Sides(out.Operation); err != nil {
		return nil, err
	}
	if out.sides != nil {
		out.Stash = out.sides.Stash
	}
	if out.Operation == "am" && len(conflicts)+len(out.Left) == 0 {
		if applied, err := repo.Applied(); !applied || err != nil {
			return nil, cmp.Or(err, ErrPatch)
		}
	}
	if len(conflicts) == 0 {
		return out, nil
	}
	octopus, err := repo.Octopus()
	if err != nil {
		return nil, err
	}
	in := tree.MergeInput{Unmerged: unmerged(conflicts, octopus), Merge: repo.MergeTexts, Version: build.Read().Version}
	if out.Operation != "am" { // which leaves traces of resolutions that it has made itself
		if in.Settled, err = repo.Settled(); err != nil {
			return nil, err
		}
	}
	if s := out.sides; s != nil {
		in.Astray = s.Astray
		var faults [3]error
		in.Base, faults[0] = side(repo, s.Base)
		in.Ours, faults[1] = side(repo, s.Ours)
		in.Theirs, faults[2] = side(repo, s.Theirs, s.Untracked)
		if err := cmp.Or(faults[:]...); err != nil {
			return nil, err
		}
		out.states = []map[string][]byte{in.Ours.Archives, in.Theirs.Archives}
	}
	if err := out.settle(dir, in); err != nil {
		return nil, err
	}
	return out, repo.Resolve(out.Resolved)
}

// side reads one of the sides that are merged, of one commit or of several.
func side(repo *git.Repo, commits ...string) (*tree.Commit, error) {
	snapshot, err := repo.Snapshot(commits...)
	if err != nil {
		return nil, err
	}
	archives, err := snapshot.Read(snapshot.Below(layout.State + "/"))
	if err != nil {
		return nil, err
	}
	out := &tree.Commit{Archives: map[string][]byte{}, Read: func(paths []string) (map[string]*tree.Version, error) {
		files, err := snapshot.Read(paths)
		versions := map[string]*tree.Version{}
		for path, file := range files {
			versions[path] = version(file)
		}
		return versions, err
	}}
	for path, archive := range archives {
		out.Archives[path] = []byte(archive.Content)
	}
	return out, nil
}

// settle decides about conflicts and writes what was decided.
func (out *Remerged) settle(dir string, in tree.MergeInput) error {
	folder, err := tree.Open(dir)
	if err != nil {
		return fmt.Errorf("open the repository: %w", err)
	}
	defer folder.Close()
	resolution, err := folder.Remerge(in)
	if unreadable, ok := errors.AsType[*tree.UnreadableError](err); ok {
		return &StuckError{back: out.back, operation: out.Operation, err: unreadable}
	}
	if err != nil {
		return err
	}
	out.Left = append(out.Left, resolution.Left...)
	slices.Sort(out.Left)
	for _, u := range in.Unmerged {
		if u.AddedByOne() && slices.Contains(out.Left, u.Path) {
			out.Proposed = append(out.Proposed, u.Path)
		}
	}
	out.Resolved, out.ByHand, err = folder.Settle(in.Unmerged, resolution)
	return err
}

func unmerged(conflicts []git.Conflict, octopus bool) []tree.Unmerged {
	var out []tree.Unmerged
	for _, c := range conflicts {
		absent := octopus && (c.Ours == nil || c.Theirs == nil)
		out = append(out, tree.Unmerged{Path: c.Path, Base: version(c.Base), Ours: version(c.Ours), Theirs: version(c.Theirs), Absent: absent})
	}
	return out
}

func version(file *git.IndexFile) *tree.Version {
	if file == nil {
		return nil
	}
	return &tree.Version{Content: []byte(file.Content), Executable: file.Executable, Special: file.Special}
}

// needs reports whether one of paths has to be resolved before anything can be generated:
// it is part of the spec, a release or a template.
func (p *Platform) needs(paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		_, read := p.Sources[path]
		return read || path == schema.FileName || strings.HasPrefix(path, layout.Releases) || strings.HasPrefix(path, layout.Own) ||
			p.spec != nil && p.input(path)
	})
}

// stage tells git about everything generated that it does not know yet, and about
// what the plan deleted or migrated, so that a merge can be committed. A run before may have
// deleted files and not come to tell git: they are those that the state of a side lists, and the
// state of today does not.
func (out *Remerged) stage(dir string, repository *tree.Repository, generated tree.Tree, plan *Plan, formerly func(id string) []string) error {
	repo, err := git.Open(dir)
	if err != nil {
		return err
	}
	other, err := out.gone(repo, repository)
	if err != nil {
		return err
	}
	var along []string // folders and files of a person's that moved
	for _, change := range plan.Changes() {
		if change.Yours {
			along = append(along, change.Path, change.From)
			continue
		}
		if change.Action == tree.ActionDelete || change.State == tree.StateMigrated {
			other[change.Path] = true
		}
		if change.From != "" {
			other[change.From] = true
		}
	}
	unstaged, err := repo.Unstaged()
	if err != nil {
		return err
	}
	along = append(along, out.followed(repo.Dir, generated, unstaged, formerly)...)
	return repo.Resolve(slices.DeleteFunc(unstaged, func(path string) bool {
		if slices.Contains(out.Left, path) {
			return true // git has what a person needs to resolve it
		}
		_, ours := generated[path]
		beside := slices.ContainsFunc(along, func(moved string) bool { return within(path, moved) })
		return !ours && !other[path] && !beside && !strings.HasPrefix(path, layout.Own)
	}))
}

// followed returns the paths of a person's files that a run before has moved along with renamed
// ones, and not come to tell git: they are gone from the old folder, and in the new one.
func (out *Remerged) followed(dir string, generated tree.Tree, unstaged []string, formerly func(id string) []string) []string {
	if formerly == nil {
		return nil
	}
	homes := map[string]string{}
	for name, file := range generated {
		for _, was := range formerly(file.ID) {
			homes[path.Dir(was)] = path.Dir(name)
		}
	}
	var paths []string
	for _, name := range unstaged {
		for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
			now := homes[folder] + strings.TrimPrefix(name, folder)
			if homes[folder] != "" && !isThere(dir, name) && isThere(dir, now) && !slices.Contains(out.Left, name) {
				paths = append(paths, name, now)
			}
		}
	}
	return paths
}

// gone returns the paths of files that were generated on one of the sides, and that neither the
// state lists any more nor the folder has.
func (out *Remerged) gone(repo *git.Repo, repository *tree.Repository) (map[string]bool, error) {
	states, err := out.archives(repo)
	if err != nil {
		return nil, err
	}
	version := build.Read().Version
	now, err := repository.Knows(version)
	if err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, state := range states {
		for path := range repository.Known(state, version) {
			if !now[path] && !isThere(repo.Dir, path) {
				gone[path] = true
			}
		}
	}
	return gone, nil
}

// archives returns the states of both sides, or that of what is checked out when git does not know them.
func (out *Remerged) archives(repo *git.Repo) ([]map[string][]byte, error) {
	if out.states != nil {
		return out.states, nil
	}
	sides := [][]string{{"HEAD"}}
	if out.sides != nil {
		sides = append(sides, []string{out.sides.Theirs, out.sides.Untracked})
	}
	var states []map[string][]byte
	for _, commits := range sides {
		at, err := side(repo, commits...)
		if err != nil {
			return nil, err
		}
		states = append(states, at.Archives)
	}
	return states, nil
}

// isThere reports whether something is at a path of a folder.
func isThere(dir, path string) bool {
	_, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(path)))
	return err == nil
}
