package network

import (
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
)

// Mistake is something in a policy that the API server refuses.
type Mistake struct {
	// Path is the field, such as spec.ingress[0].from[1].
	Path, Message string
}

// Validate lists what the API server refuses in a policy whose fields have the right types.
func Validate(p *networkingv1.NetworkPolicy) []Mistake {
	v := &validator{}
	v.selector("spec.podSelector", &p.Spec.PodSelector)
	for i, r := range p.Spec.Ingress {
		v.rule(fmt.Sprintf("spec.ingress[%d]", i), "from", r.From, r.Ports)
	}
	for i, r := range p.Spec.Egress {
		v.rule(fmt.Sprintf("spec.egress[%d]", i), "to", r.To, r.Ports)
	}
	for i, d := range p.Spec.PolicyTypes {
		if d != networkingv1.PolicyTypeIngress && d != networkingv1.PolicyTypeEgress {
			v.add(fmt.Sprintf("spec.policyTypes[%d]", i), "%q is neither Ingress nor Egress", d)
		}
	}
	if len(p.Spec.PolicyTypes) > 2 {
		v.add("spec.policyTypes", "%d policyTypes are listed, and 2 are allowed", len(p.Spec.PolicyTypes))
	}
	return v.mistakes
}

type validator struct{ mistakes []Mistake }

func (v *validator) add(path, format string, args ...any) {
	v.mistakes = append(v.mistakes, Mistake{path, fmt.Sprintf(format, args...)})
}

func (v *validator) selector(path string, s *metav1.LabelSelector) {
	if s == nil {
		return
	}
	if _, err := metav1.LabelSelectorAsSelector(s); err != nil {
		v.add(path, "the selector is invalid: %v", err)
	}
}

func (v *validator) rule(path, peers string, from []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
	for i, p := range from {
		v.peer(fmt.Sprintf("%s.%s[%d]", path, peers, i), p)
	}
	for i, p := range ports {
		v.port(fmt.Sprintf("%s.ports[%d]", path, i), p)
	}
}

func (v *validator) peer(path string, p networkingv1.NetworkPolicyPeer) {
	selects := p.PodSelector != nil || p.NamespaceSelector != nil
	switch {
	case p.IPBlock == nil && !selects:
		v.add(path, "the peer is empty: it has neither podSelector, namespaceSelector nor ipBlock")
	case p.IPBlock != nil && selects:
		v.add(path, "the peer has an ipBlock and a selector, and one of both is allowed")
	}
	v.selector(path+".podSelector", p.PodSelector)
	v.selector(path+".namespaceSelector", p.NamespaceSelector)
	if p.IPBlock != nil {
		v.block(path+".ipBlock", p.IPBlock)
	}
}

func (v *validator) block(path string, b *networkingv1.IPBlock) {
	cidr, err := netip.ParsePrefix(b.CIDR)
	if err != nil {
		v.add(path+".cidr", "%q is no CIDR, such as 192.0.2.0/24", b.CIDR)
		return
	}
	for i, text := range b.Except {
		at := fmt.Sprintf("%s.except[%d]", path, i)
		except, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			v.add(at, "%q is no CIDR, such as 192.0.2.0/24", text)
		case !cidr.Contains(except.Addr()) || except.Bits() <= cidr.Bits():
			v.add(at, "%s is no part of %s", text, b.CIDR)
		}
	}
}

func (v *validator) port(path string, p networkingv1.NetworkPolicyPort) {
	if protocol := ProtocolOf(p.Protocol); !slices.Contains(Protocols(), protocol) {
		v.add(path+".protocol", "%q is none of the protocols TCP, UDP and SCTP", protocol)
	}
	switch {
	case p.Port == nil && p.EndPort != nil:
		v.add(path+".endPort", "endPort %d has no port that the range begins with", *p.EndPort)
	case p.Port == nil:
	case p.Port.Type == intstr.String:
		v.name(path, p)
	default:
		v.number(path, p)
	}
}

func (v *validator) name(path string, p networkingv1.NetworkPolicyPort) {
	if len(validation.IsValidPortName(p.Port.StrVal)) > 0 {
		v.add(path+".port", "%q is neither a number nor a name of a port (1 to 15 small letters, digits and hyphens, one letter among them)", p.Port.StrVal)
	}
	if p.EndPort != nil {
		v.add(path+".endPort", "a range cannot begin with the name %s", p.Port.StrVal)
	}
}

func (v *validator) number(path string, p networkingv1.NetworkPolicyPort) {
	if p.Port.IntVal < 1 || p.Port.IntVal > lastPort {
		v.add(path+".port", "%d is no port: 1 to %d are", p.Port.IntVal, lastPort)
	}
	if p.EndPort == nil {
		return
	}
	if *p.EndPort < p.Port.IntVal || *p.EndPort > lastPort {
		v.add(path+".endPort", "the range from %d to %d is empty or ends above %d", p.Port.IntVal, *p.EndPort, lastPort)
	}
}

// describe words a peer of a rule for reports.
func describe(p networkingv1.NetworkPolicyPeer) string {
	if p.IPBlock != nil {
		text := p.IPBlock.CIDR
		for i, except := range p.IPBlock.Except {
			text += map[bool]string{true: " except ", false: ", "}[i == 0] + except
		}
		return text
	}
	pods := "pods"
	if p.PodSelector != nil && len(p.PodSelector.MatchLabels)+len(p.PodSelector.MatchExpressions) > 0 {
		pods = "pods " + metav1.FormatLabelSelector(p.PodSelector)
	}
	switch s := p.NamespaceSelector; {
	case s == nil:
		return pods
	case len(s.MatchExpressions) == 0 && len(s.MatchLabels) == 1 && s.MatchLabels[corev1.LabelMetadataName] != "":
		return pods + " of namespace " + s.MatchLabels[corev1.LabelMetadataName]
	case len(s.MatchExpressions)+len(s.MatchLabels) == 0:
		return pods + " of every namespace"
	}
	return pods + " of namespaces " + metav1.FormatLabelSelector(p.NamespaceSelector)
}
