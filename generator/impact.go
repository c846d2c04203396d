package generator

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/impact"
	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/running"
	"github.com/wavewright/wavewright/generator/internal/tree"
)

// Impact is what a change means for one Application.
type Impact = impact.Row

// Effect is what becomes of an Application of Argo CD.
type Effect = impact.Effect

// Effects lists them in the order in which they are printed.
func Effects() []Effect { return impact.Effects() }

// impact is what a plan means for Applications.
func (p *Platform) impact(files tree.Tree, plan *tree.Plan) ([]Impact, error) {
	was, changed := before(plan, files)
	return (&impact.Change{
		Environments: p.environments(), Renamed: p.renamed(), Changed: changed,
		Read:  func(path string) []byte { return files[path].Content },
		After: func(env string) (impact.Applications, error) { return p.deployed(files, env), nil },
		Before: func(env string, after impact.Applications) (impact.Applications, error) {
			if !slices.ContainsFunc(layout.Deployed(env), func(file string) bool { _, differs := was[file]; return differs }) {
				return after, nil
			}
			return parsed(env, func(path string) ([]byte, error) { return was[path], nil })
		},
	}).Rows()
}

// before returns the last rendering of the files that the spec changes, nil for those that
// appear, and the paths of all files that it changes.
func before(plan *tree.Plan, files tree.Tree) (was map[string][]byte, changed []string) {
	was = map[string][]byte{}
	left := map[string][]byte{} // of what moves, at the old paths
	defer func() { maps.Copy(was, left) }()
	for _, c := range plan.Changes() {
		file, wanted := files[c.Path]
		switch {
		case c.Yours:
			changed = append(changed, c.Path, c.From)
			continue
		case c.State == tree.StateNew || c.State == tree.StateOrphan || c.State == tree.StateForgotten || c.State == tree.StateMoved:
		case c.State == tree.StateOrphanEdited && c.Action == tree.ActionRecord: // later runs have said it
		case c.State == tree.StateKept || !wanted || bytes.Equal(c.Base, file.Content) || c.Base == nil:
			continue // it stays as it is, or only people changed it
		}
		changed = append(changed, c.Path)
		was[c.Path] = c.Base
		if c.From != "" {
			changed = append(changed, c.From)
			left[c.From], was[c.Path] = c.Base, nil
		}
	}
	return was, changed
}

// deployed are the Applications of an environment, as far as they are generated.
func (p *Platform) deployed(files tree.Tree, env string) impact.Applications {
	environment := p.model.Environment(env)
	generated := func(file string) bool { _, generated := files[file]; return generated }
	if environment == nil || !slices.ContainsFunc(layout.Deployed(env), generated) {
		return nil
	}
	all := impact.Applications{}
	for _, set := range environment.ApplicationSets {
		for _, element := range set.List() {
			all.Add(string(set.Project), element)
		}
	}
	return all
}

// Difference is what the files of a folder, as they are, mean compared with those of a commit.
type Difference struct {
	// Impact lists the Applications that something happens to, by environment and name.
	Impact []Impact
	// Hazards are changes of objects that the cluster does not carry out as they are written.
	Hazards []Hazard
	// Unknown are Applications whose objects could not be compared.
	Unknown []Unknown
}

// ImpactSince lists what the files of the folder, as they are, mean for Applications
// compared with those of a commit.
func (p *Platform) ImpactSince(base string) (*Difference, error) {
	if p.model == nil {
		return nil, ErrInvalid
	}
	if err := p.checkSparse(); err != nil {
		return nil, err
	}
	repo, commit, err := openAt(p.folder.dir, base)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(p.folder.dir)
	if err != nil {
		return nil, fmt.Errorf("impact: %w", err)
	}
	defer root.Close()
	disk := p.onDisk(root)
	out := &Difference{}
	if out.Impact, err = p.impactSince(repo, commit, disk); err != nil {
		return nil, err
	}
	return out, p.hazardsSince(out, repo, commit, disk)
}

// openAt opens the Git repository of a folder, and finds a commit of it.
func openAt(dir, base string) (*git.Repo, string, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return nil, "", err
	}
	commit, err := repo.Commit(base)
	if err != nil {
		return nil, "", err
	}
	if commit == "" {
		return nil, "", &UnknownCommitError{base, repo.Shallow}
	}
	return repo, commit, nil
}

// impactSince compares Applications.
func (p *Platform) impactSince(repo *git.Repo, commit string, disk kustomize.Read) ([]Impact, error) {
	changed, err := repo.ChangedSince(commit)
	if err != nil {
		return nil, err
	}
	return (&impact.Change{
		Environments: p.environments(), Renamed: p.renames.ID, Changed: changed,
		Read: func(path string) []byte {
			text, _ := disk(path) // no such file: nothing
			return text
		},
		After: func(env string) (impact.Applications, error) { return parsed(env, disk) },
		Before: func(env string, _ impact.Applications) (impact.Applications, error) {
			return parsed(env, func(path string) ([]byte, error) {
				text, _, err := repo.ReadAt(commit, path)
				return text, err
			})
		},
	}).Rows()
}

// hazardsSince compares objects.
func (p *Platform) hazardsSince(out *Difference, repo *git.Repo, commit string, disk kustomize.Read) error {
	edited, err := repo.ChangedSince(repo.Head())
	if err != nil {
		return err
	}
	c := &running.Comparison{
		Repo: repo, Prefix: p.model.Repository.Prefix, Edited: edited, Now: disk, After: disk, Renamed: p.renamed(), Swapped: p.swapped, Users: p.users,
	}
	defer c.Close()
	later := future{
		runs:       func(env string) (impact.Applications, error) { return parsed(env, disk) },
		candidates: func(env string) (impact.Applications, error) { return candidatesIn(env, c.Prefix, disk) },
	}
	if err := p.compare(c, commit, later, ""); err != nil {
		return err
	}
	p.settleHazards(c.Hazards, &WriteOptions{})
	out.Hazards, out.Unknown = c.Hazards, c.Unknown
	return nil
}

// parsed reads what an environment deploys from files.
func parsed(env string, read kustomize.Read) (impact.Applications, error) {
	for _, file := range layout.Deployed(env) {
		text, err := read(file)
		if err != nil {
			return nil, err
		}
		if len(strings.TrimSpace(string(text))) > 0 {
			return impact.Parse(file, text)
		}
	}
	return nil, nil
}

// UnknownCommitError says that git does not know a commit.
type UnknownCommitError struct {
	Name    string
	shallow bool
}

// Error names the commit.
func (e *UnknownCommitError) Error() string { return "git knows no commit " + e.Name }

// Hint says what to do about it.
func (e *UnknownCommitError) Hint() string {
	if e.shallow {
		return "this clone has no history: git fetch --unshallow"
	}
	return "git fetch brings what is on the server; is it spelled right?"
}
