package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
)

// AccessTable lists which groups of people have which Role, by environment.
func (r *Report) AccessTable() *Table {
	t := &Table{Head: []string{"environment", "Role", "groups", "namespaces"}}
	for _, env := range r.p.Environments {
		for _, role := range env.AccessRoles() {
			name := string(role)
			if role == model.DebugRole {
				name += ", " + env.Settings.Debug
			}
			if g := env.Grant(string(role)); g != nil {
				t.Rows = append(t.Rows, []string{string(env.Name), name, strings.Join(g.Groups, ", "), "all"})
			}
			for _, team := range r.p.Teams {
				if g := env.TeamGrant(team, role); g != nil {
					t.Rows = append(t.Rows, []string{string(env.Name), name, strings.Join(g.Groups, ", "), "those of team " + string(team.Name)})
				}
			}
		}
	}
	return t
}

// PodSecurityTable lists the Pod Security Standards of the namespaces by target.
func (r *Report) PodSecurityTable() *Table {
	t := &Table{Head: []string{"target", "enforce", "warn", "audit", "version"}}
	for _, target := range r.p.Targets() {
		s := target.Env.Settings.PodSecurity
		enforce := s.Enforce
		if s.Reason != "" {
			enforce += ": " + s.Reason
		}
		t.Rows = append(t.Rows, []string{string(target.Name), enforce, s.Warn, s.Audit, target.Cluster.PodSecurityVersion})
	}
	return t
}

// ExceptionTable lists the exceptions of applications, with the reason.
func (r *Report) ExceptionTable() *Table {
	return r.perApplication([]string{"application", "exception", "reason", "where"}, func(in *model.Instance) [][]string {
		var rows [][]string
		for _, e := range in.Workload.Exceptions() {
			rows = append(rows, []string{strings.ReplaceAll(e.Name, "-", " "), e.Reason.Reason})
		}
		return rows
	})
}

// SecretTable lists the secrets that applications read: references, never values.
func (r *Report) SecretTable() *Table {
	return r.perApplication([]string{"application", "Secret", "source", "variables and files", "where"}, func(in *model.Instance) [][]string {
		var rows [][]string
		for _, secret := range in.Workload.AllSecrets(in.App.Name) {
			rows = append(rows, []string{secret.Object, secretSource(in, secret), strings.Join(secret.Uses, ", ")})
		}
		return rows
	})
}

func secretSource(in *model.Instance, secret model.ReadSecret) string {
	if secret.Key == "" {
		return "exists in the namespace"
	}
	store := in.Target.Cluster.Secrets.Store
	return fmt.Sprintf("%s of %s %s", secret.Key, cmp.Or(store.Kind, "ClusterSecretStore"), in.Expand(store.Name))
}

// PermissionTable lists the rights of applications in the Kubernetes API.
func (r *Report) PermissionTable() *Table {
	return r.perApplication([]string{"application", "API groups", "resources", "verbs", "reason", "where"}, func(in *model.Instance) [][]string {
		var rows [][]string
		for _, rule := range in.Workload.ServiceAccount.Rules {
			groups := joined(rule.APIGroups, ", ", func(group string) string { return cmp.Or(group, "core") })
			resources := strings.Join(rule.Resources, ", ")
			if len(rule.ResourceNames) > 0 {
				resources += " named " + strings.Join(rule.ResourceNames, ", ")
			}
			rows = append(rows, []string{groups, resources, strings.Join(rule.Verbs, ", "), cmp.Or(rule.Reason, none)})
		}
		return rows
	})
}

// AdmissionTable lists the mode of each admission policy by environment.
func (r *Report) AdmissionTable() *Table {
	var aspects []aspect
	for _, policy := range model.AllAdmissionPolicies() {
		aspects = append(aspects, aspect{policy.Summary, func(e *model.Environment) string { return e.AdmissionMode(policy) }})
	}
	aspects = append(aspects,
		aspect{"debug access that pod-access permits", debugText},
		aspect{"break-glass groups", func(e *model.Environment) string { return strings.Join(e.BreakGlassGroups(r.p), ", ") }},
	)
	return r.table("refused requests", aspects)
}

// debugText names the access to pods that the environment's debug level permits.
func debugText(e *model.Environment) string {
	switch e.Settings.Debug {
	case model.DebugFull:
		return "all"
	case model.DebugNone:
		return "none"
	}
	return "port-forward"
}

// AdmissionExceptions lists the policies that are less strict than in the built-in profile.
func (r *Report) AdmissionExceptions() *Table {
	t := &Table{Head: []string{"environment", "policy", "mode", "reason"}}
	for _, env := range r.p.Environments {
		for _, policy := range model.AllAdmissionPolicies() {
			rule := policy.Rule(env)
			if rule.Reason != "" {
				t.Rows = append(t.Rows, []string{string(env.Name), string(policy.Name), rule.Mode, rule.Reason})
			}
		}
	}
	return t
}

// BreakGlassGroups lists the break-glass groups of all environments.
func (r *Report) BreakGlassGroups() []string {
	var groups []string
	for _, env := range r.p.Environments {
		for _, group := range env.BreakGlassGroups(r.p) {
			if !slices.Contains(groups, group) {
				groups = append(groups, group)
			}
		}
	}
	return groups
}
