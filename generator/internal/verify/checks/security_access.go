package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// role is a Role or a ClusterRole.
type role struct {
	target *target
	object *repo.Object
	rules  []rbacv1.PolicyRule
}

// binding gives a role to subjects.
type binding struct {
	target   *target
	object   *repo.Object
	ref      rbacv1.RoleRef
	subjects []rbacv1.Subject
}

// wide reports whether it is valid in the whole cluster.
func (b *binding) wide() bool { return b.object.Kind == "ClusterRoleBinding" }

// access is who may do what in one cluster.
type access struct {
	roles    []*role
	bindings []*binding
}

// eachAccess runs a rule on what meets in each cluster.
func eachAccess(rule func(*access, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, t := range w.targets {
			rule(accessOf(t), out)
		}
	}
}

// accessOf reads the roles and bindings of a target.
func accessOf(t *target) *access {
	a := &access{}
	for _, o := range t.objects {
		if o.Group() != rbacv1.GroupName {
			continue
		}
		var read struct {
			Rules    []rbacv1.PolicyRule
			RoleRef  rbacv1.RoleRef
			Subjects []rbacv1.Subject
		}
		_ = yaml.Unmarshal(o.YAML, &read) // What does not fit is the schema's affair.
		switch o.Kind {
		case "Role", "ClusterRole":
			a.roles = append(a.roles, &role{t, o, read.Rules})
		case "RoleBinding", "ClusterRoleBinding":
			a.bindings = append(a.bindings, &binding{t, o, read.RoleRef, read.Subjects})
		}
	}
	return a
}

// of are the bindings of a role.
func (a *access) of(r *role) []*binding {
	var found []*binding
	for _, b := range a.bindings {
		if b.ref.Kind == r.object.Kind && b.ref.Name == r.object.Name && (r.object.Kind == "ClusterRole" || b.object.Home() == r.object.Home()) {
			found = append(found, b)
		}
	}
	return found
}

// has reports whether a list of RBAC holds a word, or all of them.
func has(list []string, word string) bool {
	return slices.Contains(list, word) || slices.Contains(list, "*")
}

// grants reports whether a rule permits one of the verbs on a resource, whatever its name.
func grants(rule rbacv1.PolicyRule, group, resource string, verbs ...string) bool {
	if !has(rule.APIGroups, group) || len(rule.ResourceNames) > 0 || !slices.ContainsFunc(verbs, func(v string) bool { return has(rule.Verbs, v) }) {
		return false
	}
	_, sub, nested := strings.Cut(resource, "/")
	return has(rule.Resources, resource) || nested && slices.Contains(rule.Resources, "*/"+sub)
}

// power is something that leads to more rights than a role seems to give.
type power struct {
	group     string
	resources []string
	verbs     []string
	means     string
}

// powers are those that RBAC's documentation warns of.
func powers() []power {
	const rbac = rbacv1.GroupName
	write := []string{"create", "update", "patch"}
	return []power{
		{"", []string{"secrets"}, []string{"get", "list", "watch"}, "read every Secret, the tokens of accounts among them"},
		{rbac, []string{"roles", "clusterroles"}, []string{"escalate"}, "give a role more rights than it has itself (escalate)"},
		{rbac, []string{"roles", "clusterroles"}, []string{"bind"}, "bind any role to itself (bind)"},
		{"", []string{"users", "groups", "serviceaccounts"}, []string{"impersonate"}, "act as anybody (impersonate)"},
		{"", []string{"serviceaccounts/token"}, []string{"create"}, "make a token of every ServiceAccount"},
		{"", []string{"pods/exec", "pods/attach"}, []string{"create", "get"}, "run commands in every pod (pods/exec, pods/attach)"},
		{"", []string{"pods/ephemeralcontainers"}, []string{"update", "patch"}, "add containers to every pod (pods/ephemeralcontainers)"},
		{"", []string{"nodes/proxy"}, []string{"get", "create"}, "use the kubelet of every node, past admission and audit (nodes/proxy)"},
		{"", []string{"pods"}, []string{"create"}, "run pods as every ServiceAccount of every namespace"},
		{"admissionregistration.k8s.io", []string{"mutatingwebhookconfigurations", "validatingwebhookconfigurations"}, write, "read and change every object that is written (webhook configurations)"},
		{"certificates.k8s.io", []string{"certificatesigningrequests/approval"}, []string{"update", "patch"}, "approve client certificates"},
	}
}

// everything reports whether a rule permits all verbs on all resources of all groups.
func everything(rule rbacv1.PolicyRule) bool {
	return slices.Contains(rule.APIGroups, "*") && slices.Contains(rule.Resources, "*") && slices.Contains(rule.Verbs, "*") && len(rule.ResourceNames) == 0
}

// powersOf says what the rules of a role lead to.
func (r *role) powersOf() []string {
	var found []string
	for _, rule := range r.rules {
		if everything(rule) {
			return []string{"do everything"}
		}
	}
	for _, p := range powers() {
		if slices.ContainsFunc(r.rules, func(rule rbacv1.PolicyRule) bool {
			return slices.ContainsFunc(p.resources, func(resource string) bool { return grants(rule, p.group, resource, p.verbs...) })
		}) {
			found = append(found, p.means)
		}
	}
	if creates := r.createsWorkloads(); creates != "" && !slices.Contains(found, "run pods as every ServiceAccount of every namespace") {
		found = append(found, "run pods as every ServiceAccount of every namespace ("+creates+")")
	}
	return found
}

// createsWorkloads is a kind that makes pods and that the role may create; empty for none.
func (r *role) createsWorkloads() string {
	for _, kind := range [][2]string{{"apps", "deployments"}, {"apps", "daemonsets"}, {"apps", "statefulsets"}, {"apps", "replicasets"}, {"batch", "jobs"}, {"batch", "cronjobs"}} {
		if slices.ContainsFunc(r.rules, func(rule rbacv1.PolicyRule) bool { return grants(rule, kind[0], kind[1], "create") }) {
			return kind[1]
		}
	}
	return ""
}

// roleEscalates reports roles of the whole cluster that lead to more rights than they seem to
// give. A role for one namespace is the affair of who lives there.
func roleEscalates(a *access, out *judge) {
	for _, r := range a.roles {
		if r.object.Kind != "ClusterRole" {
			continue
		}
		found := r.powersOf()
		bound := a.of(r)
		wide := slices.ContainsFunc(bound, (*binding).wide)
		aggregated := aggregatedTo(r)
		if len(found) == 0 || len(bound) > 0 && !wide && aggregated == "" {
			continue
		}
		f := out.object(r.target, r.object, "rules", "whoever has it may %s", strings.Join(found, "; "))
		f.Sum = holdersOf(bound)
		f.Hint = "Name the resources, their resourceNames and verbs that are used, or bind it with a RoleBinding in the namespaces that need it. Many operators need such rights: then guard who may create pods beside them."
		switch {
		case aggregated != "":
			f.Message += fmt.Sprintf("; everybody who has the ClusterRole %s has it", aggregated)
		case !wide:
			f.Severity = Note
			f.Message += "; nothing in the repository binds it"
		}
	}
}

// aggregatedTo is the built-in role that a role is aggregated to; empty for none.
func aggregatedTo(r *role) string {
	for _, name := range []string{"view", "edit", "admin"} {
		if r.object.Labels["rbac.authorization.k8s.io/aggregate-to-"+name] == "true" {
			return name
		}
	}
	return ""
}

// holdersOf says who has a role, a line for each.
func holdersOf(bound []*binding) []string {
	var lines []string
	for _, b := range bound {
		for _, s := range b.subjects {
			lines = append(lines, fmt.Sprintf("%s binds it to %s", b.object, subject(s)))
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	return lines[:min(len(lines), listedItems)]
}

func subject(s rbacv1.Subject) string {
	if s.Namespace == "" {
		return s.Kind + " " + s.Name
	}
	return s.Kind + " " + s.Namespace + "/" + s.Name
}

// adminBinding reports who may do everything.
func adminBinding(a *access, out *judge) {
	for _, b := range a.bindings {
		if b.ref.Kind != "ClusterRole" || b.ref.Name != "cluster-admin" || len(b.subjects) == 0 {
			continue
		}
		var names []string
		for _, s := range b.subjects {
			names = append(names, subject(s))
		}
		if b.wide() {
			f := out.object(b.target, b.object, "roleRef", "%s may do everything in the cluster", list(names))
			f.Hint = "Bind a role with the resources and verbs that are used."
			continue
		}
		f := out.object(b.target, b.object, "roleRef", "%s may do everything in namespace %s, change its roles and quotas too", list(names), b.object.Home())
		f.Severity = Note
		f.Hint = "The ClusterRole admin leaves out quotas and the namespace itself."
	}
}

// everybody are groups and users that nobody chose, with what they stand for.
func everybody(s rbacv1.Subject) string {
	if s.Kind != rbacv1.GroupKind && s.Kind != rbacv1.UserKind {
		return ""
	}
	return map[string]string{
		"system:anonymous":       "everybody who reaches the API server, without credentials",
		"system:unauthenticated": "everybody who reaches the API server, without credentials",
		"system:authenticated":   "everybody with credentials, each pod among them",
		"system:serviceaccounts": "each pod of the cluster",
		"system:masters":         "whoever has a certificate of the group system:masters, whom no rule can stop",
	}[s.Name]
}

// everybodyBinding reports roles that everybody has.
func everybodyBinding(a *access, out *judge) {
	public := []string{"system:discovery", "system:basic-user", "system:public-info-viewer", "system:service-account-issuer-discovery"}
	for _, b := range a.bindings {
		if slices.Contains(public, b.ref.Name) {
			continue
		}
		for i, s := range b.subjects {
			who := everybody(s)
			if who == "" {
				continue
			}
			f := out.object(b.target, b.object, fmt.Sprintf("subjects[%d].name", i), "it gives %s %s to %s: %s", b.ref.Kind, b.ref.Name, s.Name, who)
			f.Hint = "Name the groups of people or the ServiceAccounts that need it."
			if anonymous := strings.Contains(s.Name, "anonymous") || strings.Contains(s.Name, "unauthenticated"); !anonymous && !a.powerful(b) {
				f.Severity = Note
			}
		}
	}
}

// powerful reports whether a binding gives rights that lead to more.
func (a *access) powerful(b *binding) bool {
	if slices.Contains([]string{"cluster-admin", "admin", "edit"}, b.ref.Name) && b.ref.Kind == "ClusterRole" {
		return true
	}
	return slices.ContainsFunc(a.roles, func(r *role) bool {
		return r.object.Kind == b.ref.Kind && r.object.Name == b.ref.Name && len(r.powersOf()) > 0 && (r.object.Kind == "ClusterRole" || r.object.Home() == b.object.Home())
	})
}

// defaultAccount reports rights of the account that every pod has by default.
func defaultAccount(a *access, out *judge) {
	for _, b := range a.bindings {
		for i, s := range b.subjects {
			if s.Kind != rbacv1.ServiceAccountKind || s.Name != "default" {
				continue
			}
			f := out.object(b.target, b.object, fmt.Sprintf("subjects[%d].name", i), "every pod of namespace %s that names no account has %s %s", cmp.Or(s.Namespace, b.object.Home()), b.ref.Kind, b.ref.Name)
			f.Hint = "Make a ServiceAccount for the pods that need it, and bind the role to that."
			if !a.powerful(b) {
				f.Severity = Note
			}
		}
	}
}

// accountKey names a ServiceAccount.
type accountKey struct{ namespace, name string }

// strong are the accounts with powerful roles in the whole cluster, with one such role.
func (a *access) strong() map[accountKey]string {
	found := map[accountKey]string{}
	for _, b := range a.bindings {
		if !b.wide() || !a.powerful(b) {
			continue
		}
		for _, s := range b.subjects {
			if s.Kind == rbacv1.ServiceAccountKind {
				found[accountKey{s.Namespace, s.Name}] = b.ref.Kind + " " + b.ref.Name
			}
		}
	}
	return found
}

// podsBesidePower reports roles of a namespace that may create pods, where an account of the
// namespace may do much more: a pod may name any account of its namespace.
func podsBesidePower(a *access, out *judge) {
	strong := a.strong()
	for _, r := range a.roles {
		namespace := r.object.Home()
		runs := slices.ContainsFunc(r.rules, func(rule rbacv1.PolicyRule) bool { return grants(rule, "", "pods", "create") }) || r.createsWorkloads() != ""
		tokens := slices.ContainsFunc(r.rules, func(rule rbacv1.PolicyRule) bool { return grants(rule, "", "serviceaccounts/token", "create") })
		if r.object.Kind != "Role" || !runs && !tokens {
			continue
		}
		for _, b := range a.of(r) {
			account, granted := strongest(strong, namespace, b)
			if account == "" {
				continue
			}
			f := out.object(r.target, r.object, "rules", "whoever has it can use ServiceAccount %s of its namespace %s, which has %s in the whole cluster", account, namespace, granted)
			f.Sum = holdersOf([]*binding{b})
			f.Hint = "Move the account with its pods to a namespace of its own."
			break
		}
	}
}

// strongest is the first strong account of a namespace that a binding does not name itself.
func strongest(strong map[accountKey]string, namespace string, b *binding) (account, granted string) {
	for key, role := range strong {
		own := len(b.subjects) == 1 && b.subjects[0].Kind == rbacv1.ServiceAccountKind && b.subjects[0].Name == key.name
		if key.namespace == namespace && !own && (account == "" || key.name < account) {
			account, granted = key.name, role
		}
	}
	return account, granted
}

// tokenOfPower notes pods that carry the token of a powerful account.
func tokenOfPower(w *world, out *judge) {
	for _, t := range w.targets {
		strong := accessOf(t).strong()
		if len(strong) == 0 {
			continue
		}
		quiet := quietAccounts(t)
		for _, work := range workloads(t.objects) {
			key := accountKey{work.object.Home(), cmp.Or(work.pod.Spec.ServiceAccountName, "default")}
			mounted := work.pod.Spec.AutomountServiceAccountToken
			if strong[key] == "" || mounted != nil && !*mounted || mounted == nil && quiet[key] {
				continue
			}
			f := out.object(t, work.object, "spec", "its pods carry the token of ServiceAccount %s, which has %s in the whole cluster", key.name, strong[key])
			f.Hint = "Whoever gets into one of the pods has these rights. Let them listen on no more ports than they need, and pin their images by digest."
		}
	}
}

// quietAccounts are those whose token pods do not get unless they ask.
func quietAccounts(t *target) map[accountKey]bool {
	found := map[accountKey]bool{}
	for _, o := range t.objects {
		if account, ok := o.Typed.(*corev1.ServiceAccount); ok && account.AutomountServiceAccountToken != nil && !*account.AutomountServiceAccountToken {
			found[accountKey{o.Home(), o.Name}] = true
		}
	}
	return found
}
