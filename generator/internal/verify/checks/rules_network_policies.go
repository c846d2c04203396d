package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
)

// refusedNetworkPolicies wants each policy to be one that the API server takes.
func refusedNetworkPolicies(t *traffic, out *judge) {
	for _, g := range t.policies {
		for _, m := range network.Validate(g.NetworkPolicy) {
			t.report(out, g, m.Path, "the API server refuses the policy: %s", m.Message)
		}
	}
}

// idlePolicies wants each policy to select a pod.
func idlePolicies(t *traffic, out *judge) {
	for _, g := range t.policies {
		s := &g.Spec.PodSelector
		if selectsAll(s) || volatile(s) || invalid(s) || !t.whole(g.Namespace) || len(t.net.Selected(g.NetworkPolicy)) > 0 || t.inSibling(s) {
			continue
		}
		t.report(out, g, "spec.podSelector", "the policy selects no pod: namespace %s has none with %s", g.Namespace, metav1.FormatLabelSelector(s)).
			Hint = "Select labels of the pod templates. A pod that no policy selects may send and receive everything." + t.nearest(g.Namespace, s)
	}
}

// nearest names pods that some of the labels of a selector fit.
func (t *traffic) nearest(namespace string, s *metav1.LabelSelector) string {
	var near []*network.Pod
	for _, key := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		near = append(near, t.net.Select(namespace, map[string]string{key: s.MatchLabels[key]})...)
	}
	if len(near) == 0 {
		return ""
	}
	return " " + who(near) + " has some of these labels."
}

// volatile reports whether a selector asks for labels that a controller adds to pods.
func volatile(s *metav1.LabelSelector) bool {
	keys := []string{}
	for key := range s.MatchLabels {
		keys = append(keys, key)
	}
	for _, e := range s.MatchExpressions {
		keys = append(keys, e.Key)
	}
	return slices.ContainsFunc(keys, func(key string) bool {
		prefix, _, found := strings.Cut(key, "/")
		return slices.Contains([]string{"pod-template-hash", "controller-revision-hash", "job-name", "controller-uid", "pod-template-generation"}, key) ||
			found && (slices.Contains([]string{"statefulset.kubernetes.io", "apps.kubernetes.io", "batch.kubernetes.io"}, prefix) || strings.HasSuffix(prefix, "istio.io") || strings.HasSuffix(prefix, "linkerd.io"))
	})
}

func invalid(s *metav1.LabelSelector) bool {
	_, err := metav1.LabelSelectorAsSelector(s)
	return err != nil
}

// side is a rule of a policy in one direction, with the fields where it stands.
type side struct {
	direction network.Direction
	path      string
	peers     []networkingv1.NetworkPolicyPeer
	ports     []networkingv1.NetworkPolicyPort
}

// sides are the rules of a policy in the directions that it is about.
func sides(p *networkingv1.NetworkPolicy) []side {
	var all []side
	about := network.Directions(p)
	for i, r := range p.Spec.Ingress {
		if slices.Contains(about, networkingv1.PolicyTypeIngress) {
			all = append(all, side{networkingv1.PolicyTypeIngress, fmt.Sprintf("spec.ingress[%d]", i), r.From, r.Ports})
		}
	}
	for i, r := range p.Spec.Egress {
		if slices.Contains(about, networkingv1.PolicyTypeEgress) {
			all = append(all, side{networkingv1.PolicyTypeEgress, fmt.Sprintf("spec.egress[%d]", i), r.To, r.Ports})
		}
	}
	return all
}

func (s side) ingress() bool { return s.direction == networkingv1.PolicyTypeIngress }

// peer is the field of one of the peers.
func (s side) peer(i int) string {
	if s.ingress() {
		return fmt.Sprintf("%s.from[%d]", s.path, i)
	}
	return fmt.Sprintf("%s.to[%d]", s.path, i)
}

// idlePeers wants each peer that names pods of a namespace of the repository to be some.
func idlePeers(t *traffic, out *judge) {
	for _, g := range t.policies {
		for _, s := range sides(g.NetworkPolicy) {
			for i, p := range s.peers {
				t.idlePeer(g, s.peer(i), p, out)
			}
		}
	}
}

func (t *traffic) idlePeer(g *guard, path string, p networkingv1.NetworkPolicyPeer, out *judge) {
	if p.IPBlock != nil || p.PodSelector != nil && invalid(p.PodSelector) || p.NamespaceSelector != nil && invalid(p.NamespaceSelector) {
		return
	}
	if name, s := t.misnamed(p); name != "" {
		t.report(out, g, path+".namespaceSelector", "the peer means no namespace of the repository: namespace %s has no label %s", name, metav1.FormatLabelSelector(s)).
			Hint = fmt.Sprintf("The API server labels each namespace with its name: select %s: %s, or add the label to the Namespace.", corev1.LabelMetadataName, name)
		return
	}
	namespace := g.Namespace
	if p.NamespaceSelector != nil {
		namespace = p.NamespaceSelector.MatchLabels[corev1.LabelMetadataName]
	}
	if p.PodSelector == nil || selectsAll(p.PodSelector) || volatile(p.PodSelector) || !t.whole(namespace) || len(t.net.Peers(g.Namespace, p)) > 0 || t.onNode(namespace, p.PodSelector) || t.inSibling(p.PodSelector) {
		return
	}
	t.report(out, g, path+".podSelector", "the peer is no pod: namespace %s has none with %s", namespace, metav1.FormatLabelSelector(p.PodSelector)).
		Hint = "Select labels of the pod templates." + t.nearest(namespace, p.PodSelector)
}

// onNode reports whether a selector means pods on the network of their node.
func (t *traffic) onNode(namespace string, s *metav1.LabelSelector) bool {
	p := &networkingv1.NetworkPolicy{Spec: networkingv1.NetworkPolicySpec{PodSelector: *s}}
	p.Namespace = namespace
	return len(t.net.Selected(p)) > 0
}

// misnamed is the namespace that a peer seems to mean by a label with its name, when it is one of
// the repository's, has not that label, and no namespace of the repository has.
func (t *traffic) misnamed(p networkingv1.NetworkPolicyPeer) (string, *metav1.LabelSelector) {
	s := p.NamespaceSelector
	if s == nil || len(s.MatchExpressions) > 0 || len(s.MatchLabels) != 1 {
		return "", nil
	}
	for key, value := range s.MatchLabels {
		n := t.made[value]
		if key == corev1.LabelMetadataName || n == nil || n.object == nil {
			return "", nil
		}
		for _, other := range t.made {
			if other.labels[key] == value || other.object == nil {
				return "", nil
			}
		}
		return value, s
	}
	return "", nil
}

// missingPorts wants each port that a rule opens by its name to be one of a pod that it opens.
func missingPorts(t *traffic, out *judge) {
	for _, g := range t.policies {
		for _, s := range sides(g.NetworkPolicy) {
			receivers := t.receivers(g, s)
			for i, p := range s.ports {
				if p.Port == nil || p.Port.Type != intstr.String || len(receivers) == 0 || len(network.Validate(g.NetworkPolicy)) > 0 {
					continue
				}
				t.missingPort(g, fmt.Sprintf("%s.ports[%d].port", s.path, i), p, receivers, out)
			}
		}
	}
}

func (t *traffic) missingPort(g *guard, path string, p networkingv1.NetworkPolicyPort, receivers []*network.Pod, out *judge) {
	protocol := network.ProtocolOf(p.Protocol)
	var have []string
	for _, pod := range receivers {
		for _, port := range pod.Ports {
			if port.Name == p.Port.StrVal && port.Protocol == protocol {
				return
			}
			have = append(have, fmt.Sprintf("%s (%d/%s)", port.Name, port.Number, port.Protocol))
		}
	}
	f := t.report(out, g, path, "the policy opens nothing here: no container of %s has a port named %s with protocol %s", who(receivers), p.Port.StrVal, protocol)
	f.Hint = "Give the port of the container this name, or write its number."
	if len(have) > 0 {
		f.Hint += " The ports are " + few(have) + "."
	}
}

// receivers are the pods that a rule opens ports of; none when there may be more than are known.
func (t *traffic) receivers(g *guard, s side) []*network.Pod {
	if s.ingress() {
		if !t.whole(g.Namespace) {
			return nil
		}
		return t.net.Selected(g.NetworkPolicy)
	}
	var found []*network.Pod
	for _, p := range s.peers {
		namespace := g.Namespace
		if p.NamespaceSelector != nil {
			namespace = p.NamespaceSelector.MatchLabels[corev1.LabelMetadataName]
		}
		if p.IPBlock != nil || !t.whole(namespace) {
			return nil
		}
		found = append(found, t.net.Peers(g.Namespace, p)...)
	}
	return found
}
