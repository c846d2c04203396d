package checks

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// watched is a ServiceMonitor or PodMonitor with what it selects.
type watched struct {
	*member
	monitor  *repo.Monitor
	services []*corev1.Service
	pods     []*workload
	// dark says that it may select more than the repository shows.
	dark bool
}

// monitors are those of a scope that can be read.
func (s *scope) monitors() []watched {
	var found []watched
	for _, m := range s.members {
		if m.Group() != "monitoring.coreos.com" || m.Kind != "ServiceMonitor" && m.Kind != "PodMonitor" {
			continue
		}
		monitor := read[repo.Monitor](m)
		if monitor == nil {
			continue
		}
		if matcher, ok := selectorOf(&monitor.Spec.Selector); ok {
			found = append(found, s.watch(m, monitor, matcher))
		}
	}
	return found
}

func (s *scope) watch(m *member, monitor *repo.Monitor, matcher labels.Selector) watched {
	one := watched{member: m, monitor: monitor}
	looks := func(namespace string) bool { return monitor.Watches(m.namespace, namespace) }
	if m.Kind == "PodMonitor" {
		for _, w := range s.workloads {
			if looks(w.namespace) && matcher.Matches(w.labels()) {
				one.pods = append(one.pods, w)
			}
		}
	}
	seen := false
	for _, other := range s.members {
		seen = seen || looks(other.namespace) && (other.Kind == "Service" || fromTyped(other.Typed) != nil)
		service, ok := other.Typed.(*corev1.Service)
		if ok && m.Kind == "ServiceMonitor" && looks(other.namespace) && matcher.Matches(labels.Set(other.Labels)) {
			one.services = append(one.services, service)
			if len(service.Spec.Selector) > 0 {
				one.pods = append(one.pods, s.pods(other.namespace, labels.SelectorFromSet(service.Spec.Selector))...)
			}
		}
	}
	one.dark = !seen || s.dark[anywhere] || s.wider != nil && len(s.wider.members) > len(s.members)
	for namespace := range s.dark {
		one.dark = one.dark || looks(namespace)
	}
	return one
}

// judgeMonitors wants a monitor to select something.
func judgeMonitors(s *scope, out *judge) {
	for _, one := range s.monitors() {
		kind := map[string]string{"ServiceMonitor": "Service", "PodMonitor": "pod"}[one.Kind]
		if len(one.services)+len(one.pods) > 0 {
			continue
		}
		f := out.about(one.member, "spec.selector", "Prometheus reads nothing: no %s has the labels that the %s selects", kind, one.Kind)
		f.Sum = []string{"selector: " + printed(&one.monitor.Spec.Selector), "namespaces: " + one.where()}
		f.Hint = fmt.Sprintf("Select labels of the %s itself, in its namespace.", kind)
		if one.dark {
			f.Severity, f.Message = Note, fmt.Sprintf("no %s in the repository has the labels that the %s selects", kind, one.Kind)
		}
	}
}

// where are the namespaces that a monitor looks at.
func (m watched) where() string {
	names := m.monitor.Spec.NamespaceSelector
	switch {
	case names.Any:
		return "all"
	case len(names.MatchNames) > 0:
		return strings.Join(names.MatchNames, ", ")
	case m.namespace == "":
		return "its own"
	}
	return m.namespace
}

// judgeEndpoints wants each port that a monitor names to be one of what it selects.
func judgeEndpoints(s *scope, out *judge) {
	for _, one := range s.monitors() {
		if len(one.services)+len(one.pods) == 0 {
			continue
		}
		for field, list := range [][]repo.MonitorEndpoint{one.monitor.Spec.Endpoints, one.monitor.Spec.PodMetricsEndpoints} {
			for i, e := range list {
				path := fmt.Sprintf("spec.%s[%d]", []string{"endpoints", "podMetricsEndpoints"}[field], i)
				if name, ok := one.lacks(e); ok {
					f := out.about(one.member, path, "nothing that the %s selects has a port %q", one.Kind, name)
					f.Sum = one.ports(e)
					f.Hint = "Prometheus reads nothing there. A ServiceMonitor names a port of the Service, a PodMonitor one of the container, both by name."
					if one.dark {
						f.Severity = Warning
					}
				}
			}
		}
	}
}

// lacks returns the name of a port that nothing selected has. A number needs no declaration.
func (m watched) lacks(e repo.MonitorEndpoint) (name string, ok bool) {
	switch {
	case m.Kind == "ServiceMonitor" && e.Port != "":
		return e.Port, !slices.ContainsFunc(m.services, func(s *corev1.Service) bool {
			return slices.ContainsFunc(s.Spec.Ports, func(p corev1.ServicePort) bool { return p.Name == e.Port })
		})
	case e.Port != "":
		return e.Port, !anyHasPort(m.pods, intstr.FromString(e.Port), corev1.ProtocolTCP) && !anyHasPort(m.pods, intstr.FromString(e.Port), corev1.ProtocolUDP)
	case e.TargetPort != nil && e.TargetPort.Type == intstr.String && !isNumber(e.TargetPort.StrVal) && len(m.pods) > 0:
		return e.TargetPort.StrVal, !anyHasPort(m.pods, *e.TargetPort, corev1.ProtocolTCP)
	}
	return "", false
}

// ports lists the ports of what is selected: of Services, or of the pods behind them.
func (m watched) ports(e repo.MonitorEndpoint) []string {
	if m.Kind == "PodMonitor" || e.Port == "" {
		return portsOf(m.pods)
	}
	var lines []string
	for _, s := range m.services {
		lines = append(lines, fmt.Sprintf("ports of Service %s: %s", s.Name, strings.Join(servicePorts(s), ", ")))
	}
	return lines
}
