package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// imageMoves reports images that are another one tomorrow.
func imageMoves(t *target, o *repo.Object, out *judge) {
	w := fromTyped(o.Typed)
	if w == nil {
		return
	}
	for list, containers := range containerLists(&w.pod.Spec) {
		for i, c := range containers {
			tag, moves := movingTag(c.Image)
			if !moves {
				continue
			}
			f := out.object(t, o, fmt.Sprintf("%s.%s[%d].image", podSpec(o.Kind), list, i), "the image %s %s: a restart may run another version, and a rollback brings nothing back", c.Image, tag)
			f.Hint = "Write a version, or a digest (image@sha256:…)."
		}
	}
}

// containerLists are the lists of containers of a pod by their field.
func containerLists(pod *corev1.PodSpec) func(yield func(string, []corev1.Container) bool) {
	return func(yield func(string, []corev1.Container) bool) {
		if yield("initContainers", pod.InitContainers) {
			yield("containers", pod.Containers)
		}
	}
}

// movingTag reports whether an image has no tag, or the tag latest.
func movingTag(image string) (says string, moves bool) {
	if image == "" || strings.Contains(image, "@sha256:") || unresolved(image) || strings.ContainsAny(image, "<> ") {
		return "", false
	}
	_, tag, tagged := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	switch {
	case !tagged:
		return "has no tag, which means latest", true
	case tag == "latest":
		return "has the tag latest", true
	}
	return "", false
}

// privilege is a right of a pod on its node.
type privilege struct {
	means string
	// grave says that the pod can take over the node.
	grave bool
}

// graveCapabilities are those that lead to the node.
func graveCapabilities() []corev1.Capability {
	return []corev1.Capability{"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF"}
}

// gravePath matches paths of a node by which a pod takes it over.
var gravePath = regexp.MustCompile(`^/$|\.sock$|^/(etc|root|home|boot|dev|proc|var/lib/(kubelet|docker|containerd|etcd)|etc/kubernetes|var/run|run)(/|$)`)

// privileges are the rights of a workload's pods on their nodes.
func (w *workload) privileges() []privilege {
	var found []privilege
	add := func(there, grave bool, format string, args ...any) {
		if there {
			found = append(found, privilege{fmt.Sprintf(format, args...), grave})
		}
	}
	add(w.pod.Spec.HostPID, true, "hostPID: true")
	add(w.pod.Spec.HostIPC, false, "hostIPC: true")
	add(w.pod.Spec.HostNetwork, false, "hostNetwork: true")
	for _, v := range w.pod.Spec.Volumes {
		if v.HostPath != nil {
			add(true, gravePath.MatchString(v.HostPath.Path) && !w.readsOnly(v.Name), "hostPath: %s", v.HostPath.Path)
		}
	}
	for c := range w.containers() {
		s := c.SecurityContext
		if s == nil {
			continue
		}
		add(s.Privileged != nil && *s.Privileged, true, "container %s is privileged", c.Name)
		if s.Capabilities == nil {
			continue
		}
		for _, capability := range s.Capabilities.Add {
			grave := slices.Contains(graveCapabilities(), corev1.Capability(strings.TrimPrefix(string(capability), "CAP_")))
			add(grave, true, "container %s has the capability %s", c.Name, capability)
		}
	}
	return found
}

// readsOnly reports whether all containers mount a volume read-only.
func (w *workload) readsOnly(volume string) bool {
	for c := range w.containers() {
		for _, m := range c.VolumeMounts {
			if m.Name == volume && !m.ReadOnly {
				return false
			}
		}
	}
	return true
}

// privilegedPod reports pods that can take over their nodes, where no Pod Security level of
// their namespace judges that, and nothing gives a reason.
func privilegedPod(c *cluster, out *judge) {
	for _, w := range c.workloads {
		if n := c.made[w.namespace]; reasoned(w) || n != nil && n.labels[api.EnforceLevelLabel] != "" {
			continue
		}
		found := w.privileges()
		if len(found) == 0 {
			continue
		}
		var lines []string
		grave := false
		for _, p := range found {
			lines = append(lines, p.means)
			grave = grave || p.grave
		}
		f := out.object(c.home[w.object], w.object, podSpec(w.kind), "its pods have rights on their nodes: %s", strings.Join(lines, "; "))
		f.Hint = "Whoever gets into such a pod may get the node, and all pods on it. Remove what it does not need; put it into a namespace with the label pod-security.kubernetes.io/enforce: privileged that holds nothing else."
		if !grave {
			f.Severity = Note
		}
	}
}

// ingressPlain notes Ingresses without TLS.
func ingressPlain(t *target, o *repo.Object, out *judge) {
	ingress, ok := o.Typed.(*networkingv1.Ingress)
	if !ok || len(ingress.Spec.TLS) > 0 || len(ingress.Spec.Rules) == 0 {
		return
	}
	f := out.object(t, o, "spec.rules", "it states no TLS: unless its controller adds that, everybody between can read and change the traffic")
	f.Hint = "Add spec.tls with the hosts and the Secret of the certificate."
}

// openService notes Services that whoever reaches the cluster's addresses can use.
func openService(t *target, o *repo.Object, out *judge) {
	service, ok := o.Typed.(*corev1.Service)
	if !ok || len(service.Spec.LoadBalancerSourceRanges) > 0 || internal(o) {
		return
	}
	switch service.Spec.Type {
	case corev1.ServiceTypeLoadBalancer:
		f := out.object(t, o, "spec.type", "its load balancer takes connections from everywhere")
		f.Hint = "Set spec.loadBalancerSourceRanges, or your cloud's annotation for internal load balancers."
	case corev1.ServiceTypeNodePort:
		f := out.object(t, o, "spec.type", "whoever reaches a node reaches this Service")
		f.Hint = "Use a Service of type ClusterIP behind an Ingress or a Gateway."
	}
}

// internal reports whether an annotation of a cloud makes a load balancer internal.
func internal(o *repo.Object) bool {
	for name, value := range o.Annotations {
		if strings.Contains(name, "internal") && value != "false" || strings.Contains(name, "load-balancer") && strings.EqualFold(value, "internal") || strings.Contains(name, "source-ranges") {
			return true
		}
	}
	return false
}
