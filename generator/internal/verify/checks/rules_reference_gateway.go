package checks

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// attached is a route with one of its Gateways.
type attached struct {
	from      *member
	route     *repo.Route
	parent    repo.ParentRef
	namespace string
	path      string
	// gateways are those of the name that can be read.
	gateways []*repo.Gateway
}

// parents are the Gateways that the routes of a scope name.
func (s *scope) parents() []attached {
	var found []attached
	for _, m := range s.members {
		if !isRoute(m.Object) {
			continue
		}
		route := read[repo.Route](m)
		if route == nil {
			continue
		}
		for i, parent := range route.Spec.ParentRefs {
			if ptr.Deref(parent.Group, gatewayGroup) != gatewayGroup || ptr.Deref(parent.Kind, "Gateway") != "Gateway" {
				continue
			}
			one := attached{from: m, route: route, parent: parent, namespace: parent.Namespace, path: fmt.Sprintf("spec.parentRefs[%d]", i)}
			if one.namespace == "" {
				one.namespace = m.namespace
			}
			for _, g := range s.find("Gateway", one.namespace, parent.Name) {
				if gateway := read[repo.Gateway](g); gateway != nil && g.Group() == gatewayGroup {
					one.gateways = append(one.gateways, gateway)
				}
			}
			found = append(found, one)
		}
	}
	return found
}

// listeners are those of a Gateway that the route means.
func (a attached) listeners() []repo.Listener {
	var found []repo.Listener
	for _, g := range a.gateways {
		for _, l := range g.Spec.Listeners {
			if (a.parent.SectionName == "" || l.Name == a.parent.SectionName) && (a.parent.Port == nil || l.Port == *a.parent.Port) {
				found = append(found, l)
			}
		}
	}
	return found
}

// judgeGateways wants the Gateway of a route to be there.
func judgeGateways(s *scope, out *judge) {
	for _, a := range s.parents() {
		if len(a.gateways) == 0 && !s.holds("Gateway", a.namespace, a.parent.Name) && !slices.Contains(s.external, "Gateway/"+a.namespace+"/"+a.parent.Name) {
			f := out.about(a.from, a.path, "Gateway %s is not in the repository", inNamespaceOf(a.from.namespace, a.namespace, a.parent.Name))
			f.Hint = "Nothing sends requests to the route unless the cluster has the Gateway."
		}
	}
}

// judgeListeners wants a Gateway to have the listener that a route names, and the listener to
// take routes of its namespace and hosts.
func judgeListeners(s *scope, out *judge) {
	for _, a := range s.parents() {
		if len(a.gateways) == 0 {
			continue
		}
		fits := a.listeners()
		if len(fits) == 0 {
			f := out.about(a.from, a.path, "Gateway %s has no listener%s", a.parent.Name, a.wanted())
			f.Sum = []string{"listeners: " + strings.Join(a.names(), ", ")}
			f.Hint = "The Gateway does not accept the route (NoMatchingParent). Name one of its listeners."
			continue
		}
		open := slices.DeleteFunc(slices.Clone(fits), func(l repo.Listener) bool { return !s.takes(a, l) })
		if len(open) == 0 {
			f := out.about(a.from, a.path, "Gateway %s takes no routes of namespace %s", a.parent.Name, a.from.namespace)
			for _, l := range fits {
				f.Sum = append(f.Sum, fmt.Sprintf("listener %s: routes from %s", l.Name, allowance(l)))
			}
			f.Hint = "The Gateway does not accept the route (NotAllowedByListeners). Allow the namespace under allowedRoutes of the listener."
			continue
		}
		a.judgeHosts(open, out)
	}
}

// judgeHosts wants a host of the route to be one of the listener.
func (a attached) judgeHosts(open []repo.Listener, out *judge) {
	if len(a.route.Spec.Hostnames) == 0 || a.from.Kind == "TCPRoute" || a.from.Kind == "UDPRoute" {
		return
	}
	for _, l := range open {
		if slices.ContainsFunc(a.route.Spec.Hostnames, func(host string) bool { return meet(host, l.Hostname) }) {
			return
		}
	}
	f := out.about(a.from, "spec.hostnames", "Gateway %s serves none of the hosts %s", a.parent.Name, strings.Join(a.route.Spec.Hostnames, ", "))
	for _, l := range open {
		f.Sum = append(f.Sum, fmt.Sprintf("listener %s: %s", l.Name, l.Hostname))
	}
	f.Hint = "The Gateway does not accept the route (NoMatchingListenerHostname). Use a host of the listener, or add a listener."
}

// meet reports whether two hosts have one in common; one may start with "*.".
func meet(one, other string) bool {
	if one == "" || other == "" || strings.EqualFold(one, other) {
		return true
	}
	one, other = strings.ToLower(one), strings.ToLower(other)
	for _, pair := range [][2]string{{one, other}, {other, one}} {
		if suffix, ok := strings.CutPrefix(pair[0], "*"); ok && strings.HasSuffix(pair[1], suffix) {
			return true
		}
	}
	return false
}

func (a attached) wanted() string {
	text := ""
	if a.parent.SectionName != "" {
		text += " " + a.parent.SectionName
	}
	if a.parent.Port != nil {
		text += fmt.Sprintf(" on port %d", *a.parent.Port)
	}
	return text
}

func (a attached) names() []string {
	var names []string
	for _, g := range a.gateways {
		for _, l := range g.Spec.Listeners {
			names = append(names, fmt.Sprintf("%s on port %d", l.Name, l.Port))
		}
	}
	return names
}

func allowance(l repo.Listener) string {
	switch l.AllowedRoutes.Namespaces.From {
	case "", "Same":
		return "its own namespace"
	case "Selector":
		return "namespaces with " + printed(l.AllowedRoutes.Namespaces.Selector)
	}
	return l.AllowedRoutes.Namespaces.From
}

// takes reports whether a listener takes routes of a namespace, as far as that is known.
func (s *scope) takes(a attached, l repo.Listener) bool {
	switch l.AllowedRoutes.Namespaces.From {
	case "", "Same":
		return a.namespace == a.from.namespace
	case "None":
		return false
	case "Selector":
		matcher, ok := selectorOf(l.AllowedRoutes.Namespaces.Selector)
		namespaces := s.find("Namespace", "", a.from.namespace)
		return !ok || len(namespaces) == 0 || slices.ContainsFunc(namespaces, func(m *member) bool {
			set := labels.Set{corev1.LabelMetadataName: m.Name}
			for key, value := range m.Labels {
				set[key] = value
			}
			return matcher.Matches(set)
		})
	}
	return true
}
