package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// Build is a folder or a file that a pipeline builds as Argo CD does.
type Build struct {
	Path Path
	// Kubernetes is the version of its cluster, such as 1.36.0; empty when the spec does
	// not say.
	Kubernetes Path
}

// Builds lists the overlays of the environment that a pipeline builds.
func (e *Environment) Builds() []Build {
	name := string(e.Name)
	out := []Build{{Path: Path(layout.Root(name))}, {Path: Path(layout.ArgoCD(name))}}
	for _, target := range e.Targets {
		if len(target.Instances) > 0 {
			out = append(out, Build{Path(layout.Target(string(target.Name))), target.Cluster.kubernetes()})
			if e.tenancy != nil {
				out = append(out, Build{Path(layout.Request(string(target.Name))), target.Cluster.kubernetes()})
			}
		}
	}
	return out
}

// kubernetes is the release of the cluster's version whose schemas objects must fit.
func (c *Cluster) kubernetes() Path {
	version, ok := strings.CutPrefix(c.PodSecurityVersion, "v")
	if !ok {
		return ""
	}
	return Path(version + ".0")
}

// Checks are the validation steps that a pipeline runs; test Jobs run in the cluster.
func (e *Environment) Checks() []Step {
	return slices.DeleteFunc(slices.Clone(e.Validation), func(s Step) bool { return s.Uses == UsesJob })
}

// KubernetesRelease is the release whose schemas objects must fit where a cluster does
// not say its version.
func (p *Platform) KubernetesRelease() Path { return "1.36.0" }

// Trunk is the followed branch.
func (p *Platform) Trunk() Path { return Path(p.Repository.Branch) }

// uses says that an environment has a step of a kind.
func (p *Platform) uses(kind Name) bool {
	return slices.ContainsFunc(p.Environments, func(e *Environment) bool {
		return slices.ContainsFunc(e.Validation, func(s Step) bool { return s.Uses == kind })
	})
}

// Reports reports whether a step of the pipeline writes a report.
func (p *Platform) Reports() bool { return p.uses(UsesCompliance) }

// Scans reports whether a step of the pipeline reads images from their registry.
func (p *Platform) Scans() bool { return p.uses(UsesSecurity) }

// The modes of promotions.
const (
	ByPullRequest = "pullRequest"
	ByCommit      = "commit"
)

// Promotable lists the environments that have pins.
func (p *Platform) Promotable() []*Environment {
	return slices.DeleteFunc(slices.Clone(p.Environments), (*Environment).Follows)
}

// promotableBy lists the names of those whose promotions have a mode.
func (p *Platform) promotableBy(mode string) []Name {
	var out []Name
	for _, env := range p.Promotable() {
		if env.PromotionMode == mode {
			out = append(out, env.Name)
		}
	}
	return out
}

// Proposed lists the environments whose promotions are proposed.
func (p *Platform) Proposed() []Name { return p.promotableBy(ByPullRequest) }

// Committed lists the environments whose promotions are pushed to the branch.
func (p *Platform) Committed() []Name { return p.promotableBy(ByCommit) }

// Charted reports whether an application brings a chart.
func (p *Platform) Charted() bool {
	return slices.ContainsFunc(p.Applications, func(a *Application) bool { return a.Charted })
}
