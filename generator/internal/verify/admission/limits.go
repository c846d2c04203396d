package admission

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
)

// Finish does to a pod what the API server's plugins do before policies and quotas see it:
// ServiceAccount, LimitRanger, Priority, RuntimeClass and DefaultTolerationSeconds.
func Finish(p *corev1.Pod, ranges []*corev1.LimitRange) {
	fill(&p.Spec.ServiceAccountName, "default")
	fill(&p.Spec.DeprecatedServiceAccount, p.Spec.ServiceAccountName)
	LimitDefaults(&p.Spec, ranges)
	if p.Spec.PriorityClassName == "" {
		or(&p.Spec.Priority, 0)
	}
	or(&p.Spec.PreemptionPolicy, corev1.PreemptLowerPriority)
	for _, key := range []string{corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
		tolerate(&p.Spec, key)
	}
}

// tolerate lets a pod stay five minutes on a node that has a taint.
func tolerate(s *corev1.PodSpec, key string) {
	for _, t := range s.Tolerations {
		if (t.Key == key || t.Key == "") && (t.Effect == corev1.TaintEffectNoExecute || t.Effect == "") {
			return
		}
	}
	seconds := int64(5 * 60)
	s.Tolerations = append(s.Tolerations, corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds})
}

// LimitDefaults gives containers the requests and limits that limit ranges have for those without.
func LimitDefaults(s *corev1.PodSpec, ranges []*corev1.LimitRange) {
	for _, limits := range ranges {
		for _, item := range limits.Spec.Limits {
			if item.Type != corev1.LimitTypeContainer {
				continue
			}
			requests, most := itemDefaults(item)
			for _, list := range [][]corev1.Container{s.InitContainers, s.Containers} {
				for i := range list {
					complement(&list[i].Resources.Limits, most)
					complement(&list[i].Resources.Requests, requests)
				}
			}
		}
	}
}

// itemDefaults are the requests and limits of an item, with those that the API server makes of
// its maximum and minimum.
func itemDefaults(item corev1.LimitRangeItem) (requests, limits corev1.ResourceList) {
	limits, requests = maps.Clone(item.Default), maps.Clone(item.DefaultRequest)
	complement(&limits, item.Max)
	complement(&requests, limits)
	complement(&requests, item.Min)
	return requests, limits
}

// complement adds what a list does not have.
func complement(list *corev1.ResourceList, with corev1.ResourceList) {
	for name, amount := range with {
		if _, found := (*list)[name]; !found {
			if *list == nil {
				*list = corev1.ResourceList{}
			}
			(*list)[name] = amount.DeepCopy()
		}
	}
}
