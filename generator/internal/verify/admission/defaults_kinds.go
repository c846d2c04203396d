package admission

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Default fills in what the API server does when it reads an object of a kind. It knows the
// kinds that make pods and those that policies are often about; others stay as they are.
func Default(o runtime.Object) {
	switch o := o.(type) {
	case *corev1.Pod:
		DefaultPod(o)
	case *corev1.ReplicationController:
		or(&o.Spec.Replicas, 1)
		if o.Spec.Template != nil {
			DefaultPodSpec(&o.Spec.Template.Spec)
		}
	case *corev1.PodTemplate:
		DefaultPodSpec(&o.Template.Spec)
	case *appsv1.ReplicaSet:
		or(&o.Spec.Replicas, 1)
		DefaultPodSpec(&o.Spec.Template.Spec)
	case *appsv1.Deployment:
		defaultDeployment(&o.Spec)
	case *appsv1.StatefulSet:
		defaultStatefulSet(&o.Spec)
	case *appsv1.DaemonSet:
		defaultDaemonSet(&o.Spec)
	case *batchv1.Job:
		defaultJob(&o.Spec)
	case *batchv1.CronJob:
		fill(&o.Spec.ConcurrencyPolicy, batchv1.AllowConcurrent)
		or(&o.Spec.Suspend, false)
		or(&o.Spec.SuccessfulJobsHistoryLimit, 3)
		or(&o.Spec.FailedJobsHistoryLimit, 1)
		DefaultPodSpec(&o.Spec.JobTemplate.Spec.Template.Spec)
	case *autoscalingv2.HorizontalPodAutoscaler:
		or(&o.Spec.MinReplicas, 1)
	default:
		defaultOther(o)
	}
}

func defaultOther(o runtime.Object) {
	switch o := o.(type) {
	case *corev1.Service:
		defaultService(&o.Spec)
	case *corev1.Secret:
		fill(&o.Type, corev1.SecretTypeOpaque)
	case *corev1.PersistentVolumeClaim:
		or(&o.Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
		fill(&o.Status.Phase, corev1.ClaimPending)
	case *corev1.Namespace:
		if o.Labels == nil {
			o.Labels = map[string]string{}
		}
		o.Labels[corev1.LabelMetadataName] = o.Name
		o.Spec.Finalizers = []corev1.FinalizerName{corev1.FinalizerKubernetes}
		o.Status.Phase = corev1.NamespaceActive
	case *networkingv1.NetworkPolicy:
		defaultNetworkPolicy(&o.Spec)
	case *rbacv1.RoleBinding:
		defaultBinding(&o.RoleRef, o.Subjects)
	case *rbacv1.ClusterRoleBinding:
		defaultBinding(&o.RoleRef, o.Subjects)
	}
}

func defaultDeployment(s *appsv1.DeploymentSpec) {
	or(&s.Replicas, 1)
	or(&s.RevisionHistoryLimit, 10)
	or(&s.ProgressDeadlineSeconds, 600)
	fill(&s.Strategy.Type, appsv1.RollingUpdateDeploymentStrategyType)
	if s.Strategy.Type == appsv1.RollingUpdateDeploymentStrategyType {
		or(&s.Strategy.RollingUpdate, appsv1.RollingUpdateDeployment{})
		or(&s.Strategy.RollingUpdate.MaxUnavailable, intstr.FromString("25%"))
		or(&s.Strategy.RollingUpdate.MaxSurge, intstr.FromString("25%"))
	}
	DefaultPodSpec(&s.Template.Spec)
}

func defaultStatefulSet(s *appsv1.StatefulSetSpec) {
	or(&s.Replicas, 1)
	or(&s.RevisionHistoryLimit, 10)
	fill(&s.PodManagementPolicy, appsv1.OrderedReadyPodManagement)
	fill(&s.UpdateStrategy.Type, appsv1.RollingUpdateStatefulSetStrategyType)
	if s.UpdateStrategy.Type == appsv1.RollingUpdateStatefulSetStrategyType {
		or(&s.UpdateStrategy.RollingUpdate, appsv1.RollingUpdateStatefulSetStrategy{})
		or(&s.UpdateStrategy.RollingUpdate.Partition, 0)
	}
	or(&s.PersistentVolumeClaimRetentionPolicy, appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{})
	fill(&s.PersistentVolumeClaimRetentionPolicy.WhenDeleted, appsv1.RetainPersistentVolumeClaimRetentionPolicyType)
	fill(&s.PersistentVolumeClaimRetentionPolicy.WhenScaled, appsv1.RetainPersistentVolumeClaimRetentionPolicyType)
	for i := range s.VolumeClaimTemplates {
		or(&s.VolumeClaimTemplates[i].Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
		fill(&s.VolumeClaimTemplates[i].Status.Phase, corev1.ClaimPending)
	}
	DefaultPodSpec(&s.Template.Spec)
}

func defaultDaemonSet(s *appsv1.DaemonSetSpec) {
	or(&s.RevisionHistoryLimit, 10)
	fill(&s.UpdateStrategy.Type, appsv1.RollingUpdateDaemonSetStrategyType)
	if s.UpdateStrategy.Type == appsv1.RollingUpdateDaemonSetStrategyType {
		or(&s.UpdateStrategy.RollingUpdate, appsv1.RollingUpdateDaemonSet{})
		or(&s.UpdateStrategy.RollingUpdate.MaxUnavailable, intstr.FromInt32(1))
		or(&s.UpdateStrategy.RollingUpdate.MaxSurge, intstr.FromInt32(0))
	}
	DefaultPodSpec(&s.Template.Spec)
}

func defaultJob(s *batchv1.JobSpec) {
	if s.Completions == nil && s.Parallelism == nil {
		or(&s.Completions, 1)
	}
	or(&s.Parallelism, 1)
	or(&s.BackoffLimit, 6)
	or(&s.CompletionMode, batchv1.NonIndexedCompletion)
	or(&s.Suspend, false)
	or(&s.ManualSelector, false)
	replacement := batchv1.TerminatingOrFailed
	if s.PodFailurePolicy != nil {
		replacement = batchv1.Failed
	}
	or(&s.PodReplacementPolicy, replacement)
	DefaultPodSpec(&s.Template.Spec)
}

func defaultService(s *corev1.ServiceSpec) {
	fill(&s.SessionAffinity, corev1.ServiceAffinityNone)
	fill(&s.Type, corev1.ServiceTypeClusterIP)
	if s.SessionAffinity == corev1.ServiceAffinityClientIP {
		or(&s.SessionAffinityConfig, corev1.SessionAffinityConfig{})
		or(&s.SessionAffinityConfig.ClientIP, corev1.ClientIPConfig{})
		or(&s.SessionAffinityConfig.ClientIP.TimeoutSeconds, corev1.DefaultClientIPServiceAffinitySeconds)
	}
	for i := range s.Ports {
		fill(&s.Ports[i].Protocol, corev1.ProtocolTCP)
		if s.Ports[i].TargetPort == (intstr.IntOrString{}) || s.Ports[i].TargetPort == intstr.FromString("") {
			s.Ports[i].TargetPort = intstr.FromInt32(s.Ports[i].Port)
		}
	}
	if s.Type != corev1.ServiceTypeExternalName {
		or(&s.InternalTrafficPolicy, corev1.ServiceInternalTrafficPolicyCluster)
	}
	if s.Type == corev1.ServiceTypeNodePort || s.Type == corev1.ServiceTypeLoadBalancer {
		fill(&s.ExternalTrafficPolicy, corev1.ServiceExternalTrafficPolicyCluster)
	}
	if s.Type == corev1.ServiceTypeLoadBalancer {
		or(&s.AllocateLoadBalancerNodePorts, true)
	}
}

func defaultNetworkPolicy(s *networkingv1.NetworkPolicySpec) {
	for _, rule := range s.Ingress {
		defaultPolicyPorts(rule.Ports)
	}
	for _, rule := range s.Egress {
		defaultPolicyPorts(rule.Ports)
	}
	if len(s.PolicyTypes) == 0 {
		s.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(s.Egress) > 0 {
			s.PolicyTypes = append(s.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
}

func defaultPolicyPorts(ports []networkingv1.NetworkPolicyPort) {
	for i := range ports {
		or(&ports[i].Protocol, corev1.ProtocolTCP)
	}
}

func defaultBinding(role *rbacv1.RoleRef, subjects []rbacv1.Subject) {
	fill(&role.APIGroup, rbacv1.GroupName)
	for i := range subjects {
		if subjects[i].Kind == rbacv1.UserKind || subjects[i].Kind == rbacv1.GroupKind {
			fill(&subjects[i].APIGroup, rbacv1.GroupName)
		}
	}
}
