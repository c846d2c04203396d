package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
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
	// Reason for rules that can be used to gain further rights; may be empty.
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

// APIServerName is the name of the API server in policies.
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

// resourceWord is the name of a resource, or of a part of it.
var resourceWord = lazyregexp.New(`^[a-z]+(/[a-z]+)?$`)

// forbiddenParts are, by resource, ways into pods and nodes and to the rights of others.
func forbiddenParts() map[string][]string {
	return map[string][]string{
		"pods":            {"attach", "ephemeralcontainers", "exec", "portforward", "proxy"},
		"services":        {"proxy"},
		"nodes":           {"proxy"},
		"serviceaccounts": {"token"},
	}
}

// rightsResources hold rights: to change them is to have any.
func rightsResources() []string {
	return []string{"roles", "rolebindings", "clusterroles", "clusterrolebindings"}
}

// forbidden reports whether no application gets a resource.
func forbidden(resource string, writes bool) bool {
	whole, part, _ := strings.Cut(resource, "/")
	return slices.Contains(forbiddenParts()[whole], part) || writes && slices.Contains(rightsResources(), resource)
}

// clusterResources are in no namespace: a Role cannot grant them.
func clusterResources() []string {
	return []string{
		"nodes", "persistentvolumes", "storageclasses", "customresourcedefinitions", "priorityclasses", "ingressclasses",
		"gatewayclasses", "validatingadmissionpolicies", "mutatingadmissionpolicies", "clustersecretstores", "clusterissuers",
	}
}

// podMakers are resources that run pods: who makes one has the rights of any
// ServiceAccount of the namespace.
func podMakers() []string {
	return []string{
		"pods", "deployments", "statefulsets", "daemonsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs",
	}
}

// rules checks the RBAC rules of an application.
func (c *checker) rules() {
	rules := c.w.ServiceAccount.Rules
	if len(rules) > 0 && c.in.Target.Cluster.APIServer == nil && c.unoffered("apiServer") {
		cluster := string(c.in.Target.Cluster.Name)
		d := c.error(c.key("serviceAccount", "rules"), "cluster/api-server", "cluster %s does not declare the address of its API server", cluster)
		d.Detail = "An application with rules connects to the API server, and its network policy has to allow that address."
		d.Hint = "Declare clusters: {" + cluster + ": {apiServer: {cidrs: [ADDRESS/32]}}}."
	}
	for i, rule := range rules {
		c.words(i, "apiGroups", rule.APIGroups, func(s string) bool { return s == "" || isSubdomain(s) })
		c.words(i, "resources", rule.Resources, resourceWord.MatchString)
		c.words(i, "resourceNames", rule.ResourceNames, isSubdomain)
		c.words(i, "verbs", rule.Verbs, func(string) bool { return true })
		c.rule(i, rule)
	}
}

// words checks one list of a rule.
func (c *checker) words(i int, field string, words []string, valid func(string) bool) {
	if len(words) == 0 && field != "resourceNames" {
		c.error(c.at("serviceAccount", "rules", i, field), "rbac/rule", "%s of this rule are empty", field).Hint =
			"List at least one, for example verbs: [get, list, watch]."
	}
	for j, word := range words {
		at := c.at("serviceAccount", "rules", i, field, j)
		switch {
		case strings.Contains(word, "*"):
			c.error(at, "rbac/wildcard", "a rule of a Role must not contain a wildcard").Hint = "Name each item that the application uses: a wildcard would also grant what is added later."
		case !valid(word):
			c.error(at, "rbac/rule", "%q cannot stand in the %s of a rule", word, field).Hint = "Write resources in lower case and in the plural, as kubectl api-resources shows them."
		}
	}
}

// rule checks one RBAC rule.
func (c *checker) rule(i int, rule schema.PolicyRule) {
	at := func(field string, j int) []any { return []any{"serviceAccount", "rules", i, field, j} }
	writes := slices.ContainsFunc(rule.Verbs, func(verb string) bool { return !slices.Contains([]string{"get", "list", "watch"}, verb) })
	for j, resource := range rule.Resources {
		switch {
		case forbidden(resource, writes):
			c.error(c.at(at("resources", j)...), "rbac/forbidden", "wavewright grants no application %s", resource).Hint =
				"Take it out: it gives access to other pods, or to permissions that nobody reviewed."
		case slices.Contains(clusterResources(), resource):
			c.error(c.at(at("resources", j)...), "rbac/rule", "%s are cluster-scoped, and a Role grants nothing outside its namespace", resource).Hint =
				"Take it out. Grant cluster-wide permissions by hand, or with manifests of your own."
		case strings.TrimSpace(rule.Reason) != "", c.faulty("serviceAccount", "rules", i, "reason"):
		case resource == "secrets":
			c.error(c.at(at("resources", j)...), "reason/missing", "reading Secrets needs a reason").Hint = "Write reason: … in the rule, and resourceNames: […] if some are enough."
		case writes && slices.Contains(podMakers(), resource):
			c.error(c.at(at("resources", j)...), "reason/missing", "changing %s needs a reason", resource).Hint =
				"Whoever can create pods can use every ServiceAccount and Secret of the namespace. Write reason: … in the rule."
		}
	}
	for j, verb := range rule.Verbs {
		if len(rule.ResourceNames) > 0 && (verb == "create" || verb == "deletecollection") {
			c.error(c.at(at("verbs", j)...), "rbac/rule", "%s cannot be granted by name", verb).Hint = "Give it a rule of its own, without resourceNames."
		}
	}
}
