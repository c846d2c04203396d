package schema

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"
)

func (v *values) job(s *batchv1.JobSpec, spec *field.Path) {
	v.template(&s.Template, spec.Child("template"))
	atLeast(v, s.Parallelism, 0, spec.Child("parallelism"))
	atLeast(v, s.Completions, 0, spec.Child("completions"))
	atLeast(v, s.BackoffLimit, 0, spec.Child("backoffLimit"))
	atLeast(v, s.ActiveDeadlineSeconds, 0, spec.Child("activeDeadlineSeconds"))
	atLeast(v, s.TTLSecondsAfterFinished, 0, spec.Child("ttlSecondsAfterFinished"))
	v.indexed(s, spec)
	v.failures(s, spec)
	if s.ManagedBy != nil {
		v.errors(validation.IsDomainPrefixedPath(spec.Child("managedBy"), *s.ManagedBy))
	}
	if s.PodReplacementPolicy != nil {
		chosen(v, *s.PodReplacementPolicy, spec.Child("podReplacementPolicy"), batchv1.TerminatingOrFailed, batchv1.Failed)
	}
}

// madeSelector checks the selector of a Job that does not ask for one of its own. The API server adds the identity of
// the Job to it, so what is there already has to fit no more than that.
func (v *values) madeSelector(o *batchv1.Job, spec *field.Path) {
	if o.Spec.Selector == nil || ptr.Deref(o.Spec.ManualSelector, false) {
		return
	}
	selector, err := metav1.LabelSelectorAsSelector(o.Spec.Selector)
	given := labels.Set{batchv1.JobNameLabel: o.Name, "job-name": o.Name, batchv1.ControllerUidLabel: "", "controller-uid": ""}
	if err != nil || !selector.Matches(given) {
		v.add(spec.Child("selector"), "the API server makes the selector of a Job itself, and refuses another without manualSelector: true")
	}
}

// mostParallel is how many pods a Job with indices has at once.
const mostParallel = 100_000

// indexed checks the fields that take indices.
func (v *values) indexed(s *batchv1.JobSpec, spec *field.Path) {
	mode := ptr.Deref(s.CompletionMode, batchv1.NonIndexedCompletion)
	chosen(v, mode, spec.Child("completionMode"), batchv1.NonIndexedCompletion, batchv1.IndexedCompletion)
	atLeast(v, s.BackoffLimitPerIndex, 0, spec.Child("backoffLimitPerIndex"))
	atLeast(v, s.MaxFailedIndexes, 0, spec.Child("maxFailedIndexes"))
	if s.MaxFailedIndexes != nil && s.BackoffLimitPerIndex == nil {
		v.add(spec.Child("maxFailedIndexes"), "the field takes backoffLimitPerIndex beside it")
	}
	if mode == batchv1.IndexedCompletion {
		between(v, s.Parallelism, 0, mostParallel, spec.Child("parallelism"))
		if s.Completions == nil {
			v.add(spec.Child("completions"), "the field is required with completionMode: Indexed")
		} else if s.MaxFailedIndexes != nil && *s.MaxFailedIndexes > *s.Completions {
			v.add(spec.Child("maxFailedIndexes"), "the value is %d, and it must not be more than completions, %d", *s.MaxFailedIndexes, *s.Completions)
		}
		return
	}
	for _, part := range []struct {
		name  string
		there bool
	}{{"backoffLimitPerIndex", s.BackoffLimitPerIndex != nil}, {"maxFailedIndexes", s.MaxFailedIndexes != nil}, {"successPolicy", s.SuccessPolicy != nil}} {
		if part.there {
			v.add(spec.Child(part.name), "the field takes completionMode: Indexed")
		}
	}
}

// failures checks what a Job does when pods fail.
func (v *values) failures(s *batchv1.JobSpec, spec *field.Path) {
	if s.PodFailurePolicy == nil {
		return
	}
	if policy := s.Template.Spec.RestartPolicy; policy == corev1.RestartPolicyOnFailure {
		v.add(spec.Child("podFailurePolicy"), "the field takes restartPolicy: Never in the template, which has %s", policy)
	}
	if policy := s.PodReplacementPolicy; policy != nil && *policy != batchv1.Failed {
		v.add(spec.Child("podReplacementPolicy"), "the value is %s, and with a podFailurePolicy it must be %s", *policy, batchv1.Failed)
	}
	for i := range s.PodFailurePolicy.Rules {
		r, at := &s.PodFailurePolicy.Rules[i], spec.Child("podFailurePolicy", "rules").Index(i)
		chosen(v, r.Action, at.Child("action"), batchv1.PodFailurePolicyActionFailJob, batchv1.PodFailurePolicyActionFailIndex, batchv1.PodFailurePolicyActionIgnore, batchv1.PodFailurePolicyActionCount)
		if (r.OnExitCodes == nil) == (len(r.OnPodConditions) == 0) {
			v.add(at, "the rule needs either onExitCodes or onPodConditions")
		}
		v.exitCodes(r.OnExitCodes, &s.Template.Spec, at.Child("onExitCodes"))
		for j, c := range r.OnPodConditions {
			here := at.Child("onPodConditions").Index(j)
			v.reasons(string(c.Type), validation.IsQualifiedName(string(c.Type)), here.Child("type"))
			oneOf(v, c.Status, here.Child("status"), corev1.ConditionTrue, corev1.ConditionFalse, corev1.ConditionUnknown)
		}
	}
}

func (v *values) exitCodes(r *batchv1.PodFailurePolicyOnExitCodesRequirement, pod *corev1.PodSpec, at *field.Path) {
	if r == nil {
		return
	}
	chosen(v, r.Operator, at.Child("operator"), batchv1.PodFailurePolicyOnExitCodesOpIn, batchv1.PodFailurePolicyOnExitCodesOpNotIn)
	named := func(c corev1.Container) bool { return c.Name == *r.ContainerName }
	if r.ContainerName != nil && !slices.ContainsFunc(slices.Concat(pod.InitContainers, pod.Containers), named) {
		v.add(at.Child("containerName"), "the pod has no container %q", *r.ContainerName)
	}
	sorted := slices.Sorted(slices.Values(r.Values))
	switch {
	case len(r.Values) == 0:
		v.add(at.Child("values"), "the field is required")
	case !slices.Equal(r.Values, sorted) || len(slices.Compact(sorted)) < len(r.Values):
		v.add(at.Child("values"), "the values must be in order, and stand once")
	case r.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn && slices.Contains(r.Values, 0):
		v.add(at.Child("values"), "0 means success, and the operator In must not have it")
	}
}

func (v *values) cronJob(s *batchv1.CronJobSpec, spec *field.Path) {
	v.required(s.Schedule, spec.Child("schedule"))
	oneOf(v, s.ConcurrencyPolicy, spec.Child("concurrencyPolicy"), batchv1.AllowConcurrent, batchv1.ForbidConcurrent, batchv1.ReplaceConcurrent)
	atLeast(v, s.StartingDeadlineSeconds, 0, spec.Child("startingDeadlineSeconds"))
	atLeast(v, s.SuccessfulJobsHistoryLimit, 0, spec.Child("successfulJobsHistoryLimit"))
	atLeast(v, s.FailedJobsHistoryLimit, 0, spec.Child("failedJobsHistoryLimit"))
	at := spec.Child("jobTemplate", "spec")
	v.job(&s.JobTemplate.Spec, at)
	if s.JobTemplate.Spec.Selector != nil {
		v.add(at.Child("selector"), "the Jobs of a CronJob get their selectors from the API server, which refuses another")
	}
	if ptr.Deref(s.JobTemplate.Spec.ManualSelector, false) {
		v.add(at.Child("manualSelector"), "the value is true, and the Jobs of a CronJob get their selectors from the API server")
	}
}
