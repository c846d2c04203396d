package schema

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// scheduling checks what chooses the nodes of a pod.
func (v *values) scheduling(s *corev1.PodSpec, at *field.Path) {
	for i := range s.Tolerations {
		v.toleration(&s.Tolerations[i], at.Child("tolerations").Index(i))
	}
	seen := map[string]bool{}
	for i := range s.TopologySpreadConstraints {
		c, here := &s.TopologySpreadConstraints[i], at.Child("topologySpreadConstraints").Index(i)
		v.spread(c, here)
		v.unique(seen, fmt.Sprintf("%s, %s", c.TopologyKey, c.WhenUnsatisfiable), here)
	}
	if s.Affinity != nil {
		v.affinity(s.Affinity, at.Child("affinity"))
	}
}

func (v *values) spread(c *corev1.TopologySpreadConstraint, at *field.Path) {
	atLeast(v, &c.MaxSkew, 1, at.Child("maxSkew"))
	v.required(c.TopologyKey, at.Child("topologyKey"))
	chosen(v, c.WhenUnsatisfiable, at.Child("whenUnsatisfiable"), corev1.DoNotSchedule, corev1.ScheduleAnyway)
	v.selector(c.LabelSelector, at.Child("labelSelector"))
	if c.MinDomains != nil {
		atLeast(v, c.MinDomains, 1, at.Child("minDomains"))
		if c.WhenUnsatisfiable != corev1.DoNotSchedule {
			v.add(at.Child("minDomains"), "the field belongs to whenUnsatisfiable: DoNotSchedule, and to no other")
		}
	}
	for _, part := range []struct {
		name   string
		policy *corev1.NodeInclusionPolicy
	}{{"nodeAffinityPolicy", c.NodeAffinityPolicy}, {"nodeTaintsPolicy", c.NodeTaintsPolicy}} {
		if part.policy != nil {
			chosen(v, *part.policy, at.Child(part.name), corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore)
		}
	}
	v.labelKeys(c.MatchLabelKeys, c.LabelSelector, at.Child("matchLabelKeys"))
}

// labelKeys checks keys of labels that a selector gets the values of from the pod.
func (v *values) labelKeys(keys []string, selector *metav1.LabelSelector, at *field.Path) {
	if len(keys) > 0 && selector == nil {
		v.add(at, "the field takes a labelSelector beside it")
	}
	for i, key := range keys {
		v.reasons(key, validation.IsQualifiedName(key), at.Index(i))
		if selector == nil {
			continue
		}
		_, stands := selector.MatchLabels[key]
		if stands || slices.ContainsFunc(selector.MatchExpressions, func(r metav1.LabelSelectorRequirement) bool { return r.Key == key }) {
			v.add(at.Index(i), "the key %q is in labelSelector too, and it may be in one of them", key)
		}
	}
}

func (v *values) toleration(t *corev1.Toleration, at *field.Path) {
	if t.Key != "" {
		v.reasons(t.Key, validation.IsQualifiedName(t.Key), at.Child("key"))
	}
	exists := t.Operator == corev1.TolerationOpExists
	switch {
	case t.Key == "" && !exists:
		v.add(at.Child("operator"), "a toleration without a key must have the operator Exists")
	case exists && t.Value != "":
		v.add(at.Child("value"), "a toleration with the operator Exists must have no value, and it has %q", t.Value)
	case t.Operator == corev1.TolerationOpEqual || t.Operator == "":
		v.reasons(t.Value, validation.IsValidLabelValue(t.Value), at.Child("value"))
	}
	// Lt and Gt take a feature gate, which nobody sees.
	oneOf(v, t.Operator, at.Child("operator"), corev1.TolerationOpEqual, corev1.TolerationOpExists, corev1.TolerationOpLt, corev1.TolerationOpGt)
	if t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute {
		v.add(at.Child("effect"), "a toleration with tolerationSeconds must have the effect NoExecute")
	}
	oneOf(v, t.Effect, at.Child("effect"), corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)
}

func (v *values) affinity(a *corev1.Affinity, at *field.Path) {
	if node := a.NodeAffinity; node != nil {
		v.nodes(node, at.Child("nodeAffinity"))
	}
	if pod := a.PodAffinity; pod != nil {
		v.terms(pod.RequiredDuringSchedulingIgnoredDuringExecution, pod.PreferredDuringSchedulingIgnoredDuringExecution, at.Child("podAffinity"))
	}
	if pod := a.PodAntiAffinity; pod != nil {
		v.terms(pod.RequiredDuringSchedulingIgnoredDuringExecution, pod.PreferredDuringSchedulingIgnoredDuringExecution, at.Child("podAntiAffinity"))
	}
}

// nodes checks which nodes a pod wants.
func (v *values) nodes(a *corev1.NodeAffinity, at *field.Path) {
	if required := a.RequiredDuringSchedulingIgnoredDuringExecution; required != nil {
		here := at.Child("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
		if len(required.NodeSelectorTerms) == 0 {
			v.add(here, "the field is required")
		}
		for i := range required.NodeSelectorTerms {
			v.nodeTerm(&required.NodeSelectorTerms[i], here.Index(i))
			v.labelValues(&required.NodeSelectorTerms[i], here.Index(i))
		}
	}
	for i := range a.PreferredDuringSchedulingIgnoredDuringExecution {
		term, here := &a.PreferredDuringSchedulingIgnoredDuringExecution[i], at.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(i)
		between(v, &term.Weight, 1, 100, here.Child("weight"))
		v.nodeTerm(&term.Preference, here.Child("preference"))
	}
}

// labelValues checks the values that labels of a node must have; those that are only preferred are not checked.
func (v *values) labelValues(t *corev1.NodeSelectorTerm, at *field.Path) {
	for i := range t.MatchExpressions {
		for j, value := range t.MatchExpressions[i].Values {
			v.reasons(value, validation.IsValidLabelValue(value), at.Child("matchExpressions").Index(i).Child("values").Index(j))
		}
	}
}

func (v *values) nodeTerm(t *corev1.NodeSelectorTerm, at *field.Path) {
	for i := range t.MatchExpressions {
		r, here := &t.MatchExpressions[i], at.Child("matchExpressions").Index(i)
		v.reasons(r.Key, validation.IsQualifiedName(r.Key), here.Child("key"))
		known := chosen(v, r.Operator, here.Child("operator"), corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn, corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist, corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt)
		switch n := len(r.Values); {
		case !known:
		case (r.Operator == corev1.NodeSelectorOpIn || r.Operator == corev1.NodeSelectorOpNotIn) && n == 0:
			v.add(here.Child("values"), "the field is required with the operator %s", r.Operator)
		case (r.Operator == corev1.NodeSelectorOpExists || r.Operator == corev1.NodeSelectorOpDoesNotExist) && n > 0:
			v.add(here.Child("values"), "the operator %s has no values", r.Operator)
		case (r.Operator == corev1.NodeSelectorOpGt || r.Operator == corev1.NodeSelectorOpLt) && n != 1:
			v.add(here.Child("values"), "the operator %s has one value, and the list has %d", r.Operator, n)
		}
	}
}

func (v *values) terms(required []corev1.PodAffinityTerm, preferred []corev1.WeightedPodAffinityTerm, at *field.Path) {
	for i := range required {
		v.term(&required[i], at.Child("requiredDuringSchedulingIgnoredDuringExecution").Index(i))
	}
	for i := range preferred {
		here := at.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(i)
		between(v, &preferred[i].Weight, 1, 100, here.Child("weight"))
		v.term(&preferred[i].PodAffinityTerm, here.Child("podAffinityTerm"))
	}
}

func (v *values) term(t *corev1.PodAffinityTerm, at *field.Path) {
	if v.required(t.TopologyKey, at.Child("topologyKey")) {
		v.reasons(t.TopologyKey, validation.IsQualifiedName(t.TopologyKey), at.Child("topologyKey"))
	}
	for i, name := range t.Namespaces {
		v.reasons(name, validation.IsDNS1123Label(name), at.Child("namespaces").Index(i))
	}
	v.selector(t.LabelSelector, at.Child("labelSelector"))
	v.selector(t.NamespaceSelector, at.Child("namespaceSelector"))
	v.labelKeys(t.MatchLabelKeys, t.LabelSelector, at.Child("matchLabelKeys"))
}
