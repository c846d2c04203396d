package checks

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// quota is a ResourceQuota with its place.
type quota struct {
	*repo.Object
	namespace string
	spec      *corev1.ResourceQuotaSpec
}

// quotas are those of a cluster, in their order.
func (c *cluster) quotas() []*quota {
	var found []*quota
	for _, o := range c.objects {
		if typed, ok := o.Typed.(*corev1.ResourceQuota); ok && o.Malformed == nil {
			found = append(found, &quota{o, o.Home(), &typed.Spec})
		}
	}
	return found
}

// covers reports whether a quota counts a pod: all of its scopes must hold. Without a quota
// every pod counts.
func covers(spec *corev1.ResourceQuotaSpec, p *corev1.Pod) bool {
	if spec == nil {
		return true
	}
	for _, scope := range spec.Scopes {
		if !within(p, corev1.ScopedResourceSelectorRequirement{ScopeName: scope, Operator: corev1.ScopeSelectorOpExists}) {
			return false
		}
	}
	if spec.ScopeSelector == nil {
		return true
	}
	return !slices.ContainsFunc(spec.ScopeSelector.MatchExpressions, func(r corev1.ScopedResourceSelectorRequirement) bool { return !within(p, r) })
}

// within reports whether a pod is within a scope.
func within(p *corev1.Pod, r corev1.ScopedResourceSelectorRequirement) bool {
	ends := p.Spec.ActiveDeadlineSeconds != nil
	switch r.ScopeName {
	case corev1.ResourceQuotaScopeTerminating:
		return ends
	case corev1.ResourceQuotaScopeNotTerminating:
		return !ends
	case corev1.ResourceQuotaScopeBestEffort:
		return bestEffort(&p.Spec)
	case corev1.ResourceQuotaScopeNotBestEffort:
		return !bestEffort(&p.Spec)
	case corev1.ResourceQuotaScopePriorityClass:
		return hasPriority(p.Spec.PriorityClassName, r)
	case corev1.ResourceQuotaScopeCrossNamespacePodAffinity:
		return crossesNamespaces(p.Spec.Affinity)
	}
	return false
}

// bestEffort reports whether no container requests or limits CPU or memory.
func bestEffort(s *corev1.PodSpec) bool {
	for _, name := range []corev1.ResourceName{corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory, corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory} {
		if sum, _ := amount(s, name); sum.Sign() > 0 {
			return false
		}
	}
	return true
}

func hasPriority(class string, r corev1.ScopedResourceSelectorRequirement) bool {
	switch r.Operator {
	case corev1.ScopeSelectorOpIn:
		return slices.Contains(r.Values, class)
	case corev1.ScopeSelectorOpNotIn:
		return !slices.Contains(r.Values, class)
	case corev1.ScopeSelectorOpDoesNotExist:
		return class == ""
	}
	return class != ""
}

// crossesNamespaces reports whether a term of affinity between pods names namespaces.
func crossesNamespaces(a *corev1.Affinity) bool {
	if a == nil {
		return false
	}
	var terms []corev1.PodAffinityTerm
	var weighted []corev1.WeightedPodAffinityTerm
	if a.PodAffinity != nil {
		terms, weighted = append(terms, a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution...), append(weighted, a.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution...)
	}
	if a.PodAntiAffinity != nil {
		terms, weighted = append(terms, a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution...), append(weighted, a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution...)
	}
	for _, w := range weighted {
		terms = append(terms, w.PodAffinityTerm)
	}
	return slices.ContainsFunc(terms, func(t corev1.PodAffinityTerm) bool { return len(t.Namespaces) > 0 || t.NamespaceSelector != nil })
}
