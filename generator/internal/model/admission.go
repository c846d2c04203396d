package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// The modes of an admission policy, from the least to the most strict.
const (
	admitAll  = "none"
	admitWarn = "warn"
	admitDeny = "deny"
)

// AdmissionPolicy is a ValidatingAdmissionPolicy with its binding.
type AdmissionPolicy struct {
	// Name of both objects, before the environment's name is added to it.
	Name Name
	// Summary names the requests that the policy refuses.
	Summary string
	// OnNamespaces is set when the policy matches namespaces themselves, not their objects.
	OnNamespaces bool

	// field of the spec that switches it.
	field string
	rule  func(*schema.Admission) schema.AdmissionRule
}

// podAccess is the policy that mirrors the environment's debug level.
const podAccess = "pod-access"

// AllAdmissionPolicies are all that exist, in the order in which they are printed.
func AllAdmissionPolicies() []AdmissionPolicy {
	return []AdmissionPolicy{
		{Name: "images", field: "images", Summary: "images without a digest or a version as their tag",
			rule: func(a *schema.Admission) schema.AdmissionRule { return a.Images }},
		{Name: "resources", field: "resources", Summary: "containers without requests and limits of cpu and memory",
			rule: func(a *schema.Admission) schema.AdmissionRule { return a.Resources }},
		{Name: "host-access", field: "hostAccess", Summary: "namespaces, paths and ports of the node",
			rule: func(a *schema.Admission) schema.AdmissionRule { return a.HostAccess }},
		{Name: "service-types", field: "serviceTypes", Summary: "Services of type NodePort and LoadBalancer, and external addresses",
			rule: func(a *schema.Admission) schema.AdmissionRule { return a.ServiceTypes }},
		{Name: podAccess, field: "podAccess", Summary: "access to running pods beyond the debug level",
			rule: func(a *schema.Admission) schema.AdmissionRule { return a.PodAccess }},
		{Name: "namespace-labels", field: "namespaceLabels", Summary: "changes of a namespace's platform, environment and Pod Security labels", OnNamespaces: true,
			rule: func(a *schema.Admission) schema.AdmissionRule { return a.NamespaceLabels }},
	}
}

// Rule returns the environment's settings for the policy.
func (p AdmissionPolicy) Rule(e *Environment) schema.AdmissionRule {
	return p.rule(&e.Settings.Admission)
}

// AdmissionMode is the response to requests that violate the policy.
func (e *Environment) AdmissionMode(p AdmissionPolicy) string {
	switch {
	case p.Name == podAccess && e.Settings.Debug == DebugFull:
		return admitAll
	case p.OnNamespaces && e.tenancy != nil:
		return admitAll // only the administrators, who label the namespaces, can change them
	}
	return p.Rule(e).Mode
}

// AdmissionPolicies lists the policies of the environment's namespaces.
func (e *Environment) AdmissionPolicies() []AdmissionPolicy {
	return slices.DeleteFunc(AllAdmissionPolicies(), func(p AdmissionPolicy) bool { return e.AdmissionMode(p) == admitAll })
}

// Admits reports whether any environment has admission policies.
func (p *Platform) Admits() bool {
	return slices.ContainsFunc(p.Environments, func(e *Environment) bool { return len(e.AdmissionPolicies()) > 0 })
}

// Permits names, as a pattern, the policies that other environments have and this one has
// not; empty without any.
func (e *Environment) Permits(p *Platform) string {
	var names []string
	for _, policy := range AllAdmissionPolicies() {
		if name := string(policy.Name); p.HasPolicy(name) && !e.hasPolicy(name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

// The policies that patches of an environment change, by what they have in common.
const (
	inNamespaces = "in-namespaces"
	ofNamespaces = "of-namespaces"
	warning      = "warn"
	breakable    = "breakable"
)

// Policies names the environment's policies of a group as a pattern; empty without any.
func (e *Environment) Policies(group string) string {
	belongs := map[string]func(AdmissionPolicy) bool{
		inNamespaces: func(p AdmissionPolicy) bool { return !p.OnNamespaces },
		ofNamespaces: func(p AdmissionPolicy) bool { return p.OnNamespaces },
		warning:      func(p AdmissionPolicy) bool { return e.AdmissionMode(p) == admitWarn },
		breakable:    func(p AdmissionPolicy) bool { return p.OnNamespaces || p.Name == podAccess },
	}[group]
	var names []string
	for _, p := range e.AdmissionPolicies() {
		if belongs(p) {
			names = append(names, string(p.Name))
		}
	}
	return strings.Join(names, "|")
}

// HasPolicy reports whether an environment has a policy.
func (p *Platform) HasPolicy(name string) bool {
	return slices.ContainsFunc(p.Environments, func(e *Environment) bool { return e.hasPolicy(name) })
}

func (e *Environment) hasPolicy(name string) bool {
	return slices.ContainsFunc(e.AdmissionPolicies(), func(p AdmissionPolicy) bool { return string(p.Name) == name })
}

// podPolicies match pods and workloads, and share the fields for this.
func podPolicies() []string { return []string{"images", "resources", "host-access"} }

// ChecksPods reports whether any environment has policies for pods.
func (p *Platform) ChecksPods() bool { return slices.ContainsFunc(podPolicies(), p.HasPolicy) }

// ForbidsPortForward reports whether the environment forbids port-forward.
func (e *Environment) ForbidsPortForward() bool {
	return e.hasPolicy(podAccess) && e.Settings.Debug == DebugNone
}

// BreakGlass lists, as an expression, the groups that the environment's policies let
// pass: its own, and those of the teams with namespaces in it; empty without any.
func (e *Environment) BreakGlass(p *Platform) string {
	groups := e.BreakGlassGroups(p)
	if len(groups) == 0 || e.Policies(breakable) == "" {
		return ""
	}
	return celList(groups)
}

// BreakGlassGroups lists the groups of the environment, and those of teams in it, that may
// break the glass.
func (e *Environment) BreakGlassGroups(p *Platform) []string {
	var groups []string
	if g := e.Grant(breakGlassRole); g != nil {
		groups = g.Groups
	}
	for _, team := range p.Teams {
		if e.grants(team, breakGlassRole) {
			groups = slices.Concat(groups, team.access.BreakGlass)
		}
	}
	return distinct(groups)
}

// ArgoCDUsers lists, as an expression, the users that Argo CD is to the clusters of the
// environment, when they are not the platform's; empty when they are.
func (e *Environment) ArgoCDUsers(p *Platform) string {
	var users []string
	for _, target := range e.Targets {
		users = append(users, target.Cluster.ArgoCDUsers...)
	}
	users = distinct(users)
	if slices.Equal(users, p.argocdUsers) || !e.hasPolicy("namespace-labels") {
		return ""
	}
	return celList(users)
}

// ArgoCDUsers lists, as an expression, the default user names of Argo CD in clusters.
func (p *Platform) ArgoCDUsers() string { return celList(p.argocdUsers) }

// celList is a list of texts in the words of the Common Expression Language.
func celList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = celText(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// celText is a text as a literal of CEL.
func celText(text string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range text {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// argocdUsers are the users that Argo CD is to clusters by default: its own service
// account where it runs, and the one that it makes in other clusters.
func (r *resolver) argocdUsers(declared []string) []string {
	if declared != nil {
		return declared
	}
	return []string{
		fmt.Sprintf("system:serviceaccount:%s:argocd-application-controller", r.p.ArgoCD.ControlPlane),
		"system:serviceaccount:kube-system:argocd-manager",
	}
}

// admission checks an environment's settings of the policies.
func (r *resolver) admission(env *Environment) {
	var builtin schema.Settings
	r.decode(env.SettingLayers[0].Node, &builtin, yamltree.DecodeOptions{})
	checked := map[string]bool{}
	for _, p := range AllAdmissionPolicies() {
		rule, demanded := p.rule(&env.Settings.Admission), p.rule(&builtin.Admission).Mode
		if checked[p.field] || strictness(rule.Mode) >= strictness(demanded) || strings.TrimSpace(rule.Reason) != "" {
			continue
		}
		checked[p.field] = true
		d := r.list.Error(r.place(env.Node, "admission", p.field), "reason/missing", "this exception needs a reason")
		d.Detail = fmt.Sprintf("Profile %s sets the mode %s; %s sets the weaker mode %s.", env.Builtin(), demanded, env.Name, cmp.Or(rule.Mode, admitAll))
		d.Hint = fmt.Sprintf("Write %s: {mode: %s, reason: …}; wavewright prints the reason in docs/security/overview.md.", p.field, cmp.Or(rule.Mode, admitAll))
	}
	if env.Settings.Admission.Images.Mode == admitDeny && env.Settings.Images != "pinned" {
		r.contradictory(env)
	}
}

// podSecurity wants to know why namespaces refuse no pods.
func (r *resolver) podSecurity(env *Environment) {
	if s := env.Settings.PodSecurity; s.Enforce == privileged && strings.TrimSpace(s.Reason) == "" && !env.Node.FaultyAt("podSecurity", "reason") {
		r.list.Error(r.place(env.Node, "podSecurity", "enforce"), "reason/missing", "this exception needs a reason").Hint =
			"Write podSecurity: {enforce: privileged, reason: TEXT}; wavewright prints the reason in docs/security/overview.md."
	}
}

// contradictory reports images that would be deployed and then refused.
func (r *resolver) contradictory(env *Environment) {
	at := r.place(env.Node, "images")
	if schema.IsBuiltin(at.File) {
		at = r.place(env.Node, "admission", "images")
	}
	d := r.list.Error(at, "admission/images", fmt.Sprintf("the clusters would refuse images that %s accepts", env.Name))
	d.Detail = "images: any accepts a tag that can move, and admission.images denies such tags."
	d.Hint = "Set images: pinned, or admission: {images: {mode: warn, reason: …}}."
}

func strictness(mode string) int { return slices.Index([]string{admitAll, admitWarn, admitDeny}, mode) }
