package network

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Direction is ingress or egress.
type Direction = networkingv1.PolicyType

// policy is a policy with its selectors parsed. A selector or a CIDR that the API server would
// refuse matches nothing.
type policy struct {
	*networkingv1.NetworkPolicy
	namespace string
	pods      labels.Selector
	rules     map[Direction][]*rule
}

// rule opens ports to peers. Without peers it means every peer, without ports every port.
type rule struct {
	policy *policy
	index  int
	peers  []*peer
	ports  []networkingv1.NetworkPolicyPort
}

// peer is an address block, or pods of namespaces; nil namespaces are that of the policy.
type peer struct {
	block            *block
	namespaces, pods labels.Selector
}

type block struct {
	cidr   netip.Prefix
	except []netip.Prefix
}

// Directions are those that a policy is about. A policy that does not say is about ingress,
// and about egress when it has rules for it, as the API server fills in.
func Directions(p *networkingv1.NetworkPolicy) []Direction {
	if len(p.Spec.PolicyTypes) > 0 {
		return p.Spec.PolicyTypes
	}
	if len(p.Spec.Egress) > 0 {
		return []Direction{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	}
	return []Direction{networkingv1.PolicyTypeIngress}
}

// compile parses a policy.
func compile(p *networkingv1.NetworkPolicy) *policy {
	c := &policy{NetworkPolicy: p, namespace: inDefault(p.Namespace), pods: selector(&p.Spec.PodSelector), rules: map[Direction][]*rule{}}
	for _, direction := range Directions(p) {
		c.rules[direction] = nil // present: the policy isolates
	}
	for i, r := range p.Spec.Ingress {
		c.add(networkingv1.PolicyTypeIngress, i, r.From, r.Ports)
	}
	for i, r := range p.Spec.Egress {
		c.add(networkingv1.PolicyTypeEgress, i, r.To, r.Ports)
	}
	return c
}

// add compiles a rule of a direction that the policy is about; the API server keeps the others
// and nothing reads them.
func (p *policy) add(direction Direction, index int, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
	if _, about := p.rules[direction]; !about {
		return
	}
	r := &rule{policy: p, index: index, ports: ports}
	for _, from := range peers {
		r.peers = append(r.peers, compilePeer(from))
	}
	p.rules[direction] = append(p.rules[direction], r)
}

func compilePeer(p networkingv1.NetworkPolicyPeer) *peer {
	if p.IPBlock != nil {
		return &peer{block: compileBlock(p.IPBlock)}
	}
	if p.PodSelector == nil && p.NamespaceSelector == nil {
		return &peer{pods: labels.Nothing()}
	}
	c := &peer{pods: labels.Everything()}
	if p.PodSelector != nil {
		c.pods = selector(p.PodSelector)
	}
	if p.NamespaceSelector != nil {
		c.namespaces = selector(p.NamespaceSelector)
	}
	return c
}

// compileBlock parses a block. One that cannot be parsed is the zero prefix, which contains
// nothing.
func compileBlock(b *networkingv1.IPBlock) *block {
	c := &block{cidr: prefix(b.CIDR)}
	for _, text := range b.Except {
		c.except = append(c.except, prefix(text))
	}
	return c
}

func prefix(text string) netip.Prefix {
	parsed, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}
	}
	return parsed.Masked()
}

func selector(s *metav1.LabelSelector) labels.Selector {
	parsed, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return labels.Nothing()
	}
	return parsed
}

// inDefault is the namespace of an object that says none.
func inDefault(namespace string) string {
	if namespace == "" {
		return corev1.NamespaceDefault
	}
	return namespace
}

// covers reports whether an address is in the block. One that is not known may be, unless the
// block is empty.
func (b *block) covers(address netip.Addr) Answer {
	switch {
	case !b.cidr.IsValid():
		return No
	case !address.IsValid():
		return Maybe
	case !b.cidr.Contains(address.Unmap()):
		return No
	}
	if slices.ContainsFunc(b.except, func(e netip.Prefix) bool { return e.Contains(address.Unmap()) }) {
		return No
	}
	return Yes
}

// opened are the ports that a rule opens to a destination. A name means the ports of that name
// of the destination's containers.
func (r *rule) opened(to Peer) ([]Range, Answer) {
	if len(r.ports) == 0 {
		return every(), Yes
	}
	var ranges []Range
	for _, p := range r.ports {
		switch protocol := ProtocolOf(p.Protocol); {
		case p.Port == nil:
			ranges = append(ranges, Range{protocol, 1, lastPort})
		case p.Port.Type == intstr.String && to.Pod != nil && to.Pod.Vague:
			return every(), Maybe
		case p.Port.Type == intstr.String:
			ranges = append(ranges, named(to.Pod, p.Port.StrVal, protocol)...)
		default:
			ranges = append(ranges, numbered(p, protocol))
		}
	}
	return ranges, Yes
}

// Opened are the ports that a rule with some ports opens to a pod.
func Opened(ports []networkingv1.NetworkPolicyPort, to *Pod) []Range {
	ranges, _ := (&rule{ports: ports}).opened(In(to))
	return join(ranges)
}

func named(pod *Pod, name string, protocol corev1.Protocol) []Range {
	if pod == nil {
		return nil
	}
	var ranges []Range
	for _, p := range pod.Ports {
		if p.Name == name && ProtocolOf(&p.Protocol) == protocol {
			ranges = append(ranges, Range{protocol, p.Number, p.Number})
		}
	}
	return ranges
}

func numbered(p networkingv1.NetworkPolicyPort, protocol corev1.Protocol) Range {
	last := p.Port.IntVal
	if p.EndPort != nil {
		last = *p.EndPort
	}
	return Range{protocol, p.Port.IntVal, last}
}

// ProtocolOf is TCP where an object does not say.
func ProtocolOf(p *corev1.Protocol) corev1.Protocol {
	if p == nil || *p == "" {
		return corev1.ProtocolTCP
	}
	return *p
}
