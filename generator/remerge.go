package generator

import (
	"fmt"
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
	o.AllowDirty = true
	out.Plan, err = p.locked(func(repository *tree.Repository) (*Plan, error) {
		files, plan, err := p.plan(repository, &o)
		if err == nil && slices.ContainsFunc(out.Left, func(path string) bool { _, ours := files[path]; return ours }) {
			return nil, nil // both sides edited a generated file by hand
		}
		if err != nil || plan.Stopped() {
			return plan, err
		}
		if err := plan.apply(repository); err != nil {
			return plan, err
		}
		if err := stage(dir, files, plan); err != nil {
			return plan, fmt.Errorf("generated files are written, but not staged: %w", err)
		}
		return plan, nil
	})
	return out, err
}

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
	if out.Operation == "" && len(conflicts)+len(out.Left) > 0 {
		out.Operation = "merge" // git stash and git checkout --merge leave no other trace
	}
	if len(conflicts) == 0 {
		return out, nil
	}
	in := tree.MergeInput{Unmerged: unmerged(conflicts), Merge: repo.MergeTexts, Version: build.Read().Version}
	if in.Settled, err = repo.Settled(); err != nil {
		return nil, err
	}
	sides, err := repo.Sides(out.Operation)
	if err != nil {
		return nil, err
	}
	if sides != nil {
		commits := []string{sides.Base, sides.Ours, sides.Theirs}
		for i, at := range []**tree.Commit{&in.Base, &in.Ours, &in.Theirs} {
			if *at, err = side(repo, commits[i]); err != nil {
				return nil, err
			}
		}
	}
	if err := out.settle(dir, in); err != nil {
		return nil, err
	}
	return out, repo.Resolve(out.Resolved)
}

// side reads one of the commits that are merged.
func side(repo *git.Repo, commit string) (*tree.Commit, error) {
	snapshot, err := repo.Snapshot(commit)
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
	if err != nil {
		return err
	}
	out.Left = append(out.Left, resolution.Left...)
	slices.Sort(out.Left)
	out.Resolved, err = folder.Settle(in.Unmerged, resolution)
	return err
}

func unmerged(conflicts []git.Conflict) []tree.Unmerged {
	var out []tree.Unmerged
	for _, c := range conflicts {
		out = append(out, tree.Unmerged{Path: c.Path, Base: version(c.Base), Ours: version(c.Ours), Theirs: version(c.Theirs)})
	}
	return out
}

func version(file *git.IndexFile) *tree.Version {
	if file == nil {
		return nil
	}
	return &tree.Version{Content: []byte(file.Content), Executable: file.Executable}
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
// what the plan deleted or migrated, so that a merge can be committed.
func stage(dir string, generated tree.Tree, plan *Plan) error {
	repo, err := git.Open(dir)
	if err != nil {
		return err
	}
	other := map[string]bool{} // paths that the plan deletes, or migrates
	for _, change := range plan.Changes() {
		other[change.Path] = change.Action == tree.ActionDelete || change.State == tree.StateMigrated
		if change.From != "" {
			other[change.From] = true
		}
	}
	unstaged, err := repo.Unstaged()
	if err != nil {
		return err
	}
	return repo.Resolve(slices.DeleteFunc(unstaged, func(path string) bool {
		_, ours := generated[path]
		return !ours && !other[path] && !strings.HasPrefix(path, layout.Own)
	}))
}
