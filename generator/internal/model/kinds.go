package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// groupKind is a kind with its API group, as kubectl writes it.
var groupKind = lazyregexp.New(`^[A-Z][A-Za-z0-9]{0,62}(\.[a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$`)

// kinds checks the kinds that an application declares.
func (c *checker) kinds() {
	for _, name := range sortedKeys(c.w.Kinds) {
		kind, at := c.w.Kinds[name], c.key("kinds", name)
		owner, guarded := guardedKinds()[name]
		switch {
		case !groupKind.MatchString(name):
			c.error(at, "kind/invalid", "%q is not a kind", name).Hint =
				"Write KIND.GROUP as kubectl does, for example Certificate.cert-manager.io, or KIND alone for the core group. There is no wildcard."
		case kind.ClusterScoped && c.in.Target.Env.tenancy != nil:
			c.clusterKind(name, at)
		case owner != "":
			c.error(at, "kind/refused", "%s belongs to %s", name, owner).Hint =
				"Take these objects out of the application's manifests."
		case (guarded || kind.ClusterScoped) && strings.TrimSpace(kind.Reason) == "":
			d := c.error(at, "reason/missing", "%s needs a reason", name)
			d.Detail = "Objects of this kind reach beyond the application, grant permissions or hold secrets."
			d.Hint = "Write reason: TEXT, which says why the application needs them."
		}
	}
	if n := max(len(c.w.kindList(false)), len(c.w.kindList(true))); n > maxField {
		d := c.error(c.key("kinds"), "kind/invalid", "these are too many kinds for one application")
		d.Detail = fmt.Sprintf("Written in one line, as a pin holds them, they have %d characters; %d are possible.", n, maxField)
		d.Hint = "Split the application."
	}
}

// guardedKinds need a reason; those with an owner nobody else may have.
func guardedKinds() map[string]string {
	return map[string]string{
		"Namespace": "the environment", "Application.argoproj.io": "Argo CD",
		"ApplicationSet.argoproj.io": "Argo CD", "AppProject.argoproj.io": "Argo CD",
		"LimitRange": "", "ResourceQuota": "", "Secret": "",
		"Role.rbac.authorization.k8s.io": "", "RoleBinding.rbac.authorization.k8s.io": "",
	}
}

// kindList is the list of declared kinds of one scope, as an element holds it.
func (w *Workload) kindList(clusterScoped bool) string {
	var names []string
	for _, name := range sortedKeys(w.Kinds) {
		if w.Kinds[name].ClusterScoped == clusterScoped {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// namespacedKinds are the declared kinds in the namespace, and those of the Role of a
// ServiceAccount with rules: only who has one may bring it.
func (w *Workload) namespacedKinds() string {
	kinds := strings.Fields(w.kindList(false))
	if len(w.ServiceAccount.Rules) > 0 {
		kinds = withOne(withOne(kinds, "Role.rbac.authorization.k8s.io"), "RoleBinding.rbac.authorization.k8s.io")
	}
	return strings.Join(kinds, " ")
}

// extras are the fields of an element that not every application has.
func (in *Instance) extras() release.Element {
	var out release.Element
	repository, name := "", ""
	if in.Chart != nil {
		repository, name = in.Chart.Repository, in.release()
	}
	for _, field := range []release.Field{
		{Name: releaseField, Value: name}, {Name: repositoryField, Value: repository}, {Name: ignoreField, Value: in.ignored()},
		{Name: kindsField, Value: in.Workload.namespacedKinds()}, {Name: clusterKindsField, Value: in.Workload.kindList(true)},
	} {
		if field.Value != "" {
			out = append(out, field)
		}
	}
	return out
}

// permit adds the optional needs of an element to the AppProject: the repository of its
// chart, whose credentials Argo CD would not use otherwise, and declared kinds. It counts
// candidates and pins, so that a pin keeps working after the spec has changed.
func (s *ApplicationSet) permit(fields release.Element) {
	if repository := fields.Get(repositoryField); repository != "" {
		s.ChartRepositories = withOne(s.ChartRepositories, repository)
		// Argo CD may know an OCI registry by its host alone. A host with a port would not parse as a URL.
		if host, oci := strings.CutPrefix(repository, "oci://"); oci && !strings.Contains(host, ":") {
			s.ChartRepositories = withOne(s.ChartRepositories, host)
		}
	}
	for _, kind := range strings.Fields(fields.Get(kindsField)) {
		s.kinds = withOne(s.kinds, kind)
	}
	for _, kind := range strings.Fields(fields.Get(clusterKindsField)) {
		s.clusterKinds = withOne(s.clusterKinds, kind)
	}
	s.Patched = s.Patched || fields.Get(ignoreField)+fields.Get(releaseField) != ""
}

// withOne adds a text to a sorted list that may have it already.
func withOne(list []string, text string) []string {
	i, found := slices.BinarySearch(list, text)
	if found {
		return list
	}
	return slices.Insert(list, i, text)
}

// Kinds are those that the set's Applications may have in their namespaces: a fixed
// catalogue, which does not shrink with the spec while old pins need it, and the kinds that
// applications declare beside it.
func (s *ApplicationSet) Kinds() []yamltree.Ordered {
	if s.Infra {
		return permitted(kindsOf(byNamespaces), "")
	}
	return permitted(distinct(append(kindsOf(byApplications), s.kinds...)), "")
}

// ClusterKinds are those whose objects are in no namespace. Of the platform's own only the
// objects with its names are permitted: other platforms have some of the same kinds.
func (s *ApplicationSet) ClusterKinds() []yamltree.Ordered {
	if !s.Infra {
		return permitted(s.clusterKinds, "")
	}
	all := kindsOf(byClusters)
	i := slices.Index(all, "Namespace") // Argo CD creates only the namespaces of the project's destinations
	out := permitted(all[i:i+1], "")
	if s.ClusterWide {
		out = append(out, permitted(slices.Delete(all, i, i+1), s.names)...)
	}
	return out
}

// permitted lists kinds as AppProjects do, of all names or of those that fit a pattern.
func permitted(kinds []string, names string) []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, name := range kinds {
		kind, group, _ := strings.Cut(name, ".")
		out = append(out, with(yamltree.Ordered{pair("group", group), pair("kind", kind)}, "name", names))
	}
	return out
}

// unlawful returns the kind of a pin that could not stand in a project, or "": the file
// may have been edited.
func unlawful(fields release.Element) string {
	for _, kind := range strings.Fields(fields.Get(kindsField) + " " + fields.Get(clusterKindsField)) {
		if owner := guardedKinds()[kind]; owner != "" || !groupKind.MatchString(kind) {
			return kind
		}
	}
	return ""
}

// Kind is a kind of object in the API version that wavewright writes.
type Kind struct{ APIVersion, Kind string }

// owner says which parts of an environment have objects of a kind: the AppProject of each
// permits its own.
type owner uint8

const (
	// byApplications are objects of applications, and those that Argo CD shows below them.
	byApplications owner = 1 << iota
	// byNamespaces are objects that a namespace has, whatever runs in it.
	byNamespaces
	// byClusters are objects that belong to no namespace.
	byClusters
)

// targetKind is a kind that a target can have, whose it is, and the condition under which
// a target has objects of it that wavewright wrote; nil for those that Kubernetes makes.
type targetKind struct {
	Kind
	of   owner
	used func(*Target) bool
}

// targetKinds are all kinds that overlays of targets can hold, and those that Argo CD
// shows below them, in the order of their API versions.
func targetKinds() []targetKind {
	always := func(*Target) bool { return true }
	onCluster := func(used func(*Environment) bool) func(*Target) bool {
		return func(t *Target) bool { return t.ClusterWide() && used(t.Env) }
	}
	admission := onCluster(func(e *Environment) bool { return len(e.AdmissionPolicies()) > 0 })
	some := func(used func(*Instance) bool) func(*Target) bool {
		return func(t *Target) bool { return slices.ContainsFunc(t.Instances, used) }
	}
	workload := func(kind string) func(*Target) bool {
		return some(func(in *Instance) bool { return in.App.Base.Kind == kind })
	}
	return []targetKind{
		{Kind{"admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"}, byClusters, admission},
		{Kind{"admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"}, byClusters, admission},
		{Kind{"apps/v1", "ControllerRevision"}, byApplications, nil},
		{Kind{"apps/v1", "DaemonSet"}, byApplications, workload(perNode)},
		{Kind{"apps/v1", "Deployment"}, byApplications, workload(deployment)},
		{Kind{"apps/v1", "ReplicaSet"}, byApplications, nil},
		{Kind{"apps/v1", "StatefulSet"}, byApplications, workload(stateful)},
		{Kind{"autoscaling/v2", "HorizontalPodAutoscaler"}, byApplications, some(func(in *Instance) bool { return in.Workload.Autoscaled() })},
		{Kind{"batch/v1", "CronJob"}, byApplications, workload(scheduled)},
		{Kind{"batch/v1", "Job"}, byApplications, some(func(in *Instance) bool { return len(in.Runs) > 0 || in.App.Base.Once() })},
		{Kind{"discovery.k8s.io/v1", "EndpointSlice"}, byApplications, nil},
		{Kind{"external-secrets.io/v1", "ExternalSecret"}, byApplications, some(func(in *Instance) bool { return len(in.Secrets()) > 0 })},
		{Kind{"gateway.networking.k8s.io/v1", "HTTPRoute"}, byApplications, some(func(in *Instance) bool { return len(in.Routes()) > 0 })},
		{Kind{"monitoring.coreos.com/v1", "PrometheusRule"}, byNamespaces, func(t *Target) bool { return t.Alerting() }},
		{Kind{"monitoring.coreos.com/v1", "ServiceMonitor"}, byApplications, some((*Instance).Collected)},
		{Kind{"networking.k8s.io/v1", "Ingress"}, byApplications, some(func(in *Instance) bool { return len(in.Ingresses()) > 0 })},
		{Kind{"networking.k8s.io/v1", "NetworkPolicy"}, byApplications | byNamespaces, always},
		{Kind{"policy/v1", "PodDisruptionBudget"}, byApplications, some(func(in *Instance) bool { return in.Workload.Budgeted() })},
		{Kind{"rbac.authorization.k8s.io/v1", "Role"}, byNamespaces, (*Target).hasRoles},
		{Kind{"rbac.authorization.k8s.io/v1", "RoleBinding"}, byNamespaces, (*Target).hasRoles},
		{Kind{"scheduling.k8s.io/v1", "PriorityClass"}, byClusters, onCluster(func(e *Environment) bool { return len(e.PriorityClasses()) > 0 })},
		{Kind{"v1", "ConfigMap"}, byApplications, some(func(in *Instance) bool { return len(in.Workload.Config) > 0 })},
		{Kind{"v1", "LimitRange"}, byNamespaces, always},
		{Kind{"v1", "Namespace"}, byClusters, func(t *Target) bool { return t.Env.tenancy == nil }},
		{Kind{"v1", "PersistentVolumeClaim"}, byApplications, some(func(in *Instance) bool { return len(in.Workload.Claims(in.App.Name)) > 0 })},
		{Kind{"v1", "Pod"}, byApplications, nil},
		{Kind{"v1", "ResourceQuota"}, byNamespaces, always},
		{Kind{"v1", "Service"}, byApplications, some(func(in *Instance) bool {
			return in.App.Base.service != nil || in.service != nil || len(in.LoadBalancers()) > 0 || in.App.Base.Stateful()
		})},
		{Kind{"v1", "ServiceAccount"}, byApplications, some(func(in *Instance) bool { return !in.App.Sourced })},
	}
}

// hasRoles reports whether a namespace or an application of the target has a Role.
func (t *Target) hasRoles() bool {
	return slices.ContainsFunc(t.Namespaces, func(ns *Namespace) bool { return len(ns.Grants()) > 0 }) ||
		slices.ContainsFunc(t.Instances, func(in *Instance) bool { return len(in.Workload.ServiceAccount.Rules) > 0 })
}

// Kinds lists the kinds of the objects that the target's overlays hold, in the order of
// their API versions.
func (t *Target) Kinds() []Kind {
	var kinds []Kind
	for _, k := range targetKinds() {
		if k.used != nil && k.used(t) {
			kinds = append(kinds, k.Kind)
		}
	}
	return kinds
}

// groupKind is the kind as kubectl writes it: without a version, and with its group behind.
func (k Kind) groupKind() string {
	if group, _, named := strings.Cut(k.APIVersion, "/"); named {
		return k.Kind + "." + group
	}
	return k.Kind
}

// kindsOf lists the kinds of an owner as a project permits them, the core group first.
func kindsOf(of owner) []string {
	var names []string
	for _, k := range targetKinds() {
		if k.of&of != 0 {
			names = append(names, k.groupKind())
		}
	}
	slices.SortStableFunc(names, byGroup)
	return names
}

// byGroup compares kinds as kubectl writes them, by their group first.
func byGroup(a, b string) int {
	kind, group, _ := strings.Cut(a, ".")
	other, otherGroup, _ := strings.Cut(b, ".")
	return cmp.Or(strings.Compare(group, otherGroup), strings.Compare(kind, other))
}

// DeclaredKinds lists the kinds that the target's applications bring beyond those that
// wavewright writes, by KIND.GROUP. Only the applications' own manifests state a version.
func (t *Target) DeclaredKinds() []string {
	var names []string
	for _, in := range t.Instances {
		for name := range in.Workload.Kinds {
			names = withOne(names, name)
		}
	}
	return names
}
