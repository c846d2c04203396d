package network

import (
	"cmp"
	"net/netip"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// Matrix is what the policies of a cluster leave of the connections between its pods, and of
// those with what is not in the cluster or not known.
type Matrix struct {
	// Ends are the pods, sorted by their names.
	Ends []Reach `json:"workloads"`
	// Links are the connections between two of them where a policy restricts an end: what is
	// certainly allowed at both.
	Links []Link `json:"connections"`
	// Foreign are what pods may exchange with others: addresses, pods of namespaces that the
	// repository does not hold, or everybody.
	Foreign []Foreign `json:"outside"`
}

// Reach is whether policies restrict a pod. In a direction in which they do not, it reaches all,
// or all reach it, as far as the other end permits.
type Reach struct {
	Name            string `json:"name"`
	IngressIsolated bool   `json:"ingressIsolated"`
	EgressIsolated  bool   `json:"egressIsolated"`
	// HostNetwork says that what policies do to the pod is not defined.
	HostNetwork bool `json:"hostNetwork,omitempty"`
}

// Link is a connection between two pods.
type Link struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Ports string `json:"ports"`
	// Declared says whether the spec declares it; nil without a spec that does.
	Declared *bool `json:"declared,omitempty"`
	// Sender and Receiver are the pods.
	Sender   *Pod `json:"-"`
	Receiver *Pod `json:"-"`
	// Open are the ports.
	Open []Range `json:"-"`
}

// Foreign is a peer that is none of the pods, of which a policy opens ports in a direction.
type Foreign struct {
	Workload  string    `json:"workload"`
	Direction Direction `json:"direction"`
	Peer      string    `json:"peer"`
	Ports     string    `json:"ports"`
}

// FullName is the name of a pod with its namespace.
func (p *Pod) FullName() string { return inDefault(p.Namespace) + "/" + p.Name }

// Matrix lists what is allowed. It follows the rules of the policies and not all pairs of pods,
// so that its cost is that of what they open.
func (c *Cluster) Matrix() *Matrix {
	m := &Matrix{Ends: []Reach{}, Links: []Link{}, Foreign: []Foreign{}}
	pairs := map[[2]*Pod]bool{}
	for _, p := range c.pods {
		m.Ends = append(m.Ends, Reach{p.FullName(), c.Isolated(p, networkingv1.PolicyTypeIngress), c.Isolated(p, networkingv1.PolicyTypeEgress), p.HostNetwork})
		for _, direction := range []Direction{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress} {
			for _, policy := range c.isolating[direction][p] {
				c.follow(m, pairs, direction, p, policy)
			}
		}
	}
	m.sort()
	return m
}

// follow adds what a policy opens to a pod.
func (c *Cluster) follow(m *Matrix, pairs map[[2]*Pod]bool, direction Direction, pod *Pod, p *policy) {
	for _, r := range p.rules[direction] {
		if len(r.peers) == 0 {
			m.foreign(direction, pod, "everybody", r)
		}
		for i, peer := range r.peers {
			for _, other := range c.peers(p.namespace, peer) {
				pair := [2]*Pod{pod, other}
				if direction == networkingv1.PolicyTypeIngress {
					pair = [2]*Pod{other, pod}
				}
				if !pairs[pair] {
					pairs[pair] = true
					c.link(m, pair)
				}
			}
			if c.abroad(peer) {
				m.foreign(direction, pod, describe(r.source(direction, i)), r)
			}
		}
	}
}

// link adds a connection when both ends allow a port of it.
func (c *Cluster) link(m *Matrix, pair [2]*Pod) {
	open := c.Between(In(pair[0]), In(pair[1])).Ports(Yes)
	if len(open) > 0 {
		m.Links = append(m.Links, Link{From: pair[0].FullName(), To: pair[1].FullName(), Ports: Ranges(open), Sender: pair[0], Receiver: pair[1], Open: open})
	}
}

// abroad reports whether a peer may be something else than the pods of the cluster: an address, or
// pods of a namespace that has none here.
func (c *Cluster) abroad(p *peer) bool {
	if p.block != nil {
		return p.block.cidr != netip.Prefix{}
	}
	if p.namespaces == nil {
		return false
	}
	name, exact := p.namespaces.RequiresExactMatch("kubernetes.io/metadata.name")
	return !exact || !c.inhabited[name]
}

// source is the peer as the policy has it.
func (r *rule) source(direction Direction, i int) networkingv1.NetworkPolicyPeer {
	if direction == networkingv1.PolicyTypeIngress {
		return r.policy.Spec.Ingress[r.index].From[i]
	}
	return r.policy.Spec.Egress[r.index].To[i]
}

// foreign adds a peer that is none of the pods. Where it receives, its ports by name are not known.
func (m *Matrix) foreign(direction Direction, pod *Pod, words string, r *rule) {
	to := In(pod)
	if direction == networkingv1.PolicyTypeEgress {
		to = Peer{}
	}
	ports, _ := r.opened(to)
	text := Ranges(join(ports))
	for _, p := range r.ports {
		if direction == networkingv1.PolicyTypeEgress && p.Port != nil && p.Port.StrVal != "" {
			text += ", " + p.Port.StrVal + "/" + string(ProtocolOf(p.Protocol))
		}
	}
	m.Foreign = append(m.Foreign, Foreign{pod.FullName(), direction, words, text})
}

func (m *Matrix) sort() {
	slices.SortFunc(m.Ends, func(a, b Reach) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(m.Links, func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Ports, b.Ports))
	})
	slices.SortFunc(m.Foreign, func(a, b Foreign) int {
		return cmp.Or(cmp.Compare(a.Workload, b.Workload), cmp.Compare(b.Direction, a.Direction), cmp.Compare(a.Peer, b.Peer), cmp.Compare(a.Ports, b.Ports))
	})
	m.Foreign = slices.Compact(m.Foreign)
}
