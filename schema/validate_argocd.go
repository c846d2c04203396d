package schema

import (
	"slices"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// The values of argocd.install.
const (
	InstallNone     = "none"
	InstallVendored = "vendored"
)

// ModeTenant is the mode of a repository whose Argo CD others administer.
const ModeTenant = "tenant"

// ObjectsApplicationSets makes a tenant write ApplicationSets instead of Applications.
const ObjectsApplicationSets = "applicationSets"

// DefaultArgoCD is the name of the Argo CD that runs an environment which names none,
// and its namespace unless the spec says otherwise.
const DefaultArgoCD = "argocd"

// vendoredFields make sense only where the repository holds Argo CD itself.
func vendoredFields() []string { return []string{"ha", "admins", "settings", "params"} }

// ownSettings are keys of argocd-cm on which the promises of the repository rest.
func ownSettings() []string {
	return []string{
		"application.resourceTrackingMethod", "application.sync.requireOverridePrivilegeForRevisionSync",
		"server.rbac.rollback.enforce.enable", "resource.customizations.health.autoscaling_HorizontalPodAutoscaler",
	}
}

// ownParams are keys of argocd-cmd-params-cm that overrule the ApplicationSets or that the
// chosen variant sets.
func ownParams() []string {
	return []string{"applicationsetcontroller.policy", "applicationsetcontroller.enable.policy.override", "redis.server"}
}

var (
	// configKey is a key of a ConfigMap.
	configKey = lazyregexp.New(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$`)
	// literalSecret is a field of single sign-on whose value is no reference.
	literalSecret = lazyregexp.New(`(?i)(secret|password|bindPW|token)["']?\s*:\s*["']?[^$\s"'{|>#]`)
)

func (v *validator) argocd() {
	n := v.spec.Node.Get("argocd")
	tenant := v.spec.ArgoCD.Mode == ModeTenant
	for _, field := range vendoredFields() {
		if field == "admins" && (tenant || n.FaultyAt("mode")) {
			continue
		}
		if stated(n, field) && !n.FaultyAt("install") && v.spec.ArgoCD.Install != InstallVendored {
			d := v.list.Error(n.KeyAt(field), "argocd/unused", quoted(field)+" has no effect without install: vendored")
			d.Hint = "Write install: vendored, or take this key out and configure your Argo CD yourself."
		}
	}
	if admins := n.Get("admins"); admins != nil && admins.Kind == yamltree.List {
		v.groups(admins.Items)
	}
	if !n.FaultyAt("mode") {
		v.tenancy(n, tenant)
	}
	v.argocdKeys(n.Get("settings"), ownSettings())
	v.argocdKeys(n.Get("params"), ownParams())
	v.lockout(n)
}

// tenancy checks the fields for a shared Argo CD.
func (v *validator) tenancy(n *yamltree.Node, tenant bool) {
	for _, field := range []string{"project", "controlPlane", "objects"} {
		switch value := n.Get(field); {
		case !stated(n, field):
		case !tenant:
			v.list.Error(n.KeyAt(field), "argocd/unused", quoted(field)+" is of no use for an Argo CD of your own").Hint =
				"Write mode: tenant, or take it out."
		case field != "objects" && isText(value):
			checkName(&v.list, value.Range, "a namespace or an AppProject", value.Text, maxLabel)
		}
	}
	if !tenant {
		return
	}
	for _, field := range []string{"project", "namespace"} {
		if !stated(n, field) {
			d := v.list.Error(n.KeyAt("mode"), "argocd/tenant", "a tenant needs a "+field)
			d.Detail = "Applications of a tenant stand in a namespace of its own and belong to a project that exists already."
			d.Hint = "Write " + field + ": NAME, as the administrators of Argo CD called it or will call it."
		}
	}
	a, home := v.spec.ArgoCD, v.spec.ArgoCD.ControlPlane
	if home == "" {
		home = DefaultArgoCD
	}
	if a.Namespace == home {
		d := v.list.Error(n.At("namespace"), "argocd/tenant", "a tenant does not write where Argo CD runs")
		d.Detail = "An Application in the namespace of Argo CD itself may use every project: whoever writes there administers it."
		d.Hint = "Name a namespace of your own; where Argo CD runs is controlPlane."
	}
	if a.Project == "default" {
		v.list.Error(n.At("project"), "argocd/tenant", "the project default permits everything to everybody").Hint =
			"Ask the administrators of Argo CD for a project of your own."
	}
	if a.Install == InstallVendored {
		v.list.Error(n.KeyAt("install"), "argocd/tenant", "a tenant installs no Argo CD").Hint =
			"Take it out, or take out mode: tenant to run an Argo CD of your own."
	}
	for i := range v.spec.Environments {
		if env := &v.spec.Environments[i]; env.Node != nil && env.ArgoCD != "" {
			d := v.list.Error(env.Node.KeyAt("argocd"), "argocd/tenant", "a tenant has one Argo CD")
			d.Detail = "Project and namespace are those of one Argo CD."
			d.Hint = "Take it out, or give the environment a repository of its own."
		}
	}
}

// argocdKeys checks keys for a ConfigMap of Argo CD.
func (v *validator) argocdKeys(n *yamltree.Node, own []string) {
	if n == nil {
		return
	}
	for _, entry := range n.Entries {
		switch {
		case !configKey.MatchString(entry.Key):
			v.list.Error(entry.KeyRange, "argocd/setting", quoted(entry.Key)+" is not a key of a ConfigMap").Hint =
				"Keys have letters, digits, dots, hyphens and underscores."
		case slices.Contains(own, entry.Key):
			v.list.Error(entry.KeyRange, "argocd/setting", "wavewright sets this key itself").Hint =
				"Take this key out: pins and the policies of ApplicationSets work only with the value that wavewright sets."
		case isText(entry.Value) && literalSecret.MatchString(entry.Value.Text):
			v.list.Error(entry.KeyRange, "secret/literal", quoted(entry.Key)+" looks like it holds a secret").Hint =
				"Refer to a key of the Secret argocd-secret: clientSecret: $oidc.clientSecret."
		}
	}
}

// lockout reports settings with which nobody can log in.
func (v *validator) lockout(n *yamltree.Node) {
	settings := v.spec.ArgoCD.Settings
	if settings["admin.enabled"] != "false" || n.FaultyAt("settings") || n.FaultyAt("admins") {
		return
	}
	at := n.Get("settings").KeyAt("admin.enabled")
	switch {
	case settings["oidc.config"] == "" && settings["dex.config"] == "":
		v.list.Error(at, "argocd/lockout", "nobody could log in").Hint = "State oidc.config or dex.config too, or leave the account admin enabled."
	case len(v.spec.ArgoCD.Admins) == 0:
		v.list.Error(at, "argocd/lockout", "nobody could administer Argo CD").Hint = "List groups under admins, or leave the account admin enabled."
	}
}
