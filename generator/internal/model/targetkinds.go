package model

import "slices"

// Kind is a kind of object in the API version that wavewright writes.
type Kind struct{ APIVersion, Kind string }

// targetKind is a kind that wavewright can write, and the condition under which a target
// has objects of it.
type targetKind struct {
	Kind
	used func(*Target) bool
}

// targetKinds are all kinds that overlays of targets can hold, in the order of their API
// versions.
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
		{Kind{"admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"}, admission},
		{Kind{"admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"}, admission},
		{Kind{"apps/v1", "Deployment"}, workload(deployment)},
		{Kind{"apps/v1", "StatefulSet"}, workload(stateful)},
		{Kind{"autoscaling/v2", "HorizontalPodAutoscaler"}, some(func(in *Instance) bool { return in.Workload.Autoscaled() })},
		{Kind{"batch/v1", "CronJob"}, workload(scheduled)},
		{Kind{"batch/v1", "Job"}, some(func(in *Instance) bool { return len(in.Runs) > 0 })},
		{Kind{"external-secrets.io/v1", "ExternalSecret"}, some(func(in *Instance) bool { return len(in.Secrets()) > 0 })},
		{Kind{"gateway.networking.k8s.io/v1", "HTTPRoute"}, some(func(in *Instance) bool { return len(in.Routes()) > 0 })},
		{Kind{"monitoring.coreos.com/v1", "PrometheusRule"}, func(t *Target) bool { return t.Alerting() }},
		{Kind{"monitoring.coreos.com/v1", "ServiceMonitor"}, some((*Instance).Collected)},
		{Kind{"networking.k8s.io/v1", "Ingress"}, some(func(in *Instance) bool { return len(in.Ingresses()) > 0 })},
		{Kind{"networking.k8s.io/v1", "NetworkPolicy"}, always},
		{Kind{"policy/v1", "PodDisruptionBudget"}, some(func(in *Instance) bool { return in.Workload.Budgeted() })},
		{Kind{"rbac.authorization.k8s.io/v1", "Role"}, (*Target).hasRoles},
		{Kind{"rbac.authorization.k8s.io/v1", "RoleBinding"}, (*Target).hasRoles},
		{Kind{"scheduling.k8s.io/v1", "PriorityClass"}, onCluster(func(e *Environment) bool { return len(e.PriorityClasses()) > 0 })},
		{Kind{"v1", "ConfigMap"}, some(func(in *Instance) bool { return len(in.Workload.Config) > 0 })},
		{Kind{"v1", "LimitRange"}, always},
		{Kind{"v1", "Namespace"}, always},
		{Kind{"v1", "PersistentVolumeClaim"}, some(func(in *Instance) bool { return len(in.Workload.Claims(in.App.Name)) > 0 })},
		{Kind{"v1", "ResourceQuota"}, always},
		{Kind{"v1", "Service"}, some(func(in *Instance) bool {
			return len(in.App.Base.ServicePorts)+len(in.ServicePorts) > 0 || in.App.Base.Stateful()
		})},
		{Kind{"v1", "ServiceAccount"}, some(func(in *Instance) bool { return !in.App.Sourced })},
	}
}

// hasRoles reports whether a namespace or an application of the target has a Role.
func (t *Target) hasRoles() bool {
	return len(t.Env.Roles()) > 0 ||
		slices.ContainsFunc(t.Namespaces, func(ns *Namespace) bool { return len(ns.Access()) > 0 }) ||
		slices.ContainsFunc(t.Instances, func(in *Instance) bool { return len(in.Workload.ServiceAccount.Rules) > 0 })
}

// Kinds lists the kinds of the objects that the target's overlays hold, in the order of
// their API versions.
func (t *Target) Kinds() []Kind {
	var kinds []Kind
	for _, k := range targetKinds() {
		if k.used(t) {
			kinds = append(kinds, k.Kind)
		}
	}
	return kinds
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
