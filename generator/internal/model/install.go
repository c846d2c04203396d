package model

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/schema"
)

// ArgoCDRelease is the release of Argo CD that can be installed. Its manifests are
// large and mostly not asked for.
type ArgoCDRelease struct {
	Version   string
	Manifests func(highlyAvailable bool) []byte
	License   func() []byte
}

// install derives the installation of Argo CD.
func (r *resolver) install() {
	spec := r.spec.ArgoCD
	a := &r.p.ArgoCD
	a.Namespace = Name(cmp.Or(spec.Namespace, schema.DefaultArgoCD))
	r.tenancy()
	a.Version, a.Oldest = Path(r.release.Version), Path(r.release.Version[:max(strings.LastIndexByte(r.release.Version, '.'), 0)])
	if spec.Install != schema.InstallVendored {
		return
	}
	manifests := r.release.Manifests(spec.HA)
	a.Vendored, a.HA, a.Policy = true, spec.HA, administrators(spec.Admins)
	a.Manifests, a.License, a.Checksum = Raw(manifests), Raw(r.release.License()), hash(manifests)
	a.Admin = spec.Settings["admin.enabled"] != "false"
	a.Settings = settings(spec.Settings, map[string]string{
		"exec.enabled":                  "false",
		"timeout.reconciliation":        "60s",
		"timeout.reconciliation.jitter": "30s",
	})
	a.Params = settings(spec.Params, map[string]string{"controller.sync.timeout.seconds": "3600"})
	a.Restart = a.restart()
}

// ArgoCDInstance is one of the Argo CDs that run environments.
type ArgoCDInstance struct {
	Name         Name
	Environments []*Environment
	// Context is the context for kubectl, when there are several Argo CDs.
	Context Name
	// Roots are the files and folders that are applied there once.
	Roots []Path
}

// Runs names the environments that it runs.
func (i *ArgoCDInstance) Runs() string {
	var names []string
	for _, env := range i.Environments {
		names = append(names, string(env.Name))
	}
	return strings.Join(names, ", ")
}

// instances groups environments by the Argo CD that runs them, in promotion order.
func (r *resolver) instances() {
	a := &r.p.ArgoCD
	for _, env := range r.p.Environments {
		i := slices.IndexFunc(a.Instances, func(known *ArgoCDInstance) bool { return known.Name == env.ArgoCD })
		if i < 0 {
			i, a.Instances = len(a.Instances), append(a.Instances, &ArgoCDInstance{Name: env.ArgoCD})
		}
		a.Instances[i].Environments = append(a.Instances[i].Environments, env)
	}
	for _, instance := range a.Instances {
		instance.Roots = a.roots(instance)
		if a.Several() {
			instance.Context = instance.Name
		}
	}
}

func (a *ArgoCD) roots(instance *ArgoCDInstance) []Path {
	if len(a.Instances) == 1 {
		return []Path{layout.Roots}
	}
	var roots []Path
	if a.Vendored {
		roots = append(roots, Path(layout.Root("argocd")))
	}
	for _, env := range instance.Environments {
		roots = append(roots, Path(layout.Root(string(env.Name))))
	}
	return roots
}

// Several reports whether there is more than one.
func (a ArgoCD) Several() bool { return len(a.Instances) > 1 }

// Moved reports whether Argo CD is in another namespace than its manifests say.
func (a ArgoCD) Moved() bool { return a.Namespace != schema.DefaultArgoCD }

// administrators is a policy of Argo CD that lets groups do everything.
func administrators(admins []string) string {
	var lines strings.Builder
	for _, group := range admins {
		fmt.Fprintf(&lines, "g, %s, role:admin\n", group)
	}
	return lines.String()
}

// settings adds the settings of the spec to the defaults, by key.
func settings(stated, defaults map[string]string) []Setting {
	maps.Copy(defaults, stated)
	var out []Setting
	for _, key := range sortedKeys(defaults) {
		out = append(out, Setting{Path(key), defaults[key]})
	}
	return out
}

// restart is a hash of the values that processes read at their start: their parameters, and
// those settings that reach them as variables.
func (a ArgoCD) restart() Path {
	var text strings.Builder
	for _, s := range a.Params {
		fmt.Fprintf(&text, "%s=%q\n", s.Key, s.Value)
	}
	for _, s := range a.Settings {
		if slices.Contains(startup(), s.Key) {
			fmt.Fprintf(&text, "%s=%q\n", s.Key, s.Value)
		}
	}
	return hash([]byte(text.String()))[:16]
}

// startup are the keys of argocd-cm that the manifests hand to processes as variables.
func startup() []Path {
	return []Path{"timeout.reconciliation", "timeout.reconciliation.jitter", "timeout.hard.reconciliation"}
}

func hash(content []byte) Path {
	sum := sha256.Sum256(content)
	return Path(hex.EncodeToString(sum[:]))
}
