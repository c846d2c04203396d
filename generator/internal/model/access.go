package model

import (
	"fmt"
	"slices"

	"github.com/wavewright/wavewright/schema"
)

// The Roles of a namespace. What debug permits depends on the environment.
const (
	viewRole       = "view"
	DebugRole      = "debug"
	breakGlassRole = "break-glass"
)

// The levels of debug access.
const (
	DebugFull    = "full"
	DebugLimited = "limited"
	DebugNone    = "none"
)

// Grant gives groups one of the Roles of a namespace.
type Grant struct {
	// Name of the RoleBinding.
	Name Name
	// Role that it grants.
	Role   Name
	Groups []string
}

// grant derives the groups of an access block that have a role; nil without groups. Groups
// with any other role may view, too.
func grant(owner Name, access *schema.Access, role Name) *Grant {
	if access == nil {
		return nil
	}
	var groups []string
	switch role {
	case viewRole:
		groups = distinct(slices.Concat(access.View, access.Debug, access.BreakGlass))
	case DebugRole:
		groups = access.Debug
	case breakGlassRole:
		groups = access.BreakGlass
	}
	if len(groups) == 0 {
		return nil
	}
	return &Grant{owner + "-" + role, role, groups}
}

// distinct returns the texts without repetitions, in order.
func distinct(texts []string) []string {
	var out []string
	for _, text := range texts {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// AccessRoles lists the Roles of an environment. It has no debug Role when it forbids
// debugging, and no break-glass Role when it forbids nothing.
func (e *Environment) AccessRoles() []Name {
	switch e.Settings.Debug {
	case DebugFull:
		return []Name{viewRole, DebugRole}
	case DebugNone:
		return []Name{viewRole, breakGlassRole}
	}
	return []Name{viewRole, DebugRole, breakGlassRole}
}

// TeamGrant gives a team's groups a role in the team's namespaces of the environment; nil
// without groups.
func (e *Environment) TeamGrant(team *Team, role Name) *Grant {
	if !e.grants(team, role) {
		return nil
	}
	return grant("team-"+team.Name, team.access, role)
}

// Grant gives groups a role in every namespace of the environment; nil without groups.
func (e *Environment) Grant(role string) *Grant {
	if !slices.Contains(e.AccessRoles(), Name(role)) {
		return nil
	}
	return grant("env-"+e.Name, e.access, Name(role))
}

// grants reports whether a team's groups have a role in a namespace of the environment.
// In one that several teams share they would debug the applications of another.
func (e *Environment) grants(team *Team, role Name) bool {
	if !slices.Contains(e.AccessRoles(), role) || grant("team-"+team.Name, team.access, role) == nil {
		return false
	}
	return slices.ContainsFunc(namespacesOn(e.Targets), func(ns *Namespace) bool { return ns.Team == team })
}

// Grants lists the grants of a namespace: to groups of the environment, and to those of its
// team.
func (ns *Namespace) Grants() []Grant {
	var grants []Grant
	env := ns.Target.Env
	for _, role := range env.AccessRoles() {
		if g := grant("env-"+env.Name, env.access, role); g != nil {
			grants = append(grants, *g)
		}
		if ns.Team == nil {
			continue
		}
		if g := grant("team-"+ns.Team.Name, ns.Team.access, role); g != nil {
			grants = append(grants, *g)
		}
	}
	return grants
}

// Roles lists the components with Roles that are granted in the namespace. It omits Roles
// without groups, which reviewers would have to judge.
func (ns *Namespace) Roles() []Name {
	var names []Name
	for _, g := range ns.Grants() {
		if name := ns.Target.Env.roleComponent(g.Role); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// roleComponent is the one that holds a Role of the environment.
func (e *Environment) roleComponent(role Name) Name {
	if role == DebugRole {
		role += "-" + Name(e.Settings.Debug)
	}
	return "access-" + role
}

// HasRole reports whether a namespace needs the Role of a component.
func (p *Platform) HasRole(component string) bool {
	return slices.ContainsFunc(namespacesOn(p.Targets()), func(ns *Namespace) bool { return slices.Contains(ns.Roles(), Name(component)) })
}

// environmentAccess notes the groups of an environment, and reports groups that could
// break no glass.
func (r *resolver) environmentAccess(env *Environment, declared *schema.Environment) {
	env.access = declared.Access
	if env.access == nil || len(env.access.BreakGlass) == 0 || env.Settings.Debug != DebugFull {
		return
	}
	d := r.list.Error(r.keyPlace(declared.Node, "access", "breakGlass"), "access/break-glass", fmt.Sprintf("in %s, break-glass groups get no more than debug groups", env.Name))
	d.Detail = "With debug: full, debug groups have every permission that break-glass groups have."
	d.Hint = "List the groups under debug, or set debug: limited or none."
}

// teamAccess warns of a team whose groups would be let into nothing: in a namespace that
// several teams share, the groups of one would debug the applications of another.
func (r *resolver) teamAccess() {
	for _, team := range r.p.Teams {
		if team.access == nil {
			continue
		}
		for _, env := range r.p.Environments {
			if in := env.shared(team); in != nil {
				d := r.list.Warning(team.at, "access/shared", fmt.Sprintf("team %s gets no access in %s", team.Name, env.Name))
				d.Detail = fmt.Sprintf("Namespace %s belongs to several teams, and Kubernetes grants access to whole namespaces.", in.Namespace.Name)
				d.Hint = "Let the namespace pattern contain {team}, or name the groups under the environment's access."
			}
		}
	}
}

// shared returns an application of the team in a namespace that it has not to itself;
// nil when there is none.
func (e *Environment) shared(team *Team) *Instance {
	for _, in := range instancesOn(e.Targets) {
		if in.App.Team == team && in.Namespace.Team != team {
			return in
		}
	}
	return nil
}

// ProjectRole lets groups of people work with the Applications of a project in
// Argo CD's own interface.
type ProjectRole struct {
	Name     Name
	Groups   []string
	Policies []string
}

// verb is a right of a role on the Applications of its project.
type verb struct{ resource, action string }

// verbs lists the rights of a role in addition to the groups' other roles: debug and
// break-glass groups have view, too. Only break-glass may sync another revision than the
// pinned one, and no role may delete Applications.
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

// Roles grants rights to the set's Applications in Argo CD: to groups of the environment,
// and to those of the team whose applications it holds.
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
