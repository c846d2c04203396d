package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// sources are where requests may come from, and how a finding names them.
type sources struct {
	peers []network.Peer
	words string
}

// fromBeyond is everything outside a namespace: pods of others, and addresses.
func fromBeyond() sources {
	return sources{[]network.Peer{network.In(&network.Pod{Vague: true}), {}}, "nothing outside namespace %s"}
}

// fromOutside is what is outside the cluster.
func fromOutside() sources { return sources{[]network.Peer{{}}, "nothing outside the cluster"} }

// fromNamespace is a pod of one namespace.
func fromNamespace(namespace string) sources {
	return sources{[]network.Peer{network.In(&network.Pod{Namespace: namespace, Vague: true})}, "no pod of namespace " + namespace}
}

// shut reports whether a port of a pod is certainly closed to all sources, and the policies that
// close it.
func (t *traffic) shut(b behind, from sources) ([]string, bool) {
	if !t.certain(b.pod.Namespace) {
		return nil, false
	}
	var policies []string
	for _, peer := range from.peers {
		end := t.net.Between(peer, network.In(b.pod)).Ingress
		if end.Allows(b.port.Number, b.port.Protocol) != network.No {
			return nil, false
		}
		policies = end.Policies
	}
	return policies, true
}

// refuse reports an object that leads to pods which its requests cannot reach.
func (t *traffic) refuse(out *judge, o *repo.Object, field string, b behind, from sources) *Finding {
	policies, shut := t.shut(b, from)
	if !shut {
		return nil
	}
	words := from.words
	if strings.Contains(words, "%s") {
		words = fmt.Sprintf(words, b.pod.Namespace)
	}
	f := out.object(t.home[o], o, field, "%s can reach port %d/%s of %s: its ingress is restricted by %s", words, b.port.Number, b.port.Protocol, b.pod.Name, strings.Join(policies, ", "))
	f.Hint = "Allow ingress to this port from where the requests come from."
	return f
}

// service is a Service of a namespace with its object.
func (t *traffic) service(namespace, name string) *corev1.Service {
	for _, o := range t.services {
		if s, ok := o.Typed.(*corev1.Service); ok && o.Name == name && orDefault(o.Home()) == orDefault(namespace) {
			return s
		}
	}
	return nil
}

// deniedRoutes wants whatever brings requests from outside to be let in to the pods behind each
// route: the controller of a namespace that is declared, else anything outside the namespace.
func deniedRoutes(t *traffic, out *judge) {
	for _, o := range t.objects {
		switch typed := o.Typed.(type) {
		case *networkingv1.Ingress:
			t.deniedIngress(o, typed, out)
		default:
			if !isRoute(o) {
				continue
			}
			if route := parsed[repo.Route](o); route != nil && !ofMesh(route) {
				t.deniedRoute(o, route, out)
			}
		}
	}
}

func (t *traffic) deniedIngress(o *repo.Object, ingress *networkingv1.Ingress, out *judge) {
	from, known := t.controller(o, ingress)
	for i, rule := range ingress.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for j, path := range rule.HTTP.Paths {
			if s := path.Backend.Service; s != nil {
				field := fmt.Sprintf("spec.rules[%d].http.paths[%d].backend", i, j)
				t.deniedBackend(o, field, s.Name, func(p corev1.ServicePort) bool {
					return p.Port == s.Port.Number || s.Port.Name != "" && p.Name == s.Port.Name
				}, from, known, out)
			}
		}
	}
}

// controller is the ingress controller of the class of an Ingress, when it is declared.
func (t *traffic) controller(o *repo.Object, ingress *networkingv1.Ingress) (sources, bool) {
	if class := ingress.Spec.IngressClassName; class != nil {
		for _, name := range t.home[o].external {
			if namespace, ok := strings.CutPrefix(name, "IngressClass/"+*class+"/"); ok {
				return fromNamespace(namespace), true
			}
		}
	}
	return fromBeyond(), false
}

func (t *traffic) deniedRoute(o *repo.Object, route *repo.Route, out *judge) {
	for i, rule := range route.Spec.Rules {
		for j, backend := range rule.BackendRefs {
			if backend.Port == nil || !backend.IsService() || backend.Namespace != "" && backend.Namespace != o.Home() {
				continue
			}
			field := fmt.Sprintf("spec.rules[%d].backendRefs[%d]", i, j)
			t.deniedBackend(o, field, backend.Name, func(p corev1.ServicePort) bool { return p.Port == *backend.Port && carries(o, p) }, fromBeyond(), t.gatewayElsewhere(o, route), out)
		}
	}
}

// ofMesh reports whether pods send the requests of a route, and no gateway.
func ofMesh(route *repo.Route) bool {
	return slices.ContainsFunc(route.Spec.ParentRefs, func(p repo.ParentRef) bool { return ptr.Deref(p.Kind, "Gateway") != "Gateway" })
}

// carries reports whether a port of a Service speaks the protocol of a route.
func carries(route *repo.Object, p corev1.ServicePort) bool {
	return (route.Kind == "UDPRoute") == (orTCP(p.Protocol) == corev1.ProtocolUDP)
}

// gatewayElsewhere reports whether all parents of a route are in other namespaces.
func (t *traffic) gatewayElsewhere(o *repo.Object, route *repo.Route) bool {
	for _, parent := range route.Spec.ParentRefs {
		if parent.Namespace == "" || parent.Namespace == o.Home() {
			return false
		}
	}
	return len(route.Spec.ParentRefs) > 0
}

// deniedBackend judges one backend. Where the controller is not known, it may be a pod of the
// namespace itself: that is a warning, and none at all when a pod there looks like one.
func (t *traffic) deniedBackend(o *repo.Object, field, name string, means func(corev1.ServicePort) bool, from sources, known bool, out *judge) {
	namespace := o.Home()
	service := t.service(namespace, name)
	if service == nil || !known && t.hasProxy(orDefault(namespace)) {
		return
	}
	for _, port := range service.Spec.Ports {
		if !means(port) {
			continue
		}
		for _, b := range t.backends(service, namespace, port) {
			if f := t.refuse(out, o, field, b, from); f != nil && !known {
				f.Severity = Warning
			}
		}
	}
}

// hasProxy reports whether a pod of a namespace looks as if it brought requests from outside.
func (t *traffic) hasProxy(namespace string) bool {
	return slices.ContainsFunc(t.workloads, func(w *workload) bool {
		if orDefault(w.namespace) != namespace {
			return false
		}
		for c := range w.containers() {
			for _, word := range []string{"ingress", "gateway", "traefik", "envoy", "haproxy", "kong", "contour", "istio", "nginx", "caddy", "cloudflared"} {
				if strings.Contains(imageName(c.Image), word) || strings.Contains(w.name, word) {
					return true
				}
			}
		}
		return false
	})
}

// deniedServices wants pods behind a load balancer to let in addresses outside the cluster.
func deniedServices(t *traffic, out *judge) {
	for _, o := range t.objects {
		s, ok := o.Typed.(*corev1.Service)
		if !ok || s.Spec.Type != corev1.ServiceTypeLoadBalancer && s.Spec.Type != corev1.ServiceTypeNodePort {
			continue
		}
		for i, port := range s.Spec.Ports {
			for _, b := range t.backends(s, o.Home(), port) {
				f := t.refuse(out, o, fmt.Sprintf("spec.ports[%d]", i), b, fromOutside())
				if f != nil && s.Spec.Type == corev1.ServiceTypeNodePort {
					f.Severity = Warning
				}
			}
		}
	}
}

// hook is the Service of an admission webhook.
type hook struct {
	field  string
	config admissionv1.WebhookClientConfig
	policy *admissionv1.FailurePolicyType
}

func hooks(typed any) []hook {
	var all []hook
	add := func(i int, config admissionv1.WebhookClientConfig, policy *admissionv1.FailurePolicyType) {
		all = append(all, hook{fmt.Sprintf("webhooks[%d].clientConfig.service", i), config, policy})
	}
	switch o := typed.(type) {
	case *admissionv1.ValidatingWebhookConfiguration:
		for i, w := range o.Webhooks {
			add(i, w.ClientConfig, w.FailurePolicy)
		}
	case *admissionv1.MutatingWebhookConfiguration:
		for i, w := range o.Webhooks {
			add(i, w.ClientConfig, w.FailurePolicy)
		}
	}
	return all
}

// deniedWebhooks wants the API server, which is outside of all namespaces or comes through a
// proxy in another one, to reach the pods of admission webhooks.
func deniedWebhooks(t *traffic, out *judge) {
	for _, o := range t.objects {
		for _, h := range hooks(o.Typed) {
			if h.config.Service != nil {
				t.deniedWebhook(o, h, out)
			}
		}
	}
}

func (t *traffic) deniedWebhook(o *repo.Object, h hook, out *judge) {
	at := h.config.Service
	s := t.service(at.Namespace, at.Name)
	if s == nil {
		return
	}
	number := int32(443)
	if at.Port != nil {
		number = cmp.Or(*at.Port, number)
	}
	for _, port := range s.Spec.Ports {
		if port.Port != number {
			continue
		}
		for _, b := range t.backends(s, at.Namespace, port) {
			f := t.refuse(out, o, h.field, b, fromBeyond())
			if f != nil && h.policy != nil && *h.policy == admissionv1.Ignore {
				f.Severity = Warning
			}
		}
	}
}
