// Package admission judges objects as the API server's admission does, in process and without
// a client: it fills in the defaults of the API and asks the ValidatingAdmissionPolicies of a
// repository with the API server's own CEL. It knows nothing of repositories: its input is
// objects, and what it cannot know is part of its answer.
package admission

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// or fills in a pointer that is nil.
func or[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

// fill fills in a field that has its zero value.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// DefaultPodSpec fills in what the API server does in the spec of each pod and template.
func DefaultPodSpec(s *corev1.PodSpec) {
	fill(&s.DNSPolicy, corev1.DNSClusterFirst)
	fill(&s.RestartPolicy, corev1.RestartPolicyAlways)
	fill(&s.SchedulerName, corev1.DefaultSchedulerName)
	or(&s.TerminationGracePeriodSeconds, corev1.DefaultTerminationGracePeriodSeconds)
	or(&s.SecurityContext, corev1.PodSecurityContext{})
	fill(&s.DeprecatedServiceAccount, s.ServiceAccountName)
	fill(&s.ServiceAccountName, s.DeprecatedServiceAccount)
	for i := range s.Volumes {
		defaultVolume(&s.Volumes[i])
	}
	for i := range s.InitContainers {
		defaultContainer(&s.InitContainers[i])
	}
	for i := range s.Containers {
		defaultContainer(&s.Containers[i])
	}
	for i := range s.EphemeralContainers {
		c := corev1.Container(s.EphemeralContainers[i].EphemeralContainerCommon)
		defaultContainer(&c)
		s.EphemeralContainers[i].EphemeralContainerCommon = corev1.EphemeralContainerCommon(c)
	}
}

// defaultVolume makes an empty folder of a volume without a source.
func defaultVolume(v *corev1.Volume) {
	const readable = 0o644
	switch s := &v.VolumeSource; {
	case *s == corev1.VolumeSource{}:
		s.EmptyDir = &corev1.EmptyDirVolumeSource{}
	case s.Secret != nil:
		or(&s.Secret.DefaultMode, readable)
	case s.ConfigMap != nil:
		or(&s.ConfigMap.DefaultMode, readable)
	case s.DownwardAPI != nil:
		or(&s.DownwardAPI.DefaultMode, readable)
		for i := range s.DownwardAPI.Items {
			defaultFieldRef(s.DownwardAPI.Items[i].FieldRef)
		}
	case s.HostPath != nil:
		or(&s.HostPath.Type, corev1.HostPathUnset)
	case s.Projected != nil:
		or(&s.Projected.DefaultMode, readable)
		for i := range s.Projected.Sources {
			if token := s.Projected.Sources[i].ServiceAccountToken; token != nil {
				or(&token.ExpirationSeconds, 60*60)
			}
		}
	case s.Ephemeral != nil && s.Ephemeral.VolumeClaimTemplate != nil:
		or(&s.Ephemeral.VolumeClaimTemplate.Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
	}
}

func defaultFieldRef(ref *corev1.ObjectFieldSelector) {
	if ref != nil {
		fill(&ref.APIVersion, "v1")
	}
}

func defaultContainer(c *corev1.Container) {
	fill(&c.ImagePullPolicy, pullPolicy(c.Image))
	fill(&c.TerminationMessagePath, corev1.TerminationMessagePathDefault)
	fill(&c.TerminationMessagePolicy, corev1.TerminationMessageReadFile)
	for i := range c.Ports {
		fill(&c.Ports[i].Protocol, corev1.ProtocolTCP)
	}
	for i := range c.Env {
		if from := c.Env[i].ValueFrom; from != nil {
			defaultFieldRef(from.FieldRef)
		}
	}
	for _, probe := range []*corev1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
		defaultProbe(probe)
	}
	if c.Lifecycle == nil {
		return
	}
	for _, hook := range []*corev1.LifecycleHandler{c.Lifecycle.PostStart, c.Lifecycle.PreStop} {
		if hook != nil {
			defaultRequest(hook.HTTPGet)
		}
	}
}

func defaultProbe(p *corev1.Probe) {
	if p == nil {
		return
	}
	fill(&p.TimeoutSeconds, 1)
	fill(&p.PeriodSeconds, 10)
	fill(&p.SuccessThreshold, 1)
	fill(&p.FailureThreshold, 3)
	defaultRequest(p.HTTPGet)
	if p.GRPC != nil {
		or(&p.GRPC.Service, "")
	}
}

func defaultRequest(get *corev1.HTTPGetAction) {
	if get != nil {
		fill(&get.Path, "/")
		fill(&get.Scheme, corev1.URISchemeHTTP)
	}
}

// pullPolicy is Always for an image whose tag is latest, written or not, and that has no digest.
func pullPolicy(image string) corev1.PullPolicy {
	name, _, digest := strings.Cut(image, "@")
	last := name[strings.LastIndex(name, "/")+1:]
	_, tag, tagged := strings.Cut(last, ":")
	if !digest && (!tagged || tag == "latest") {
		return corev1.PullAlways
	}
	return corev1.PullIfNotPresent
}

// DefaultPod fills in a pod, which has more defaults than a template.
func DefaultPod(p *corev1.Pod) {
	DefaultPodSpec(&p.Spec)
	or(&p.Spec.EnableServiceLinks, corev1.DefaultEnableServiceLinks)
	for _, list := range [][]corev1.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			requestLimits(&list[i].Resources)
			if p.Spec.HostNetwork {
				hostPorts(list[i].Ports)
			}
		}
	}
	if p.Spec.Resources != nil {
		requestLimits(p.Spec.Resources)
	}
}

// requestLimits requests what is limited and not requested.
func requestLimits(r *corev1.ResourceRequirements) {
	for name, limit := range r.Limits {
		if _, found := r.Requests[name]; !found {
			if r.Requests == nil {
				r.Requests = corev1.ResourceList{}
			}
			r.Requests[name] = limit.DeepCopy()
		}
	}
}

// hostPorts gives a pod in its node's network the same ports there.
func hostPorts(ports []corev1.ContainerPort) {
	for i := range ports {
		fill(&ports[i].HostPort, ports[i].ContainerPort)
	}
}
