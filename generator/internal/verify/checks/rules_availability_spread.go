package checks

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// judgeAntiAffinity wants as many nodes or zones as pods that must not meet on one, during a
// rollout too, as far as the number is known.
func judgeAntiAffinity(s *scope, out *judge) {
	for _, w := range s.workloads {
		for i, term := range required(w.pod.Spec.Affinity) {
			places, known := s.places(w, term.TopologyKey)
			matcher, ok := selectorOf(term.LabelSelector)
			if known && ok && w.object.Malformed == nil && counted(w) && matcher.Matches(w.labels()) {
				path := fmt.Sprintf("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[%d]", i)
				s.judgeRoom(w, path, places, slices.Contains(term.MatchLabelKeys, "pod-template-hash"), out)
			}
		}
	}
}

// judgeHostPorts wants as many nodes as pods that take a port of their node.
func judgeHostPorts(s *scope, out *judge) {
	for _, w := range s.workloads {
		places, known := s.places(w, corev1.LabelHostname)
		if !known || !counted(w) || w.object.Malformed != nil {
			continue
		}
		for _, c := range w.located() {
			for i, p := range c.Ports {
				if p.HostPort > 0 || w.pod.Spec.HostNetwork && p.ContainerPort > 0 {
					path := strings.TrimPrefix(c.path, w.podPath()+".")
					s.judgeRoom(w, fmt.Sprintf("%s.ports[%d]", path, i), places, false, out)
					break
				}
			}
		}
	}
}

// places are how many values of a label the nodes for a workload have: as many as it names, or
// as nodes are declared.
func (s *scope) places(w *workload, key string) (n int, known bool) {
	if w.pod.Spec.NodeSelector[key] != "" {
		return 1, true
	}
	if values, ok := nodeValues(w.pod.Spec.Affinity, key); ok {
		return values, true
	}
	if t := s.targetOf(w); t != nil && t.nodes() > 0 && key == corev1.LabelHostname {
		return int(t.nodes()), true
	}
	return 0, false
}

// nodeValues counts the values of a label that a workload's nodes must have; ok is false when
// it does not name them.
func nodeValues(affinity *corev1.Affinity, key string) (n int, ok bool) {
	if affinity == nil || affinity.NodeAffinity == nil || affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return 0, false
	}
	values := map[string]bool{}
	terms := affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	for _, term := range terms {
		i := slices.IndexFunc(term.MatchExpressions, func(r corev1.NodeSelectorRequirement) bool {
			return r.Key == key && r.Operator == corev1.NodeSelectorOpIn
		})
		if i < 0 {
			return 0, false
		}
		for _, value := range term.MatchExpressions[i].Values {
			values[value] = true
		}
	}
	return len(values), len(terms) > 0
}

func (s *scope) judgeRoom(w *workload, path string, places int, apart bool, out *judge) {
	_, most := s.counts(w)
	surge, unavailable, ok := rolling(w)
	down, more := fence(surge, unavailable, most)
	switch {
	case int(most) > places:
		f := out.workload(s, w, path, "%d pods that must not meet do not fit on %d", most, places)
		f.Sum = []string{fmt.Sprintf("%d pods - %d nodes or zones = %d that stay Pending", most, places, int(most)-places)}
		f.Hint = "Use preferredDuringSchedulingIgnoredDuringExecution, or fewer replicas."
	case ok && !apart && w.kind == "Deployment" && down == 0 && int(most) == places:
		f := out.workload(s, w, path, "a rollout starts a pod more than fit, and ends none before")
		f.Sum = []string{
			fmt.Sprintf("maxUnavailable %s of %d = %d", &unavailable, most, down),
			fmt.Sprintf("%d pods + maxSurge %s = %d > %d nodes or zones", most, &surge, int(most)+more, places),
		}
		f.Hint = "The new pod stays Pending, and the rollout hangs. Add matchLabelKeys: [pod-template-hash] to the term, or allow maxUnavailable: 1."
	}
}

// judgeSpread wants a spread constraint to count pods that exist.
func judgeSpread(s *scope, out *judge) {
	for _, w := range s.workloads {
		for i, c := range w.pod.Spec.TopologySpreadConstraints {
			matcher, ok := selectorOf(c.LabelSelector)
			if ok && (matcher.Matches(w.labels()) || s.selects(w.namespace, matcher)) || w.object.Malformed != nil || s.isDark(w.namespace) {
				continue
			}
			f := out.workload(s, w, fmt.Sprintf("topologySpreadConstraints[%d]", i), "the constraint spreads nothing: no pod has the labels that it counts")
			f.Sum = []string{"selector: " + printed(c.LabelSelector), "labels:   " + w.labels().String()}
			f.Hint = "Select the labels of the pod template."
		}
	}
}
