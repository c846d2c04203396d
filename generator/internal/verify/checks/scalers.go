package checks

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// scaler is what changes the number of pods of a workload: an autoscaler, or a ScaledObject
// that KEDA makes one of.
type scaler struct {
	*member
	apiVersion, kind, target string
	min, max                 int32
	metrics                  []autoscalingv2.MetricSpec
}

// newScaler reads a scaler; nil for other objects.
func newScaler(m *member) *scaler {
	switch {
	case m.Malformed != nil:
		return nil
	case m.Kind == "HorizontalPodAutoscaler" && m.APIVersion == "autoscaling/v2":
		h, _ := m.Typed.(*autoscalingv2.HorizontalPodAutoscaler)
		return autoscaler(m, h)
	case m.Kind == "HorizontalPodAutoscaler" && m.APIVersion == "autoscaling/v1":
		return oldAutoscaler(m)
	case m.Kind == "ScaledObject" && m.Group() == "keda.sh":
		return scaledObject(m)
	}
	return nil
}

func autoscaler(m *member, h *autoscalingv2.HorizontalPodAutoscaler) *scaler {
	if h == nil {
		return nil
	}
	ref := h.Spec.ScaleTargetRef
	return &scaler{m, ref.APIVersion, ref.Kind, ref.Name, ptr.Deref(h.Spec.MinReplicas, 1), h.Spec.MaxReplicas, h.Spec.Metrics}
}

// oldAutoscaler reads the first version, which knows only the utilization of CPU.
func oldAutoscaler(m *member) *scaler {
	type old struct {
		autoscalingv2.HorizontalPodAutoscaler `json:",inline"`
		Spec                                  struct {
			ScaleTargetRef                 autoscalingv2.CrossVersionObjectReference
			MinReplicas                    *int32
			MaxReplicas                    int32
			TargetCPUUtilizationPercentage *int32
		} `json:"spec"`
	}
	o := read[old](m)
	if o == nil {
		return nil
	}
	h := &autoscalingv2.HorizontalPodAutoscaler{}
	h.Spec.ScaleTargetRef, h.Spec.MinReplicas, h.Spec.MaxReplicas = o.Spec.ScaleTargetRef, o.Spec.MinReplicas, o.Spec.MaxReplicas
	h.Spec.Metrics = []autoscalingv2.MetricSpec{{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{
		Name: corev1.ResourceCPU, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: ptr.To(ptr.Deref(o.Spec.TargetCPUUtilizationPercentage, 80))},
	}}}
	return autoscaler(m, h)
}

func scaledObject(m *member) *scaler {
	o := read[repo.ScaledObject](m)
	if o == nil {
		return nil
	}
	ref := o.Spec.ScaleTargetRef
	if ref.Kind == "" {
		ref.APIVersion, ref.Kind = "apps/v1", "Deployment"
	}
	// KEDA's own defaults are 0 and 100.
	return &scaler{m, ref.APIVersion, ref.Kind, ref.Name, ptr.Deref(o.Spec.MinReplicaCount, 0), ptr.Deref(o.Spec.MaxReplicaCount, 100), nil}
}

// scaled is what a scaler scales.
type scaled struct{ namespace, kind, name string }

func (c *scaler) scaled() scaled { return scaled{c.namespace, c.kind, c.target} }

// scaled is the workload as scalers name it.
func (w *workload) scaled() scaled { return scaled{w.namespace, w.kind, w.name} }

// counts are the least and the most pods that a workload is meant to have.
func (s *scope) counts(w *workload) (least, most int32) {
	if all := s.scaling[w.scaled()]; len(all) > 0 {
		return all[0].min, all[0].max
	}
	n := ptr.Deref(w.replicas, 1)
	return n, n
}
