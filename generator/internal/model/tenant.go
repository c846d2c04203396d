package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Tenancy describes a platform's use of an Argo CD that others administer.
type Tenancy struct {
	// Project that every Application belongs to.
	Project Name
	// Sets is set when the repository writes ApplicationSets instead of Applications.
	Sets bool
	// Admins are the groups that apply the roots.
	Admins []string
	// Request holds the grants that administrators are asked for.
	Request ProjectRequest
}

// ProjectRequest holds the entries that the AppProject of a tenant must permit.
type ProjectRequest struct {
	// Destinations of all environments, candidates and pins.
	Destinations []Destination
	// ChartRepositories beside the platform's own repository.
	ChartRepositories []string
	// Kinds of objects, which all have a namespace.
	Kinds []yamltree.Ordered
	// Roles of people, and the windows of each target.
	Roles   []ProjectRole
	Windows []TargetWindow
}

// TargetWindow is a sync window that applies to the namespaces of one target.
type TargetWindow struct {
	Window
	Environment, Cluster Name
	Namespaces           []string
}

// Title describes the window and its targets.
func (w TargetWindow) Title() string {
	return string(w.Name) + " of " + string(w.Environment) + " on " + string(w.Cluster)
}

// tenancy derives the platform's use of an Argo CD that others administer.
func (r *resolver) tenancy() {
	spec, a := r.spec.ArgoCD, &r.p.ArgoCD
	a.ControlPlane = a.Namespace
	if spec.Mode != schema.ModeTenant {
		return
	}
	a.ControlPlane = Name(cmp.Or(spec.ControlPlane, schema.DefaultArgoCD))
	a.Tenancy = &Tenancy{Project: Name(spec.Project), Sets: spec.Objects == schema.ObjectsApplicationSets, Admins: spec.Admins}
}

// Kind is the kind that the roots apply.
func (t *Tenancy) Kind() Path {
	if t.Sets {
		return "ApplicationSet"
	}
	return "Application"
}

// ClusterNames lists the clusters that something is deployed to.
func (p *Platform) ClusterNames() []Name {
	var names []Name
	for _, target := range p.Targets() {
		names = append(names, target.Cluster.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// HasClasses reports whether an environment has priority classes.
func (p *Platform) HasClasses() bool {
	return slices.ContainsFunc(p.Environments, func(e *Environment) bool { return len(e.Settings.PriorityClasses) > 0 })
}

// Notifies reports whether anybody hears of Applications.
func (p *Platform) Notifies() bool {
	return slices.ContainsFunc(p.Environments, func(e *Environment) bool { return len(e.Subscriptions) > 0 })
}

// WritesSets reports whether the repository holds ApplicationSets.
func (a ArgoCD) WritesSets() bool { return a.Tenancy == nil || a.Tenancy.Sets }

// CommandPrefix begins the names of the platform's Applications on Argo CD's command line.
func (p *Platform) CommandPrefix() Path {
	if p.ArgoCD.Tenancy == nil {
		return Path(p.Prefix)
	}
	return Path(p.ArgoCD.Namespace) + "/" + Path(p.Prefix)
}

// Objects names the objects that roots apply, for documents.
func (a ArgoCD) Objects() Path {
	if a.WritesSets() {
		return "ApplicationSets"
	}
	return "Applications"
}

// AdminList names the groups that apply the roots.
func (t *Tenancy) AdminList() string { return strings.Join(t.Admins, ", ") }

// TenantSubscriptions are the annotations of a tenant's Applications: it has no AppProject
// that could carry them.
func (e *Environment) TenantSubscriptions() yamltree.Ordered {
	if e.tenancy == nil {
		return nil
	}
	var out yamltree.Ordered
	for _, s := range e.Subscriptions {
		out = append(out, pair(string(s.Annotation), s.Channels))
	}
	return out
}

// Annotations are those of the Applications that replace a set.
func (s *ApplicationSet) Annotations(env *Environment) yamltree.Ordered {
	return append(yamltree.Ordered{pair("argocd.argoproj.io/sync-wave", s.WaveText())}, env.TenantSubscriptions()...)
}

// NamespacedKinds are those of the target's kinds that its Applications apply as a tenant's.
func (t *Target) NamespacedKinds() []Kind {
	return slices.DeleteFunc(t.Kinds(), func(k Kind) bool { return slices.Contains(kindsOf(byClusters), k.groupKind()) })
}

// projectOf is the AppProject of a set's Applications: the set's own, or the one given to
// the tenant.
func (e *Environment) projectOf(set Name) Name {
	if e.tenancy != nil {
		return e.tenancy.Project
	}
	return set
}

// group is the name of the set that an element belongs to: that of its project. Where all
// elements have one project, and old pins may have another, the kind of the element decides.
func (e *Environment) group(slot release.Slot, fields release.Element) string {
	switch {
	case e.tenancy == nil:
		return fields.Get("project")
	case slot.Kind == release.Application:
		return string(e.project("apps"))
	}
	return string(e.infraProject())
}

// InfraOptions are the sync options of Applications of namespaces. Administrators create
// the namespaces of a tenant.
func (e *Environment) InfraOptions() []string {
	options := e.Settings.Sync.InfraOptions
	if e.tenancy == nil {
		return options
	}
	return slices.DeleteFunc(slices.Clone(options), func(option string) bool { return option == createNamespace })
}

// Prunes reports whether the root deletes an Application that left the repository, as an
// ApplicationSet would.
func (e *Environment) Prunes() bool {
	return e.tenancy != nil && !e.tenancy.Sets && e.Settings.ApplicationSets.Policy == "sync"
}

// PausedByPeople reports whether the root leaves the sync policies of Applications alone.
func (e *Environment) PausedByPeople() bool {
	return e.tenancy != nil && !e.tenancy.Sets && e.Settings.ApplicationSets.AllowPause
}

// request collects the entries that the AppProject of a tenant must permit.
func (r *resolver) request() {
	t := r.p.ArgoCD.Tenancy
	if t == nil {
		return
	}
	q := &t.Request
	kinds := slices.Concat(kindsOf(byApplications|byNamespaces), []string{string(t.Kind()) + ".argoproj.io"})
	for _, env := range r.p.Environments {
		for _, set := range env.ApplicationSets {
			q.Destinations = append(q.Destinations, set.Destinations...)
			for _, repository := range set.ChartRepositories {
				q.ChartRepositories = withOne(q.ChartRepositories, repository)
			}
			kinds = append(kinds, set.kinds...)
		}
		q.Roles = append(q.Roles, r.tenantRoles(env, t)...)
		q.Windows = append(q.Windows, env.targetWindows()...)
	}
	slices.SortFunc(q.Destinations, Destination.compare)
	q.Destinations = slices.Compact(q.Destinations)
	slices.SortFunc(kinds, byGroup)
	q.Kinds = permitted(slices.Compact(kinds), "")
}

// tenantRoles are the roles of an environment in a project that all environments share:
// what they may do names the Applications that they may do it with.
func (r *resolver) tenantRoles(env *Environment, t *Tenancy) []ProjectRole {
	var roles []ProjectRole
	add := func(name string, access *schema.Access, role Name, applications []string) {
		g := grant("", access, role)
		if g == nil || len(g.Groups) == 0 || len(applications) == 0 {
			return
		}
		out := ProjectRole{Name: Name(name + "-" + string(role)), Groups: distinct(g.Groups)}
		for _, verb := range env.verbs(role) {
			for _, application := range applications {
				out.Policies = append(out.Policies, policyLine(t.Project, out.Name, verb, string(r.p.ArgoCD.Namespace)+"/"+application))
			}
		}
		roles = append(roles, out)
	}
	for _, role := range env.AccessRoles() {
		add(string(env.Name), env.access, role, r.patterns(env))
		for _, team := range r.p.Teams {
			add(string(env.Name)+"-"+string(team.Name), team.access, role, env.applicationNames(func(e Element) bool { return e.Team == team }))
		}
	}
	return roles
}

// patterns match the Applications of an environment and no others. Where the name of a
// target ends with that of another, a pattern would match both, and names are listed.
func (r *resolver) patterns(env *Environment) []string {
	var out []string
	for _, target := range env.Targets {
		for _, other := range r.p.Targets() {
			if strings.HasSuffix(string(other.Name), "-"+string(target.Name)) {
				return env.applicationNames(func(Element) bool { return true })
			}
		}
		out = append(out, string(outside(env.Prefix, "*-"+string(target.Name))))
	}
	return out
}

// applicationNames are the Applications of an environment that are chosen: those that it
// can run, and those that pins keep.
func (e *Environment) applicationNames(chosen func(Element) bool) []string {
	var names []string
	for _, set := range e.ApplicationSets {
		for _, element := range slices.Concat(set.candidates, set.Elements) {
			if chosen(element) {
				names = withOne(names, string(element.Name))
			}
		}
	}
	return names
}

// targetWindows are the environment's windows for each of its clusters. All environments
// share one project, so that a window names the namespaces that it is about.
func (e *Environment) targetWindows() []TargetWindow {
	namespaces := map[string][]string{}
	for _, set := range e.ApplicationSets {
		for _, d := range set.Destinations {
			namespaces[d.Cluster] = withOne(namespaces[d.Cluster], d.Namespace)
		}
	}
	var out []TargetWindow
	for _, cluster := range sortedKeys(namespaces) {
		for _, window := range e.Windows {
			out = append(out, TargetWindow{window, e.Name, Name(cluster), namespaces[cluster]})
		}
	}
	return out
}

// Ignored lists the differences that Argo CD ignores in an Application.
func (e Element) Ignored() *yamltree.Node {
	text := e.Get(ignoreField)
	if text == "" {
		return nil
	}
	node, _ := yamltree.Parse("", []byte(text)) // belongs has refused elements whose text cannot be parsed
	return node
}

// clusterKind refuses kinds without a namespace: the project of a tenant has none.
func (c *checker) clusterKind(name string, at diag.Range) {
	d := c.error(at, "kind/refused", "%s is in no namespace, and a tenant of Argo CD writes in namespaces only", name)
	d.Hint = "Take these objects out of the application's manifests, and ask the administrators of the cluster for them."
}
