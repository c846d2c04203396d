package admission

import (
	"fmt"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
)

// versioned is a request with its object in the version that a policy wants to see.
func (s *Server) versioned(r *request, kind schema.GroupVersionKind) (*admission.VersionedAttributes, error) {
	object, err := convert(r.GetObject(), r.GetKind(), kind)
	if err != nil {
		return nil, err
	}
	v := &admission.VersionedAttributes{Attributes: r.Attributes, VersionedKind: kind}
	v.VersionedObject.Set(object)
	return v, nil
}

// convert changes the version of an object. Custom resources keep their fields, as without a
// conversion webhook.
func convert(object runtime.Object, from, to schema.GroupVersionKind) (runtime.Object, error) {
	if from == to {
		return object, nil
	}
	switch o := object.(type) {
	case *unstructured.Unstructured:
		other := o.DeepCopy()
		other.SetGroupVersionKind(to)
		return other, nil
	case *autoscalingv1.HorizontalPodAutoscaler:
		return newerAutoscaler(o, to), nil
	case *autoscalingv2.HorizontalPodAutoscaler:
		return olderAutoscaler(o, to), nil
	}
	return nil, fmt.Errorf("%s cannot be converted to %s", from, to)
}

func newerAutoscaler(o *autoscalingv1.HorizontalPodAutoscaler, to schema.GroupVersionKind) runtime.Object {
	other := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: *o.ObjectMeta.DeepCopy()}
	other.SetGroupVersionKind(to)
	other.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference(o.Spec.ScaleTargetRef)
	other.Spec.MinReplicas, other.Spec.MaxReplicas = o.Spec.MinReplicas, o.Spec.MaxReplicas
	if used := o.Spec.TargetCPUUtilizationPercentage; used != nil {
		target := autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: used}
		other.Spec.Metrics = []autoscalingv2.MetricSpec{{
			Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{Name: corev1.ResourceCPU, Target: target},
		}}
	}
	return other
}

func olderAutoscaler(o *autoscalingv2.HorizontalPodAutoscaler, to schema.GroupVersionKind) runtime.Object {
	other := &autoscalingv1.HorizontalPodAutoscaler{ObjectMeta: *o.ObjectMeta.DeepCopy()}
	other.SetGroupVersionKind(to)
	other.Spec.ScaleTargetRef = autoscalingv1.CrossVersionObjectReference(o.Spec.ScaleTargetRef)
	other.Spec.MinReplicas, other.Spec.MaxReplicas = o.Spec.MinReplicas, o.Spec.MaxReplicas
	for _, m := range o.Spec.Metrics {
		if m.Resource != nil && m.Resource.Name == corev1.ResourceCPU {
			other.Spec.TargetCPUUtilizationPercentage = m.Resource.Target.AverageUtilization
		}
	}
	return other
}
