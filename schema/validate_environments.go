package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

func (v *validator) profiles() {
	checkDeclared(&v.list, v.spec.Node, "profiles", "{extends: production}")
	for _, name := range v.keys("profiles") {
		at := v.spec.Node.KeyAt("profiles", name)
		checkName(&v.list, at, "a profile", name, maxName)
		profile := v.spec.Profiles[name]
		v.filled(profile.Node, "extends")
		v.sync(profile.Node.Get("sync"))
		v.steps(profile.Node.Get("validation"))
		if slices.Contains(BuiltinProfiles(), name) {
			v.list.Error(at, "name/duplicate", "a built-in profile has this name").Hint =
				"Choose another name and write extends: " + name + "."
			continue
		}
		v.extends(name)
	}
}

// extends follows the chain from one profile to a built-in one. A circle is reported
// once, at the profile whose name comes first.
func (v *validator) extends(name string) {
	chain := []string{name}
	for {
		last := chain[len(chain)-1]
		next, at := v.spec.Profiles[last].Extends, v.spec.Node.At("profiles", last, "extends")
		switch {
		case next == "" || slices.Contains(BuiltinProfiles(), next):
			return
		case v.faulty("profiles"):
			return
		case !slices.Contains(v.keys("profiles"), next):
			v.unknown(at, "profile", next, v.profileNames())
			return
		case slices.Contains(chain, next):
			if next == name && name == slices.Min(chain) {
				d := v.list.Error(v.spec.Node.At("profiles", name, "extends"), "profile/cycle", "these profiles extend each other in a circle")
				d.Detail = strings.Join(append(chain, next), " → ") + "."
				d.Hint = "Let one of them extend " + strings.Join(BuiltinProfiles(), ", ") + " or a profile outside of the circle."
			}
			return
		}
		chain = append(chain, next)
	}
}

func (v *validator) profileNames() []string {
	return append(BuiltinProfiles(), v.keys("profiles")...)
}

func (v *validator) environments() {
	list := v.spec.Node.Get("environments")
	if list != nil && list.Kind == yamltree.List && len(list.Items) == 0 {
		v.list.Error(list.Range, "spec/missing", "there is no environment").Hint =
			"Add one, for example - {name: dev, profile: development}."
	}
	names, targets, projects := map[string]diag.Range{}, map[string]diag.Range{}, map[string]diag.Range{}
	for i := range v.spec.Environments {
		env := &v.spec.Environments[i]
		if env.Node == nil {
			continue // which was reported
		}
		v.filled(env.Node, "name", "profile")
		v.placement(env)
		v.references(i)
		v.sync(env.Node.Get("sync"))
		v.access(env.Node)
		v.owners(env.Node.Get("owners"))
		v.windows(env)
		v.notifications(env.Node.Get("notifications"))
		v.steps(env.Node.Get("validation"))
		if mode := env.Node.Get("promotion").Get("mode"); i == 0 && mode != nil {
			v.list.Error(env.Node.KeyAt("promotion", "mode"), "promotion/mode", "nothing is promoted to the first environment").Hint =
				"It follows the branch; take this line out."
		}
		v.exceptions(env)
		if env.Name == "" {
			continue
		}
		at := env.Node.At("name")
		checkName(&v.list, at, "an environment", env.Name, maxEnvironment, reservedEnvironments()...)
		if env.ArgoCD != "" {
			checkName(&v.list, env.Node.At("argocd"), "an Argo CD", env.ArgoCD, maxEnvironment)
		}
		if v.once(names, "environment", env.Name, at) {
			v.targets(targets, env, at)
			v.projects(projects, env, at)
		}
	}
}

// targets reports equal target names of two environments.
func (v *validator) targets(seen map[string]diag.Range, env *Environment, at diag.Range) {
	own := map[string]bool{}
	for _, target := range env.Targets() {
		// A cluster that is listed twice is reported there.
		if !own[target.Name] && !v.once(seen, "target", target.Name, at) {
			v.list[len(v.list)-1].Detail += " A target is called <environment>, or <environment>-<cluster> with clusters:."
		}
		own[target.Name] = true
	}
}

// projects reports equal names of AppProjects of two environments.
func (v *validator) projects(seen map[string]diag.Range, env *Environment, at diag.Range) {
	owners := append(v.keys("teams"), "apps", "infra")
	slices.Sort(owners)
	for _, owner := range slices.Compact(owners) {
		if !v.once(seen, "AppProject", env.Name+"-"+owner, at) {
			v.list[len(v.list)-1].Detail += " An AppProject is called <prefix>-<environment>-<team>; this is what stands behind the prefix."
		}
	}
}

// placement checks the clusters that an environment runs on.
func (v *validator) placement(env *Environment) {
	known := v.keys("clusters")
	if v.faulty("clusters") {
		return // which was reported
	}
	if len(known) == 0 {
		known = []string{DefaultCluster}
	}
	switch {
	case env.Cluster != "" && env.Clusters != nil:
		v.list.Error(env.Node.KeyAt("clusters"), "environment/clusters", "cluster and clusters exclude each other").Hint =
			"cluster: NAME gives the target " + env.Name + "; clusters: [NAME …] gives one target for each."
	case env.Clusters != nil && len(env.Clusters) == 0:
		v.list.Error(env.Node.Get("clusters").Range, "environment/clusters", "an environment needs a cluster").Hint =
			"Name one, or take this line out to use " + DefaultCluster + "."
	case stated(env.Node, "cluster") || stated(env.Node, "clusters") || slices.Contains(known, DefaultCluster):
	default:
		d := v.list.Error(env.Node.At("name"), "environment/clusters", "this environment names no cluster")
		d.Detail = fmt.Sprintf("Without one it runs on %s, which is not declared. Declared: %s.", DefaultCluster, strings.Join(known, ", "))
		d.Hint = "Write cluster: NAME, or declare " + DefaultCluster + ": {} under clusters."
	}
	v.clusterNames(env, known)
}

func (v *validator) clusterNames(env *Environment, known []string) {
	if env.Cluster != "" && !slices.Contains(known, env.Cluster) {
		v.unknown(env.Node.At("cluster"), "cluster", env.Cluster, known)
	}
	for i, name := range env.Clusters {
		at := env.Node.Get("clusters").At(i)
		switch {
		case at.Line == 0 || env.Node.Get("clusters").Items[i].Kind != yamltree.String: // reported by the decoder
		case slices.Contains(env.Clusters[:i], name):
			v.list.Error(at, "name/duplicate", "this cluster is listed twice").Hint = "Take one of them out."
		case !slices.Contains(known, name):
			v.unknown(at, "cluster", name, known)
		}
	}
}

// references checks the profile of an environment and the environment that it is promoted
// from.
func (v *validator) references(i int) {
	env := &v.spec.Environments[i]
	if env.Profile != "" && !v.faulty("profiles") && !slices.Contains(v.profileNames(), env.Profile) {
		v.unknown(env.Node.At("profile"), "profile", env.Profile, v.profileNames())
	}
	from := env.Promotion.From
	if from == "" {
		return
	}
	var earlier []string
	for _, other := range v.spec.Environments[:i] {
		earlier = append(earlier, other.Name)
	}
	if slices.Contains(earlier, from) || v.unclear("name") {
		return
	}
	d := v.list.Error(env.Node.At("promotion", "from"), "promotion/from", "promotions come from an earlier environment")
	if len(earlier) == 0 {
		d.Detail = "This is the first environment: it follows the branch and takes no promotions."
		d.Hint = "Take promotion.from out."
		return
	}
	d.Detail = fmt.Sprintf("%s does not stand before this environment. Earlier environments in the list: %s.", quoted(from), strings.Join(earlier, ", "))
	d.Hint = "Name one of these, or move the environment up."
}

var (
	// duration matches durations that Argo CD parses: 5s, 3m, 1h30m.
	duration = lazyregexp.New(`^([0-9]+(ms|s|m|h))+$`)
	// syncOption matches the form of all sync options; Argo CD ignores unknown options.
	syncOption = lazyregexp.New(`^[A-Za-z]+=[A-Za-z0-9]+$`)
)

// sync reports texts of a sync policy that Argo CD would refuse or ignore.
func (v *validator) sync(n *yamltree.Node) {
	backoff := n.Get("retry").Get("backoff")
	for _, key := range []string{"duration", "maxDuration"} {
		if d := backoff.Get(key); isText(d) && !duration.MatchString(d.Text) {
			v.list.Error(d.Range, "spec/value", "this is not a duration").Hint = "Write numbers with units, such as 10s, 3m or 1h30m."
		}
	}
	for _, key := range []string{"options", "infraOptions"} {
		options := n.Get(key)
		if options == nil {
			continue
		}
		for _, option := range options.Items {
			if isText(option) && !syncOption.MatchString(option.Text) {
				v.list.Error(option.Range, "spec/value", "this is not a sync option").Hint = "Write NAME=VALUE, for example PruneLast=true."
			}
		}
	}
}

// steps checks the names of validation steps. Resolve checks the merged steps.
func (v *validator) steps(n *yamltree.Node) {
	if n == nil {
		return
	}
	for _, entry := range n.Entries {
		checkName(&v.list, entry.KeyRange, "a validation step", entry.Key, maxName)
	}
}
