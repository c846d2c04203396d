package checks

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkDefaultDeny wants each namespace of a target to have a policy that selects every
// pod, both ways, and allows nothing.
func checkDefaultDeny(t *target, out *report) {
	for _, namespace := range t.namespaces() {
		if !slices.ContainsFunc(t.policies(namespace), deniesAll) {
			out.add("%s: namespace %s has no default-deny", t.Name, namespace)
		}
	}
}

func deniesAll(p *networkingv1.NetworkPolicy) bool {
	return selectsAll(&p.Spec.PodSelector) && len(p.Spec.Ingress) == 0 && len(p.Spec.Egress) == 0 &&
		slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeIngress) &&
		slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
}

func selectsAll(selector *metav1.LabelSelector) bool {
	return selector != nil && len(selector.MatchLabels)+len(selector.MatchExpressions) == 0
}

// namespaces are those that the target's Applications go to.
func (t *target) namespaces() []string {
	var found []string
	for _, application := range t.Applications {
		if namespace := application.Spec.Destination.Namespace; namespace != "" {
			found = append(found, namespace)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (t *target) policies(namespace string) []*networkingv1.NetworkPolicy {
	var found []*networkingv1.NetworkPolicy
	for _, p := range repo.Typed[networkingv1.NetworkPolicy](t.objects) {
		if p.Namespace == namespace {
			found = append(found, p)
		}
	}
	return found
}

// rule is an ingress or egress rule.
type rule struct {
	ingress bool
	// excepted says that a reason and an end stand with the policy.
	excepted bool
	peers    []networkingv1.NetworkPolicyPeer
	ports    []networkingv1.NetworkPolicyPort
}

func rules(p *networkingv1.NetworkPolicy) []rule {
	var found []rule
	excepted := p.Annotations["wavewright.dev/reason"] != "" && p.Annotations["wavewright.dev/expires"] != ""
	for _, r := range p.Spec.Ingress {
		found = append(found, rule{true, excepted, r.From, r.Ports})
	}
	for _, r := range p.Spec.Egress {
		found = append(found, rule{false, excepted, r.To, r.Ports})
	}
	return found
}

// checkNetworkSelectors wants each policy to mean pods that exist, each rule to name
// peers and ports, and each peer to be a workload of the target or something that the
// repository declares as external.
func checkNetworkSelectors(r *repo.Repository, out *report) {
	for _, t := range targets(r) {
		for _, p := range repo.Typed[networkingv1.NetworkPolicy](t.objects) {
			at := t.at("NetworkPolicy", p.Namespace, p.Name)
			own := t.selected(p.Namespace, &p.Spec.PodSelector)
			if len(own) == 0 && !selectsAll(&p.Spec.PodSelector) {
				out.add("%s selects no pod", at)
			}
			for i, rule := range rules(p) {
				t.checkRule(fmt.Sprintf("%s: rule %d", at, i+1), p.Namespace, rule, own, r.External, out)
			}
		}
	}
}

func (t *target) checkRule(at, namespace string, r rule, own []*workload, external []string, out *report) {
	if (len(r.peers) == 0 || len(r.ports) == 0) && !r.excepted {
		out.add("%s allows all peers or all ports", at)
	}
	servers := own
	for _, peer := range r.peers {
		if peer.IPBlock != nil {
			continue
		}
		found := t.peers(namespace, peer)
		if len(found) == 0 && !isExternal(peer, external) {
			out.add("%s: a peer is neither a pod of the target nor declared as external", at)
		}
		if !r.ingress {
			servers = found
			checkRulePorts(at, r.ports, servers, out)
		}
	}
	if r.ingress {
		checkRulePorts(at, r.ports, servers, out)
	}
}

// checkRulePorts wants every port of a rule to be a port of the pods that serve it.
func checkRulePorts(at string, ports []networkingv1.NetworkPolicyPort, servers []*workload, out *report) {
	for _, port := range ports {
		for _, w := range servers {
			if port.Port == nil || !w.hasPort(*port.Port, protocol(port)) {
				out.add("%s: %s has no port %s", at, w.name, port.Port)
			}
		}
	}
}

func protocol(port networkingv1.NetworkPolicyPort) corev1.Protocol {
	if port.Protocol == nil {
		return corev1.ProtocolTCP
	}
	return *port.Protocol
}

// isExternal reports whether a peer is in one namespace, by name, that is declared
// external, and names the pods it means there; a name that ends in /* stands for all.
func isExternal(peer networkingv1.NetworkPolicyPeer, external []string) bool {
	if peer.NamespaceSelector == nil {
		return false
	}
	name := "Namespace/" + peer.NamespaceSelector.MatchLabels[corev1.LabelMetadataName]
	if peer.PodSelector == nil || selectsAll(peer.PodSelector) {
		name += "/*" // the spec says so
	}
	return slices.Contains(external, name)
}

// peers are the workloads of the target that a peer means.
func (t *target) peers(namespace string, peer networkingv1.NetworkPolicyPeer) []*workload {
	var found []*workload
	for _, other := range t.namespaces() {
		if matchesNamespace(peer, namespace, other) {
			selector := peer.PodSelector
			if selector == nil {
				selector = &metav1.LabelSelector{}
			}
			found = append(found, t.selected(other, selector)...)
		}
	}
	return found
}

func matchesNamespace(peer networkingv1.NetworkPolicyPeer, own, other string) bool {
	if peer.IPBlock != nil {
		return false
	}
	if peer.NamespaceSelector == nil {
		return own == other
	}
	matcher, err := metav1.LabelSelectorAsSelector(peer.NamespaceSelector)
	return err == nil && matcher.Matches(labels.Set{corev1.LabelMetadataName: other})
}

// checkNetworkEdges wants each edge between two workloads at both ends: what the client
// may send the server may receive, and the other way round.
func checkNetworkEdges(t *target, out *report) {
	for _, client := range t.workloads {
		for _, server := range t.workloads {
			for c := range server.containers() {
				for _, port := range c.Ports {
					sends := t.allows(client, server, false, port)
					receives := t.allows(server, client, true, port)
					if sends != receives {
						out.add("%s: %s -> %s:%d: egress allowed %t, ingress allowed %t", t.Name, client.name, server.name, port.ContainerPort, sends, receives)
					}
				}
			}
		}
	}
}

// allows reports whether a policy of one workload has a rule for the other on a port of
// the server.
func (t *target) allows(own, other *workload, ingress bool, port corev1.ContainerPort) bool {
	return t.rulesOf(own, func(namespace string, r rule) bool {
		if r.ingress != ingress || !slices.ContainsFunc(r.ports, func(p networkingv1.NetworkPolicyPort) bool { return opens(p, port) }) {
			return false
		}
		return slices.ContainsFunc(r.peers, func(peer networkingv1.NetworkPolicyPeer) bool {
			return slices.Contains(t.peers(namespace, peer), other)
		})
	})
}

func opens(rulePort networkingv1.NetworkPolicyPort, port corev1.ContainerPort) bool {
	if rulePort.Port == nil || protocol(rulePort) != orTCP(port.Protocol) {
		return false
	}
	return *rulePort.Port == intstr.FromInt32(port.ContainerPort) || rulePort.Port.StrVal != "" && rulePort.Port.StrVal == port.Name
}

// admits reports whether a workload lets a foreign namespace reach a port.
func (t *target) admits(w *workload, namespace string, port intstr.IntOrString) bool {
	return t.rulesOf(w, func(_ string, r rule) bool {
		return r.ingress &&
			slices.ContainsFunc(r.peers, func(peer networkingv1.NetworkPolicyPeer) bool {
				return peer.NamespaceSelector != nil && peer.NamespaceSelector.MatchLabels[corev1.LabelMetadataName] == namespace
			}) &&
			slices.ContainsFunc(r.ports, func(p networkingv1.NetworkPolicyPort) bool { return t.samePort(w, p, port) })
	})
}

// samePort compares a rule's port with one that may be a name.
func (t *target) samePort(w *workload, p networkingv1.NetworkPolicyPort, port intstr.IntOrString) bool {
	for c := range w.containers() {
		for _, candidate := range c.Ports {
			named := port == intstr.FromString(candidate.Name) || port == intstr.FromInt32(candidate.ContainerPort)
			if named && opens(p, candidate) {
				return true
			}
		}
	}
	return false
}

// rulesOf reports whether any rule of the policies that select a workload satisfies a
// condition.
func (t *target) rulesOf(w *workload, condition func(namespace string, r rule) bool) bool {
	for _, p := range t.policies(w.namespace) {
		if !slices.Contains(t.selected(p.Namespace, &p.Spec.PodSelector), w) {
			continue
		}
		for _, r := range rules(p) {
			if condition(p.Namespace, r) {
				return true
			}
		}
	}
	return false
}

// checkNameService wants every pod of a namespace to reach a name server, by UDP and by TCP,
// and policies to name the namespaces and directions that they are about.
func checkNameService(t *target, out *report) {
	for _, namespace := range t.namespaces() {
		for _, protocol := range []corev1.Protocol{corev1.ProtocolUDP, corev1.ProtocolTCP} {
			port := corev1.ContainerPort{ContainerPort: 53, Protocol: protocol}
			if !slices.ContainsFunc(t.policies(namespace), func(p *networkingv1.NetworkPolicy) bool {
				return selectsAll(&p.Spec.PodSelector) && slices.ContainsFunc(rules(p), func(r rule) bool {
					return !r.ingress && (len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(p networkingv1.NetworkPolicyPort) bool { return opens(p, port) }))
				})
			}) {
				out.add("%s: namespace %s reaches no name server by %s", t.Name, namespace, protocol)
			}
		}
		for _, p := range t.policies(namespace) {
			checkPeers(t.at("NetworkPolicy", namespace, p.Name), p, out)
		}
	}
}

// inner are the addresses that are not the internet.
var inner = []string{"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"}

func checkPeers(at string, p *networkingv1.NetworkPolicy, out *report) {
	both := slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress) && slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeIngress)
	if len(p.Spec.PolicyTypes) == 0 || !both && !selectsAll(&p.Spec.PodSelector) {
		out.add("%s does not say which directions it is about", at)
	}
	for _, r := range rules(p) {
		for _, peer := range r.peers {
			if peer.NamespaceSelector != nil && selectsAll(peer.NamespaceSelector) {
				out.add("%s means every namespace", at)
			}
			for _, private := range inner {
				if b := peer.IPBlock; b != nil && strings.HasSuffix(b.CIDR, "/0") && strings.Contains(b.CIDR, ":") == strings.Contains(private, ":") && !slices.Contains(b.Except, private) {
					out.add("%s means every address, those of %s among them", at, private)
				}
			}
		}
	}
}
