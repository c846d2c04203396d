package schema

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/api/validation/path"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// autoscaler checks an autoscaler. Its minimum and its maximum are for availability/autoscaler-limits to
// compare.
func (v *values) autoscaler(s *autoscalingv2.HorizontalPodAutoscalerSpec, spec *field.Path) {
	v.described(s.ScaleTargetRef, spec.Child("scaleTargetRef"))
	if target := s.ScaleTargetRef; Group(target.APIVersion) == "" && target.Kind != "ReplicationController" && v.since("1.37") {
		v.add(spec.Child("scaleTargetRef", "apiVersion"), "the value is %q, and it must have a group, such as apps/v1", s.ScaleTargetRef.APIVersion)
	}
	toZero := !v.since("1.37") // it takes a feature gate, which nobody sees
	for i := range s.Metrics {
		m := &s.Metrics[i]
		toZero = toZero || m.Type == autoscalingv2.ObjectMetricSourceType || m.Type == autoscalingv2.ExternalMetricSourceType
		v.metric(m, spec.Child("metrics").Index(i))
	}
	switch {
	case toZero:
		atLeast(v, s.MinReplicas, 0, spec.Child("minReplicas"))
	case s.MinReplicas != nil && *s.MinReplicas < 1:
		v.add(spec.Child("minReplicas"), "the value is %d, and it must be at least 1, unless a metric is of type Object or External", *s.MinReplicas)
	}
	if s.Behavior != nil {
		v.scaling(s.Behavior.ScaleUp, spec.Child("behavior", "scaleUp"))
		v.scaling(s.Behavior.ScaleDown, spec.Child("behavior", "scaleDown"))
	}
}

// described checks a reference to an object.
func (v *values) described(ref autoscalingv2.CrossVersionObjectReference, at *field.Path) {
	for _, part := range []struct{ name, value string }{{"kind", ref.Kind}, {"name", ref.Name}} {
		v.segment(part.value, at.Child(part.name))
	}
	if _, err := schema.ParseGroupVersion(ref.APIVersion); err != nil && v.since("1.37") {
		v.add(at.Child("apiVersion"), "the value %q is no apiVersion: it has one slash at most", ref.APIVersion)
	}
}

// segment checks a name that stands in an address.
func (v *values) segment(name string, at *field.Path) {
	if v.required(name, at) {
		v.reasons(name, path.IsValidPathSegmentName(name), at) //nolint:staticcheck // It is what the API server of 1.37 calls.
	}
}

const (
	// longestWindow is how many seconds an autoscaler looks back at most.
	longestWindow = 60 * 60
	// longestPeriod is how many seconds a policy of scaling may be about.
	longestPeriod = 30 * 60
)

func (v *values) scaling(r *autoscalingv2.HPAScalingRules, at *field.Path) {
	if r == nil {
		return
	}
	between(v, r.StabilizationWindowSeconds, 0, longestWindow, at.Child("stabilizationWindowSeconds"))
	if r.SelectPolicy != nil {
		oneOf(v, *r.SelectPolicy, at.Child("selectPolicy"), autoscalingv2.MaxChangePolicySelect, autoscalingv2.MinChangePolicySelect, autoscalingv2.DisabledPolicySelect)
	}
	for i, p := range r.Policies {
		here := at.Child("policies").Index(i)
		chosen(v, p.Type, here.Child("type"), autoscalingv2.PodsScalingPolicy, autoscalingv2.PercentScalingPolicy)
		atLeast(v, &p.Value, 1, here.Child("value"))
		between(v, &p.PeriodSeconds, 1, longestPeriod, here.Child("periodSeconds"))
	}
	if r.Tolerance != nil && r.Tolerance.Sign() < 0 {
		v.add(at.Child("tolerance"), "the value is %s, and it must be at least 0", r.Tolerance.String())
	}
}

// metric checks a metric, which has the source that its type names.
func (v *values) metric(m *autoscalingv2.MetricSpec, at *field.Path) {
	sources := map[autoscalingv2.MetricSourceType]bool{
		autoscalingv2.ObjectMetricSourceType: m.Object != nil, autoscalingv2.PodsMetricSourceType: m.Pods != nil, autoscalingv2.ResourceMetricSourceType: m.Resource != nil,
		autoscalingv2.ContainerResourceMetricSourceType: m.ContainerResource != nil, autoscalingv2.ExternalMetricSourceType: m.External != nil,
	}
	if !chosen(v, m.Type, at.Child("type"), autoscalingv2.ObjectMetricSourceType, autoscalingv2.PodsMetricSourceType, autoscalingv2.ResourceMetricSourceType,
		autoscalingv2.ContainerResourceMetricSourceType, autoscalingv2.ExternalMetricSourceType) {
		return
	}
	if there := stated(m); len(there) != 1 || !sources[m.Type] {
		v.add(at, "the metric has %d sources, and it must have the one that its type names, %s", len(there), m.Type)
		return
	}
	v.source(m, at)
}

func (v *values) source(m *autoscalingv2.MetricSpec, at *field.Path) {
	switch {
	case m.Resource != nil:
		v.required(string(m.Resource.Name), at.Child("resource", "name"))
		v.resourceTarget(&m.Resource.Target, at.Child("resource", "target"))
	case m.ContainerResource != nil:
		here := at.Child("containerResource")
		if v.required(string(m.ContainerResource.Name), here.Child("name")) {
			v.resourceName(m.ContainerResource.Name, ofContainer, here.Child("name"))
		}
		if v.required(m.ContainerResource.Container, here.Child("container")) {
			v.reasons(m.ContainerResource.Container, validation.IsDNS1123Label(m.ContainerResource.Container), here.Child("container"))
		}
		v.resourceTarget(&m.ContainerResource.Target, here.Child("target"))
	case m.Pods != nil:
		v.measured(m.Pods.Metric, &m.Pods.Target, m.Pods.Target.AverageValue != nil, at.Child("pods"))
	case m.Object != nil:
		v.described(m.Object.DescribedObject, at.Child("object", "describedObject"))
		v.measured(m.Object.Metric, &m.Object.Target, m.Object.Target.Value != nil || m.Object.Target.AverageValue != nil, at.Child("object"))
	case m.External != nil:
		target := &m.External.Target
		v.measured(m.External.Metric, target, target.Value != nil || target.AverageValue != nil, at.Child("external"))
		if target.Value != nil && target.AverageValue != nil {
			v.add(at.Child("external", "target"), "value and averageValue exclude each other")
		}
	}
}

// measured checks a metric that is no resource.
func (v *values) measured(id autoscalingv2.MetricIdentifier, target *autoscalingv2.MetricTarget, stated bool, at *field.Path) {
	v.segment(id.Name, at.Child("metric", "name"))
	v.target(target, at.Child("target"))
	if !stated {
		v.add(at.Child("target"), "the target needs a value: averageValue, or value for metrics of type Object and External")
	}
}

func (v *values) resourceTarget(t *autoscalingv2.MetricTarget, at *field.Path) {
	v.target(t, at)
	switch {
	case t.AverageUtilization == nil && t.AverageValue == nil:
		v.add(at, "the target needs averageUtilization or averageValue")
	case t.AverageUtilization != nil && t.AverageValue != nil:
		v.add(at, "averageUtilization and averageValue exclude each other")
	}
}

func (v *values) target(t *autoscalingv2.MetricTarget, at *field.Path) {
	chosen(v, t.Type, at.Child("type"), autoscalingv2.UtilizationMetricType, autoscalingv2.ValueMetricType, autoscalingv2.AverageValueMetricType)
	for _, part := range []struct {
		name   string
		amount *resource.Quantity
	}{{"value", t.Value}, {"averageValue", t.AverageValue}} {
		if part.amount != nil && part.amount.Sign() <= 0 {
			v.add(at.Child(part.name), "the value is %s, and it must be more than 0", part.amount.String())
		}
	}
	atLeast(v, t.AverageUtilization, 1, at.Child("averageUtilization"))
}

func (v *values) budget(s *policyv1.PodDisruptionBudgetSpec, spec *field.Path) {
	if s.MinAvailable != nil && s.MaxUnavailable != nil {
		v.add(spec, "minAvailable and maxUnavailable exclude each other")
	}
	v.scaled(s.MinAvailable, true, spec.Child("minAvailable"))
	v.scaled(s.MaxUnavailable, true, spec.Child("maxUnavailable"))
	v.selector(s.Selector, spec.Child("selector"))
	if s.UnhealthyPodEvictionPolicy != nil {
		chosen(v, *s.UnhealthyPodEvictionPolicy, spec.Child("unhealthyPodEvictionPolicy"), policyv1.IfHealthyBudget, policyv1.AlwaysAllow)
	}
}
