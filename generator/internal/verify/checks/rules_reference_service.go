package checks

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// served is a Service with the workloads whose pods it selects.
type served struct {
	*member
	*corev1.ServiceSpec
	pods []*workload
}

// services are those of a scope that select pods.
func (s *scope) services() []served {
	var found []served
	for _, m := range s.members {
		service, ok := m.Typed.(*corev1.Service)
		if ok && m.Malformed == nil && len(service.Spec.Selector) > 0 && service.Spec.Type != corev1.ServiceTypeExternalName {
			found = append(found, served{m, &service.Spec, s.pods(m.namespace, labels.SelectorFromSet(service.Spec.Selector))})
		}
	}
	return found
}

// judgeServices wants a Service to select pods.
func judgeServices(s *scope, out *judge) {
	for _, one := range s.services() {
		if len(one.pods) > 0 || s.selects(one.namespace, labels.SelectorFromSet(one.Selector)) {
			continue
		}
		f := out.about(one.member, "spec.selector", "the Service leads nowhere: no pod has the labels that it selects")
		f.Sum = []string{"selector: " + labels.Set(one.Selector).String()}
		f.Hint = "Select the labels of the pod template."
		near := s.nearest(one.namespace, one.Selector)
		if near != nil {
			f.Sum = append(f.Sum, fmt.Sprintf("%s/%s: %s", near.kind, near.name, near.labels()))
		}
		if s.isDark(one.namespace) || near == nil {
			f.Severity, f.Message = Note, "no pod in the repository has the labels that the Service selects"
		}
	}
}

// populated reports whether the repository makes pods in a namespace.
func (s *scope) populated(namespace string) bool {
	return slices.ContainsFunc(s.workloads, func(w *workload) bool { return w.namespace == namespace })
}

// nearest is the first workload of a namespace that has one of the labels.
func (s *scope) nearest(namespace string, selector map[string]string) *workload {
	for _, w := range s.workloads {
		for key, value := range selector {
			if w.namespace == namespace && w.labels()[key] == value {
				return w
			}
		}
	}
	return nil
}

// judgeTargets wants a port of a Service that goes to a name to find it in the pods. A number
// needs no declaration.
func judgeTargets(s *scope, out *judge) {
	for _, one := range s.services() {
		if len(one.pods) == 0 || slices.ContainsFunc(one.pods, func(w *workload) bool { return w.object.Malformed != nil }) {
			continue
		}
		for i, port := range one.Ports {
			if port.TargetPort.Type != intstr.String || port.TargetPort.StrVal == "" || isNumber(port.TargetPort.StrVal) || anyHasPort(one.pods, port.TargetPort, port.Protocol) {
				continue
			}
			f := out.about(one.member, fmt.Sprintf("spec.ports[%d].targetPort", i), "port %d goes to %s %q, which the pods do not have", port.Port, orTCP(port.Protocol), port.TargetPort.StrVal)
			f.Sum = portsOf(one.pods)
			f.Hint = "The Service has no endpoints on the port. Name a port of the containers, with its protocol, or say a number."
		}
	}
}

// anyHasPort reports whether the pods of a workload listen on a port. An init container that
// ends does not.
func anyHasPort(pods []*workload, port intstr.IntOrString, protocol corev1.Protocol) bool {
	return slices.ContainsFunc(pods, func(w *workload) bool {
		return slices.ContainsFunc(w.located(), func(c placed) bool { return !c.initial && hasPort(c.Container, port, protocol) })
	})
}

// portsOf lists the ports of workloads.
func portsOf(pods []*workload) []string {
	var lines []string
	for _, w := range pods {
		var names []string
		for _, c := range w.located() {
			if len(c.Ports) > 0 && !c.initial {
				names = append(names, portNames(c.Container))
			}
		}
		if len(names) == 0 {
			names = []string{"none"}
		}
		lines = append(lines, fmt.Sprintf("ports of %s/%s: %s", w.kind, w.name, strings.Join(names, ", ")))
	}
	return lines
}

// judgeServicePorts wants the API server to accept the ports of a Service.
func judgeServicePorts(s *scope, out *judge) {
	for _, m := range s.members {
		service, ok := m.Typed.(*corev1.Service)
		if !ok || m.Malformed != nil {
			continue
		}
		names, numbers := map[string]bool{}, map[string]bool{}
		for i, port := range service.Spec.Ports {
			number := fmt.Sprintf("%d/%s", port.Port, orTCP(port.Protocol))
			path := fmt.Sprintf("spec.ports[%d]", i)
			switch {
			case port.Name == "" && len(service.Spec.Ports) > 1:
				out.about(m, path, "port %d has no name, and the Service has %d ports", port.Port, len(service.Spec.Ports)).Hint = "The API server refuses the object. Give each port a name."
			case port.Name != "" && names[port.Name]:
				out.about(m, path+".name", "two ports are named %s", port.Name).Hint = "The API server refuses the object. Give one of them another name."
			case numbers[number]:
				out.about(m, path+".port", "port %s stands twice", number).Hint = "The API server refuses the object. Remove one."
			}
			names[port.Name], numbers[number] = true, true
		}
	}
}
