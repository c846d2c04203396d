package checks

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
)

// dnsPorts are those that name servers listen on: 53, and 5353 as the pods of OpenShift do.
func dnsPorts() []int32 { return []int32{53, 5353} }

// sending are pods whose egress the same policies restrict, and the first of these.
type sending struct {
	guard *guard
	names []string
	pods  []*network.Pod
}

// restricted groups the pods whose egress is restricted, and certainly so, by their policies.
func (t *traffic) restricted() []*sending {
	byNames := map[string]*sending{}
	var order []*sending
	for _, pod := range t.pods {
		names := t.net.Between(network.In(pod), network.Peer{}).Egress.Policies
		if len(names) == 0 || !t.certain(pod.Namespace) || t.guards[names[0]] == nil {
			continue
		}
		key := strings.Join(names, " ")
		if byNames[key] == nil {
			byNames[key] = &sending{guard: t.guards[names[0]], names: names}
			order = append(order, byNames[key])
		}
		byNames[key].pods = append(byNames[key].pods, pod)
	}
	return order
}

// way is a rule of egress with its policy.
type way struct {
	guard *guard
	side
}

// ways are the rules by which the pods may send.
func (t *traffic) ways(s *sending) []way {
	var all []way
	for _, name := range s.names {
		for _, rule := range sides(t.guards[name].NetworkPolicy) {
			if !rule.ingress() {
				all = append(all, way{t.guards[name], rule})
			}
		}
	}
	return all
}

// opensNumber reports whether a rule opens one of some ports to anybody. A name may mean any
// number, unless all pods that the rule means are known.
func (t *traffic) opensNumber(s way, protocol corev1.Protocol, numbers []int32) bool {
	if len(s.ports) == 0 {
		return true
	}
	return slices.ContainsFunc(s.ports, func(p networkingv1.NetworkPolicyPort) bool {
		if network.ProtocolOf(p.Protocol) != protocol {
			return false
		}
		if p.Port != nil && p.Port.Type == intstr.String {
			return len(t.receivers(s.guard, s.side)) == 0 || strings.Contains(p.Port.StrVal, "dns")
		}
		opened := network.Opened([]networkingv1.NetworkPolicyPort{p}, nil)
		return slices.ContainsFunc(numbers, func(n int32) bool { return opensTo(opened, network.Port{Number: n, Protocol: protocol}) })
	})
}

// asks reports whether pods may send to a port of a name server.
func (t *traffic) asks(s *sending, protocol corev1.Protocol) bool {
	return slices.ContainsFunc(t.ways(s), func(rule way) bool { return t.opensNumber(rule, protocol, dnsPorts()) })
}

// apiPorts are those on which API servers listen, or their Service does.
func apiPorts() []int32 { return []int32{443, 6443, 8443, 16443} }

// byAddress reports whether pods may only send where they may need no names: to addresses, and
// to an API server, whose address each pod has in its environment.
func byAddress(rules []way) bool {
	return !slices.ContainsFunc(rules, func(s way) bool {
		pods := slices.ContainsFunc(s.peers, func(p networkingv1.NetworkPolicyPeer) bool { return p.IPBlock == nil })
		return pods && !only(s.ports, 6443) || len(s.peers) == 0 && !only(s.ports, apiPorts()...)
	})
}

// only reports whether a rule is about some ports and no other.
func only(ports []networkingv1.NetworkPolicyPort, numbers ...int32) bool {
	return len(ports) > 0 && !slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.Port == nil || p.EndPort != nil || !slices.Contains(numbers, p.Port.IntVal)
	})
}

// noNameServer wants pods that may send to pods or to everybody to reach a name server.
func noNameServer(t *traffic, out *judge) {
	for _, s := range t.restricted() {
		rules := t.ways(s)
		if len(rules) == 0 || t.asks(s, corev1.ProtocolUDP) {
			continue
		}
		direct, effect := byAddress(rules), "no name is resolved"
		if direct {
			effect = "they reach only what they need no name for"
		}
		f := t.report(out, s.guard, "spec", "%s may send to some pods or addresses, and to port 53/UDP of none: %s", who(s.pods), effect)
		f.Hint = "Allow egress to port 53, by UDP and TCP, of the name servers (often pods k8s-app=kube-dns of namespace kube-system). " +
			"The egress is restricted by " + strings.Join(s.names, ", ") + "."
		if direct {
			f.Severity = Note
		}
	}
}

// noNameServerByTCP wants pods that reach a name server by UDP to reach it by TCP.
func noNameServerByTCP(t *traffic, out *judge) {
	for _, s := range t.restricted() {
		if !t.asks(s, corev1.ProtocolUDP) || t.asks(s, corev1.ProtocolTCP) {
			continue
		}
		t.report(out, s.guard, "spec", "%s may send to port 53 by UDP and not by TCP: an answer that does not fit into a packet is lost", who(s.pods)).
			Hint = "Allow port 53/TCP beside 53/UDP: a resolver asks again by TCP when a name server truncates its answer."
	}
}

// noAPIServer wants pods whose service account has rights to reach the API server.
func noAPIServer(t *traffic, out *judge) {
	for _, s := range t.restricted() {
		rules := t.ways(s)
		reaches := slices.ContainsFunc(rules, func(rule way) bool {
			return t.opensNumber(rule, corev1.ProtocolTCP, apiPorts())
		})
		s.pods = slices.DeleteFunc(s.pods, func(pod *network.Pod) bool { return !t.empowered(t.workload[pod]) })
		if reaches || len(s.pods) == 0 {
			continue
		}
		t.report(out, s.guard, "spec", "%s has rights in the API, and may send to port 443/TCP or 6443/TCP of nothing", who(s.pods)).
			Hint = "Allow egress to the addresses of the API server on its port, or set automountServiceAccountToken: false when the pods do not use the API. " +
			"The egress is restricted by " + strings.Join(s.names, ", ") + "."
	}
}

// empowered reports whether a binding of the repository gives the account of a workload rights,
// and its pods get a token.
func (t *traffic) empowered(w *workload) bool {
	name, namespace := w.pod.Spec.ServiceAccountName, orDefault(w.namespace)
	if mount := w.pod.Spec.AutomountServiceAccountToken; name == "" || mount != nil && !*mount {
		return false
	}
	bound := false
	for _, o := range t.objects {
		switch typed := o.Typed.(type) {
		case *corev1.ServiceAccount:
			if o.Name == name && orDefault(o.Home()) == namespace && w.pod.Spec.AutomountServiceAccountToken == nil && typed.AutomountServiceAccountToken != nil && !*typed.AutomountServiceAccountToken {
				return false
			}
		case *rbacv1.RoleBinding:
			bound = bound || binds(typed.Subjects, name, namespace, o.Home())
		case *rbacv1.ClusterRoleBinding:
			bound = bound || binds(typed.Subjects, name, namespace, "")
		}
	}
	return bound
}

func binds(subjects []rbacv1.Subject, name, namespace, own string) bool {
	return slices.ContainsFunc(subjects, func(s rbacv1.Subject) bool {
		in := s.Namespace
		if in == "" {
			in = orDefault(own)
		}
		return s.Kind == rbacv1.ServiceAccountKind && s.Name == name && in == namespace
	})
}
