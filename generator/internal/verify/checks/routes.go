package checks

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkRoutes wants each backend of a route to be a port of a Service, and the
// namespace of the gateway or of the ingress controller to be let in to the pods
// behind it.
func checkRoutes(r *repo.Repository, out *report) {
	for _, t := range targets(r) {
		for _, route := range repo.Typed[repo.HTTPRoute](t.objects) {
			if len(route.Spec.ParentRefs) == 0 || len(route.Spec.Hostnames) == 0 || len(route.Spec.Rules) == 0 {
				out.add("%s takes every host, or comes from nowhere", t.at("HTTPRoute", route.Namespace, route.Name))
			}
			for _, rule := range route.Spec.Rules {
				for _, backend := range rule.BackendRefs {
					for _, parent := range route.Spec.ParentRefs {
						t.checkBackend(t.at("HTTPRoute", route.Namespace, route.Name), route.Namespace, parent.Namespace, backend.Name, backend.Port, out)
					}
				}
			}
		}
		for _, ingress := range repo.Typed[networkingv1.Ingress](t.objects) {
			t.checkIngress(ingress, r.External, out)
		}
	}
}

// checkIngress wants the class of an Ingress to be one that the repository declares, as
// IngressClass/NAME/NAMESPACE, and a certificate for no host but those that are served.
func (t *target) checkIngress(ingress *networkingv1.Ingress, external []string, out *report) {
	at, controller := t.at("Ingress", ingress.Namespace, ingress.Name), ""
	for _, name := range external {
		if class := ingress.Spec.IngressClassName; class != nil {
			if namespace, ok := strings.CutPrefix(name, "IngressClass/"+*class+"/"); ok && t.letsIn(namespace) {
				controller = namespace
			}
		}
	}
	if controller == "" {
		out.add("%s: no controller of this class is declared as external", at)
	}
	var hosts []string
	for _, rule := range ingress.Spec.Rules {
		hosts = append(hosts, rule.Host)
		if rule.HTTP == nil {
			out.add("%s: host %s has no path", at, rule.Host)
			continue
		}
		for _, path := range rule.HTTP.Paths {
			if path.Backend.Service == nil || path.PathType == nil {
				out.add("%s: %s%s leads to no Service", at, rule.Host, path.Path)
				continue
			}
			t.checkBackend(at, ingress.Namespace, controller, path.Backend.Service.Name, path.Backend.Service.Port.Number, out)
		}
	}
	for _, tls := range ingress.Spec.TLS {
		if slices.ContainsFunc(tls.Hosts, func(host string) bool { return !slices.Contains(hosts, host) }) {
			out.add("%s: a certificate is for a host that is not served", at)
		}
	}
}

// letsIn reports whether any policy of the target names a namespace as a source.
func (t *target) letsIn(namespace string) bool {
	return slices.ContainsFunc(t.workloads, func(w *workload) bool {
		return t.rulesOf(w, func(_ string, r rule) bool {
			return r.ingress && slices.ContainsFunc(r.peers, func(peer networkingv1.NetworkPolicyPeer) bool {
				return peer.NamespaceSelector != nil && peer.NamespaceSelector.MatchLabels[corev1.LabelMetadataName] == namespace
			})
		})
	})
}

func (t *target) checkBackend(at, namespace, from, name string, port int32, out *report) {
	services := repo.Typed[corev1.Service](t.objects)
	i := slices.IndexFunc(services, func(s *corev1.Service) bool { return s.Namespace == namespace && s.Name == name })
	if i < 0 {
		out.add("%s: there is no Service %s", at, name)
		return
	}
	service := services[i]
	i = slices.IndexFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == port })
	if i < 0 {
		out.add("%s: Service %s has no port %d", at, service.Name, port)
		return
	}
	for _, w := range t.selected(service.Namespace, &metav1.LabelSelector{MatchLabels: service.Spec.Selector}) {
		if !t.admits(w, from, targetPort(service.Spec.Ports[i])) {
			out.add("%s: no network policy lets namespace %s reach %s on %s", at, from, w.name, service.Spec.Ports[i].TargetPort.String())
		}
	}
}
