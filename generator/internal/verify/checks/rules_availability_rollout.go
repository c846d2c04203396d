package checks

import (
	"cmp"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// nothing reports whether a value is 0 or 0 %.
func nothing(value *intstr.IntOrString) bool {
	n, err := intstr.GetScaledValueFromIntOrPercent(value, 100, true)
	return err == nil && n == 0
}

// rolling are the limits of a rolling update; ok is false for other objects and strategies.
func rolling(o *workload) (surge, unavailable intstr.IntOrString, ok bool) {
	quarter := intstr.FromString("25%")
	switch typed := o.object.Typed.(type) {
	case *appsv1.Deployment:
		limits := ptr.Deref(typed.Spec.Strategy.RollingUpdate, appsv1.RollingUpdateDeployment{})
		return ptr.Deref(limits.MaxSurge, quarter), ptr.Deref(limits.MaxUnavailable, quarter), typed.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType
	case *appsv1.DaemonSet:
		limits := ptr.Deref(typed.Spec.UpdateStrategy.RollingUpdate, appsv1.RollingUpdateDaemonSet{})
		return ptr.Deref(limits.MaxSurge, intstr.FromInt32(0)), ptr.Deref(limits.MaxUnavailable, intstr.FromInt32(1)), typed.Spec.UpdateStrategy.Type != appsv1.OnDeleteDaemonSetStrategyType
	}
	return surge, unavailable, false
}

// judgeRollout wants the API server to accept how a workload is rolled out.
func judgeRollout(s *scope, out *judge) {
	for _, w := range s.workloads {
		if w.object.Malformed != nil {
			continue
		}
		if surge, unavailable, ok := rolling(w); ok && nothing(&surge) && nothing(&unavailable) {
			f := out.workload(s, w, "", "maxSurge and maxUnavailable are both 0: no pod can be replaced")
			f.Path, f.Hint = strategyPath(w), "The API server refuses the object. Allow one of them."
		}
		switch typed := w.object.Typed.(type) {
		case *appsv1.Deployment:
			judgeStrategy(s, w, typed, out)
		case *appsv1.DaemonSet:
			judgeDaemonSurge(s, w, out)
		}
	}
}

func strategyPath(w *workload) string {
	if w.kind == "DaemonSet" {
		return "spec.updateStrategy.rollingUpdate"
	}
	return "spec.strategy.rollingUpdate"
}

func judgeStrategy(s *scope, w *workload, d *appsv1.Deployment, out *judge) {
	if d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType && d.Spec.Strategy.RollingUpdate != nil {
		f := out.workload(s, w, "", "rollingUpdate is set, and the strategy is Recreate")
		f.Path, f.Hint = strategyPath(w), "The API server refuses the object. Remove rollingUpdate: a patch does so with rollingUpdate: null."
	}
	deadline, ready := ptr.Deref(d.Spec.ProgressDeadlineSeconds, 600), d.Spec.MinReadySeconds
	if deadline <= ready {
		f := out.workload(s, w, "", "progressDeadlineSeconds %d is not more than minReadySeconds %d", deadline, ready)
		f.Path, f.Hint = "spec.minReadySeconds", "The API server refuses the object. Raise progressDeadlineSeconds, which is 600 when it is not stated."
	}
}

func judgeDaemonSurge(s *scope, w *workload, out *judge) {
	surge, unavailable, ok := rolling(w)
	if !ok || nothing(&surge) || nothing(&unavailable) {
		return
	}
	f := out.workload(s, w, "", "maxSurge %s and maxUnavailable %s are both more than 0", &surge, &unavailable)
	f.Path, f.Hint = strategyPath(w), "The API server refuses the object: a DaemonSet has one or the other. Say maxUnavailable: 0, which is 1 when it is not stated."
}

// judgeRestart wants the restart policy to be one that the API server accepts for the kind.
func judgeRestart(s *scope, out *judge) {
	for _, w := range s.workloads {
		policy := w.pod.Spec.RestartPolicy
		switch {
		case w.object.Malformed != nil || w.kind == "Pod":
		case w.task && policy != corev1.RestartPolicyNever && policy != corev1.RestartPolicyOnFailure:
			out.workload(s, w, "restartPolicy", "restartPolicy is %s: the pods of a %s have Never or OnFailure", cmp.Or(string(policy), "not stated, so it is Always"), w.kind).
				Hint = "The API server refuses the object. Say which of the two it is."
		case !w.task && policy != "" && policy != corev1.RestartPolicyAlways:
			out.workload(s, w, "restartPolicy", "restartPolicy is %s: the pods of a %s have Always", policy, w.kind).
				Hint = "The API server refuses the object. Remove the field, or make a Job of it."
		}
	}
}

// judgeSelector wants the selector of a workload to match its own pods.
func judgeSelector(s *scope, out *judge) {
	for _, w := range s.workloads {
		if w.selector == nil || w.object.Malformed != nil || !slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}, w.kind) {
			continue
		}
		if matcher, ok := selectorOf(w.selector); ok && !matcher.Matches(w.labels()) {
			f := out.workload(s, w, "", "the selector does not match the labels of the pod template")
			f.Path, f.Sum = "spec.selector", []string{"selector: " + printed(w.selector), "labels:   " + w.labels().String()}
			f.Hint = "The API server refuses the object."
		}
	}
}

// judgeVolumeRollout wants no rolling update to need a volume in two places at once.
func judgeVolumeRollout(s *scope, out *judge) {
	for _, w := range s.workloads {
		surge, unavailable, ok := rolling(w)
		if !ok || w.kind != "Deployment" || w.object.Malformed != nil {
			continue
		}
		_, most := s.counts(w)
		down, more := fence(surge, unavailable, most)
		if down > 0 || most == 0 {
			continue
		}
		for i, volume := range w.pod.Spec.Volumes {
			if volume.PersistentVolumeClaim == nil {
				continue
			}
			for _, m := range s.find("PersistentVolumeClaim", w.namespace, volume.PersistentVolumeClaim.ClaimName) {
				claim, _ := m.Typed.(*corev1.PersistentVolumeClaim)
				s.judgeClaim(w, claim, fmt.Sprintf("volumes[%d]", i), fmt.Sprintf("%d pods: maxUnavailable %s = %d, maxSurge %s = %d", most, &unavailable, down, &surge, more), out)
			}
		}
	}
}

func (s *scope) judgeClaim(w *workload, claim *corev1.PersistentVolumeClaim, path, sum string, out *judge) {
	if claim == nil || len(claim.Spec.AccessModes) != 1 {
		return
	}
	mode := claim.Spec.AccessModes[0]
	if mode != corev1.ReadWriteOnce && mode != corev1.ReadWriteOncePod {
		return
	}
	f := out.workload(s, w, path, "a rollout starts a new pod before it ends an old one, and claim %s is %s", claim.Name, mode)
	f.Sum = []string{sum}
	f.Hint = "The new pod waits for the volume when the scheduler puts it on another node, and the old one waits for it. Say strategy: {type: Recreate}, or maxUnavailable: 1."
	if mode == corev1.ReadWriteOncePod {
		f.Severity = Error
		f.Hint = "The new pod waits for the volume, and the old one waits for it, for ever. Say strategy: {type: Recreate}, or maxUnavailable: 1."
	}
}

// fence are the numbers of a rolling update as the Deployment controller counts them: what may
// be missing is rounded down, what may be too many is rounded up.
func fence(surge, unavailable intstr.IntOrString, pods int32) (down, more int) {
	more, _ = intstr.GetScaledValueFromIntOrPercent(&surge, int(pods), true)
	down, _ = intstr.GetScaledValueFromIntOrPercent(&unavailable, int(pods), false)
	if more == 0 && down == 0 {
		down = 1
	}
	return down, more
}
