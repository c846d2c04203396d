package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// NamesOf lists the values of a placeholder: the names of all applications, environments,
// clusters, targets, teams or namespaces.
func (p *Platform) NamesOf(placeholder string) []string {
	var names []string
	add := func(word string, name Name) {
		if word == placeholder {
			names = append(names, string(name))
		}
	}
	for _, app := range p.Applications {
		add("app", app.Name)
	}
	for _, team := range p.Teams {
		add("team", team.Name)
	}
	for _, env := range p.Environments {
		add("env", env.Name)
	}
	for _, target := range p.Targets() {
		add("target", target.Name)
		add("cluster", target.Cluster.Name)
	}
	for _, ns := range namespacesOn(p.Targets()) {
		add("namespace", ns.Name)
	}
	return names
}

// Place is where the spec declares the environment.
func (e *Environment) Place() diag.Range { return e.at }

// outside is the name of an object outside of the platform's own namespaces. No prefix
// has a hyphen: what stands before the first one tells whose an object is, and two
// platforms compose no name that is the same.
func outside(prefix Name, rest string) Name { return prefix + "-" + Name(rest) }

// Root is the Application that applies what an environment has in Argo CD, and RootProject
// its AppProject.
func (e *Environment) Root() Name { return outside(e.Prefix, "root-"+string(e.Name)) }

// RootProject is the AppProject of the root.
func (e *Environment) RootProject() Name { return e.projectOf(e.project("root")) }

// project is the AppProject of an owner, and the ApplicationSet that it has.
func (e *Environment) project(owner Name) Name { return outside(e.Prefix, string(e.Name+"-"+owner)) }

// infraProject is the AppProject of namespaces and cluster-scoped objects.
func (e *Environment) infraProject() Name { return e.project("infra") }

// project is the AppProject and ApplicationSet of an instance.
func (in *Instance) project() Name {
	if in.App.Team == nil {
		return in.Target.Env.project("apps")
	}
	return in.Target.Env.project(in.App.Team.Name)
}

// clusterName is the Application of the cluster-wide objects.
func (t *Target) clusterName() Name { return outside(t.Env.Prefix, "cluster-"+string(t.Name)) }

// applicationName is the Application of a namespace. The environment's name at the end of
// the namespace is not repeated.
func (ns *Namespace) applicationName() Name {
	stem := strings.TrimSuffix(string(ns.Name), "-"+string(ns.Target.Env.Name))
	return outside(ns.Target.Env.Prefix, "infra-"+stem+"-"+string(ns.Target.Name))
}

// applicationName is the Application of an instance.
func (in *Instance) applicationName() Name { return outside(in.Target.Env.Prefix, in.release()) }

// release is the name of the instance within its platform: the name of its Helm release,
// which charts use in names and labels of their objects.
func (in *Instance) release() string { return string(in.App.Name + "-" + in.Target.Name) }

// FieldManager owns the objects that people apply by hand. Another field manager can take
// them over only by force.
func (p *Platform) FieldManager() Name { return "wavewright-" + p.Prefix }

// SelfName is the name of the Application and the AppProject of Argo CD itself.
func (p *Platform) SelfName() Name { return outside(p.Prefix, schema.DefaultArgoCD) }

// clusterWide is the name of an object that belongs to no namespace. It does not carry
// the cluster: an environment is on a cluster once.
func (e *Environment) clusterWide(word string) string {
	return string(outside(e.Prefix, word)) + "." + string(e.Name)
}

// maxComposed is the length that labels and most Kubernetes names may have.
const maxComposed = 63

// composed collects names of one kind that are composed of several, with what has them.
type composed struct {
	r    *resolver
	kind string
	seen map[Name]string
}

// add reports a name that something else has, or that is too long.
func (c composed) add(name Name, what string, at diag.Range) {
	other, known := c.seen[name]
	if known && other == what {
		return
	}
	if known {
		d := c.r.list.Error(at, "name/duplicate", fmt.Sprintf("two %ss would be called %q", c.kind, name))
		d.Detail = fmt.Sprintf("One is of %s, the other of %s.", other, what)
		d.Hint = "Rename one of the applications, teams or environments."
	}
	if len(name) > maxComposed && !c.r.faultyPrefix() {
		prefix, rest, _ := strings.Cut(string(name), "-")
		d := c.r.list.Error(at, "name/long", fmt.Sprintf("the name of an %s would be too long: %q", c.kind, name))
		d.Detail = fmt.Sprintf("It has %d characters, %d of the prefix %s- and %d of %s; labels have room for %d.", len(name), len(prefix)+1, prefix, len(rest), rest, maxComposed)
		d.Hint = "Choose a shorter name for the application, the team, the environment or the cluster."
	}
	c.seen[name] = what
}

// names checks the names that are composed: those of Argo CD are global, and a namespace
// has one owner in a cluster.
func (r *resolver) names() {
	applications, projects := composed{r, "Application", map[Name]string{}}, composed{r, "AppProject", map[Name]string{}}
	environments := slices.DeleteFunc(slices.Clone(r.p.Environments), func(env *Environment) bool { return r.spec.Faults.Name(env.at) })
	for _, env := range environments {
		applications.add(env.Root(), "the root of "+string(env.Name), env.at)
		projects.add(env.project("root"), "the root of "+string(env.Name), env.at)
		projects.add(env.infraProject(), "the namespaces of "+string(env.Name), env.at)
		for _, target := range env.Targets {
			applications.add(target.clusterName(), "the cluster-wide objects of "+string(target.Name), env.at)
		}
	}
	namespaces := map[string]Name{}
	for _, env := range environments {
		for _, target := range env.Targets {
			r.targetNames(target, namespaces, applications, projects)
		}
	}
}

func (r *resolver) targetNames(target *Target, namespaces map[string]Name, applications, projects composed) {
	for _, ns := range target.Namespaces {
		if ns.faulty {
			continue
		}
		key := string(target.Cluster.Name) + "/" + string(ns.Name)
		if other, ok := namespaces[key]; ok {
			r.sharedNamespace(target, ns, other)
		}
		namespaces[key] = target.Name
		applications.add(ns.applicationName(), fmt.Sprintf("namespace %s in %s", ns.Name, target.Name), ns.Instances[0].App.At)
	}
	for _, in := range target.Instances {
		if r.spec.Faults.Name(in.App.At) || target.Cluster.unknown {
			continue
		}
		applications.add(in.applicationName(), fmt.Sprintf("application %s in %s", in.App.Name, target.Name), in.App.At)
		if team := in.App.Team; team != nil {
			projects.add(in.project(), fmt.Sprintf("team %s in %s", team.Name, target.Env.Name), in.App.At)
		} else {
			projects.add(in.project(), "the applications of "+string(target.Env.Name), in.App.At)
		}
	}
}

func (r *resolver) sharedNamespace(target *Target, ns *Namespace, other Name) {
	d := r.list.Error(target.Env.at, "namespace/shared", fmt.Sprintf("namespace %q belongs to %s already", ns.Name, other))
	d.Detail = fmt.Sprintf("%s and %s run on cluster %s.", other, target.Name, target.Cluster.Name)
	d.Hint = "Let the namespace pattern contain {env} or {target}."
}

// objects reports two objects of one kind and name in a namespace: names composed
// of two parts can meet although the parts differ.
func (r *resolver) objects() {
	for _, ns := range namespacesOn(r.p.Targets()) {
		seen := map[string]Name{}
		for _, in := range ns.Instances {
			r.collisions(in, seen)
		}
	}
}

func (r *resolver) collisions(in *Instance, seen map[string]Name) {
	for _, name := range in.composedNames() {
		other, taken := seen[name]
		if taken && other != in.App.Name {
			d := r.list.Error(in.App.At, "name/duplicate", "two objects would be called "+name)
			d.Detail = fmt.Sprintf("One belongs to application %s, the other to %s; both run in one namespace.", other, in.App.Name)
			d.Hint = "Rename an application, or the route, load balancer, secret or volume whose name stands at the end."
		}
		seen[name] = in.App.Name
	}
}

// composedNames lists, with their kinds, the objects of an instance that are not
// simply called like the application, and the policy that is.
func (in *Instance) composedNames() []string {
	var names []string
	if in.App.NetworkPolicy() != nil {
		names = append(names, "NetworkPolicy "+string(in.App.Name))
	}
	// What selects pods must not select those of others.
	names = append(names, "pods "+string(in.App.Name))
	for _, run := range in.Runs {
		names = append(names, "pods "+string(run.Name), "Job "+string(run.Name), "NetworkPolicy "+string(run.Name))
		if len(run.Egress) > 0 {
			names = append(names, fmt.Sprintf("NetworkPolicy %s-%s", run.Name, in.Target.Env.Name))
		}
	}
	if in.JobName != "" {
		names = append(names, "Job "+string(in.JobName))
	}
	if in.App.Base.Stateful() {
		names = append(names, "Service "+string(in.App.Headless()))
	}
	if len(in.Workload.PortList()) > 0 {
		names = append(names, "Service "+string(in.App.Name))
	}
	if policy := in.NetworkPolicy(); policy != nil {
		names = append(names, "NetworkPolicy "+string(policy.Name))
	}
	for _, name := range sortedKeys(in.Workload.Expose) {
		kind := "route"
		if in.Workload.Expose[name].LoadBalancer != nil {
			kind = "Service"
		}
		names = append(names, fmt.Sprintf("%s %s-%s", kind, in.App.Name, name))
	}
	if in.Workload.Metrics != nil {
		names = append(names, "ServiceMonitor "+string(in.App.Name))
	}
	if len(in.Workload.ServiceAccount.Rules) > 0 {
		names = append(names, fmt.Sprintf("Role %s-api", in.App.Name))
	}
	for _, secret := range in.Workload.AllSecrets(in.App.Name) {
		if secret.Existing == "" {
			names = append(names, "ExternalSecret "+secret.Object)
		}
	}
	for _, claim := range in.Workload.Claims(in.App.Name) {
		names = append(names, "PersistentVolumeClaim "+string(claim.Name))
	}
	return names
}
