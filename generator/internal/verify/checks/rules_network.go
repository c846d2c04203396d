package checks

// networkRules are the rules of this area.
var networkRules = []Rule{
	{Code: "network/invalid-policy", Severity: Error, Title: "a NetworkPolicy that the API server refuses", run: everyNetwork(refusedNetworkPolicies)},
	{Code: "network/selects-nothing", Severity: Warning, Title: "a NetworkPolicy that selects no pod of its namespace", run: everyNetwork(idlePolicies)},
	{Code: "network/peer-selects-nothing", Severity: Warning, Title: "a peer of a NetworkPolicy that no pod or namespace of the repository is", run: everyNetwork(idlePeers)},
	{Code: "network/missing-port", Severity: Error, Title: "a NetworkPolicy that opens a port by a name that no pod has", run: everyNetwork(missingPorts)},
	{Code: "network/one-sided", Severity: Error, Title: "a connection that a NetworkPolicy allows at one end and another denies at the other", run: everyNetwork(oneSided)},
	{Code: "network/one-sided-port", Severity: Warning, Title: "a port that a NetworkPolicy opens at one end of a connection and another denies at the other", run: everyNetwork(oneSidedPorts)},
	{Code: "network/declared-blocked", Severity: Error, Title: "a connection that the spec declares and NetworkPolicies deny", run: everyNetwork(blockedDeclared)},
	{Code: "network/no-dns", Severity: Error, Title: "pods that may send, but not to any name server", run: everyNetwork(noNameServer)},
	{Code: "network/no-dns-tcp", Severity: Warning, Title: "pods that reach a name server by UDP only", run: everyNetwork(noNameServerByTCP)},
	{Code: "network/no-api-server", Severity: Warning, Title: "pods with rights in the API that cannot reach the API server", run: everyNetwork(noAPIServer)},
	{Code: "network/route-denied", Severity: Error, Title: "a route to pods that no gateway or ingress controller can reach", run: everyNetwork(deniedRoutes)},
	{Code: "network/service-denied", Severity: Error, Title: "a Service for the outside whose pods nobody outside can reach", run: everyNetwork(deniedServices)},
	{Code: "network/scrape-denied", Severity: Error, Title: "metrics that Prometheus is told to read and cannot reach", run: everyNetwork(deniedScrapes)},
	{Code: "network/webhook-denied", Severity: Error, Title: "an admission webhook that the API server cannot reach", run: everyNetwork(deniedWebhooks)},
}
