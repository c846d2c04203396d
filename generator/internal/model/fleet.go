package model

import "slices"

// Fleet reports whether the environment runs on several clusters.
func (e *Environment) Fleet() bool { return len(e.Targets) > 1 }

// Fleets reports whether any environment runs on several clusters.
func (p *Platform) Fleets() bool { return slices.ContainsFunc(p.Environments, (*Environment).Fleet) }
