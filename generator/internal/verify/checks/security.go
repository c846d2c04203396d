package checks

import (
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

var evaluator = sync.OnceValues(func() (policy.Evaluator, error) { return policy.NewEvaluator(policy.DefaultChecks(), nil) })

// checkPodSecurity asks the API server's own admission code whether each pod may run in
// its namespace, with the labels that Argo CD will give the namespace.
func checkPodSecurity(t *target, out *report) {
	evaluator, err := evaluator()
	if err != nil {
		out.add("make the evaluator: %v", err)
		return
	}
	labels := t.namespaceLabels(out)
	for _, w := range t.workloads {
		at := t.at(w.kind, w.namespace, w.name)
		applied, errs := api.PolicyToEvaluate(labels[w.namespace], api.Policy{})
		if len(errs) > 0 {
			out.add("%s: labels of the namespace: %v", at, errs.ToAggregate())
		}
		switch {
		case labels[w.namespace][api.EnforceLevelLabel] == "" || applied.Enforce.Level == api.LevelPrivileged && !t.excepted(w.namespace):
			out.add("%s: its namespace enforces no Pod Security level", at)
			continue
		case applied.Enforce.Level == api.LevelPrivileged && !reasoned(w):
			applied.Enforce.Level = api.LevelBaseline // that others need the level is no reason for this one
		}
		for _, result := range evaluator.EvaluatePod(applied.Enforce, &w.pod.ObjectMeta, &w.pod.Spec) {
			if !result.Allowed {
				out.add("%s: not allowed by level %s: %s %s", at, applied.Enforce.Level, result.ForbiddenReason, result.ForbiddenDetail)
			}
		}
	}
}

// excepted reports whether a workload of a namespace gives the reason why its pods need what the baseline forbids.
func (t *target) excepted(namespace string) bool {
	return slices.ContainsFunc(t.workloads, func(w *workload) bool { return w.namespace == namespace && reasoned(w) })
}

func reasoned(w *workload) bool {
	return w.object.Annotations[hostAccess] != "" || w.object.Annotations[privileges] != ""
}

// namespaceLabels are the labels of each namespace. Exactly one Application makes it.
func (t *target) namespaceLabels(out *report) map[string]map[string]string {
	labels := map[string]map[string]string{}
	for _, namespace := range repo.Typed[corev1.Namespace](t.Granted) {
		labels[namespace.Name] = namespace.Labels
	}
	for _, application := range t.Applications {
		managed := application.Spec.SyncPolicy.ManagedNamespaceMetadata
		namespace := application.Spec.Destination.Namespace
		if namespace == "" {
			continue // Argo CD makes no namespace for what has none
		}
		creates := strings.Contains(strings.Join(application.Spec.SyncPolicy.SyncOptions, " "), "CreateNamespace=true")
		if creates != (managed != nil) {
			out.add("%s: Application %s: CreateNamespace and managedNamespaceMetadata belong together", t.Name, application.Name)
		}
		if managed == nil {
			continue
		}
		if labels[namespace] != nil {
			out.add("%s: two Applications make namespace %s", t.Name, namespace)
		}
		labels[namespace] = managed.Labels
	}
	for _, namespace := range t.namespaces() {
		if labels[namespace] == nil {
			out.add("%s: no Application makes namespace %s", t.Name, namespace)
		} else if labels[namespace][corev1.LabelMetadataName] != "" {
			out.add("%s: namespace %s: the API server alone sets %s", t.Name, namespace, corev1.LabelMetadataName)
		}
	}
	return labels
}
