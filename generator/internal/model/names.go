package model

import "github.com/wavewright/wavewright/schema/diag"

// NamesOf lists what a placeholder can stand for: the names of all applications,
// environments, clusters, targets, teams or namespaces.
func (p *Platform) NamesOf(placeholder string) []string {
	var names []string
	add := func(name Name) { names = append(names, string(name)) }
	switch placeholder {
	case "app":
		for _, app := range p.Applications {
			add(app.Name)
		}
	case "team":
		for _, team := range p.Teams {
			add(team.Name)
		}
	}
	for _, env := range p.Environments {
		if placeholder == "env" {
			add(env.Name)
		}
		for _, target := range env.Targets {
			switch placeholder {
			case "target":
				add(target.Name)
			case "cluster":
				add(target.Cluster.Name)
			case "namespace":
				for _, ns := range target.Namespaces {
					add(ns.Name)
				}
			}
		}
	}
	return names
}

// Place is where the spec declares the environment.
func (e *Environment) Place() diag.Range { return e.at }
