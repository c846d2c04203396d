package e2e

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/wavewright/wavewright/e2e/internal/repo"
)

// TestMinimalProduction wants ten lines of spec to give everything that production
// needs. Linters judge what is there; only this says that it is there.
func TestMinimalProduction(t *testing.T) {
	target := production(t, namedCase(t, "minimal"))
	objects := target.Objects()
	deployment := single[appsv1.Deployment](t, objects)
	container := deployment.Spec.Template.Spec.Containers[0]
	single[corev1.ResourceQuota](t, objects)
	single[corev1.LimitRange](t, objects)
	single[corev1.Service](t, objects)
	single[corev1.ServiceAccount](t, objects)
	budget := single[policyv1.PodDisruptionBudget](t, objects)
	scaler := single[autoscalingv2.HorizontalPodAutoscaler](t, objects)
	labels := namespaceLabels(target)
	for name, present := range map[string]bool{
		"readiness probe":                  container.ReadinessProbe != nil,
		"liveness probe":                   container.LivenessProbe != nil,
		"startup probe":                    container.StartupProbe != nil,
		"preStop hook":                     container.Lifecycle != nil && container.Lifecycle.PreStop != nil,
		"minReadySeconds":                  deployment.Spec.MinReadySeconds > 0,
		"progress deadline":                deployment.Spec.ProgressDeadlineSeconds != nil,
		"rollout without downtime":         deployment.Spec.Strategy.RollingUpdate != nil && deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue() == 0,
		"strict anti-affinity":             len(antiAffinity(deployment)) > 0,
		"zone spread":                      len(deployment.Spec.Template.Spec.TopologySpreadConstraints) > 0,
		"fast failover":                    len(deployment.Spec.Template.Spec.Tolerations) == 2,
		"no API token":                     !*deployment.Spec.Template.Spec.AutomountServiceAccountToken,
		"budget of one pod":                budget.Spec.MaxUnavailable.IntValue() == 1,
		"three to six pods":                *scaler.Spec.MinReplicas == 3 && scaler.Spec.MaxReplicas == 6,
		"default-deny":                     hasPolicy(objects, "default-deny"),
		"DNS":                              hasPolicy(objects, "allow-dns"),
		"Pod Security: enforce restricted": labels["pod-security.kubernetes.io/enforce"] == "restricted",
		"Pod Security: enforce version":    labels["pod-security.kubernetes.io/enforce-version"] != "",
		"Pod Security: warn":               labels["pod-security.kubernetes.io/warn"] == "restricted",
		"Pod Security: audit":              labels["pod-security.kubernetes.io/audit"] == "restricted",
		"environment label":                labels["env"] == "prod",
	} {
		if !present {
			t.Errorf("%s: missing", name)
		}
	}
}

// production is the first target of a case's production environment.
func production(t *testing.T, c *testCase) *repo.Target {
	t.Helper()
	for _, e := range c.repo.Environments {
		if e.Profile == "production" {
			return e.Targets[0]
		}
	}
	t.Fatalf("%s has no production", c.name)
	return nil
}

// single wants exactly one object of a type.
func single[T any](t *testing.T, objects []*repo.Object) *T {
	t.Helper()
	found := repo.Typed[T](objects)
	if len(found) != 1 {
		t.Fatalf("there are %d objects of type %T, expected 1", len(found), new(T))
	}
	return found[0]
}

func antiAffinity(d *appsv1.Deployment) []corev1.PodAffinityTerm {
	if a := d.Spec.Template.Spec.Affinity; a != nil && a.PodAntiAffinity != nil {
		return a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	}
	return nil
}

func hasPolicy(objects []*repo.Object, name string) bool {
	for _, policy := range repo.Typed[networkingv1.NetworkPolicy](objects) {
		if policy.Name == name {
			return true
		}
	}
	return false
}

// namespaceLabels are those that Argo CD gives the namespace that it makes.
func namespaceLabels(target *repo.Target) map[string]string {
	for _, application := range target.Applications {
		policy := application.Spec.SyncPolicy
		if policy.ManagedNamespaceMetadata != nil && application.Spec.Destination.Namespace != "" && strings.Contains(strings.Join(policy.SyncOptions, ","), "CreateNamespace=true") {
			return policy.ManagedNamespaceMetadata.Labels
		}
	}
	return nil
}
