package schema

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
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
	atLeast(v, s.RevisionHistoryLimit, 0, spec.Child("revisionHistoryLimit"))
	if s.Ordinals != nil {
		atLeast(v, &s.Ordinals.Start, 0, spec.Child("ordinals", "start"))
	}
	v.retention(s.PersistentVolumeClaimRetentionPolicy, spec.Child("persistentVolumeClaimRetentionPolicy"))
	for i := range s.VolumeClaimTemplates {
		v.claim(&s.VolumeClaimTemplates[i].Spec, spec.Child("volumeClaimTemplates").Index(i).Child("spec"))
	}
	if s.ServiceName != "" && v.since("1.36") {
		v.reasons(s.ServiceName, validation.IsDNS1123Label(s.ServiceName), spec.Child("serviceName"))
	}
	oneOf(v, s.PodManagementPolicy, spec.Child("podManagementPolicy"), appsv1.OrderedReadyPodManagement, appsv1.ParallelPodManagement)
	at := spec.Child("updateStrategy")
	oneOf(v, s.UpdateStrategy.Type, at.Child("type"), appsv1.OnDeleteStatefulSetStrategyType, appsv1.RollingUpdateStatefulSetStrategyType)
	if s.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType && s.UpdateStrategy.RollingUpdate != nil {
		v.add(at.Child("rollingUpdate"), "the field must not be there when the type is OnDelete")
	}
	if rolling := s.UpdateStrategy.RollingUpdate; rolling != nil {
		atLeast(v, rolling.Partition, 0, at.Child("rollingUpdate", "partition"))
		if v.since("1.37") {
			v.scaled(rolling.MaxUnavailable, true, at.Child("rollingUpdate", "maxUnavailable"))
		}
	}
}

func (v *values) retention(p *appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy, at *field.Path) {
	if p == nil {
		return
	}
	oneOf(v, p.WhenDeleted, at.Child("whenDeleted"), appsv1.RetainPersistentVolumeClaimRetentionPolicyType, appsv1.DeletePersistentVolumeClaimRetentionPolicyType)
	oneOf(v, p.WhenScaled, at.Child("whenScaled"), appsv1.RetainPersistentVolumeClaimRetentionPolicyType, appsv1.DeletePersistentVolumeClaimRetentionPolicyType)
}

func (v *values) daemonSet(s *appsv1.DaemonSetSpec, spec *field.Path) {
	v.selected(s.Selector, spec)
	v.always(&s.Template, spec.Child("template"))
	atLeast(v, &s.MinReadySeconds, 0, spec.Child("minReadySeconds"))
	atLeast(v, s.RevisionHistoryLimit, 0, spec.Child("revisionHistoryLimit"))
	at := spec.Child("updateStrategy")
	oneOf(v, s.UpdateStrategy.Type, at.Child("type"), appsv1.OnDeleteDaemonSetStrategyType, appsv1.RollingUpdateDaemonSetStrategyType)
	if rolling := s.UpdateStrategy.RollingUpdate; rolling != nil {
		v.rolling(rolling.MaxUnavailable, rolling.MaxSurge, at.Child("rollingUpdate"))
	}
}
