package model

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// NameServer is what every pod may connect to on port 53: pods, and addresses that no label
// can select.
type NameServer struct {
	PodSet
	CIDRs []string
	// Assumed is set when the spec states addresses and no pods: the pods are a default, and need not exist.
	Assumed bool
}

// nameServer completes a declared name server with the pods that most clusters have.
func nameServer(declared *schema.DNS) NameServer {
	if declared == nil {
		declared = &schema.DNS{}
	}
	s := NameServer{PodSet{Name(cmp.Or(declared.Namespace, "kube-system")), declared.PodLabels}, declared.CIDRs, false}
	if len(s.PodLabels) == 0 {
		s.PodLabels, s.Assumed = map[string]string{"k8s-app": "kube-dns"}, len(s.CIDRs) > 0
	}
	return s
}

// Peers are the pods and the addresses, as a NetworkPolicy names them.
func (s NameServer) Peers() []yamltree.Ordered {
	peers := []yamltree.Ordered{s.Peer()}
	for _, cidr := range prefixes(s.CIDRs) {
		peers = append(peers, network(cidr, nil))
	}
	return peers
}

// nameServer checks the fields of a name server.
func (r *resolver) nameServer(node *yamltree.Node, dns schema.DNS) {
	if node.Get("namespace") != nil {
		r.factName(r.place(node, "namespace"), dns.Namespace)
	}
	if node.Get("podLabels") != nil {
		r.podLabels(r.place(node, "podLabels"), dns.PodLabels)
	}
	if dns.Namespace != "" && node.Get("podLabels") == nil {
		r.list.Error(r.place(node, "namespace"), "platform/dns", "the namespace of a name server needs the labels of its pods").Hint =
			"Write podLabels: {…} beside it, or take namespace out."
	}
	for i, cidr := range dns.CIDRs {
		at := r.place(node, "cidrs", i)
		if prefix, ok := checkCIDR(&r.list, at, "platform/dns", cidr); ok && prefix.Bits() == 0 {
			r.list.Error(at, "platform/dns", "these are all addresses").Hint =
				"Write the address of the name server, for example 169.254.20.10/32."
		}
	}
	r.nodeLocal(node, dns)
}

// nodeLocal refuses the labels of a cache that runs in the network of each node: a policy
// that selects its pods allows nothing.
func (r *resolver) nodeLocal(node *yamltree.Node, dns schema.DNS) {
	for _, key := range sortedKeys(dns.PodLabels) {
		name := strings.ReplaceAll(strings.ToLower(dns.PodLabels[key]), "-", "")
		if !strings.Contains(name, "nodelocal") {
			continue
		}
		d := r.list.Error(r.place(node, "podLabels", key), "platform/dns", fmt.Sprintf("a network policy cannot select pods with %s: %s", key, dns.PodLabels[key]))
		d.Detail = "A node-local cache runs in the network of its node, where pods have no addresses of their own."
		d.Hint = "Write dns: {cidrs: [169.254.20.10/32]} with the address that the cache listens on, and leave podLabels to the name server behind it."
	}
}
