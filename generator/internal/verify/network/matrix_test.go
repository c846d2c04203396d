package network

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
)

func TestMatrix(t *testing.T) {
	web, db, other := pods()
	cluster := NewCluster([]*Pod{web, db, other}, nil, policies(t,
		`{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: sql}]}, {ports: [{port: 9}]}]}`,
		`{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: search}}}], ports: [{port: http}, {port: 9200}]}, {to: [{namespaceSelector: {}}], ports: [{port: 5000, endPort: 6000}]}]}`))
	got, err := json.Marshal(cluster.Matrix())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"workloads":[{"name":"shop/db","ingressIsolated":true,"egressIsolated":true},{"name":"shop/web","ingressIsolated":false,"egressIsolated":true},{"name":"tools/other","ingressIsolated":false,"egressIsolated":false}],` +
		`"connections":[{"from":"shop/web","to":"shop/db","ports":"5432/TCP"},{"from":"shop/web","to":"shop/web","ports":"5000-6000/TCP"},{"from":"shop/web","to":"tools/other","ports":"5000-6000/TCP"}],` +
		`"outside":[{"workload":"shop/db","direction":"Ingress","peer":"10.0.0.0/8 except 10.1.0.0/16","ports":"5432/TCP"},{"workload":"shop/db","direction":"Ingress","peer":"everybody","ports":"9/TCP"},` +
		`{"workload":"shop/web","direction":"Egress","peer":"pods of every namespace","ports":"5000-6000/TCP"},{"workload":"shop/web","direction":"Egress","peer":"pods of namespace search","ports":"9200/TCP, http/TCP"}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestLargeCluster judges 1,000 workloads in three environments, each with a policy of its own.
func TestLargeCluster(t *testing.T) {
	const applications, environments = 1000, 3
	start := time.Now()
	links := 0
	for range environments {
		var all []*Pod
		var specs []*networkingv1.NetworkPolicy
		for i := range applications {
			all = append(all, &Pod{Namespace: "shop", Name: fmt.Sprint("app", i), Labels: map[string]string{"app": fmt.Sprint(i)}, Ports: []Port{{"http", 8080, "TCP"}}})
			specs = append(specs, policies(t, fmt.Sprintf(`{podSelector: {matchLabels: {app: "%d"}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: "%d"}}}], ports: [{port: http}]}], egress: [{to: [{podSelector: {matchLabels: {app: "%d"}}}], ports: [{port: 8080}]}]}`, i, i+1, i-1))...)
		}
		links += len(NewCluster(all, nil, specs).Matrix().Links)
	}
	if links != environments*(applications-1) {
		t.Errorf("%d links", links)
	}
	t.Logf("%s", time.Since(start))
}
