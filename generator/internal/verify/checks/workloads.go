package checks

import (
	"fmt"
	"iter"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// workload is any object that makes pods.
type workload struct {
	kind, namespace, name string
	selector              *metav1.LabelSelector
	pod                   corev1.PodTemplateSpec
	replicas              *int32
	object                *repo.Object
	// surge is how many pods more than replicas a rollout may make.
	surge *intstr.IntOrString
	// task says that the pods end by themselves.
	task bool
}

func workloads(objects []*repo.Object) []*workload {
	var found []*workload
	for _, o := range objects {
		w := fromTyped(o.Typed)
		if w != nil {
			w.kind, w.namespace, w.name, w.object = o.Kind, o.Namespace, o.Name, o
			found = append(found, w)
		}
	}
	return found
}

func fromTyped(typed any) *workload {
	switch o := typed.(type) {
	case *appsv1.Deployment:
		return &workload{selector: o.Spec.Selector, pod: o.Spec.Template, replicas: o.Spec.Replicas, surge: surge(o.Spec.Strategy)}
	case *appsv1.StatefulSet:
		return &workload{selector: o.Spec.Selector, pod: o.Spec.Template, replicas: o.Spec.Replicas}
	case *appsv1.DaemonSet:
		w := &workload{selector: o.Spec.Selector, pod: o.Spec.Template}
		if rolling := o.Spec.UpdateStrategy.RollingUpdate; rolling != nil {
			w.surge = rolling.MaxSurge
		}
		return w
	case *appsv1.ReplicaSet:
		return &workload{selector: o.Spec.Selector, pod: o.Spec.Template, replicas: o.Spec.Replicas}
	case *corev1.ReplicationController:
		if o.Spec.Template == nil {
			return nil
		}
		return &workload{selector: &metav1.LabelSelector{MatchLabels: o.Spec.Selector}, pod: *o.Spec.Template, replicas: o.Spec.Replicas}
	case *batchv1.Job:
		return &workload{pod: o.Spec.Template, replicas: o.Spec.Parallelism, task: true}
	case *batchv1.CronJob:
		return &workload{pod: o.Spec.JobTemplate.Spec.Template, replicas: o.Spec.JobTemplate.Spec.Parallelism, task: true}
	case *repo.Rollout:
		if o.Spec.WorkloadRef != nil { // the pods are those of another object
			return nil
		}
		return &workload{selector: o.Spec.Selector, pod: o.Spec.Template, replicas: o.Spec.Replicas}
	case *repo.DeploymentConfig:
		return &workload{selector: &metav1.LabelSelector{MatchLabels: o.Spec.Selector}, pod: ptr.Deref(o.Spec.Template, corev1.PodTemplateSpec{}), replicas: o.Spec.Replicas}
	case *corev1.Pod:
		return &workload{pod: corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}}
	}
	return nil
}

// surge is 25 % where a rolling update does not say.
func surge(strategy appsv1.DeploymentStrategy) *intstr.IntOrString {
	if strategy.Type == appsv1.RecreateDeploymentStrategyType {
		return nil
	}
	if strategy.RollingUpdate == nil || strategy.RollingUpdate.MaxSurge == nil {
		quarter := intstr.FromString("25%")
		return &quarter
	}
	return strategy.RollingUpdate.MaxSurge
}

// containers are all containers of the pod, init containers first.
func (w *workload) containers() iter.Seq[*corev1.Container] {
	return func(yield func(*corev1.Container) bool) {
		for _, list := range [][]corev1.Container{w.pod.Spec.InitContainers, w.pod.Spec.Containers} {
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

func (w *workload) labels() labels.Set { return w.pod.Labels }

// placed is a container of a pod with its path in the object.
type placed struct {
	*corev1.Container
	path string
	// sidecar says that it is an init container that goes on running; initial that it ends.
	sidecar, initial bool
}

// located are all containers of the pod with their paths, init containers first.
func (w *workload) located() []placed {
	var found []placed
	for i := range w.pod.Spec.InitContainers {
		c := &w.pod.Spec.InitContainers[i]
		sidecar := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		found = append(found, placed{c, fmt.Sprintf("%s.initContainers[%d]", w.podPath(), i), sidecar, !sidecar})
	}
	for i := range w.pod.Spec.Containers {
		found = append(found, placed{&w.pod.Spec.Containers[i], fmt.Sprintf("%s.containers[%d]", w.podPath(), i), false, false})
	}
	return found
}

// hasPort reports whether a container of the pod listens on a port, by name or number.
func (w *workload) hasPort(port intstr.IntOrString, protocol corev1.Protocol) bool {
	for c := range w.containers() {
		if hasPort(c, port, protocol) {
			return true
		}
	}
	return false
}

func hasPort(c *corev1.Container, port intstr.IntOrString, protocol corev1.Protocol) bool {
	for _, p := range c.Ports {
		same := p.Name == port.StrVal
		if port.Type == intstr.Int {
			same = p.ContainerPort == port.IntVal
		}
		if same && orTCP(p.Protocol) == orTCP(protocol) {
			return true
		}
	}
	return false
}

func orTCP(protocol corev1.Protocol) corev1.Protocol {
	if protocol == "" {
		return corev1.ProtocolTCP
	}
	return protocol
}

// selection is a selector as it is used in a namespace.
type selection struct {
	namespace string
	selector  *metav1.LabelSelector
}

// selected are the workloads of a namespace whose pods a selector matches. A selector
// that cannot be read matches none.
func (t *target) selected(namespace string, selector *metav1.LabelSelector) []*workload {
	// Most selectors are asked about many times: all edges between all workloads.
	key := selection{namespace, selector}
	if found, known := t.selections[key]; known {
		return found
	}
	matcher, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return nil
	}
	var found []*workload
	for _, w := range t.workloads {
		if w.namespace == namespace && matcher.Matches(w.labels()) {
			found = append(found, w)
		}
	}
	t.selections[key] = found
	return found
}

// checkResources wants requests and limits of every container, and requests that do
// not exceed them.
func checkResources(t *target, out *report) {
	for _, w := range t.workloads {
		for c := range w.containers() {
			at := t.at(w.kind, w.namespace, w.name)
			for _, name := range t.bounded(w) {
				request, requested := c.Resources.Requests[name]
				limit, limited := c.Resources.Limits[name]
				if !requested || !limited {
					out.add("%s: container %s has no request or no limit of %s", at, c.Name, name)
				} else if request.Cmp(limit) > 0 || request.Sign() <= 0 {
					out.add("%s: container %s requests %s of %s with a limit of %s", at, c.Name, &request, name, &limit)
				}
			}
		}
	}
}

// bounded are the resources of which containers have a request and a limit.
func (t *target) bounded(w *workload) []corev1.ResourceName {
	names := []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory}
	if t.production() && t.own(w) {
		names = append(names, corev1.ResourceEphemeralStorage)
	}
	return names
}

// checkProbes wants readiness and liveness probes on the main container of what serves,
// and every probe and hook to use a port that its container has.
func checkProbes(t *target, out *report) {
	for _, w := range t.workloads {
		at := t.at(w.kind, w.namespace, w.name)
		for c := range w.containers() {
			for name, handler := range handlers(c) {
				port, ok := handlerPort(handler)
				if ok && !hasPort(c, port, corev1.ProtocolTCP) {
					out.add("%s: the %s of container %s uses port %s, which it does not have", at, name, c.Name, port.String())
				}
			}
		}
		if len(w.pod.Spec.Containers) == 0 {
			out.add("%s has no container", at)
			continue
		}
		main := w.pod.Spec.Containers[0]
		if len(main.Ports) > 0 && !w.task && (main.ReadinessProbe == nil || main.LivenessProbe == nil) {
			out.add("%s: container %s has ports but no readiness or no liveness probe", at, main.Name)
		}
		if t.production() && t.own(w) && !w.task && main.ReadinessProbe == nil && main.LivenessProbe == nil && w.object.Annotations[noProbes] == "" {
			out.add("%s: container %s has no probe, and nothing says why", at, main.Name)
		}
		if sameHandler(&main) && patience(main.LivenessProbe) <= patience(main.ReadinessProbe) {
			out.add("%s: container %s is killed no later than it is taken out of the Service", at, main.Name)
		}
	}
}

// sameHandler reports whether liveness asks what readiness asks, on the same port.
func sameHandler(c *corev1.Container) bool {
	if c.ReadinessProbe == nil || c.LivenessProbe == nil {
		return false
	}
	ready, live := c.ReadinessProbe.ProbeHandler, c.LivenessProbe.ProbeHandler
	readyPort, hasReady := handlerPort(ready)
	livePort, hasLive := handlerPort(live)
	if !hasReady || !hasLive || number(c, readyPort) != number(c, livePort) {
		return false
	}
	if ready.HTTPGet != nil && live.HTTPGet != nil {
		return ready.HTTPGet.Path == live.HTTPGet.Path
	}
	return ready.TCPSocket != nil && live.TCPSocket != nil
}

// number is the number of a port of a container.
func number(c *corev1.Container, port intstr.IntOrString) int32 {
	for _, p := range c.Ports {
		if p.Name == port.StrVal {
			return p.ContainerPort
		}
	}
	return port.IntVal
}

// patience is how many seconds a probe fails before it has an effect.
func patience(p *corev1.Probe) int32 {
	period, failures := p.PeriodSeconds, p.FailureThreshold
	if period == 0 {
		period = 10
	}
	if failures == 0 {
		failures = 3
	}
	return period * failures
}

// handlers are the probes and hooks of a container.
func handlers(c *corev1.Container) map[string]corev1.ProbeHandler {
	found := map[string]corev1.ProbeHandler{}
	for name, probe := range map[string]*corev1.Probe{"startup probe": c.StartupProbe, "readiness probe": c.ReadinessProbe, "liveness probe": c.LivenessProbe} {
		if probe != nil {
			found[name] = probe.ProbeHandler
		}
	}
	if c.Lifecycle != nil && c.Lifecycle.PreStop != nil {
		found["preStop hook"] = corev1.ProbeHandler{HTTPGet: c.Lifecycle.PreStop.HTTPGet}
	}
	if c.Lifecycle != nil && c.Lifecycle.PostStart != nil {
		found["postStart hook"] = corev1.ProbeHandler{HTTPGet: c.Lifecycle.PostStart.HTTPGet}
	}
	return found
}

func handlerPort(handler corev1.ProbeHandler) (intstr.IntOrString, bool) {
	switch {
	case handler.HTTPGet != nil:
		return handler.HTTPGet.Port, true
	case handler.TCPSocket != nil:
		return handler.TCPSocket.Port, true
	case handler.GRPC != nil:
		return intstr.FromInt32(handler.GRPC.Port), true
	}
	return intstr.IntOrString{}, false
}
