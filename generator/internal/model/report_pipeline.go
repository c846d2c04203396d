package model

import "strings"

// Build is what a pipeline builds of one environment.
type Build struct {
	Environment Name
	// Folders that hold kustomizations, with spaces between them.
	Folders string
}

// Builds lists what a pipeline builds, by environment.
func (p *Platform) Builds() []Build {
	var out []Build
	for _, env := range p.Environments {
		folders := []string{"argocd/" + string(env.Name)}
		for _, target := range env.Targets {
			if len(target.Instances) > 0 {
				folders = append(folders, "overlays/"+string(target.Name))
			}
		}
		out = append(out, Build{env.Name, strings.Join(folders, " ")})
	}
	return out
}
