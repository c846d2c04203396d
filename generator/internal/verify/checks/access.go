package checks

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkAccess wants applications to have what checkAccountRole says, people to have no wildcard, no Secret and nothing that changes the
// cluster, production to let nobody into a pod but in an emergency, and each binding to
// give groups a Role of its namespace.
func checkAccess(r *repo.Repository, out *report) {
	for _, e := range r.Environments {
		for _, t := range e.Targets {
			for _, role := range repo.Typed[rbacv1.Role](t.Objects()) {
				if account := boundAccount(t, role); account != "" {
					checkAccountRole(t, role, account, out)
				} else {
					checkRole(e.Profile, role, out)
				}
			}
			checkBindings(t, out)
		}
	}
}

func checkRole(profile string, role *rbacv1.Role, out *report) {
	if len(role.Rules) == 0 {
		out.add("Role %s/%s grants nothing", role.Namespace, role.Name)
	}
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
	for _, role := range roles {
		if !slices.ContainsFunc(repo.Typed[rbacv1.RoleBinding](t.Objects()), func(b *rbacv1.RoleBinding) bool {
			return b.Namespace == role.Namespace && b.RoleRef.Name == role.Name && len(b.Subjects) > 0
		}) {
			out.add("Role %s/%s is nobody's", role.Namespace, role.Name)
		}
	}
	for _, account := range repo.Typed[corev1.ServiceAccount](t.Objects()) {
		if account.AutomountServiceAccountToken == nil || *account.AutomountServiceAccountToken {
			out.add("ServiceAccount %s/%s gives its token to every pod", account.Namespace, account.Name)
		}
	}
	for _, class := range repo.Typed[schedulingv1.PriorityClass](t.Objects()) {
		if class.Description == "" || class.PreemptionPolicy == nil || class.Value <= 0 || class.GlobalDefault {
			out.add("PriorityClass %s does not say what it is for, or what it evicts", class.Name)
		}
	}
	for _, b := range repo.Typed[rbacv1.RoleBinding](t.Objects()) {
		found := slices.ContainsFunc(roles, func(r *rbacv1.Role) bool { return r.Namespace == b.Namespace && r.Name == b.RoleRef.Name })
		if !found || b.RoleRef.Kind != "Role" {
			out.add("RoleBinding %s/%s: there is no Role %s", b.Namespace, b.Name, b.RoleRef.Name)
		}
		for _, s := range b.Subjects {
			if s.Kind == rbacv1.ServiceAccountKind {
				if s.Namespace != b.Namespace {
					out.add("RoleBinding %s/%s: account %q is of namespace %q", b.Namespace, b.Name, s.Name, s.Namespace)
				}
				continue // checkAccountRole
			}
			if s.Kind != rbacv1.GroupKind || s.Name == "" || strings.HasPrefix(s.Name, "system:") {
				out.add("RoleBinding %s/%s: %s %q is no group of people", b.Namespace, b.Name, s.Kind, s.Name)
			}
		}
	}
}

// boundAccount is the ServiceAccount that a Role is bound to; empty when it is for people.
func boundAccount(t *repo.Target, role *rbacv1.Role) string {
	for _, b := range repo.Typed[rbacv1.RoleBinding](t.Objects()) {
		if b.Namespace == role.Namespace && b.RoleRef.Name == role.Name && len(b.Subjects) == 1 && b.Subjects[0].Kind == rbacv1.ServiceAccountKind && b.Subjects[0].Namespace == role.Namespace {
			return b.Subjects[0].Name
		}
	}
	return ""
}

// checkAccountRole wants the Role of an application to hold no wildcard, no way into pods
// and nothing unexplained, and the pods of its account, and no others, to have a token and a
// way to the API server.
func checkAccountRole(t *repo.Target, role *rbacv1.Role, account string, out *report) {
	at := "Role " + role.Namespace + "/" + role.Name
	if len(role.Rules) == 0 {
		out.add("%s grants nothing", at)
	}
	for _, rule := range role.Rules {
		if len(rule.APIGroups) == 0 || len(rule.Resources) == 0 || len(rule.Verbs) == 0 {
			out.add("%s: a rule grants nothing", at)
		}
		words := strings.Join(slices.Concat(rule.APIGroups, rule.Resources, rule.ResourceNames, rule.Verbs), " ")
		if strings.Contains(words, "*") || strings.Contains(words, "pods/") || slices.Contains(rule.APIGroups, rbacv1.GroupName) {
			out.add("%s grants %s", at, words)
		}
		if slices.Contains(rule.Resources, "secrets") && role.Annotations["wavewright.dev/reason"] == "" {
			out.add("%s reads Secrets without a reason", at)
		}
	}
	pods, tokens := 0, 0
	for _, w := range workloads(t.Objects()) {
		if w.namespace != role.Namespace || w.pod.Spec.ServiceAccountName != account {
			continue
		}
		pods++
		if token := w.pod.Spec.AutomountServiceAccountToken; token != nil && *token {
			tokens++
		}
	}
	if pods == 0 || tokens == 0 {
		out.add("%s: %d pods use ServiceAccount %s, %d of them have a token", at, pods, account, tokens)
	}
}

// checkTokens wants no pod to have a token of the Kubernetes API whose account may do
// nothing.
func checkTokens(t *target, out *report) {
	bound := map[string]bool{}
	for _, b := range repo.Typed[rbacv1.RoleBinding](t.objects) {
		for _, s := range b.Subjects {
			bound[b.Namespace+"/"+s.Name] = bound[b.Namespace+"/"+s.Name] || s.Kind == rbacv1.ServiceAccountKind
		}
	}
	for _, w := range t.workloads {
		if token := w.pod.Spec.AutomountServiceAccountToken; (token == nil || *token) && !bound[w.namespace+"/"+w.pod.Spec.ServiceAccountName] {
			out.add("%s has a token for nothing", t.at(w.kind, w.namespace, w.name))
		}
	}
}
