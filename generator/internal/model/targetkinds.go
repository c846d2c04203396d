package model

import (
	"cmp"
	"slices"
	"strings"
)

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
		{Kind{"apps/v1", "Deployment"}, byApplications, workload(deployment)},
		{Kind{"apps/v1", "ReplicaSet"}, byApplications, nil},
		{Kind{"apps/v1", "StatefulSet"}, byApplications, workload(stateful)},
		{Kind{"autoscaling/v2", "HorizontalPodAutoscaler"}, byApplications, some(func(in *Instance) bool { return in.Workload.Autoscaled() })},
		{Kind{"batch/v1", "CronJob"}, byApplications, workload(scheduled)},
		{Kind{"batch/v1", "Job"}, byApplications, some(func(in *Instance) bool { return len(in.Runs) > 0 })},
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
			return len(in.App.Base.ServicePorts)+len(in.ServicePorts) > 0 || in.App.Base.Stateful()
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
	slices.SortStableFunc(names, func(a, b string) int {
		kind, group, _ := strings.Cut(a, ".")
		other, otherGroup, _ := strings.Cut(b, ".")
		return cmp.Or(strings.Compare(group, otherGroup), strings.Compare(kind, other))
	})
	return names
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
