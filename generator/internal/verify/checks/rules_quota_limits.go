package checks

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// containersOf are the containers of a pod with their paths, init containers first.
func containersOf(p *corev1.Pod, at string) iter.Seq2[string, *corev1.Container] {
	return func(yield func(string, *corev1.Container) bool) {
		for i := range p.Spec.InitContainers {
			if !yield(fmt.Sprintf("%s.initContainers[%d]", at, i), &p.Spec.InitContainers[i]) {
				return
			}
		}
		for i := range p.Spec.Containers {
			if !yield(fmt.Sprintf("%s.containers[%d]", at, i), &p.Spec.Containers[i]) {
				return
			}
		}
	}
}

// limited is what a limit range compares.
type limited struct {
	// what names it in a sentence.
	what             string
	requests, limits corev1.ResourceList
}

// outsideLimitRanges reports what the LimitRanger plugin refuses: pods and claims.
func outsideLimitRanges(c *cluster, out *judge) {
	for _, o := range c.objects {
		limits, ok := o.Typed.(*corev1.LimitRange)
		if !ok {
			continue
		}
		for _, item := range limits.Spec.Limits {
			for _, w := range c.workloads {
				if w.namespace == o.Home() {
					c.limitPods(w, o.Name, item, out)
				}
			}
			if item.Type == corev1.LimitTypePersistentVolumeClaim {
				c.limitClaims(o.Home(), o.Name, item, out)
			}
		}
	}
}

func (c *cluster) limitPods(w *workload, limits string, item corev1.LimitRangeItem, out *judge) {
	pod := c.pods()[w]
	report := func(path string, m limited) {
		for _, wrong := range m.outside(item) {
			out.object(c.home[w.object], w.object, path, "%s: limit range %s: %s", w.refusal(), limits, wrong)
		}
	}
	switch item.Type {
	case corev1.LimitTypeContainer:
		for path, container := range containersOf(pod, w.podPath()) {
			report(path+".resources", limited{"container " + container.Name, container.Resources.Requests, container.Resources.Limits})
		}
	case corev1.LimitTypePod:
		report(w.podPath(), limited{"the pod as a whole", sums(&pod.Spec, item, "requests"), sums(&pod.Spec, item, "limits")})
	}
}

// sums are the amounts of a pod that an item is about.
func sums(s *corev1.PodSpec, item corev1.LimitRangeItem, kind string) corev1.ResourceList {
	list := corev1.ResourceList{}
	for _, bounds := range []corev1.ResourceList{item.Min, item.Max, item.MaxLimitRequestRatio} {
		for name := range bounds {
			if sum, stated := amount(s, corev1.ResourceName(kind)+"."+name); stated {
				list[name] = sum
			}
		}
	}
	return list
}

// limitClaims compares what claims request.
func (c *cluster) limitClaims(namespace, limits string, item corev1.LimitRangeItem, out *judge) {
	for _, o := range c.objects {
		if typed, ok := o.Typed.(*corev1.PersistentVolumeClaim); ok && o.Home() == namespace {
			for _, wrong := range claimed(&typed.Spec).outsideRequests(item) {
				out.object(c.home[o], o, "spec.resources.requests", "the API server refuses the claim: limit range %s: %s", limits, wrong)
			}
		}
	}
	for _, claim := range c.claims(namespace, true) {
		for _, w := range c.workloads {
			if w.namespace != namespace || w.object.String() != claim.who {
				continue
			}
			for _, wrong := range claimed(claim.spec).outsideRequests(item) {
				out.object(c.home[w.object], w.object, "spec.volumeClaimTemplates", "the API server accepts the StatefulSet and refuses its claims: limit range %s: %s", limits, wrong)
			}
		}
	}
}

func claimed(s *corev1.PersistentVolumeClaimSpec) limited {
	return limited{what: "the claim", requests: s.Resources.Requests}
}

// outside says what is outside of an item, in the words of the plugin's rules: a minimum and a
// maximum hold for request and limit, and each must be there for its rule.
func (m limited) outside(item corev1.LimitRangeItem) []string {
	wrong := m.outsideMinimum(item)
	for _, name := range slices.Sorted(maps.Keys(item.Max)) {
		most := item.Max[name]
		limit, limited := m.limits[name]
		request, requested := m.requests[name]
		switch {
		case !limited:
			wrong = append(wrong, fmt.Sprintf("%s has no limit of %s, the maximum is %s", m.what, name, &most))
		case limit.Cmp(most) > 0:
			wrong = append(wrong, fmt.Sprintf("%s has a limit of %s of %s, the maximum is %s", m.what, &limit, name, &most))
		case requested && request.Cmp(most) > 0:
			wrong = append(wrong, fmt.Sprintf("%s requests %s of %s, the maximum is %s", m.what, &request, name, &most))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(item.MaxLimitRequestRatio)) {
		wrong = append(wrong, m.outsideRatio(name, item.MaxLimitRequestRatio[name])...)
	}
	return wrong
}

// outsideRequests says what is outside of an item of claims, which have no limits.
func (m limited) outsideRequests(item corev1.LimitRangeItem) []string {
	wrong := m.outsideMinimum(item)
	for _, name := range slices.Sorted(maps.Keys(item.Max)) {
		most := item.Max[name]
		if request, requested := m.requests[name]; requested && request.Cmp(most) > 0 {
			wrong = append(wrong, fmt.Sprintf("%s requests %s of %s, the maximum is %s", m.what, &request, name, &most))
		}
	}
	return wrong
}

func (m limited) outsideMinimum(item corev1.LimitRangeItem) []string {
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(item.Min)) {
		least := item.Min[name]
		request, requested := m.requests[name]
		limit, limited := m.limits[name]
		switch {
		case !requested:
			wrong = append(wrong, fmt.Sprintf("%s requests no %s, the minimum is %s", m.what, name, &least))
		case request.Cmp(least) < 0:
			wrong = append(wrong, fmt.Sprintf("%s requests %s of %s, the minimum is %s", m.what, &request, name, &least))
		case limited && limit.Cmp(least) < 0:
			wrong = append(wrong, fmt.Sprintf("%s has a limit of %s of %s, the minimum is %s", m.what, &limit, name, &least))
		}
	}
	return wrong
}

// outsideRatio compares how many times its request a limit is.
func (m limited) outsideRatio(name corev1.ResourceName, most resource.Quantity) []string {
	limit, limited := m.limits[name]
	request, requested := m.requests[name]
	switch {
	case !requested || request.IsZero():
		return []string{fmt.Sprintf("%s requests no %s, and its limit may be %s times the request", m.what, name, &most)}
	case !limited || limit.IsZero():
		return []string{fmt.Sprintf("%s has no limit of %s, which may be %s times the request", m.what, name, &most)}
	}
	ratio := limit.AsApproximateFloat64() / request.AsApproximateFloat64()
	if ratio <= most.AsApproximateFloat64() {
		return nil
	}
	return []string{fmt.Sprintf("%s has a limit of %s of %s, which is %v times its request of %s; at most %s times is allowed",
		m.what, &limit, name, math.Round(ratio*100)/100, &request, &most)}
}
