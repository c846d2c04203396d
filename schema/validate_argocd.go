package schema

import (
	"slices"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Who installs Argo CD.
const (
	InstallNone     = "none"
	InstallVendored = "vendored"
)

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

// ownParams are keys of argocd-cmd-params-cm that would overrule the ApplicationSets,
// and what the chosen variant sets itself.
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
	for _, field := range vendoredFields() {
		if stated(n, field) && !n.FaultyAt("install") && v.spec.ArgoCD.Install != InstallVendored {
			d := v.list.Error(n.KeyAt(field), "argocd/unused", quoted(field)+" has no effect without install: vendored")
			d.Hint = "Write install: vendored, or take this key out and configure your Argo CD yourself."
		}
	}
	if admins := n.Get("admins"); admins != nil && admins.Kind == yamltree.List {
		v.groups(admins.Items)
	}
	v.argocdKeys(n.Get("settings"), ownSettings())
	v.argocdKeys(n.Get("params"), ownParams())
	v.lockout(n)
}

// argocdKeys checks what is added to a ConfigMap of Argo CD.
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

// lockout reports settings that nobody could log in with.
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
