package checks

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
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
			if port.Name == "" {
				out.add("%s: port %d has no name", at, port.Port)
			}
			if !pods[0].hasPort(targetPort(port), port.Protocol) {
				out.add("%s: port %s goes to %s, which the pods do not have", at, port.Name, port.TargetPort.String())
			}
		}
	}
}

// checkExposure wants each port of what serves to have a Service, a StatefulSet to have the
// headless Service that it names, and what an outer namespace is let in for, a gateway's or
// a scraper's, to be announced to it.
func checkExposure(r *repo.Repository, out *report) {
	for _, t := range targets(r) {
		for _, w := range t.workloads {
			at := t.at(w.kind, w.namespace, w.name)
			if set, ok := w.object.Typed.(*appsv1.StatefulSet); ok && t.own(w) && !t.headless(set) {
				out.add("%s: its pods have no names: no headless Service %q", at, set.Spec.ServiceName)
			}
			for c := range w.containers() {
				for _, port := range c.Ports {
					if !w.task && t.own(w) && !t.served(w, port) {
						out.add("%s: no Service has port %s", at, port.Name)
					}
					t.checkAnnounced(at, w, port, r.External, out)
				}
			}
		}
	}
}

func (t *target) headless(set *appsv1.StatefulSet) bool {
	return slices.ContainsFunc(repo.Typed[corev1.Service](t.objects), func(s *corev1.Service) bool {
		return s.Namespace == set.Namespace && s.Name == set.Spec.ServiceName && s.Spec.ClusterIP == corev1.ClusterIPNone &&
			s.Spec.PublishNotReadyAddresses && labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(set.Spec.Template.Labels))
	})
}

// serves reports whether a Service brings one of its ports to a port of a workload.
func (t *target) serves(s *corev1.Service, w *workload, port corev1.ContainerPort) bool {
	return len(s.Spec.Selector) > 0 && slices.Contains(t.selected(s.Namespace, &metav1.LabelSelector{MatchLabels: s.Spec.Selector}), w) &&
		slices.ContainsFunc(s.Spec.Ports, func(p corev1.ServicePort) bool {
			to := targetPort(p)
			return orTCP(p.Protocol) == orTCP(port.Protocol) && (to == intstr.FromInt32(port.ContainerPort) || to == intstr.FromString(port.Name))
		})
}

func (t *target) served(w *workload, port corev1.ContainerPort) bool {
	return slices.ContainsFunc(repo.Typed[corev1.Service](t.objects), func(s *corev1.Service) bool { return t.serves(s, w, port) })
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
		if n := len(t.selected(b.Namespace, b.Spec.Selector)); n != 1 || b.Spec.Selector == nil || selectsAll(b.Spec.Selector) {
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
		if t.least(w) > 1 && !t.budgeted(w) && w.object.Annotations[noBudget] == "" {
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
		if !slices.ContainsFunc(h.Spec.Metrics, measures) {
			out.add("%s has nothing to scale by", at)
		}
		if t.production() && !settles(h.Spec.Behavior) {
			out.add("%s takes pods away as fast as it can", at)
		}
	}
	for _, w := range t.workloads {
		if !w.task && w.kind != "DaemonSet" && w.replicas == nil && t.autoscaler(w) == nil {
			out.add("%s: neither replicas nor an autoscaler", t.at(w.kind, w.namespace, w.name))
		}
	}
}

// measures reports whether a metric has a value to reach.
func measures(m autoscalingv2.MetricSpec) bool {
	if m.Type != autoscalingv2.ResourceMetricSourceType {
		return m.Type != ""
	}
	r := m.Resource
	return r != nil && r.Name != "" && r.Target.Type == autoscalingv2.UtilizationMetricType && r.Target.AverageUtilization != nil
}

// settles reports whether an autoscaler waits before it takes pods away, and then takes few.
func settles(b *autoscalingv2.HorizontalPodAutoscalerBehavior) bool {
	if b == nil || b.ScaleDown == nil || b.ScaleDown.StabilizationWindowSeconds == nil {
		return false
	}
	return slices.ContainsFunc(b.ScaleDown.Policies, func(p autoscalingv2.HPAScalingPolicy) bool {
		return p.Type != "" && p.Value > 0 && p.PeriodSeconds > 0
	})
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

// checkAnnounced wants a port that a scraper is let in for to have a ServiceMonitor, and
// one that a gateway or an ingress controller of the target is let in for to have a route.
func (t *target) checkAnnounced(at string, w *workload, port corev1.ContainerPort, external []string, out *report) {
	number := intstr.FromInt32(port.ContainerPort)
	for _, name := range external {
		if namespace, ok := strings.CutPrefix(name, "Scraper/"); ok && t.admits(w, namespace, number) && !t.monitored(w, port) {
			out.add("%s: %s may read metrics on port %s, and nothing tells it to", at, namespace, port.Name)
		}
	}
	for _, namespace := range t.gateways(external) {
		if t.admits(w, namespace, number) && !t.routed(w, port) {
			out.add("%s: %s may send requests to port %s, and no route does", at, namespace, port.Name)
		}
	}
}

// monitored reports whether a ServiceMonitor means a port of a workload.
func (t *target) monitored(w *workload, port corev1.ContainerPort) bool {
	for _, s := range repo.Typed[corev1.Service](t.objects) {
		if !t.serves(s, w, port) {
			continue
		}
		for _, m := range repo.Typed[repo.ServiceMonitor](t.objects) {
			matcher, err := metav1.LabelSelectorAsSelector(&m.Spec.Selector)
			if err == nil && m.Namespace == s.Namespace && matcher.Matches(labels.Set(s.Labels)) {
				return true
			}
		}
	}
	return false
}

// gateways are the namespaces of whatever brings requests from outside to a target.
func (t *target) gateways(external []string) []string {
	var found []string
	for _, route := range repo.Typed[repo.HTTPRoute](t.objects) {
		for _, parent := range route.Spec.ParentRefs {
			found = append(found, parent.Namespace)
		}
	}
	for _, name := range external {
		if class, ok := strings.CutPrefix(name, "IngressClass/"); ok {
			_, namespace, _ := strings.Cut(class, "/")
			found = append(found, namespace)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// routed reports whether a route or an Ingress leads to a port of a workload.
func (t *target) routed(w *workload, port corev1.ContainerPort) bool {
	var backends []string
	for _, route := range repo.Typed[repo.HTTPRoute](t.objects) {
		for _, rule := range route.Spec.Rules {
			for _, backend := range rule.BackendRefs {
				backends = append(backends, route.Namespace+"/"+backend.Name)
			}
		}
	}
	for _, ingress := range repo.Typed[networkingv1.Ingress](t.objects) {
		for _, rule := range ingress.Spec.Rules {
			if rule.HTTP == nil {
				continue
			}
			for _, path := range rule.HTTP.Paths {
				if path.Backend.Service != nil {
					backends = append(backends, ingress.Namespace+"/"+path.Backend.Service.Name)
				}
			}
		}
	}
	return slices.ContainsFunc(repo.Typed[corev1.Service](t.objects), func(s *corev1.Service) bool {
		return slices.Contains(backends, s.Namespace+"/"+s.Name) && t.serves(s, w, port)
	})
}
