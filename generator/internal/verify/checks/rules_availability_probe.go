package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// probed is a probe or hook of a container with its field.
type probed struct {
	field   string
	probe   *corev1.Probe
	handler corev1.ProbeHandler
}

// asks are the probes and hooks of a container, in order.
func asks(c *corev1.Container) []probed {
	var found []probed
	for _, p := range []probed{{field: "startupProbe", probe: c.StartupProbe}, {field: "readinessProbe", probe: c.ReadinessProbe}, {field: "livenessProbe", probe: c.LivenessProbe}} {
		if p.probe != nil {
			p.handler = p.probe.ProbeHandler
			found = append(found, p)
		}
	}
	if c.Lifecycle == nil {
		return found
	}
	for _, hook := range []struct {
		field   string
		handler *corev1.LifecycleHandler
	}{{"lifecycle.postStart", c.Lifecycle.PostStart}, {"lifecycle.preStop", c.Lifecycle.PreStop}} {
		if hook.handler != nil {
			found = append(found, probed{field: hook.field, handler: corev1.ProbeHandler{HTTPGet: hook.handler.HTTPGet}})
		}
	}
	return found
}

// eachContainer runs a rule on the containers of all workloads that can be read.
func eachContainer(rule func(*scope, *workload, placed, *judge)) func(*world, *judge) {
	return inScopes(func(s *scope, out *judge) {
		for _, w := range s.workloads {
			for _, c := range w.located() {
				if w.object.Malformed == nil {
					rule(s, w, c, out)
				}
			}
		}
	})
}

// container reports something about a field of a container.
func (j *judge) container(s *scope, w *workload, c placed, path, format string, args ...any) *Finding {
	return j.object(s.targetOf(w), w.object, c.path+"."+path, format, args...)
}

// judgeProbePort wants a probe to name a port that its container has. A number needs no
// declaration.
func judgeProbePort(s *scope, w *workload, c placed, out *judge) {
	for _, p := range asks(c.Container) {
		port, ok := handlerPort(p.handler)
		if !ok || port.Type != intstr.String || isNumber(port.StrVal) || hasPort(c.Container, port, corev1.ProtocolTCP) || hasPort(c.Container, port, corev1.ProtocolUDP) {
			continue
		}
		f := out.container(s, w, c, p.field, "%s of container %s asks port %q, which the container does not have", p.field, c.Name, port.StrVal)
		f.Sum = []string{"ports of the container: " + portNames(c.Container)}
		f.Hint = "The kubelet finds no such port, so the probe never succeeds. Name the port of the container, or say its number."
	}
}

func isNumber(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil
}

// portNames are the ports of a container as a list.
func portNames(c *corev1.Container) string {
	if len(c.Ports) == 0 {
		return "none"
	}
	var all []string
	for _, p := range c.Ports {
		text := strconv.Itoa(int(p.ContainerPort))
		if p.Name != "" {
			text += " (" + p.Name + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// judgeProbe wants the API server to accept each probe.
func judgeProbe(s *scope, w *workload, c placed, out *judge) {
	for _, p := range asks(c.Container) {
		if p.probe == nil {
			continue
		}
		ways := 0
		for _, set := range []bool{p.handler.Exec != nil, p.handler.HTTPGet != nil, p.handler.TCPSocket != nil, p.handler.GRPC != nil} {
			if set {
				ways++
			}
		}
		switch {
		case ways == 0:
			out.container(s, w, c, p.field, "%s of container %s asks nothing", p.field, c.Name).Hint = "The API server refuses the object. Say httpGet, tcpSocket, grpc or exec."
		case ways > 1:
			out.container(s, w, c, p.field, "%s of container %s asks in %d ways", p.field, c.Name, ways).Hint = "The API server refuses the object. Keep one: a patch removes the other with null."
		case p.field != "readinessProbe" && p.probe.SuccessThreshold > 1:
			out.container(s, w, c, p.field+".successThreshold", "successThreshold of %s is %d: it must be 1", p.field, p.probe.SuccessThreshold).Hint = "The API server refuses the object. Remove the field."
		case c.initial:
			out.container(s, w, c, p.field, "init container %s has %s, and ends before anything could ask", c.Name, p.field).Hint = "The API server refuses the object. Remove the probe, or make it a sidecar with restartPolicy: Always."
		}
	}
}

// judgeLiveness wants a container to be taken out of the Service before it is killed.
func judgeLiveness(s *scope, w *workload, c placed, out *judge) {
	if !sameHandler(c.Container) || patience(c.LivenessProbe) > patience(c.ReadinessProbe) {
		return
	}
	f := out.container(s, w, c, "livenessProbe", "container %s is restarted no later than it is taken out of its Service", c.Name)
	f.Sum = []string{"liveness:  " + patienceSum(c.LivenessProbe), "readiness: " + patienceSum(c.ReadinessProbe)}
	if patience(c.LivenessProbe) == patience(c.ReadinessProbe) {
		f.Severity = Note // Whether the answer says more than that the process lives is not known.
	}
	f.Hint = "Under load, the kubelet restarts pods that only need a pause, and the rest get their requests. Give liveness more failures than readiness, or let it ask something that only a dead process fails."
}

func patienceSum(p *corev1.Probe) string {
	total := patience(p)
	period := p.PeriodSeconds
	if period == 0 {
		period = 10
	}
	return fmt.Sprintf("%d s x %d failures = %d s", period, total/period, total)
}

// judgeStartup wants a Deployment to wait for its containers as long as their startup probes.
func judgeStartup(s *scope, w *workload, c placed, out *judge) {
	d, ok := w.object.Typed.(*appsv1.Deployment)
	if !ok || c.StartupProbe == nil {
		return
	}
	deadline, budget := ptr.Deref(d.Spec.ProgressDeadlineSeconds, 600), c.StartupProbe.InitialDelaySeconds+patience(c.StartupProbe)
	if deadline > budget {
		return
	}
	f := out.container(s, w, c, "startupProbe", "container %s may take %d s to start, and the Deployment fails after %d", c.Name, budget, deadline)
	f.Sum = []string{fmt.Sprintf("initialDelaySeconds %d + %s", c.StartupProbe.InitialDelaySeconds, patienceSum(c.StartupProbe)), fmt.Sprintf("progressDeadlineSeconds %d", deadline)}
	f.Hint = "Argo CD calls the Application Degraded while the container still starts. Raise progressDeadlineSeconds above the sum."
}

// sleep is a command that only waits.
var sleep = regexp.MustCompile(`(?:^|[\s;/])sleep\s+(\d+)s?(?:\s|;|&|$)`)

// judgeGrace wants the time that a pod gets to end to be more than its preStop hook waits.
func judgeGrace(s *scope, w *workload, c placed, out *judge) {
	wait := waits(c.Container)
	grace := ptr.Deref(w.pod.Spec.TerminationGracePeriodSeconds, 30)
	if wait == 0 || wait < grace {
		return
	}
	f := out.container(s, w, c, "lifecycle.preStop", "the preStop hook of container %s waits %d s, and the pod gets %d s to end", c.Name, wait, grace)
	f.Sum = []string{fmt.Sprintf("terminationGracePeriodSeconds %d - %d = %d s for the container itself", grace, wait, grace-wait)}
	f.Hint = "The kubelet kills the container before it has heard that it should end. Raise terminationGracePeriodSeconds above the wait."
	if c.Lifecycle.PreStop.Sleep != nil && wait > grace {
		f.Severity = Error
		f.Hint = "The API server refuses the object. Raise terminationGracePeriodSeconds above the wait."
	}
}

// waits is how many seconds a preStop hook waits; 0 when that is not known.
func waits(c *corev1.Container) int64 {
	if c.Lifecycle == nil || c.Lifecycle.PreStop == nil {
		return 0
	}
	if hook := c.Lifecycle.PreStop.Sleep; hook != nil {
		return hook.Seconds
	}
	if c.Lifecycle.PreStop.Exec == nil {
		return 0
	}
	total := int64(0)
	command := c.Lifecycle.PreStop.Exec.Command
	for i, argument := range command {
		if i > 0 && (command[i-1] == "sleep" || command[i-1] == "/bin/sleep") && len(command) == 2 {
			n, _ := strconv.ParseInt(argument, 10, 64)
			return n
		}
	}
	if !slices.Contains(command, "-c") {
		return 0
	}
	for _, match := range sleep.FindAllStringSubmatch(command[len(command)-1], -1) {
		n, _ := strconv.ParseInt(match[1], 10, 64)
		total += n
	}
	return total
}
