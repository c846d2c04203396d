package checks

import (
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// traffic is a cluster as its network policies see it.
type traffic struct {
	*cluster
	net      *network.Cluster
	policies []*guard
	pods     []*network.Pod
	// of leads from the workloads to their pods, and back.
	of       map[*workload]*network.Pod
	workload map[*network.Pod]*workload
	// owned are the workloads by their application.
	owned func() map[owner][]*workload
	// guards leads from the names of policies, namespace/name, to them.
	guards map[string]*guard
	// services are the Services, in their order.
	services []*repo.Object
	// prometheus are the namespaces in which the repository runs one.
	prometheus []string
	// others says that policies of other kinds are in force, which may allow and deny more.
	others bool
	// unseen are the namespaces into which an Application deploys what was not built: policies
	// and pods may be among it.
	unseen map[string]bool
	// spawning are the namespaces in which pods may run that no manifest describes.
	spawning map[string]bool
	// siblings are the networks of other folders, when this one is that of a folder which stands
	// for an Application: what is one cluster may lie in several.
	siblings []*traffic
}

// guard is a NetworkPolicy with its object. Its namespace is filled in.
type guard struct {
	*networkingv1.NetworkPolicy
	object *repo.Object
}

// everyNetwork runs a rule on the network of each cluster.
func everyNetwork(rule func(*traffic, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, t := range w.networks() {
			rule(t, out)
		}
	}
}

// networks are those of all clusters.
func networks(clusters []*cluster) []*traffic {
	var all []*traffic
	var folders []*traffic
	for _, c := range clusters {
		t := newTraffic(c)
		all = append(all, t)
		if strings.HasPrefix(c.name, "folder ") {
			folders = append(folders, t)
		}
	}
	for _, t := range folders {
		t.siblings = folders
	}
	return all
}

func newTraffic(c *cluster) *traffic {
	t := &traffic{
		cluster: c, of: map[*workload]*network.Pod{}, workload: map[*network.Pod]*workload{}, guards: map[string]*guard{},
		unseen: map[string]bool{}, spawning: map[string]bool{},
	}
	t.owned = sync.OnceValue(t.readOwned)
	var policies []*networkingv1.NetworkPolicy
	for _, o := range c.objects {
		t.note(o)
		if p, ok := o.Typed.(*networkingv1.NetworkPolicy); ok {
			copied := *p
			copied.Namespace = orDefault(o.Home())
			g := &guard{&copied, o}
			t.policies, t.guards[copied.Namespace+"/"+copied.Name] = append(t.policies, g), g
			policies = append(policies, &copied)
		}
	}
	for _, w := range c.workloads {
		t.add(w)
	}
	t.overlook()
	t.net = network.NewCluster(t.pods, t.namespaces(), policies)
	return t
}

func (t *traffic) add(w *workload) {
	pod := &network.Pod{Namespace: orDefault(w.namespace), Name: w.kind + "/" + w.name, Labels: w.pod.Labels, HostNetwork: w.pod.Spec.HostNetwork}
	if w.kind == "Job" {
		pod.Labels = jobLabels(w)
	}
	for c := range w.containers() {
		for _, p := range c.Ports {
			pod.Ports = append(pod.Ports, network.Port{Name: p.Name, Number: p.ContainerPort, Protocol: orTCP(p.Protocol)})
		}
	}
	t.pods = append(t.pods, pod)
	t.of[w], t.workload[pod] = pod, w
}

// jobLabels are the labels of the pods of a Job with those that its controller adds.
func jobLabels(w *workload) map[string]string {
	all := map[string]string{"job-name": w.name, "batch.kubernetes.io/job-name": w.name}
	for key, value := range w.pod.Labels {
		all[key] = value
	}
	return all
}

// namespaces are those whose labels the repository holds. Those that Argo CD makes may have been
// labelled by others.
func (t *traffic) namespaces() []network.Namespace {
	var all []network.Namespace
	for name, n := range t.made {
		all = append(all, network.Namespace{Name: name, Labels: n.labels, Partial: n.object == nil})
	}
	return all
}

func orDefault(namespace string) string {
	if namespace == "" {
		return corev1.NamespaceDefault
	}
	return namespace
}

// foreignPolicy reports whether an object is, or makes, a policy of a kind that this evaluator does not know.
func foreignPolicy(o *repo.Object) bool {
	switch o.Group() {
	case "cilium.io", "crd.projectcalico.org", "projectcalico.org", "policy.networking.k8s.io", "crd.antrea.io", "k8s.ovn.org":
		return strings.Contains(o.Kind, "Policy") || strings.Contains(o.Kind, "Firewall")
	case "kyverno.io", "policies.kyverno.io":
		return strings.Contains(string(o.YAML), "NetworkPolicy")
	}
	return false
}

// note notes what limits the judgement.
func (t *traffic) note(o *repo.Object) {
	t.others = t.others || foreignPolicy(o)
	if o.Group() == "monitoring.coreos.com" && (o.Kind == "Prometheus" || o.Kind == "PrometheusAgent") {
		t.prometheus = append(t.prometheus, orDefault(o.Home()))
	}
	switch typed := o.Typed.(type) {
	case *corev1.Service:
		t.services = append(t.services, o)
	case *rbacv1.Role:
		t.spawning[orDefault(o.Home())] = t.spawning[orDefault(o.Home())] || spawns(typed.Rules)
	case *rbacv1.ClusterRole:
		t.spawning[""] = t.spawning[""] || spawns(typed.Rules)
	default:
		if !podless(o.Group()) {
			t.spawning[orDefault(o.Home())] = true
		}
	}
}

// spawns reports whether somebody may make pods.
func spawns(rules []rbacv1.PolicyRule) bool {
	return slices.ContainsFunc(rules, func(r rbacv1.PolicyRule) bool {
		return intersects(r.Verbs, []string{"create", "*"}) && intersects(r.Resources, []string{"pods", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs", "*"})
	})
}

func intersects(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// podless reports whether the kinds of a group make no pods of their own.
func podless(group string) bool {
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") || slices.Contains([]string{
		"argoproj.io", "cert-manager.io", "acme.cert-manager.io", "external-secrets.io", "bitnami.com", "networking.istio.io", "security.istio.io",
		"traefik.io", "traefik.containo.us", "kyverno.io", "policies.kyverno.io", "cilium.io", "crd.projectcalico.org", "projectcalico.org",
		"kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "route.openshift.io", "image.toolkit.fluxcd.io",
	}, group)
}

// overlook notes the namespaces of Applications without objects.
func (t *traffic) overlook() {
	for _, d := range t.deployed {
		if len(d.Objects) == 0 {
			t.unseen[orDefault(d.Spec.Destination.Namespace)] = true
		}
	}
}

// certain reports whether what policies deny in a namespace is known.
func (t *traffic) certain(namespace string) bool {
	return !t.others && !t.unseen[namespace]
}

// whole reports whether all pods of a namespace are known: it has some, and nothing else may
// make any there.
func (t *traffic) whole(namespace string) bool {
	return t.inhabited(namespace) && !t.unseen[namespace] && !t.spawning[namespace] && !t.spawning[""]
}

func (t *traffic) inhabited(namespace string) bool {
	return slices.ContainsFunc(t.pods, func(p *network.Pod) bool { return p.Namespace == namespace })
}

// inSibling reports whether another folder has pods that a selector matches, in whatever namespace:
// a folder often leaves that to who uses it.
func (t *traffic) inSibling(s *metav1.LabelSelector) bool {
	matcher, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && slices.ContainsFunc(t.siblings, func(other *traffic) bool {
		return other != t && slices.ContainsFunc(other.pods, func(p *network.Pod) bool { return matcher.Matches(labels.Set(p.Labels)) })
	})
}

// report reports something about a policy.
func (t *traffic) report(out *judge, g *guard, path, format string, args ...any) *Finding {
	return out.object(t.home[g.object], g.object, path, format, args...)
}

// behind are the pods of a Service with the number that a port of it leads to.
type behind struct {
	pod  *network.Pod
	port network.Port
}

// backends are the pods behind a port of a Service.
func (t *traffic) backends(s *corev1.Service, namespace string, port corev1.ServicePort) []behind {
	var found []behind
	if len(s.Spec.Selector) == 0 {
		return nil
	}
	for _, pod := range t.net.Select(namespace, s.Spec.Selector) {
		if number, ok := resolve(pod, targetPort(port), orTCP(port.Protocol)); ok {
			found = append(found, behind{pod, network.Port{Number: number, Protocol: orTCP(port.Protocol)}})
		}
	}
	return found
}

func resolve(pod *network.Pod, port intstr.IntOrString, protocol corev1.Protocol) (int32, bool) {
	if port.Type == intstr.Int {
		return port.IntVal, port.IntVal > 0
	}
	for _, p := range pod.Ports {
		if p.Name == port.StrVal && p.Protocol == protocol {
			return p.Number, true
		}
	}
	return 0, false
}

// who names pods in findings: some of them when there are many.
func who(pods []*network.Pod) string {
	var names []string
	for _, p := range pods {
		names = append(names, p.Name)
	}
	return few(names)
}

// few joins the first names of a list.
func few(names []string) string {
	const most = 3
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and others"
}
