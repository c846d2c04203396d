package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// leads is a Service that something sends requests to.
type leads struct {
	from            *member
	path            string
	namespace, name string
	// port is its number or name; empty for any.
	port string
	// target says that the port may also be one that the Service leads to, as a Route of
	// OpenShift has it.
	target bool
}

// gatewayGroup is the API group of the Gateway API.
const gatewayGroup = "gateway.networking.k8s.io"

func isRoute(o *repo.Object) bool {
	return o.Group() == gatewayGroup && slices.Contains([]string{"HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"}, o.Kind)
}

// backends are the Services that routes and Ingresses of a scope lead to.
func (s *scope) backends() []leads {
	var found []leads
	for _, m := range s.members {
		switch {
		case isRoute(m.Object):
			found = append(found, routeBackends(m)...)
		case m.Kind == "Ingress":
			if ingress, ok := m.Typed.(*networkingv1.Ingress); ok && m.Malformed == nil {
				found = append(found, ingressBackends(m, ingress)...)
			}
		case m.Kind == "Route" && m.Group() == "route.openshift.io":
			if r := read[repo.OpenShiftRoute](m); r != nil && (r.Spec.To.Kind == "" || r.Spec.To.Kind == "Service") && r.Spec.To.Name != "" {
				one := leads{from: m, path: "spec.to.name", namespace: m.namespace, name: r.Spec.To.Name, target: true}
				if r.Spec.Port != nil {
					one.port, one.path = r.Spec.Port.TargetPort.String(), "spec.port.targetPort"
				}
				found = append(found, one)
			}
		}
	}
	return found
}

func routeBackends(m *member) []leads {
	route := read[repo.Route](m)
	if route == nil {
		return nil
	}
	var found []leads
	for i, rule := range route.Spec.Rules {
		for j, b := range rule.BackendRefs {
			if !b.IsService() {
				continue
			}
			one := leads{from: m, path: fmt.Sprintf("spec.rules[%d].backendRefs[%d]", i, j), namespace: b.Namespace, name: b.Name}
			if one.namespace == "" {
				one.namespace = m.namespace
			}
			if b.Port != nil {
				one.port = strconv.Itoa(int(*b.Port))
			}
			found = append(found, one)
		}
	}
	return found
}

func ingressBackends(m *member, ingress *networkingv1.Ingress) []leads {
	var found []leads
	add := func(path string, b *networkingv1.IngressBackend) {
		if b == nil || b.Service == nil {
			return
		}
		port := b.Service.Port.Name
		if port == "" && b.Service.Port.Number != 0 {
			port = strconv.Itoa(int(b.Service.Port.Number))
		}
		// The controller of AWS keeps actions in annotations.
		if port != "use-annotation" {
			found = append(found, leads{from: m, path: path, namespace: m.namespace, name: b.Service.Name, port: port})
		}
	}
	add("spec.defaultBackend.service", ingress.Spec.DefaultBackend)
	for i, rule := range ingress.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for j := range rule.HTTP.Paths {
			add(fmt.Sprintf("spec.rules[%d].http.paths[%d].backend.service", i, j), &rule.HTTP.Paths[j].Backend)
		}
	}
	return found
}

// judgeBackends wants the Services that routes lead to to be there.
func judgeBackends(s *scope, out *judge) {
	for _, b := range s.backends() {
		if !s.holds("Service", b.namespace, b.name) && !s.mayProvide(b.namespace, b.name) {
			f := out.about(b.from, b.path, "Service %s is not in the repository", inNamespaceOf(b.from.namespace, b.namespace, b.name))
			f.Hint = "Requests fail until it exists. Name a Service of the namespace, or see to it that somebody creates it."
		}
	}
}

// inNamespaceOf names an object, with its namespace where that is not the expected one.
func inNamespaceOf(own, namespace, name string) string {
	if namespace == own {
		return name
	}
	return namespace + "/" + name
}

// judgeBackendPorts wants the Services that routes lead to to have the port.
func judgeBackendPorts(s *scope, out *judge) {
	for _, b := range s.backends() {
		var known []string
		found := b.port == ""
		for _, m := range s.find("Service", b.namespace, b.name) {
			service, ok := m.Typed.(*corev1.Service)
			found = found || !ok || m.Malformed != nil || service.Spec.Type == corev1.ServiceTypeExternalName || s.offers(service, m, b)
			if ok {
				known = append(known, servicePorts(service)...)
			}
		}
		if found || len(s.find("Service", b.namespace, b.name)) == 0 {
			continue
		}
		f := out.about(b.from, b.path, "Service %s has no port %s", b.name, b.port)
		f.Sum = []string{fmt.Sprintf("ports of %s: %s", b.name, strings.Join(known, ", "))}
		f.Hint = "Requests fail. Name a port of the Service, not one of the pods."
	}
}

// offers reports whether a Service has a port by its name or number.
func (s *scope) offers(service *corev1.Service, m *member, b leads) bool {
	return slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool {
		if p.Name == b.port || strconv.Itoa(int(p.Port)) == b.port && !b.target {
			return true
		}
		if !b.target {
			return false
		}
		to := targetPort(p)
		if to.String() == b.port {
			return true
		}
		// A name may stand for the number in the pods.
		return len(service.Spec.Selector) > 0 && slices.ContainsFunc(s.pods(m.namespace, labels.SelectorFromSet(service.Spec.Selector)), func(w *workload) bool {
			return slices.ContainsFunc(w.located(), func(c placed) bool { return strconv.Itoa(int(number(c.Container, to))) == b.port })
		})
	})
}

// servicePorts are the ports of a Service as a list.
func servicePorts(service *corev1.Service) []string {
	var all []string
	for _, p := range service.Spec.Ports {
		text := strconv.Itoa(int(p.Port))
		if p.Name != "" {
			text += " (" + p.Name + ")"
		}
		all = append(all, text)
	}
	return all
}

// judgeGrants wants a route that leads into another namespace to be allowed there.
func judgeGrants(s *scope, out *judge) {
	for _, b := range s.backends() {
		if b.namespace == b.from.namespace || !isRoute(b.from.Object) || s.granted(b) {
			continue
		}
		f := out.about(b.from, b.path, "no ReferenceGrant in namespace %s allows a %s of %s to lead to Service %s", b.namespace, b.from.Kind, b.from.namespace, b.name)
		f.Hint = "The gateway answers with status 500. Add a ReferenceGrant to that namespace, or a Service to this one."
		if len(s.find("Service", b.namespace, b.name)) == 0 {
			f.Severity = Note // Whoever makes the Service may make the grant.
		}
	}
}

func (s *scope) granted(b leads) bool {
	return slices.ContainsFunc(s.members, func(m *member) bool {
		if m.Kind != "ReferenceGrant" || m.Group() != gatewayGroup || m.namespace != b.namespace {
			return false
		}
		grant := read[repo.ReferenceGrant](m)
		if grant == nil {
			return true
		}
		from, to := false, false
		for _, f := range grant.Spec.From {
			from = from || f.Group == gatewayGroup && f.Kind == b.from.Kind && f.Namespace == b.from.namespace
		}
		for _, t := range grant.Spec.To {
			to = to || t.Group == "" && t.Kind == "Service" && (t.Name == "" || t.Name == b.name)
		}
		return from && to
	})
}
