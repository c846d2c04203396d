package checks

import (
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// judgeScaled wants the workload of each scaler to be there, of the kind that it says.
func judgeScaled(s *scope, out *judge) {
	for _, c := range s.scalers {
		if c.target == "" || s.holds(c.kind, c.namespace, c.target) || s.mayProvide(c.namespace, c.target) {
			continue
		}
		f := out.about(c.member, "spec.scaleTargetRef.name", "%s %s, which it scales, is not in the repository", c.kind, c.target)
		f.Hint = "It does nothing until there is one. Name a workload of its namespace."
		if c.kind != "Deployment" && c.kind != "StatefulSet" || s.isDark(c.namespace) {
			f.Severity = Note
		}
	}
}

// judgeScaledVersion wants a scaler to say the version of its target's kind that the API
// server has.
func judgeScaledVersion(s *scope, out *judge) {
	for _, c := range s.scalers {
		for _, m := range s.find(c.kind, c.namespace, c.target) {
			group, _, _ := strings.Cut(c.apiVersion, "/")
			if c.apiVersion != "" && (group != m.Group() || group == "extensions") {
				f := out.about(c.member, "spec.scaleTargetRef.apiVersion", "%s %s is of %s, not of %s", c.kind, c.target, m.APIVersion, c.apiVersion)
				f.Hint = fmt.Sprintf("The autoscaler asks the API server for the scale of a kind that it does not have, and never scales. Say apiVersion: %s.", m.APIVersion)
			}
		}
	}
}

// judgeScaledKind wants a scaler to scale a kind that has a number of pods.
func judgeScaledKind(s *scope, out *judge) {
	for _, c := range s.scalers {
		group, _, _ := strings.Cut(c.apiVersion, "/")
		if slices.Contains([]string{"DaemonSet", "Job", "CronJob", "Pod"}, c.kind) && slices.Contains([]string{"", "v1", "apps", "batch"}, group) {
			out.about(c.member, "spec.scaleTargetRef.kind", "a %s has no number of pods that could be scaled", c.kind).
				Hint = "The autoscaler reports FailedGetScale and never scales. Scale a Deployment or a StatefulSet."
		}
	}
}

// judgeScalerLimits wants the minimum of an autoscaler to be no more than its maximum.
func judgeScalerLimits(s *scope, out *judge) {
	for _, c := range s.scalers {
		switch {
		case c.Kind == "ScaledObject" && c.min > c.max:
			out.about(c.member, "spec.minReplicaCount", "minReplicaCount %d is more than maxReplicaCount %d", c.min, c.max).Hint = "KEDA makes no autoscaler of it. Raise the maximum or lower the minimum."
		case c.Kind != "ScaledObject" && c.max < 1:
			out.about(c.member, "spec.maxReplicas", "maxReplicas is %d: it must be at least 1", c.max).Hint = "The API server refuses the object."
		case c.Kind != "ScaledObject" && c.min > c.max:
			out.about(c.member, "spec.minReplicas", "minReplicas %d is more than maxReplicas %d", c.min, c.max).Hint = "The API server refuses the object. Raise the maximum or lower the minimum."
		}
	}
}

// judgeScalersCompete wants each workload to have one scaler.
func judgeScalersCompete(s *scope, out *judge) {
	for _, w := range s.workloads {
		all := s.scaling[w.scaled()]
		for _, c := range all[min(1, len(all)):] {
			if c.Name != all[0].Name || c.Kind != all[0].Kind {
				f := out.about(c.member, "spec.scaleTargetRef", "%s scales %s/%s too", all[0], w.kind, w.name)
				f.Hint = "The autoscaler controller scales nothing that two autoscalers mean (AmbiguousSelector). Remove one: an autoscaler takes several metrics."
			}
		}
	}
}

// judgeReplicas wants no manifest to state the replicas that a scaler decides.
func judgeReplicas(s *scope, out *judge) {
	for _, w := range s.workloads {
		left := ignored(w, "/spec/replicas", ".spec.replicas")
		if w.replicas == nil || *w.replicas == 0 || left && option(w.object.Application, w.object, "RespectIgnoreDifferences", "true") {
			continue
		}
		for _, c := range s.scaling[w.scaled()] {
			if c.min == c.max && c.max == *w.replicas {
				continue
			}
			f := out.object(c.member.target, w.object, "spec.replicas", "replicas: %d is stated, and %s decides it", *w.replicas, c)
			f.Sum = []string{fmt.Sprintf("%s: %d to %d", c, c.min, c.max)}
			f.Hint = "Argo CD sets the number back at each sync, with selfHeal at once, and the autoscaler changes it again. Leave replicas out, or list /spec/replicas under ignoreDifferences of the Application, with RespectIgnoreDifferences=true."
			if left {
				f.Message = fmt.Sprintf("replicas: %d is applied at each sync, although its difference is ignored, and %s decides it", *w.replicas, c)
				f.Hint = "ignoreDifferences hides the difference and does not keep a sync from applying it. Leave replicas out, or add RespectIgnoreDifferences=true to the sync options."
			}
			break
		}
	}
}

// ignored reports whether the Application of a workload leaves a field to others.
func ignored(w *workload, pointer, expression string) bool {
	d := w.object.Application
	if d == nil || d.Application == nil {
		return false
	}
	return slices.ContainsFunc(d.Spec.IgnoreDifferences, func(i repo.IgnoreDifferences) bool {
		means := (i.Kind == w.kind || i.Kind == "*") && (i.Name == "" || i.Name == w.name) && (i.Namespace == "" || i.Namespace == w.namespace)
		return means && (slices.Contains(i.JSONPointers, pointer) || slices.ContainsFunc(i.JQPathExpressions, func(e string) bool { return strings.HasPrefix(e, expression) }))
	})
}

// judgeScalerRequests wants each container to request what an autoscaler measures the use of.
func judgeScalerRequests(s *scope, out *judge) {
	for _, w := range s.workloads {
		if w.object.Malformed != nil {
			continue
		}
		for _, c := range s.scaling[w.scaled()] {
			for i, metric := range c.metrics {
				s.judgeMetric(c, w, fmt.Sprintf("spec.metrics[%d]", i), metric, out)
			}
		}
	}
}

func (s *scope) judgeMetric(c *scaler, w *workload, path string, metric autoscalingv2.MetricSpec, out *judge) {
	name, target, only := measured(metric)
	if target.Type != autoscalingv2.UtilizationMetricType {
		return
	}
	for _, container := range w.pod.Spec.Containers {
		if only != "" && container.Name != only || s.requests(w, container, name) {
			continue
		}
		f := out.about(c.member, path, "container %s of %s/%s requests no %s, so its use is a share of nothing", container.Name, w.kind, w.name, name)
		f.Hint = fmt.Sprintf("The autoscaler reports FailedGetResourceMetric and does not scale. Give the container resources.requests.%s, or a LimitRange with a defaultRequest to the namespace.", name)
		if len(s.find("Namespace", "", w.namespace)) == 0 {
			// Who makes the namespace may also make a LimitRange.
			f.Severity = Warning
		}
		return
	}
}

// measured is the resource that a metric measures, its aim, and the container when it is one.
func measured(metric autoscalingv2.MetricSpec) (name corev1.ResourceName, target autoscalingv2.MetricTarget, container string) {
	switch {
	case metric.Resource != nil:
		return metric.Resource.Name, metric.Resource.Target, ""
	case metric.ContainerResource != nil:
		return metric.ContainerResource.Name, metric.ContainerResource.Target, metric.ContainerResource.Container
	}
	return "", autoscalingv2.MetricTarget{}, ""
}

// requests reports whether a container requests a resource: itself, by its limit, with the
// whole pod, or by the defaults of its namespace.
func (s *scope) requests(w *workload, c corev1.Container, name corev1.ResourceName) bool {
	_, requested := c.Resources.Requests[name]
	_, limited := c.Resources.Limits[name]
	if requested || limited {
		return true
	}
	if whole := w.pod.Spec.Resources; whole != nil {
		_, requested = whole.Requests[name]
		_, limited = whole.Limits[name]
	}
	return requested || limited || slices.ContainsFunc(s.members, func(m *member) bool {
		limits, ok := m.Typed.(*corev1.LimitRange)
		return ok && m.namespace == w.namespace && slices.ContainsFunc(limits.Spec.Limits, func(item corev1.LimitRangeItem) bool {
			_, request := item.DefaultRequest[name]
			_, limit := item.Default[name]
			return item.Type == corev1.LimitTypeContainer && (request || limit)
		})
	})
}

// judgeScalerContainer wants the container whose use is measured to be there.
func judgeScalerContainer(s *scope, out *judge) {
	for _, w := range s.workloads {
		for _, c := range s.scaling[w.scaled()] {
			for i, metric := range c.metrics {
				_, _, name := measured(metric)
				has := slices.ContainsFunc(w.located(), func(one placed) bool { return one.Name == name })
				if name != "" && !has && w.object.Malformed == nil {
					f := out.about(c.member, fmt.Sprintf("spec.metrics[%d].containerResource.container", i), "%s/%s has no container %s", w.kind, w.name, name)
					f.Hint = "The autoscaler finds no metric and does not scale. Name a container of the pod."
				}
			}
		}
	}
}
