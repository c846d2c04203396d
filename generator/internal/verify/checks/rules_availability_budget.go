package checks

import (
	"fmt"
	"slices"

	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// budget is a disruption budget with the workloads whose pods it selects.
type budget struct {
	*member
	spec policyv1.PodDisruptionBudgetSpec
	pods []*workload
}

// budgets are those of a scope that can be read.
func (s *scope) budgets() []budget {
	var found []budget
	for _, m := range s.members {
		b, ok := m.Typed.(*policyv1.PodDisruptionBudget)
		if !ok || m.Malformed != nil {
			continue
		}
		one := budget{m, b.Spec, nil}
		if matcher, ok := selectorOf(one.spec.Selector); ok {
			one.pods = s.pods(m.namespace, matcher)
		}
		found = append(found, one)
	}
	return found
}

// path is the field that limits evictions.
func (b budget) path() string {
	if b.spec.MinAvailable != nil {
		return "spec.minAvailable"
	}
	return "spec.maxUnavailable"
}

// value is what that field holds.
func (b budget) value() *intstr.IntOrString {
	if b.spec.MinAvailable != nil {
		return b.spec.MinAvailable
	}
	return b.spec.MaxUnavailable
}

// allowed is how many of a number of pods may be evicted, all being healthy, as the
// disruption controller counts; sum is its arithmetic. ok is false when the field is wrong.
func (b budget) allowed(pods int32) (n int, sum []string, ok bool) {
	value := b.value()
	if value == nil {
		return 0, nil, false
	}
	// Both are rounded up: more may be unavailable, more must be available.
	scaled, err := intstr.GetScaledValueFromIntOrPercent(value, int(pods), true)
	if err != nil {
		return 0, nil, false
	}
	if value.Type == intstr.String {
		sum = append(sum, fmt.Sprintf("%s %s of %d = %d, rounded up", last(b.path()), value, pods, scaled))
	}
	if b.spec.MinAvailable == nil {
		return scaled, append(sum, fmt.Sprintf("%d of %d may be evicted", min(scaled, int(pods)), pods)), true
	}
	n = max(0, int(pods)-scaled)
	return n, append(sum, fmt.Sprintf("%d healthy - %d that must stay = %d, so %d may be evicted", pods, scaled, int(pods)-scaled, n)), true
}

// counted reports whether the disruption controller can count the pods of a workload. Drains
// pass by those of a DaemonSet.
func counted(w *workload) bool {
	return slices.Contains([]string{"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout", "DeploymentConfig"}, w.kind)
}

// sum adds up the least and the most pods under a budget; ok is false when they are not known.
func (s *scope) sum(b budget) (least, most int32, ok bool) {
	for _, w := range b.pods {
		l, m := s.counts(w)
		least, most = least+l, most+m
		if !counted(w) {
			return 0, 0, false
		}
	}
	return least, most, len(b.pods) > 0 && most > 0
}

// judgeBudget wants a budget to let at least one pod be evicted when all are healthy.
func judgeBudget(s *scope, out *judge) {
	for _, b := range s.budgets() {
		least, most, ok := s.sum(b)
		if !ok || most == 1 {
			continue
		}
		atLeast, first, ok := b.allowed(least)
		atMost, full, _ := b.allowed(most)
		if !ok || atLeast > 0 || least == 0 && atMost > 0 {
			continue
		}
		f := out.about(b.member, b.path(), "no pod may be evicted: %s %s of %d pods", last(b.path()), b.value(), most)
		f.Sum = full
		f.Hint = "Each drain of a node waits until it is broken off. Allow one: maxUnavailable: 1."
		if atMost > 0 {
			f.Severity = Warning
			f.Message = fmt.Sprintf("no pod may be evicted while there are %d, the minimum of the autoscaler", least)
			f.Sum = slices.Concat(first, full)
		}
	}
}

// judgeSingle wants no budget to hold the only pod of a workload.
func judgeSingle(s *scope, out *judge) {
	for _, b := range s.budgets() {
		if _, most, ok := s.sum(b); ok && most == 1 {
			if n, sum, ok := b.allowed(1); ok && n == 0 {
				f := out.about(b.member, b.path(), "the only pod of %s/%s may not be evicted", b.pods[0].kind, b.pods[0].name)
				f.Sum = sum
				f.Hint = "Each drain of its node waits until somebody deletes the pod. Run two, or allow maxUnavailable: 1 and accept the pause."
			}
		}
	}
}

// judgeOverlap wants each pod to be under one budget.
func judgeOverlap(s *scope, out *judge) {
	all := s.budgets()
	for i, b := range all {
		for _, other := range all[:i] {
			if other.Name == b.Name || other.namespace != b.namespace {
				continue
			}
			for _, w := range b.pods {
				if slices.Contains(other.pods, w) && w.kind != "DaemonSet" {
					f := out.about(b.member, "spec.selector", "the pods of %s/%s are under PodDisruptionBudget %s too", w.kind, w.name, other.Name)
					f.Hint = "The API server refuses to evict a pod that has two budgets, so each drain of its node hangs. Remove one, or narrow its selector."
					break
				}
			}
		}
	}
}

// judgeIdle wants a budget to select pods.
func judgeIdle(s *scope, out *judge) {
	for _, b := range s.budgets() {
		matcher, ok := selectorOf(b.spec.Selector)
		if ok && s.selects(b.namespace, matcher) {
			continue
		}
		f := out.about(b.member, "spec.selector", "the budget protects nothing: no pod has its labels")
		f.Sum = []string{"selector: " + printed(b.spec.Selector)}
		f.Hint = "Select the labels of the pod template."
		if s.isDark(b.namespace) {
			f.Severity = Note
			f.Message = "no pod in the repository has the labels that the budget selects"
		}
	}
}

// judgeUncounted wants the disruption controller to be able to count the pods of a budget: it
// asks their owner for a scale, which a Job has not. Only minAvailable as a number needs none.
func judgeUncounted(s *scope, out *judge) {
	for _, b := range s.budgets() {
		if b.spec.MaxUnavailable == nil && (b.spec.MinAvailable == nil || b.spec.MinAvailable.Type == intstr.Int) {
			continue
		}
		if i := slices.IndexFunc(b.pods, func(w *workload) bool { return w.task }); i >= 0 {
			f := out.about(b.member, b.path(), "the pods of %s/%s cannot be counted, so none of the budget may be evicted", b.pods[i].kind, b.pods[i].name)
			f.Hint = "Each drain of a node waits until the job has ended. Say minAvailable as a number, or narrow the selector."
		}
	}
}
