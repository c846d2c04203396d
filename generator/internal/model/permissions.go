package model

import (
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Permissions are the Role and RoleBinding of an application's ServiceAccount, ready
// to print.
type Permissions struct {
	// Name of both.
	Name Name
	// Account is the ServiceAccount.
	Account Name
	// Reason of what is as good as more rights; empty when nothing is.
	Reason string
	Rules  []yamltree.Ordered
}

func permissions(app Name, rules []schema.PolicyRule) *Permissions {
	if len(rules) == 0 {
		return nil
	}
	p := &Permissions{Name: app + "-api", Account: app}
	var reasons []string
	for _, rule := range rules {
		out := yamltree.Ordered{pair("apiGroups", rule.APIGroups), pair("resources", rule.Resources)}
		if len(rule.ResourceNames) > 0 {
			out = append(out, pair("resourceNames", rule.ResourceNames))
		}
		p.Rules = append(p.Rules, append(out, pair("verbs", rule.Verbs)))
		if rule.Reason != "" {
			reasons = append(reasons, rule.Reason)
		}
	}
	p.Reason = strings.Join(reasons, "; ")
	return p
}

// apiServerPorts are the ports of API servers: of their Service, and of most of
// themselves.
func apiServerPorts() []int { return []int{443, 6443} }

// APIServerName is what a policy calls the API server.
const APIServerName = "api-server"

// toAPIServer lets an application with rules reach the API server, and no other.
func (in *Instance) toAPIServer() {
	server := in.Target.Cluster.APIServer
	if server == nil || len(in.Workload.ServiceAccount.Rules) == 0 {
		return
	}
	var peers, ports []yamltree.Ordered
	for _, cidr := range prefixes(server.CIDRs) {
		peers = append(peers, network(cidr, nil))
	}
	numbers := server.Ports
	if len(numbers) == 0 {
		numbers = apiServerPorts()
	}
	for _, number := range numbers {
		ports = append(ports, policyPort(number, 0, "TCP"))
	}
	in.AllEgress = append(in.AllEgress, NetworkRule{Path(in.App.Name), APIServerName, peers, ports})
}
