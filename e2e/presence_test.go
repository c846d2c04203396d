package e2e

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// TestMinimalProduction wants ten lines of spec to give everything that production
// needs. Linters judge what is there; only this says that it is there.
func TestMinimalProduction(t *testing.T) {
	for _, name := range missing(production(t, namedCase(t, "minimal"))) {
		t.Errorf("%s: missing", name)
	}
}

// missing lists the guardrails of production that a target with one Deployment lacks.
func missing(target *repo.Target) []string {
	objects := target.Objects()
	deployment, found := only[appsv1.Deployment](objects)
	if !found || len(deployment.Spec.Template.Spec.Containers) == 0 {
		return []string{"a Deployment"}
	}
	present := map[string]bool{
		"default-deny": hasPolicy(objects, "default-deny"),
		"DNS":          hasPolicy(objects, "allow-dns"),
	}
	_, present["Service"] = only[corev1.Service](objects)
	_, present["ServiceAccount"] = only[corev1.ServiceAccount](objects)
	workload(present, deployment)
	confinement(present, &deployment.Spec.Template.Spec)
	capacity(present, objects)
	labelled(present, target)
	var out []string
	for name, there := range present {
		if !there {
			out = append(out, name)
		}
	}
	return out
}

// workload notes what keeps a Deployment available.
func workload(present map[string]bool, d *appsv1.Deployment) {
	pod := &d.Spec.Template.Spec
	container := &pod.Containers[0]
	rolling := d.Spec.Strategy.RollingUpdate
	if rolling == nil {
		rolling = &appsv1.RollingUpdateDeployment{}
	}
	maps.Copy(present, map[string]bool{
		"readiness probe":          container.ReadinessProbe != nil,
		"liveness probe":           container.LivenessProbe != nil,
		"startup probe":            container.StartupProbe != nil,
		"preStop hook":             container.Lifecycle != nil && container.Lifecycle.PreStop != nil,
		"time to stop":             pod.TerminationGracePeriodSeconds != nil,
		"minReadySeconds":          d.Spec.MinReadySeconds > 0,
		"progress deadline":        d.Spec.ProgressDeadlineSeconds != nil,
		"rollout without downtime": rolling.MaxUnavailable != nil && rolling.MaxUnavailable.IntValue() == 0,
		"gradual rollout":          rolling.MaxSurge != nil,
		"strict anti-affinity":     len(antiAffinity(d)) > 0,
		"zone spread":              len(pod.TopologySpreadConstraints) > 0,
		"fast failover":            len(pod.Tolerations) == 2,
	})
	for kind, list := range map[string]corev1.ResourceList{"request": container.Resources.Requests, "limit": container.Resources.Limits} {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
			_, present[kind+" of "+string(name)] = list[name]
		}
	}
}

// confinement notes what a pod gives up.
func confinement(present map[string]bool, pod *corev1.PodSpec) {
	own := pod.Containers[0].SecurityContext
	if pod.SecurityContext == nil || own == nil {
		present["security contexts"] = false
		return
	}
	maps.Copy(present, map[string]bool{
		"no root":                  isTrue(pod.SecurityContext.RunAsNonRoot),
		"user above 10000":         pod.SecurityContext.RunAsUser != nil && *pod.SecurityContext.RunAsUser > 10000,
		"group above 10000":        pod.SecurityContext.RunAsGroup != nil && *pod.SecurityContext.RunAsGroup > 10000,
		"group of volumes":         pod.SecurityContext.FSGroup != nil,
		"seccomp":                  pod.SecurityContext.SeccompProfile != nil,
		"read-only root":           isTrue(own.ReadOnlyRootFilesystem),
		"no escalation":            own.AllowPrivilegeEscalation != nil && !*own.AllowPrivilegeEscalation,
		"no capability":            own.Capabilities != nil && slices.Contains(own.Capabilities.Drop, "ALL"),
		"no API token":             pod.AutomountServiceAccountToken != nil && !*pod.AutomountServiceAccountToken,
		"no service links":         pod.EnableServiceLinks != nil && !*pod.EnableServiceLinks,
		"image pulled always":      pod.Containers[0].ImagePullPolicy == corev1.PullAlways,
		"service account by name":  pod.ServiceAccountName != "",
		"no host namespace at all": !pod.HostNetwork && !pod.HostPID && !pod.HostIPC,
	})
}

func isTrue(b *bool) bool { return b != nil && *b }

// capacity notes what bounds the namespace and scales the Deployment.
func capacity(present map[string]bool, objects []*repo.Object) {
	quota, found := only[corev1.ResourceQuota](objects)
	present["quota"] = found
	for _, name := range []corev1.ResourceName{"requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "pods"} {
		if found {
			_, present["quota of "+string(name)] = quota.Spec.Hard[name]
		}
	}
	limits, found := only[corev1.LimitRange](objects)
	present["limit range"] = found && len(limits.Spec.Limits) > 0
	if present["limit range"] {
		item := limits.Spec.Limits[0]
		present["limit range complete"] = len(item.Min) > 0 && len(item.Max) > 0 && len(item.Default) > 0 && len(item.DefaultRequest) > 0
	}
	budget, found := only[policyv1.PodDisruptionBudget](objects)
	present["budget of one pod"] = found && budget.Spec.MaxUnavailable != nil && budget.Spec.MaxUnavailable.IntValue() == 1
	present["budget for broken pods"] = found && budget.Spec.UnhealthyPodEvictionPolicy != nil
	scaler, found := only[autoscalingv2.HorizontalPodAutoscaler](objects)
	present["three to six pods"] = found && scaler.Spec.MinReplicas != nil && *scaler.Spec.MinReplicas == 3 && scaler.Spec.MaxReplicas == 6
	present["a measure to scale by"] = found && len(scaler.Spec.Metrics) > 0
}

// labelled notes the labels that Argo CD gives the namespace.
func labelled(present map[string]bool, target *repo.Target) {
	labels := namespaceLabels(target)
	maps.Copy(present, map[string]bool{
		"Pod Security: enforce restricted": labels["pod-security.kubernetes.io/enforce"] == "restricted",
		"Pod Security: enforce version":    labels["pod-security.kubernetes.io/enforce-version"] != "",
		"Pod Security: warn":               labels["pod-security.kubernetes.io/warn"] == "restricted",
		"Pod Security: audit":              labels["pod-security.kubernetes.io/audit"] == "restricted",
		"environment label":                labels["env"] == "prod",
		"platform label":                   labels["wavewright.dev/platform"] == "hello",
	})
}

// removals are the guardrails of the minimal example, by the kind of the object and the
// path of the field that goes; without a path the object itself goes.
var removals = []struct{ folder, kind, name, path string }{
	{"infra", "ResourceQuota", "", ""},
	{"infra", "ResourceQuota", "", "spec.hard.requests.cpu"},
	{"infra", "ResourceQuota", "", "spec.hard.requests.memory"},
	{"infra", "ResourceQuota", "", "spec.hard.limits.cpu"},
	{"infra", "ResourceQuota", "", "spec.hard.limits.memory"},
	{"infra", "ResourceQuota", "", "spec.hard.pods"},
	{"infra", "LimitRange", "", ""},
	{"infra", "LimitRange", "", "spec.limits.0.min"},
	{"infra", "LimitRange", "", "spec.limits.0.max"},
	{"infra", "LimitRange", "", "spec.limits.0.default"},
	{"infra", "LimitRange", "", "spec.limits.0.defaultRequest"},
	{"infra", "NetworkPolicy", "default-deny", ""},
	{"infra", "NetworkPolicy", "allow-dns", ""},
	{"apps", "ServiceAccount", "", ""},
	{"apps", "Service", "", ""},
	{"apps", "PodDisruptionBudget", "", ""},
	{"apps", "PodDisruptionBudget", "", "spec.maxUnavailable"},
	{"apps", "PodDisruptionBudget", "", "spec.unhealthyPodEvictionPolicy"},
	{"apps", "HorizontalPodAutoscaler", "", ""},
	{"apps", "HorizontalPodAutoscaler", "", "spec.minReplicas"},
	{"apps", "HorizontalPodAutoscaler", "", "spec.metrics"},
	{"apps", "Deployment", "", "spec.minReadySeconds"},
	{"apps", "Deployment", "", "spec.progressDeadlineSeconds"},
	{"apps", "Deployment", "", "spec.strategy"},
	{"apps", "Deployment", "", "spec.strategy.rollingUpdate.maxUnavailable"},
	{"apps", "Deployment", "", "spec.strategy.rollingUpdate.maxSurge"},
	{"apps", "Deployment", "", "spec.template.spec.affinity"},
	{"apps", "Deployment", "", "spec.template.spec.topologySpreadConstraints"},
	{"apps", "Deployment", "", "spec.template.spec.tolerations"},
	{"apps", "Deployment", "", "spec.template.spec.terminationGracePeriodSeconds"},
	{"apps", "Deployment", "", "spec.template.spec.automountServiceAccountToken"},
	{"apps", "Deployment", "", "spec.template.spec.enableServiceLinks"},
	{"apps", "Deployment", "", "spec.template.spec.serviceAccountName"},
	{"apps", "Deployment", "", "spec.template.spec.securityContext"},
	{"apps", "Deployment", "", "spec.template.spec.securityContext.runAsNonRoot"},
	{"apps", "Deployment", "", "spec.template.spec.securityContext.runAsUser"},
	{"apps", "Deployment", "", "spec.template.spec.securityContext.runAsGroup"},
	{"apps", "Deployment", "", "spec.template.spec.securityContext.fsGroup"},
	{"apps", "Deployment", "", "spec.template.spec.securityContext.seccompProfile"},
	{"apps", "Deployment", "", container + "imagePullPolicy"},
	{"apps", "Deployment", "", container + "readinessProbe"},
	{"apps", "Deployment", "", container + "livenessProbe"},
	{"apps", "Deployment", "", container + "startupProbe"},
	{"apps", "Deployment", "", container + "lifecycle"},
	{"apps", "Deployment", "", container + "resources"},
	{"apps", "Deployment", "", container + "resources.requests.cpu"},
	{"apps", "Deployment", "", container + "resources.requests.memory"},
	{"apps", "Deployment", "", container + "resources.requests.ephemeral-storage"},
	{"apps", "Deployment", "", container + "resources.limits.cpu"},
	{"apps", "Deployment", "", container + "resources.limits.memory"},
	{"apps", "Deployment", "", container + "resources.limits.ephemeral-storage"},
	{"apps", "Deployment", "", container + "securityContext"},
	{"apps", "Deployment", "", container + "securityContext.readOnlyRootFilesystem"},
	{"apps", "Deployment", "", container + "securityContext.allowPrivilegeEscalation"},
	{"apps", "Deployment", "", container + "securityContext.capabilities"},
	{"argocd", "ApplicationSet", "hello-prod-infra", namespaceMetadata},
	{"argocd", "ApplicationSet", "hello-prod-infra", namespaceMetadata + ".labels.env"},
	{"argocd", "ApplicationSet", "hello-prod-infra", namespaceMetadata + ".labels.wavewright|dev/platform"},
	{"argocd", "ApplicationSet", "hello-prod-infra", namespaceMetadata + ".labels.pod-security|kubernetes|io/enforce"},
	{"argocd", "ApplicationSet", "hello-prod-infra", namespaceMetadata + ".labels.pod-security|kubernetes|io/enforce-version"},
	{"argocd", "ApplicationSet", "hello-prod-infra", namespaceMetadata + ".labels.pod-security|kubernetes|io/warn"},
	{"argocd", "ApplicationSet", "hello-prod-infra", namespaceMetadata + ".labels.pod-security|kubernetes|io/audit"},
}

const (
	container         = "spec.template.spec.containers.0."
	namespaceMetadata = "spec.template.spec.syncPolicy.managedNamespaceMetadata"
)

// TestRemovedGuardrailsAreMissed takes one guardrail at a time out of what the minimal
// example builds to; the checks or the list above must miss it.
func TestRemovedGuardrailsAreMissed(t *testing.T) {
	c := namedCase(t, "minimal")
	before := judged(c.repo, production(t, c))
	for _, removal := range removals {
		t.Run(strings.Join([]string{removal.kind, removal.name, removal.path}, "/"), func(t *testing.T) {
			builds, removed := maps.Clone(c.builds), 0
			for folder, build := range c.builds {
				if !strings.HasPrefix(folder, "argocd/prod") && !strings.HasPrefix(folder, "overlays/prod/"+removal.folder+"/") {
					continue
				}
				changed := *build
				var n int
				changed.Output, n = without(t, build.Output, removal.kind, removal.name, removal.path)
				builds[folder], removed = &changed, removed+n
			}
			if removed == 0 {
				t.Fatal("there is no such guardrail to remove")
			}
			loaded, err := repo.Load(c.name, c.dir, builds)
			if err != nil {
				t.Fatal(err)
			}
			loaded.Generated, loaded.External = c.repo.Generated, c.repo.External
			after := judged(loaded, production(t, &testCase{name: c.name, repo: loaded}))
			if !slices.ContainsFunc(after, func(finding string) bool { return !slices.Contains(before, finding) }) {
				t.Error("nothing misses it")
			}
		})
	}
}

// judged are the findings of all checks, and what is missing.
func judged(r *repo.Repository, target *repo.Target) []string {
	found := missing(target)
	for _, check := range checks.All {
		found = append(found, check.Run(r)...)
	}
	return found
}

// without takes objects of a kind, or a field of them, out of a stream of documents and
// returns how many it found. A bar in the path stands for a dot in a key.
func without(t *testing.T, stream []byte, kind, name, path string) ([]byte, int) {
	t.Helper()
	var out []string
	removed := 0
	for document := range strings.SplitSeq(string(stream), "\n---\n") {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			t.Fatal(err)
		}
		metadata, _ := object["metadata"].(map[string]any)
		if object["kind"] != kind || name != "" && metadata["name"] != name {
			out = append(out, document)
			continue
		}
		if path == "" {
			removed++
			continue
		}
		if remove(object, strings.Split(path, ".")) {
			removed++
		}
		text, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return []byte(strings.Join(out, "\n---\n")), removed
}

// remove deletes what a path leads to and reports whether it was there.
func remove(node any, path []string) bool {
	key := strings.ReplaceAll(path[0], "|", ".")
	switch node := node.(type) {
	case []any:
		i, err := strconv.Atoi(key)
		return err == nil && i < len(node) && remove(node[i], path[1:])
	case map[string]any:
		// Resources of a quota have dots in their names.
		if whole := strings.Join(path, "."); node[whole] != nil {
			key, path = whole, path[:1]
		}
		value, there := node[key]
		if len(path) == 1 {
			delete(node, key)
			return there
		}
		return remove(value, path[1:])
	}
	return false
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

// only returns the one object of a type; there must be exactly one.
func only[T any](objects []*repo.Object) (*T, bool) {
	found := repo.Typed[T](objects)
	if len(found) != 1 {
		return nil, false
	}
	return found[0], true
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
