package checks

import (
	"net/netip"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkBalancers wants a Service of a node port nowhere, and a load balancer to have no node
// ports, to keep and to name its clients, and to lead to pods that let exactly these in. The
// policy for types of Services must let it pass, by its name.
func checkBalancers(t *target, out *report) {
	for _, s := range repo.Typed[corev1.Service](t.objects) {
		at := t.at("Service", s.Namespace, s.Name)
		if s.Spec.Type == corev1.ServiceTypeNodePort {
			out.add("%s has node ports", at)
		}
		if s.Spec.Type != corev1.ServiceTypeLoadBalancer {
			continue
		}
		if ptr.Deref(s.Spec.AllocateLoadBalancerNodePorts, true) || slices.ContainsFunc(s.Spec.Ports, func(p corev1.ServicePort) bool { return p.NodePort != 0 }) {
			out.add("%s has node ports", at)
		}
		if s.Spec.ExternalTrafficPolicy != corev1.ServiceExternalTrafficPolicyLocal {
			out.add("%s: pods see addresses of nodes, not those of clients", at)
		}
		if len(s.Spec.LoadBalancerSourceRanges) == 0 {
			out.add("%s is open to everybody, and nobody said so", at)
		}
		t.checkClients(at, s, out)
		t.checkExempt(at, s, out)
	}
	t.checkOutsiders(out)
}

// checkClients wants the pods behind a load balancer to let its clients in.
func (t *target) checkClients(at string, s *corev1.Service, out *report) {
	pods := t.selected(s.Namespace, &metav1.LabelSelector{MatchLabels: s.Spec.Selector})
	if len(pods) == 0 {
		out.add("%s leads to no pod", at)
	}
	for _, w := range pods {
		for _, port := range s.Spec.Ports {
			for _, clients := range s.Spec.LoadBalancerSourceRanges {
				if !t.admitsNetwork(w, clients, port) {
					out.add("%s: no network policy lets %s reach %s on %s", at, clients, w.name, port.Name)
				}
			}
		}
	}
}

// admitsNetwork reports whether a workload lets a network in on a port.
func (t *target) admitsNetwork(w *workload, network string, port corev1.ServicePort) bool {
	return t.rulesOf(w, func(_ string, r rule) bool {
		return r.ingress &&
			slices.ContainsFunc(r.peers, func(peer networkingv1.NetworkPolicyPeer) bool {
				return peer.IPBlock != nil && peer.IPBlock.CIDR == network
			}) &&
			slices.ContainsFunc(r.ports, func(p networkingv1.NetworkPolicyPort) bool {
				return protocol(p) == orTCP(port.Protocol) && t.samePort(w, p, targetPort(port))
			})
	})
}

// checkExempt wants the policy for types of Services of a target that has one to name the
// load balancer.
func (t *target) checkExempt(at string, s *corev1.Service, out *report) {
	for _, p := range repo.Typed[admissionv1.ValidatingAdmissionPolicy](t.objects) {
		named := func(v admissionv1.Variable) bool {
			return strings.Contains(v.Expression, "'"+s.Namespace+"/"+s.Name+"'")
		}
		if strings.HasSuffix(p.Name, "-service-types."+t.environment) && !slices.ContainsFunc(p.Spec.Variables, named) {
			out.add("%s: policy %s refuses it", at, p.Name)
		}
	}
}

// checkOutsiders wants no pod to let networks in that are none of the clients of its load
// balancers, nor declared as external.
func (t *target) checkOutsiders(out *report) {
	for _, w := range t.workloads {
		known := slices.Clone(t.external)
		for _, s := range repo.Typed[corev1.Service](t.objects) {
			if s.Spec.Type == corev1.ServiceTypeLoadBalancer && slices.Contains(t.selected(s.Namespace, &metav1.LabelSelector{MatchLabels: s.Spec.Selector}), w) {
				for _, clients := range s.Spec.LoadBalancerSourceRanges {
					known = append(known, "Network/"+clients)
				}
			}
		}
		t.rulesOf(w, func(_ string, r rule) bool {
			for _, peer := range r.peers {
				if b := peer.IPBlock; r.ingress && !r.excepted && b != nil && !slices.Contains(known, "Network/"+canonical(b.CIDR)) {
					out.add("%s lets in %s, which is no client of a load balancer", t.at(w.kind, w.namespace, w.name), b.CIDR)
				}
			}
			return false
		})
	}
}

// canonical is a network as a prefix of Go prints it.
func canonical(network string) string {
	prefix, err := netip.ParsePrefix(network)
	if err != nil {
		return network
	}
	return prefix.String()
}
