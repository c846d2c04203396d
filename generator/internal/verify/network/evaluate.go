package network

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// End is what the policies of one end of a connection say about the other end.
type End struct {
	// Isolated says that a policy selects the pod of this end for its direction. Everything is
	// allowed otherwise.
	Isolated bool
	// Policies are those that select the pod, as namespace/name, sorted.
	Policies []string
	// Openings are the ports that the policies open to the other end.
	Openings []Opening
}

// Opening is a range of ports that a rule opens.
type Opening struct {
	Range
	// Answer is Maybe when it depends on what is not known; never No.
	Answer Answer
	Policy *networkingv1.NetworkPolicy
	// Rule is the index of the rule in the policy.
	Rule int
}

// Allows answers for a port.
func (e End) Allows(port int32, protocol corev1.Protocol) Answer {
	if !e.Isolated {
		return Yes
	}
	answer := No
	for _, o := range e.Openings {
		if o.Holds(port, protocol) {
			answer = max(answer, o.Answer)
		}
	}
	return answer
}

// Ports are those that are open with at least an answer.
func (e End) Ports(least Answer) []Range {
	if !e.Isolated {
		return every()
	}
	var open []Range
	for _, o := range e.Openings {
		if o.Answer >= least {
			open = append(open, o.Range)
		}
	}
	return join(open)
}

// Verdict is what both ends say.
type Verdict struct {
	// Egress is the end that sends, Ingress the end that receives.
	Egress, Ingress End
}

// Answer is that of the stricter end.
func (v Verdict) Answer(port int32, protocol corev1.Protocol) Answer {
	return min(v.Egress.Allows(port, protocol), v.Ingress.Allows(port, protocol))
}

// Ports are those that both ends open with at least an answer.
func (v Verdict) Ports(least Answer) []Range {
	return Intersect(v.Egress.Ports(least), v.Ingress.Ports(least))
}

// Reason names the policies and the end that deny a port; empty when neither certainly does.
func (v Verdict) Reason(port int32, protocol corev1.Protocol) string {
	var reasons []string
	if v.Egress.Allows(port, protocol) == No {
		reasons = append(reasons, fmt.Sprintf("the egress of the sender denies it (%s)", strings.Join(v.Egress.Policies, ", ")))
	}
	if v.Ingress.Allows(port, protocol) == No {
		reasons = append(reasons, fmt.Sprintf("the ingress of the receiver denies it (%s)", strings.Join(v.Ingress.Policies, ", ")))
	}
	return strings.Join(reasons, " and ")
}

// Allowed reports whether a connection is certainly allowed, and what both ends say.
func (c *Cluster) Allowed(from, to Peer, port int32, protocol corev1.Protocol) (bool, Verdict) {
	v := c.Between(from, to)
	return v.Answer(port, protocol) == Yes, v
}

// Between is what both ends say about all ports of a connection.
func (c *Cluster) Between(from, to Peer) Verdict {
	return Verdict{
		Egress:  c.end(networkingv1.PolicyTypeEgress, from, to, to),
		Ingress: c.end(networkingv1.PolicyTypeIngress, to, from, to),
	}
}

// Isolated reports whether a policy selects a pod for a direction.
func (c *Cluster) Isolated(pod *Pod, direction Direction) bool {
	return len(c.isolating[direction][pod]) > 0
}

// end judges the policies of own about other; to is the one of them that receives, whose ports
// names mean.
func (c *Cluster) end(direction Direction, own, other, to Peer) End {
	if own.Pod == nil {
		return End{}
	}
	e := End{}
	for _, p := range c.isolating[direction][own.Pod] {
		e.Isolated = true
		e.Policies = append(e.Policies, p.namespace+"/"+p.Name)
		for _, r := range p.rules[direction] {
			e.Openings = append(e.Openings, c.openings(r, other, to)...)
		}
	}
	slices.Sort(e.Policies)
	return e
}

func (c *Cluster) openings(r *rule, other, to Peer) []Opening {
	answer := c.means(r, other)
	if answer == No {
		return nil
	}
	ports, known := r.opened(to)
	var found []Opening
	for _, p := range ports {
		found = append(found, Opening{p, min(answer, known), r.policy.NetworkPolicy, r.index})
	}
	return found
}

// means reports whether a rule has a peer among its own.
func (c *Cluster) means(r *rule, other Peer) Answer {
	if len(r.peers) == 0 {
		return Yes
	}
	answer := No
	for _, p := range r.peers {
		answer = max(answer, c.matches(r.policy.namespace, p, other))
	}
	return answer
}

func (c *Cluster) matches(own string, p *peer, other Peer) Answer {
	switch {
	case p.block != nil:
		return p.block.covers(other.address())
	case other.Pod == nil:
		return No
	case other.Pod.HostNetwork:
		return Maybe
	}
	return min(c.within(own, p, other.Pod), p.picks(other.Pod))
}

// within reports whether a pod is in a namespace that a peer means.
func (c *Cluster) within(own string, p *peer, pod *Pod) Answer {
	if pod.Vague && pod.Namespace == "" {
		if p.namespaces == nil {
			return No
		}
		return c.inNamespace(p.namespaces, "")
	}
	namespace := inDefault(pod.Namespace)
	if p.namespaces != nil {
		return c.inNamespace(p.namespaces, namespace)
	}
	if namespace == own {
		return Yes
	}
	return No
}

// picks reports whether the pod selector of a peer matches a pod.
func (p *peer) picks(pod *Pod) Answer {
	requirements, selectable := p.pods.Requirements()
	switch {
	case !selectable:
		return No
	case pod.Vague && len(requirements) > 0:
		return Maybe
	case p.pods.Matches(labels.Set(pod.Labels)):
		return Yes
	}
	return No
}
