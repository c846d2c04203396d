package schema

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// selected checks the selector of a workload. That it selects the template is for
// reference/selector-without-own-pods to say, and whether a rollout can go on for the codes of
// availability.
func (v *values) selected(selector *metav1.LabelSelector, spec *field.Path) {
	at := spec.Child("selector")
	if selector == nil {
		v.add(at, "the field is required")
		v.hint("Write a selector whose matchLabels are labels of the template.")
		return
	}
	if len(selector.MatchLabels) == 0 && len(selector.MatchExpressions) == 0 {
		v.add(at, "an empty selector is refused: it would select every pod of the namespace")
		return
	}
	v.selector(selector, at)
}

// always checks a template whose pods never end.
func (v *values) always(template *corev1.PodTemplateSpec, at *field.Path) {
	v.template(template, at)
	if template.Spec.ActiveDeadlineSeconds != nil {
		v.add(at.Child("spec", "activeDeadlineSeconds"), "the pods of this kind never end, so they must have no deadline")
	}
}

func (v *values) template(template *corev1.PodTemplateSpec, at *field.Path) {
	v.labelled(&template.ObjectMeta, at.Child("metadata"))
	v.pod(&template.Spec, at.Child("spec"))
}

func (v *values) deployment(s *appsv1.DeploymentSpec, spec *field.Path) {
	v.selected(s.Selector, spec)
	v.always(&s.Template, spec.Child("template"))
	atLeast(v, s.Replicas, 0, spec.Child("replicas"))
	atLeast(v, &s.MinReadySeconds, 0, spec.Child("minReadySeconds"))
	atLeast(v, s.RevisionHistoryLimit, 0, spec.Child("revisionHistoryLimit"))
	at := spec.Child("strategy")
	oneOf(v, s.Strategy.Type, at.Child("type"), appsv1.RecreateDeploymentStrategyType, appsv1.RollingUpdateDeploymentStrategyType)
	if rolling := s.Strategy.RollingUpdate; rolling != nil {
		v.rolling(rolling.MaxUnavailable, rolling.MaxSurge, at.Child("rollingUpdate"))
	}
}

func (v *values) rolling(unavailable, surge *intstr.IntOrString, at *field.Path) {
	v.scaled(unavailable, true, at.Child("maxUnavailable"))
	v.scaled(surge, false, at.Child("maxSurge"))
}

func (v *values) statefulSet(s *appsv1.StatefulSetSpec, spec *field.Path) {
	v.selected(s.Selector, spec)
	v.always(&s.Template, spec.Child("template"))
	atLeast(v, s.Replicas, 0, spec.Child("replicas"))
	atLeast(v, &s.MinReadySeconds, 0, spec.Child("minReadySeconds"))
	oneOf(v, s.PodManagementPolicy, spec.Child("podManagementPolicy"), appsv1.OrderedReadyPodManagement, appsv1.ParallelPodManagement)
	at := spec.Child("updateStrategy")
	oneOf(v, s.UpdateStrategy.Type, at.Child("type"), appsv1.OnDeleteStatefulSetStrategyType, appsv1.RollingUpdateStatefulSetStrategyType)
	if s.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType && s.UpdateStrategy.RollingUpdate != nil {
		v.add(at.Child("rollingUpdate"), "the field must not be there when the type is OnDelete")
	}
}

func (v *values) daemonSet(s *appsv1.DaemonSetSpec, spec *field.Path) {
	v.selected(s.Selector, spec)
	v.always(&s.Template, spec.Child("template"))
	at := spec.Child("updateStrategy")
	oneOf(v, s.UpdateStrategy.Type, at.Child("type"), appsv1.OnDeleteDaemonSetStrategyType, appsv1.RollingUpdateDaemonSetStrategyType)
	if rolling := s.UpdateStrategy.RollingUpdate; rolling != nil {
		v.rolling(rolling.MaxUnavailable, rolling.MaxSurge, at.Child("rollingUpdate"))
	}
}

func (v *values) job(s *batchv1.JobSpec, spec *field.Path) {
	v.template(&s.Template, spec.Child("template"))
	atLeast(v, s.Parallelism, 0, spec.Child("parallelism"))
	atLeast(v, s.Completions, 0, spec.Child("completions"))
	atLeast(v, s.BackoffLimit, 0, spec.Child("backoffLimit"))
	atLeast(v, s.ActiveDeadlineSeconds, 0, spec.Child("activeDeadlineSeconds"))
	atLeast(v, s.TTLSecondsAfterFinished, 0, spec.Child("ttlSecondsAfterFinished"))
	if s.CompletionMode != nil {
		oneOf(v, *s.CompletionMode, spec.Child("completionMode"), batchv1.NonIndexedCompletion, batchv1.IndexedCompletion)
	}
	if s.Selector != nil && (s.ManualSelector == nil || !*s.ManualSelector) {
		v.add(spec.Child("selector"), "the API server makes the selector of a Job itself, and refuses another without manualSelector: true")
	}
}

func (v *values) cronJob(s *batchv1.CronJobSpec, spec *field.Path) {
	v.required(s.Schedule, spec.Child("schedule"))
	oneOf(v, s.ConcurrencyPolicy, spec.Child("concurrencyPolicy"), batchv1.AllowConcurrent, batchv1.ForbidConcurrent, batchv1.ReplaceConcurrent)
	atLeast(v, s.StartingDeadlineSeconds, 0, spec.Child("startingDeadlineSeconds"))
	atLeast(v, s.SuccessfulJobsHistoryLimit, 0, spec.Child("successfulJobsHistoryLimit"))
	atLeast(v, s.FailedJobsHistoryLimit, 0, spec.Child("failedJobsHistoryLimit"))
	v.job(&s.JobTemplate.Spec, spec.Child("jobTemplate", "spec"))
}
