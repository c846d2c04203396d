package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/schema"
)

// Owned is a line of CODEOWNERS.
type Owned struct {
	Path   Path
	Owners []Owner
}

func owners(declared []string) []Owner {
	var out []Owner
	for _, owner := range declared {
		out = append(out, Owner(owner))
	}
	return out
}

// CodeOwners lists who owns what, teams before environments. The last line that fits a
// path counts; an environment whose name begins with another's comes after it.
func (p *Platform) CodeOwners() []Owned {
	var all []Owned
	if p.Pipeline != "" {
		// The pipeline decides what is checked, and may push: the owners of the last environment own it.
		all = p.own(all, p.Environments[len(p.Environments)-1].Owners, p.pipelineFile(), layout.CI)
	}
	for _, team := range p.Teams {
		all = p.own(all, team.Owners, p.teamPaths(team)...)
	}
	environments := slices.Clone(p.Environments)
	slices.SortFunc(environments, func(a, b *Environment) int { return strings.Compare(string(a.Name), string(b.Name)) })
	for _, env := range environments {
		all = p.own(all, env.Owners, env.paths()...)
		if p.Pipeline != "" {
			all = p.own(all, env.Owners, layout.Check(string(env.Name)))
		}
	}
	return all
}

// pipelineFile is where the provider looks for pipelines.
func (p *Platform) pipelineFile() string {
	if p.Pipeline == "github" {
		return layout.Workflows
	}
	return layout.GitLab
}

func (p *Platform) own(all []Owned, owners []Owner, paths ...string) []Owned {
	if len(owners) == 0 {
		return all
	}
	for _, path := range paths {
		all = append(all, Owned{p.inRepository(path), owners})
	}
	return all
}

// inRepository is a path as CODEOWNERS has it: from the root of the repository.
func (p *Platform) inRepository(path string) Path { return Path("/" + p.Repository.Prefix + path) }

// teamPaths are the bases of a team's applications and the files that declare them.
func (p *Platform) teamPaths(team *Team) []string {
	var bases, files []string
	for _, app := range p.Applications {
		if app.Team != team {
			continue
		}
		if len(app.Instances) > 0 {
			bases = append(bases, layout.Base(string(app.Name)))
		}
		if file := app.At.File; file != schema.FileName && Path(file).Valid() {
			files = append(files, file)
		}
	}
	return append(bases, distinct(files)...)
}

// paths are the files that an environment deploys or that determine its deployment.
func (e *Environment) paths() []string {
	name := string(e.Name)
	overlays := []string{layout.Target(name) + "/"}
	for _, target := range e.Targets {
		overlays = append(overlays, layout.Target(string(target.Name))+"/")
	}
	return append([]string{layout.ArgoCD(name) + "/", layout.Component(name), layout.Root(name), layout.Pins(name)}, distinct(overlays)...)
}
