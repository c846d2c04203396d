package e2e

import (
	flags "flag"
	"fmt"
	"net/netip"
	"testing"

	"github.com/mattfenwick/cyclonus/pkg/connectivity/probe"
	"github.com/mattfenwick/cyclonus/pkg/generator"
	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
)

// cyclonusCases is how many cases its generator makes, counted so that none gets lost.
const cyclonusCases = 230

// TestCyclonusCases asks our evaluator and the matcher of cyclonus about each connection between
// its probe pods, after each step of each of its cases.
func TestCyclonusCases(t *testing.T) {
	cases := generator.NewTestCaseGenerator(true, "10.0.3.3", []string{"x", "y", "z"}, nil, nil).GenerateAllTestCases()
	if len(cases) != cyclonusCases {
		t.Errorf("cyclonus makes %d cases, not %d", len(cases), cyclonusCases)
	}
	asked := 0
	for _, c := range cases {
		state := &probeCluster{resources: probePods(t)}
		for i, step := range c.Steps {
			for _, action := range step.Actions {
				state.apply(t, action)
			}
			n, differences := state.compare()
			asked += n
			for _, d := range differences {
				t.Errorf("%s, step %d: %s", c.Description, i+1, d)
			}
		}
	}
	t.Logf("%d cases, %d connections", len(cases), asked)
}

// randomSets is how many sets of policies TestCyclonusRandom draws for each of rapid's checks, of
// which there are 100: 12,000 in all.
const randomSets = 120

// TestCyclonusRandom asks both about random policies. Cyclonus is wrong about two things, which
// TestCyclonusIsWrong shows; the sets leave them out: NotIn about a key that a pod lacks, and an
// empty value.
func TestCyclonusRandom(t *testing.T) {
	if f := flags.Lookup("rapid.seed"); f != nil && f.Value.String() == f.DefValue {
		// The same sets on every run; -rapid.seed draws others.
		if err := f.Value.Set("13"); err != nil {
			t.Fatal(err)
		}
	}
	sets, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range randomSets {
			state := &probeCluster{resources: drawResources(t), policies: drawPolicies(t)}
			n, differences := state.compare()
			sets, asked = sets+1, asked+n
			if len(differences) > 0 {
				t.Fatalf("%s\n%+v", differences[0], state.policies)
			}
		}
	})
	t.Logf("%d sets of policies, %d connections", sets, asked)
	if sets < 10_000 {
		t.Errorf("only %d sets of policies were compared", sets)
	}
}

// TestCyclonusIsWrong shows where cyclonus contradicts the API documentation. A case that agrees
// must go from here into the random sets.
func TestCyclonusIsWrong(t *testing.T) {
	for reason, own := range map[string]metav1.LabelSelector{
		"NotIn also selects objects without the key": {MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "tier", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"db"}}}},
		"an object without a label has no empty one": {MatchLabels: map[string]string{"tier": ""}},
	} {
		policy := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "x", Name: "one"}, Spec: networkingv1.NetworkPolicySpec{PodSelector: own, PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}}}
		state := &probeCluster{resources: probePods(t), policies: []*networkingv1.NetworkPolicy{policy}}
		if _, differences := state.compare(); len(differences) == 0 {
			t.Errorf("cyclonus is right now: %s", reason)
		}
	}
}

// probeCluster is what cyclonus would have made of a cluster.
type probeCluster struct {
	resources *probe.Resources
	policies  []*networkingv1.NetworkPolicy
}

// probePods are the nine that cyclonus uses by default, with addresses.
func probePods(t *testing.T) *probe.Resources {
	r := &probe.Resources{Namespaces: map[string]map[string]string{}}
	for i, namespace := range []string{"x", "y", "z"} {
		r.Namespaces[namespace] = map[string]string{"ns": namespace, corev1.LabelMetadataName: namespace}
		for j, name := range []string{"a", "b", "c"} {
			pod := probe.NewDefaultPod(namespace, name, []int{80, 81}, network.Protocols(), false, "registry")
			pod.IP = fmt.Sprintf("10.0.%d.%d", i+1, j+1)
			r.Pods = append(r.Pods, pod)
		}
	}
	return r
}

// apply does what a step of a case does. Cyclonus changes labels as a whole; the API server
// keeps the name of a namespace among them.
func (c *probeCluster) apply(t *testing.T, a *generator.Action) {
	var err error
	r := c.resources
	switch {
	case a.CreatePolicy != nil:
		c.policies = append(c.policies, a.CreatePolicy.Policy)
	case a.UpdatePolicy != nil:
		c.remove(a.UpdatePolicy.Policy.Namespace, a.UpdatePolicy.Policy.Name)
		c.policies = append(c.policies, a.UpdatePolicy.Policy)
	case a.DeletePolicy != nil:
		c.remove(a.DeletePolicy.Namespace, a.DeletePolicy.Name)
	case a.CreateNamespace != nil:
		r, err = r.CreateNamespace(a.CreateNamespace.Namespace, withName(a.CreateNamespace.Labels, a.CreateNamespace.Namespace))
	case a.SetNamespaceLabels != nil:
		r, err = r.UpdateNamespaceLabels(a.SetNamespaceLabels.Namespace, withName(a.SetNamespaceLabels.Labels, a.SetNamespaceLabels.Namespace))
	case a.DeleteNamespace != nil:
		r, err = r.DeleteNamespace(a.DeleteNamespace.Namespace)
	case a.CreatePod != nil:
		r, err = r.CreatePod(a.CreatePod.Namespace, a.CreatePod.Pod, a.CreatePod.Labels)
	case a.SetPodLabels != nil:
		r, err = r.SetPodLabels(a.SetPodLabels.Namespace, a.SetPodLabels.Pod, a.SetPodLabels.Labels)
	case a.DeletePod != nil:
		r, err = r.DeletePod(a.DeletePod.Namespace, a.DeletePod.Pod)
	case a.ReadNetworkPolicies == nil:
		t.Fatalf("an action that is not known: %+v", a)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Pods {
		if p.IP == "TODO" {
			p.IP = "10.0.9.9"
		}
	}
	c.resources = r
}

func (c *probeCluster) remove(namespace, name string) {
	var kept []*networkingv1.NetworkPolicy
	for _, p := range c.policies {
		if p.Namespace != namespace || p.Name != name {
			kept = append(kept, p)
		}
	}
	c.policies = kept
}

func withName(labels map[string]string, name string) map[string]string {
	all := map[string]string{corev1.LabelMetadataName: name}
	for key, value := range labels {
		all[key] = value
	}
	return all
}

// compare asks both about every port of every pod from every pod and from some addresses
// outside, and about every pod's way to those. It returns how often, and where they differ.
func (c *probeCluster) compare() (int, []string) {
	theirs := matcher.BuildNetworkPolicies(false, c.policies)
	ends := c.ends()
	ours := c.ours(ends)
	asked := 0
	var differences []string
	for _, from := range ends {
		for _, to := range ends {
			for _, port := range ports(to) {
				want := theirs.IsTrafficAllowed(&matcher.Traffic{Source: from.theirs, Destination: to.theirs, ResolvedPort: int(port.Number), ResolvedPortName: port.Name, Protocol: port.Protocol})
				_, verdict := ours.Allowed(from.ours, to.ours, port.Number, port.Protocol)
				asked++
				if got := verdict; yes(got.Egress, port) != want.Egress.IsAllowed() || yes(got.Ingress, port) != want.Ingress.IsAllowed() {
					differences = append(differences, fmt.Sprintf("%s -> %s %s %d/%s: cyclonus says egress %t, ingress %t; we say %+v", from.name, to.name, port.Name, port.Number, port.Protocol, want.Egress.IsAllowed(), want.Ingress.IsAllowed(), got))
				}
			}
		}
	}
	return asked, differences
}

func yes(e network.End, port network.Port) bool {
	return e.Allows(port.Number, port.Protocol) == network.Yes
}

// end is a peer as both see it.
type end struct {
	name   string
	ours   network.Peer
	theirs *matcher.TrafficPeer
}

func (c *probeCluster) ends() []end {
	var all []end
	for _, p := range c.resources.Pods {
		pod := &network.Pod{Namespace: p.Namespace, Name: p.Name, Labels: p.Labels, Address: netip.MustParseAddr(p.IP)}
		for _, container := range p.Containers {
			pod.Ports = append(pod.Ports, network.Port{Name: container.PortName, Number: int32(container.Port), Protocol: container.Protocol})
		}
		all = append(all, end{p.Namespace + "/" + p.Name, network.In(pod), &matcher.TrafficPeer{
			IP: p.IP, Internal: &matcher.InternalPeer{PodLabels: p.Labels, NamespaceLabels: c.resources.Namespaces[p.Namespace], Namespace: p.Namespace},
		}})
	}
	for _, address := range []string{"192.0.2.7", "10.0.7.7", "2001:db8::1"} {
		all = append(all, end{address, network.Outside(netip.MustParseAddr(address)), &matcher.TrafficPeer{IP: address}})
	}
	return all
}

func (c *probeCluster) ours(ends []end) *network.Cluster {
	var pods []*network.Pod
	for _, e := range ends {
		if e.ours.Pod != nil {
			pods = append(pods, e.ours.Pod)
		}
	}
	var namespaces []network.Namespace
	for name, labels := range c.resources.Namespaces {
		namespaces = append(namespaces, network.Namespace{Name: name, Labels: labels})
	}
	return network.NewCluster(pods, namespaces, c.policies)
}

// ports are those of a pod, and one that no pod has.
func ports(to end) []network.Port {
	stray := network.Port{Number: 7777, Protocol: corev1.ProtocolTCP}
	if to.ours.Pod == nil {
		return []network.Port{{Number: 80, Protocol: corev1.ProtocolTCP}, {Number: 81, Protocol: corev1.ProtocolUDP}, stray}
	}
	return append(append([]network.Port{}, to.ours.Pod.Ports...), stray)
}

// drawResources makes pods in three namespaces. All of them have the keys that NotIn is asked
// about.
func drawResources(t *rapid.T) *probe.Resources {
	r := &probe.Resources{Namespaces: map[string]map[string]string{}}
	for i, namespace := range []string{"x", "y", "default"} {
		r.Namespaces[namespace] = withName(drawLabels(t), namespace)
		for j := range rapid.IntRange(0, 2).Draw(t, "pods") {
			pod := probe.NewDefaultPod(namespace, fmt.Sprint("p", j), []int{80, 81}, drawn(t, network.Protocols()), false, "registry")
			pod.Labels, pod.IP = drawLabels(t), fmt.Sprintf("10.0.%d.%d", i+1, j+1)
			r.Pods = append(r.Pods, pod)
		}
	}
	return r
}

func drawLabels(t *rapid.T) map[string]string {
	labels := map[string]string{"always": rapid.SampledFrom([]string{"1", "2"}).Draw(t, "value")}
	if rapid.Bool().Draw(t, "second") {
		labels["sometimes"] = rapid.SampledFrom([]string{"1", "2"}).Draw(t, "value")
	}
	return labels
}

// drawn is a part of a list, in its order.
func drawn[T any](t *rapid.T, list []T) []T {
	var some []T
	for _, item := range list {
		if rapid.Bool().Draw(t, "taken") {
			some = append(some, item)
		}
	}
	return some
}

func drawPolicies(t *rapid.T) []*networkingv1.NetworkPolicy {
	var all []*networkingv1.NetworkPolicy
	for i := range rapid.IntRange(0, 4).Draw(t, "policies") {
		p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: rapid.SampledFrom([]string{"x", "y", ""}).Draw(t, "namespace"), Name: fmt.Sprint("policy", i)}}
		p.Spec.PodSelector = drawSelector(t)
		for range rapid.IntRange(0, 2).Draw(t, "ingress") {
			p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: drawPeers(t), Ports: drawPorts(t)})
		}
		for range rapid.IntRange(0, 2).Draw(t, "egress") {
			p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: drawPeers(t), Ports: drawPorts(t)})
		}
		p.Spec.PolicyTypes = drawn(t, []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress})
		if len(p.Spec.PolicyTypes) == 0 { // cyclonus wants what the API server fills in
			p.Spec.PolicyTypes = network.Directions(p)
		}
		all = append(all, p)
	}
	return all
}

func drawSelector(t *rapid.T) metav1.LabelSelector {
	var s metav1.LabelSelector
	switch key := rapid.SampledFrom([]string{"always", "sometimes"}).Draw(t, "key"); rapid.IntRange(0, 6).Draw(t, "selector") {
	case 0, 1:
		s.MatchLabels = map[string]string{key: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "value")}
	case 2:
		s.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: key, Operator: metav1.LabelSelectorOpIn, Values: []string{"1", "3"}}}
	case 3:
		s.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: "always", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"2"}}}
	case 4:
		s.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: key, Operator: metav1.LabelSelectorOpExists}}
	case 5:
		s.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: key, Operator: metav1.LabelSelectorOpDoesNotExist}}
	}
	return s
}

func drawPeers(t *rapid.T) []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	for range rapid.IntRange(0, 2).Draw(t, "peers") {
		var p networkingv1.NetworkPolicyPeer
		pods, namespaces := drawSelector(t), drawSelector(t)
		switch rapid.IntRange(0, 4).Draw(t, "peer") {
		case 0:
			p.PodSelector = &pods
		case 1:
			p.NamespaceSelector = &namespaces
		case 2:
			p.NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: rapid.SampledFrom([]string{"x", "default", "none"}).Draw(t, "name")}}
		case 3:
			p.PodSelector, p.NamespaceSelector = &pods, &namespaces
		default:
			p.IPBlock = rapid.SampledFrom(blocks()).Draw(t, "block")
		}
		peers = append(peers, p)
	}
	return peers
}

func blocks() []*networkingv1.IPBlock {
	return []*networkingv1.IPBlock{
		{CIDR: "0.0.0.0/0"}, {CIDR: "::/0"}, {CIDR: "10.0.0.0/8", Except: []string{"10.0.1.0/24", "10.0.7.0/24"}},
		{CIDR: "10.0.2.1/32"}, {CIDR: "192.0.2.0/24", Except: []string{"192.0.2.0/29"}}, {CIDR: "2001:db8::/32"}, {CIDR: "10.0.1.77/24"},
	}
}

func drawPorts(t *rapid.T) []networkingv1.NetworkPolicyPort {
	var all []networkingv1.NetworkPolicyPort
	for range rapid.IntRange(0, 2).Draw(t, "ports") {
		var p networkingv1.NetworkPolicyPort
		if protocol := rapid.SampledFrom([]corev1.Protocol{"", corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}).Draw(t, "protocol"); protocol != "" {
			p.Protocol = &protocol
		}
		switch rapid.IntRange(0, 4).Draw(t, "port") {
		case 0, 1:
			p.Port = new(intstr.FromInt32(rapid.Int32Range(79, 82).Draw(t, "number")))
		case 2:
			p.Port = new(intstr.FromString(rapid.SampledFrom([]string{"serve-80-tcp", "serve-81-udp", "serve-80-sctp", "none"}).Draw(t, "name")))
		case 3:
			p.Port, p.EndPort = new(intstr.FromInt32(rapid.Int32Range(70, 80).Draw(t, "from"))), new(rapid.Int32Range(80, 9000).Draw(t, "to"))
		}
		all = append(all, p)
	}
	return all
}
