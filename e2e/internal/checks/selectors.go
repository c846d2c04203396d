package checks

import (
	"slices"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/e2e/internal/repo"
)

// checkServices wants each Service to reach the pods of exactly one workload, on ports
// that they have.
func checkServices(t *target, out *report) {
	for _, s := range repo.Typed[corev1.Service](t.objects) {
		at := t.at("Service", s.Namespace, s.Name)
		if len(s.Spec.Selector) == 0 {
			out.add("%s has no selector", at)
			continue
		}
		pods := t.selected(s.Namespace, &metav1.LabelSelector{MatchLabels: s.Spec.Selector})
		if len(pods) != 1 {
			out.add("%s selects the pods of %d workloads", at, len(pods))
			continue
		}
		for _, port := range s.Spec.Ports {
			if !pods[0].hasPort(targetPort(port), port.Protocol) {
				out.add("%s: port %s goes to %s, which the pods do not have", at, port.Name, port.TargetPort.String())
			}
		}
	}
}

func targetPort(port corev1.ServicePort) intstr.IntOrString {
	if port.TargetPort == (intstr.IntOrString{}) {
		return intstr.FromInt32(port.Port)
	}
	return port.TargetPort
}

// checkBudgets wants each budget to cover one workload and to leave it evictable.
func checkBudgets(t *target, out *report) {
	for _, b := range repo.Typed[policyv1.PodDisruptionBudget](t.objects) {
		at := t.at("PodDisruptionBudget", b.Namespace, b.Name)
		if n := len(t.selected(b.Namespace, b.Spec.Selector)); n != 1 || b.Spec.Selector == nil {
			out.add("%s selects the pods of %d workloads", at, n)
		}
		if b.Spec.MaxUnavailable == nil || b.Spec.MinAvailable != nil {
			out.add("%s: only maxUnavailable cannot block a drain when the number of pods changes", at)
		} else if n, err := intstr.GetScaledValueFromIntOrPercent(b.Spec.MaxUnavailable, 2, true); err != nil || n < 1 {
			out.add("%s: maxUnavailable %s lets no pod be evicted", at, b.Spec.MaxUnavailable)
		}
		if b.Spec.UnhealthyPodEvictionPolicy == nil || *b.Spec.UnhealthyPodEvictionPolicy != policyv1.AlwaysAllow {
			out.add("%s: unhealthy pods block a drain", at)
		}
	}
	for _, w := range t.workloads {
		if t.least(w) > 1 && !t.budgeted(w) {
			out.add("%s runs several pods without a disruption budget", t.at(w.kind, w.namespace, w.name))
		}
	}
}

// least is the smallest number of pods of a workload that runs all the time.
func (t *target) least(w *workload) int32 {
	h := t.autoscaler(w)
	switch {
	case w.task:
		return 0
	case h != nil && h.Spec.MinReplicas != nil:
		return *h.Spec.MinReplicas
	case w.replicas != nil:
		return *w.replicas
	}
	return 1
}

func (t *target) budgeted(w *workload) bool {
	for _, b := range repo.Typed[policyv1.PodDisruptionBudget](t.objects) {
		if slices.Contains(t.selected(b.Namespace, b.Spec.Selector), w) {
			return true
		}
	}
	return false
}

// checkAutoscalers wants each autoscaler to rule one workload that does not state
// replicas itself and has the requests that it measures.
func checkAutoscalers(t *target, out *report) {
	for _, h := range repo.Typed[autoscalingv2.HorizontalPodAutoscaler](t.objects) {
		at := t.at("HorizontalPodAutoscaler", h.Namespace, h.Name)
		w := t.scaled(h)
		if w == nil {
			out.add("%s: there is no %s %s", at, h.Spec.ScaleTargetRef.Kind, h.Spec.ScaleTargetRef.Name)
			continue
		}
		if w.replicas != nil {
			out.add("%s: %s %s states replicas", at, w.kind, w.name)
		}
		if h.Spec.MinReplicas == nil || *h.Spec.MinReplicas >= h.Spec.MaxReplicas {
			out.add("%s never scales", at)
		}
	}
	for _, w := range t.workloads {
		if !w.task && w.kind != "DaemonSet" && w.replicas == nil && t.autoscaler(w) == nil {
			out.add("%s: neither replicas nor an autoscaler", t.at(w.kind, w.namespace, w.name))
		}
	}
}

func (t *target) scaled(h *autoscalingv2.HorizontalPodAutoscaler) *workload {
	for _, w := range t.workloads {
		ref := h.Spec.ScaleTargetRef
		if w.namespace == h.Namespace && w.kind == ref.Kind && w.name == ref.Name && ref.APIVersion == "apps/v1" {
			return w
		}
	}
	return nil
}

func (t *target) autoscaler(w *workload) *autoscalingv2.HorizontalPodAutoscaler {
	for _, h := range repo.Typed[autoscalingv2.HorizontalPodAutoscaler](t.objects) {
		if t.scaled(h) == w {
			return h
		}
	}
	return nil
}

// checkAntiAffinity wants spreading rules to mean the pods of the same rollout, else a
// strict one leaves a rollout no node, and to match the pods that carry them.
func checkAntiAffinity(t *target, out *report) {
	for _, w := range t.workloads {
		at := t.at(w.kind, w.namespace, w.name)
		if w.selector != nil {
			own, err := metav1.LabelSelectorAsSelector(w.selector)
			if err != nil || own.Empty() || !own.Matches(w.labels()) {
				out.add("%s: the selector does not match its own pods", at)
			}
		}
		for _, term := range required(w.pod.Spec.Affinity) {
			checkSpread(at+": required anti-affinity", w, term.LabelSelector, term.MatchLabelKeys, out)
		}
		for _, c := range w.pod.Spec.TopologySpreadConstraints {
			checkSpread(at+": topology spread", w, c.LabelSelector, c.MatchLabelKeys, out)
		}
	}
}

func required(affinity *corev1.Affinity) []corev1.PodAffinityTerm {
	if affinity == nil || affinity.PodAntiAffinity == nil {
		return nil
	}
	return affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

// checkSpread judges a selector with keys whose values come from the pod itself.
func checkSpread(at string, w *workload, selector *metav1.LabelSelector, keys []string, out *report) {
	matcher, err := metav1.LabelSelectorAsSelector(selector)
	if selector == nil || err != nil || !matcher.Matches(w.labels()) {
		out.add("%s does not select the pod's own kind", at)
		return
	}
	if !slices.Contains(keys, "pod-template-hash") {
		out.add("%s has no matchLabelKeys: [pod-template-hash]: a rollout deadlocks", at)
	}
	if !narrows(matcher, keys, w) {
		out.add("%s also counts the pods of other applications", at)
	}
}

// narrows reports whether the selector, with the keys' values, excludes pods that
// differ in what the workload's own selector matches.
func narrows(matcher labels.Selector, keys []string, w *workload) bool {
	if w.selector == nil {
		return true
	}
	for key := range w.selector.MatchLabels {
		if _, found := matcher.RequiresExactMatch(key); !found && !slices.Contains(keys, key) {
			return false
		}
	}
	return true
}
