package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/schema/diag"
)

// Candidate is an element that an environment can run at this revision.
type Candidate struct {
	release.Slot
	Fields release.Element
}

// argocd derives candidates, ApplicationSets and their elements.
func (r *resolver) argocd() {
	for _, env := range r.p.Environments {
		var candidates []Candidate
		for _, target := range env.Targets {
			candidates = append(candidates, target.Candidates()...)
		}
		r.applicationSets(env, candidates)
	}
	r.request()
}

// Candidates lists what a target can run at this revision: what the cluster has for
// it, namespaces, then applications, each by name.
func (t *Target) Candidates() []Candidate {
	return slices.Concat(t.ClusterCandidates(), t.NamespaceCandidates(), t.ApplicationCandidates())
}

// ClusterCandidates is the element of the cluster-wide objects; none when there are none.
func (t *Target) ClusterCandidates() []Candidate {
	if !t.ClusterWide() || t.Env.tenancy != nil { // administrators apply those of a tenant
		return nil
	}
	return []Candidate{{
		release.Slot{Target: string(t.Name), Kind: release.Cluster},
		release.Element{
			{Name: "name", Value: string(t.clusterName())},
			{Name: "project", Value: string(t.Env.projectOf(t.Env.infraProject()))},
			{Name: "path", Value: layout.ClusterWide(string(t.Name))},
			{Name: "cluster", Value: string(t.Cluster.Name)},
		},
	}}
}

// ClusterWide reports whether the target needs objects that belong to no namespace.
func (t *Target) ClusterWide() bool { return len(t.Namespaces) > 0 && t.Env.ClusterWide() }

// ClusterWide reports whether the environment needs objects that belong to no namespace.
func (e *Environment) ClusterWide() bool {
	return len(e.AdmissionPolicies())+len(e.Settings.PriorityClasses) > 0
}

// NamespaceCandidates lists the elements of the target's namespaces.
func (t *Target) NamespaceCandidates() []Candidate {
	var out []Candidate
	security := t.Env.Settings.PodSecurity
	for _, ns := range t.Namespaces {
		out = append(out, Candidate{
			release.Slot{Target: string(t.Name), Kind: release.Namespace, Name: string(ns.Name)},
			release.Element{
				{Name: "name", Value: string(ns.applicationName())},
				{Name: "project", Value: string(t.Env.projectOf(t.Env.infraProject()))},
				{Name: "path", Value: layout.Infra(string(t.Name), string(ns.Name))},
				{Name: "namespace", Value: string(ns.Name)},
				{Name: "cluster", Value: string(t.Cluster.Name)},
				{Name: "podSecurityEnforce", Value: security.Enforce},
				{Name: "podSecurityWarn", Value: security.Warn},
				{Name: "podSecurityAudit", Value: security.Audit},
				{Name: "podSecurityVersion", Value: t.Cluster.PodSecurityVersion},
			},
		})
	}
	return out
}

// ApplicationCandidates lists the elements of the target's applications.
func (t *Target) ApplicationCandidates() []Candidate {
	out := make([]Candidate, 0, len(t.Instances))
	for _, in := range t.Instances {
		out = append(out, Candidate{
			release.Slot{Target: string(t.Name), Kind: release.Application, Name: string(in.App.Name)},
			append(release.Element{
				{Name: "name", Value: string(in.applicationName())},
				{Name: "project", Value: string(t.Env.projectOf(in.project()))},
				{Name: "path", Value: layout.Application(string(t.Name), string(in.App.Name))},
				{Name: "namespace", Value: string(in.Namespace.Name)},
				{Name: "cluster", Value: string(t.Cluster.Name)},
			}, in.extras()...),
		})
	}
	return out
}

// applicationSets groups candidates and pins by project, which is the
// ApplicationSet's name too. A project that only old pins know stays as long as
// they do.
func (r *resolver) applicationSets(env *Environment, candidates []Candidate) {
	sets := map[string]*ApplicationSet{}
	set := func(project string) *ApplicationSet {
		if sets[project] == nil {
			sets[project] = r.applicationSet(env, project)
		}
		return sets[project]
	}
	set(string(env.infraProject()))
	for _, c := range candidates {
		s := set(env.group(c.Slot, c.Fields))
		s.reach(c.Slot, c.Fields)
		s.permit(c.Fields)
		if env.Follows() || env.tenancy != nil {
			s.candidates = append(s.candidates, r.element(c.Slot, r.p.Repository.Branch, c.Fields))
		}
	}
	for _, s := range sets {
		if env.Follows() {
			s.Elements = s.candidates
		}
	}
	if !env.Follows() {
		r.pinned(env, set)
	}
	for _, name := range sortedKeys(sets) {
		env.ApplicationSets = append(env.ApplicationSets, sets[name])
	}
	slices.SortStableFunc(env.ApplicationSets, func(a, b *ApplicationSet) int { return cmp.Compare(a.Wave, b.Wave) })
}

func (r *resolver) applicationSet(env *Environment, project string) *ApplicationSet {
	s := &ApplicationSet{Name: Name(project), names: env.clusterWide("*"), Project: env.projectOf(Name(project)), Wave: env.AppsWave, SyncOptions: env.Settings.Sync.Options}
	if s.Name == env.infraProject() {
		s.Infra, s.Wave, s.SyncOptions = true, env.InfraWave, env.InfraOptions()
		s.labels = env.tenancy == nil
	}
	s.Team = r.teams[strings.TrimPrefix(project, string(env.project("")))]
	return s
}

// pinned adds the elements of the environment's pins.
func (r *resolver) pinned(env *Environment, set func(string) *ApplicationSet) {
	releases := r.pins[string(env.Name)]
	if releases == nil {
		return
	}
	for _, pin := range releases.Pins {
		if !r.belongs(env, pin) {
			continue
		}
		r.left(env, pin)
		if env.tenancy != nil && pin.Kind == release.Cluster {
			continue // administrators apply the cluster-scoped objects of a tenant
		}
		s := set(env.group(pin.Slot, pin.Element))
		s.reach(pin.Slot, pin.Element)
		s.permit(pin.Element)
		s.Elements = append(s.Elements, r.element(pin.Slot, pin.Revision, pin.Element))
	}
}

// element is the Application of a slot.
func (r *resolver) element(slot release.Slot, revision string, fields release.Element) Element {
	e := Element{
		Name: Name(fields.Get("name")), Revision: revision, Fields: fields,
		Path: r.p.Repository.Join(fields.Get("path")), Cluster: fields.Get("cluster"), Namespace: fields.Get("namespace"),
	}
	i, found := slices.BinarySearchFunc(r.p.Applications, Name(slot.Name), func(app *Application, name Name) int { return cmp.Compare(app.Name, name) })
	if found && slot.Kind == release.Application {
		e.Team = r.p.Applications[i].Team
	}
	return e
}

// reach adds the destination of an element.
func (s *ApplicationSet) reach(slot release.Slot, fields release.Element) {
	s.ClusterWide = s.ClusterWide || slot.Kind == release.Cluster
	d := Destination{Cluster: fields.Get("cluster"), Namespace: fields.Get("namespace")}
	if !slices.Contains(s.Destinations, d) {
		s.Destinations = append(s.Destinations, d)
	}
	slices.SortFunc(s.Destinations, Destination.compare)
}

func (d Destination) compare(other Destination) int {
	return cmp.Or(strings.Compare(d.Cluster, other.Cluster), strings.Compare(d.Namespace, other.Namespace))
}

// belongs reports a pin by which an environment would deploy as another environment, whose
// owners do not review the file.
func (r *resolver) belongs(env *Environment, pin release.Pin) bool {
	project, path := pin.Element.Get("project"), pin.Element.Get("path")
	cluster, namespace := pin.Element.Get("cluster"), pin.Element.Get("namespace")
	var what string
	hint := "Only wavewright promote and rollback write pins: restore the file from Git."
	switch {
	case r.faultyPrefix() || r.faulty(r.spec.Node, "argocd") || r.faulty(r.spec.Node, "argocd", "mode"):
		return true
	case env.tenancy == nil && (!strings.HasPrefix(project, string(env.project(""))) || project == string(env.RootProject())) || !Name(project).Valid():
		what = fmt.Sprintf("project %q is not one of %s", project, env.Name)
	case !strings.HasPrefix(pin.Element.Get("name"), string(outside(env.Prefix, ""))):
		what = fmt.Sprintf("Application %q does not begin with the prefix %s-", pin.Element.Get("name"), env.Prefix)
	case !strings.HasPrefix(path, layout.Target(pin.Target)+"/"):
		what = fmt.Sprintf("path %q is not below %s", path, layout.Target(pin.Target))
	case r.clusters[cluster] == nil && r.faulty(r.spec.Node, "clusters"):
		return true
	case r.clusters[cluster] == nil:
		what = fmt.Sprintf("cluster %q is not declared in the spec", cluster)
		hint = fmt.Sprintf("%s still runs what its pins say. To stop it, take target %s out of this file, generate, and delete the objects that Argo CD leaves behind; to keep it, or until a promotion has moved it to another cluster, declare cluster %s again.", pin.Target, pin.Target, cluster)
	case namespace != "" && r.reservedNamespace(namespace, r.clusters[cluster]) != "":
		what = fmt.Sprintf("namespace %q belongs to %s", namespace, r.reservedNamespace(namespace, r.clusters[cluster]))
	case unlawful(pin.Element) != "":
		what = fmt.Sprintf("kind %q cannot be permitted", unlawful(pin.Element))
	case brokenIgnore(pin.Element):
		what = "its ignoreDifferences cannot be parsed as YAML"
	case pin.Element.Get(repositoryField) != "" && !chartRepository.MatchString(pin.Element.Get(repositoryField)):
		what = fmt.Sprintf("%q is not a chart repository", pin.Element.Get(repositoryField))
	default:
		return true
	}
	at := diag.Range{File: layout.Pins(string(env.Name))}
	d := r.list.Error(at, "release/foreign", what)
	d.Detail = "The pin of " + pin.Slot.String() + " contains this value."
	d.Hint = hint
	return false
}

// left warns about a pin whose application left the spec: it runs on, while policies
// and quotas do not know it any more.
func (r *resolver) left(env *Environment, pin release.Pin) {
	if pin.Kind != release.Application || r.spec.Faults.Any {
		return
	}
	for _, target := range env.Targets {
		if string(target.Name) == pin.Target && target.Instance(Name(pin.Name)) != nil {
			return
		}
	}
	at := diag.Range{File: layout.Pins(string(env.Name))}
	d := r.list.Warning(at, "release/left", fmt.Sprintf("application %s is not in the spec of %s and still runs there", pin.Name, pin.Target))
	d.Detail = "Its pin keeps it deployed, but network policies and quotas no longer take it into account."
	d.Hint = "To stop the application, take its pin out of this file, generate, and delete the objects that Argo CD leaves behind; to keep the application, declare it in the spec again."
}
