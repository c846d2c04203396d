package checks

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/wavewright/wavewright/e2e/internal/repo"
)

// checkAccess wants people to have no wildcard, no Secret and nothing that changes the
// cluster, production to let nobody into a pod but in an emergency, and each binding to
// give groups a Role of its namespace.
func checkAccess(r *repo.Repository, out *report) {
	for _, e := range r.Environments {
		for _, t := range e.Targets {
			for _, role := range repo.Typed[rbacv1.Role](t.Objects()) {
				checkRole(e.Profile, role, out)
			}
			checkBindings(t, out)
		}
	}
}

func checkRole(profile string, role *rbacv1.Role, out *report) {
	for _, rule := range role.Rules {
		words := strings.Join(slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs), " ")
		if strings.Contains(words, "*") || slices.Contains(rule.Resources, "secrets") {
			out.add("Role %s/%s grants %s", role.Namespace, role.Name, words)
		}
		for _, resource := range rule.Resources {
			_, inside, _ := strings.Cut(resource, "/")
			if profile == "production" && inside != "" && role.Name != "break-glass" {
				out.add("Role %s/%s lets people into pods: %s", role.Namespace, role.Name, resource)
			}
			if inside == "" && slices.ContainsFunc(rule.Verbs, changes) {
				out.add("Role %s/%s lets people change %s", role.Namespace, role.Name, resource)
			}
		}
	}
}

func changes(verb string) bool { return !slices.Contains([]string{"get", "list", "watch"}, verb) }

func checkBindings(t *repo.Target, out *report) {
	roles := repo.Typed[rbacv1.Role](t.Objects())
	for _, b := range repo.Typed[rbacv1.RoleBinding](t.Objects()) {
		found := slices.ContainsFunc(roles, func(r *rbacv1.Role) bool { return r.Namespace == b.Namespace && r.Name == b.RoleRef.Name })
		if !found || b.RoleRef.Kind != "Role" {
			out.add("RoleBinding %s/%s: there is no Role %s", b.Namespace, b.Name, b.RoleRef.Name)
		}
		for _, s := range b.Subjects {
			if s.Kind != rbacv1.GroupKind || s.Name == "" || strings.HasPrefix(s.Name, "system:") {
				out.add("RoleBinding %s/%s: %s %q is no group of people", b.Namespace, b.Name, s.Kind, s.Name)
			}
		}
	}
}
