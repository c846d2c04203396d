package network

import (
	"net/netip"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"
)

// web and db are the pods of the tests, other one of another namespace.
func pods() (web, db, other *Pod) {
	web = &Pod{Namespace: "shop", Name: "web", Labels: map[string]string{"app": "web"}, Ports: []Port{{"http", 8080, corev1.ProtocolTCP}}}
	db = &Pod{Namespace: "shop", Name: "db", Labels: map[string]string{"app": "db"}, Ports: []Port{{"sql", 5432, corev1.ProtocolTCP}}}
	other = &Pod{Namespace: "tools", Name: "other", Labels: map[string]string{"app": "other"}}
	return web, db, other
}

func policies(t *testing.T, specs ...string) []*networkingv1.NetworkPolicy {
	var all []*networkingv1.NetworkPolicy
	for _, spec := range specs {
		p := &networkingv1.NetworkPolicy{}
		p.Namespace, p.Name = "shop", "policy"
		if err := yaml.UnmarshalStrict([]byte(spec), &p.Spec); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// TestAnswers covers what cyclonus, the oracle in e2e, does not know: that something may not be
// known, and the network of nodes.
func TestAnswers(t *testing.T) {
	web, db, other := pods()
	node := &Pod{Namespace: "shop", Name: "agent", Labels: map[string]string{"app": "db"}, HostNetwork: true}
	somewhere, tool := &Pod{Vague: true}, &Pod{Namespace: "tools", Vague: true}
	for name, c := range map[string]struct {
		policy   string
		from, to Peer
		port     int32
		want     Answer
	}{
		"no policy":                             {`{podSelector: {matchLabels: {app: nothing}}}`, In(web), In(db), 5432, Yes},
		"defaults to ingress":                   {`{podSelector: {}}`, In(web), In(db), 5432, No},
		"defaults to no egress":                 {`{podSelector: {}}`, In(web), In(other), 1, Yes},
		"egress by rules":                       {`{podSelector: {}, egress: [{ports: [{port: 1}]}]}`, In(web), In(other), 2, No},
		"named port of the destination":         {`{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: sql}]}]}`, In(web), In(db), 5432, Yes},
		"named port of another pod":             {`{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}`, In(web), In(db), 8080, No},
		"named port of an unknown pod":          {`{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}`, In(web), In(tool), 8080, Maybe},
		"named port outside":                    {`{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}`, In(web), Outside(netip.MustParseAddr("192.0.2.1")), 8080, No},
		"a pod may be in a block":               {`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}`, In(web), In(other), 80, Maybe},
		"an address is not in a block":          {`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}`, In(web), Outside(netip.MustParseAddr("192.0.2.1")), 80, No},
		"a broken block":                        {`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0}}]}]}`, In(web), Outside(netip.Addr{}), 80, No},
		"host network as a peer":                {`{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}]}]}`, In(node), In(web), 8080, Maybe},
		"host network is not isolated":          {`{podSelector: {matchLabels: {app: db}}}`, In(web), In(node), 8080, Yes},
		"labels of an unknown namespace":        {`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]}`, In(tool), In(web), 8080, Maybe},
		"name of an unknown namespace":          {`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: tools}}}]}]}`, In(tool), In(web), 8080, Yes},
		"another name":                          {`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]}]}`, In(tool), In(web), 8080, No},
		"labels of an unknown pod":              {`{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: x}}}]}]}`, In(tool), In(web), 8080, Maybe},
		"some pod of any namespace":             {`{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}`, In(somewhere), In(web), 8080, Yes},
		"labels of a namespace that is known":   {`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}`, In(web), In(db), 5432, No},
		"an unreadable selector selects no pod": {`{podSelector: {matchExpressions: [{key: app, operator: Like, values: [a]}]}}`, In(web), In(db), 5432, Yes},
		"an empty peer means nobody":            {`{podSelector: {}, ingress: [{from: [{}]}]}`, In(web), In(db), 5432, No},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := NewCluster([]*Pod{web, db, other, node}, []Namespace{{Name: "shop", Labels: map[string]string{"team": "a"}}}, policies(t, c.policy))
			allowed, verdict := cluster.Allowed(c.from, c.to, c.port, corev1.ProtocolTCP)
			if got := verdict.Answer(c.port, corev1.ProtocolTCP); got != c.want || allowed != (c.want == Yes) {
				t.Errorf("%s, want %s: %+v", got, c.want, verdict)
			}
			if reason := verdict.Reason(c.port, corev1.ProtocolTCP); (reason != "") != (c.want == No) {
				t.Errorf("reason %q", reason)
			}
		})
	}
}

func TestRanges(t *testing.T) {
	tcp := func(from, to int32) Range { return Range{corev1.ProtocolTCP, from, to} }
	for want, ranges := range map[string][]Range{
		"all ports":               every(),
		"no port":                 nil,
		"80/TCP":                  Intersect(every(), []Range{tcp(80, 80)}),
		"80-90/TCP":               join([]Range{tcp(85, 90), tcp(80, 84)}),
		"80/TCP, 90/TCP, all/UDP": join([]Range{{corev1.ProtocolUDP, 1, lastPort}, tcp(90, 90), tcp(80, 80)}),
	} {
		if got := Ranges(ranges); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
