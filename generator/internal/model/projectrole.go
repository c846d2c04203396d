package model

import "github.com/wavewright/wavewright/schema"

// ProjectRole lets groups of people work with the Applications of a project in
// Argo CD's own interface.
type ProjectRole struct {
	Name     Name
	Groups   []string
	Policies []string
}

// verb is a right of a role on the Applications of its project.
type verb struct{ resource, action string }

// verbs lists what a role permits beyond what the others of its groups do: who debugs
// or breaks the glass views, too. Only break-glass gets another revision than the
// pinned one to run, and nobody deletes Applications.
func (e *Environment) verbs(role Name) []verb {
	if role == viewRole {
		return []verb{{"applications", "get"}}
	}
	verbs := []verb{{"logs", "get"}, {"applications", "sync"}}
	if role == DebugRole && e.Settings.Debug != DebugFull {
		return verbs
	}
	// Restart a workload, and let a pod be made anew.
	verbs = append(verbs, verb{"applications", "action/*"}, verb{"applications", "delete/*/Pod/*/*"})
	if role == breakGlassRole {
		verbs = append(verbs, verb{"applications", "update"}, verb{"applications", "rollback"}, verb{"applications", "override"})
	}
	return verbs
}

// Roles says who may do what with the set's Applications: the groups of the
// environment, and those of the team whose applications it holds.
func (s *ApplicationSet) Roles(env *Environment) []ProjectRole {
	accesses := []*schema.Access{env.access}
	if s.Team != nil {
		accesses = append(accesses, s.Team.access)
	}
	var roles []ProjectRole
	for _, name := range env.AccessRoles() {
		var groups []string
		for _, access := range accesses {
			if g := grant("", access, name); g != nil {
				groups = append(groups, g.Groups...)
			}
		}
		if len(groups) > 0 {
			roles = append(roles, ProjectRole{name, distinct(groups), s.policies(name, env.verbs(name))})
		}
	}
	return roles
}

func (s *ApplicationSet) policies(role Name, verbs []verb) []string {
	var out []string
	for _, v := range verbs {
		out = append(out, policyLine(s.Name, role, v, "*"))
	}
	return out
}

// policyLine permits a role of a project to do something with some of its Applications.
func policyLine(project, role Name, v verb, applications string) string {
	return "p, proj:" + string(project) + ":" + string(role) + ", " + v.resource + ", " + v.action + ", " + string(project) + "/" + applications + ", allow"
}
