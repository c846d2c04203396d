package network

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
)

// Answer is what can be said of a connection from what is known.
type Answer uint8

// The answers are in the order of how much they permit.
const (
	No Answer = iota
	// Maybe says that it depends on what is not known here.
	Maybe
	Yes
)

// String is the word that is printed.
func (a Answer) String() string {
	switch a {
	case Yes:
		return "yes"
	case Maybe:
		return "maybe"
	}
	return "no"
}

// Port is a port that a pod declares.
type Port struct {
	Name     string
	Number   int32
	Protocol corev1.Protocol
}

// Pod is what policies see of a pod. The pods of one workload are one Pod.
type Pod struct {
	Namespace string
	// Name is for reports only, such as Deployment/web.
	Name   string
	Labels map[string]string
	Ports  []Port
	// HostNetwork says that the pod uses the network of its node.
	HostNetwork bool
	// Vague says that nothing but the namespace is known: some pod there. Without a namespace,
	// it is some pod of another namespace than that of the other end.
	Vague bool
	// Address is the address of the pod, when it is known.
	Address netip.Addr
}

// Peer is one end of a connection: a pod, or an address outside the cluster. The zero value is
// some address that is not known.
type Peer struct {
	Pod     *Pod
	Address netip.Addr
}

// In is a peer for a pod.
func In(pod *Pod) Peer { return Peer{Pod: pod} }

// Outside is a peer for an address outside the cluster.
func Outside(address netip.Addr) Peer { return Peer{Address: address} }

// address is where packets of the peer come from or go to, as far as it is known.
func (p Peer) address() netip.Addr {
	if p.Pod != nil {
		return p.Pod.Address
	}
	return p.Address
}

// Namespace is what is known of a namespace.
type Namespace struct {
	Name   string
	Labels map[string]string
	// Partial says that the namespace may have more labels.
	Partial bool
}
