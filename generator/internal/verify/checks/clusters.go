package checks

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// cluster is everything that a repository deploys to one cluster: what the API server judges
// together, whichever environment or Application it comes from.
type cluster struct {
	name      string
	objects   []*repo.Object
	workloads []*workload
	// deployed are the Applications that go there.
	deployed []*repo.Deployed
	// home says which target an object belongs to.
	home map[*repo.Object]*target
	// made are the namespaces that a manifest or an Application makes, by name.
	made map[string]*namespace
	// verdicts are what the admission policies make of the objects.
	verdicts func() *policyVerdicts
	scalers  func() map[scaled]*scaler
	// ranges are the limit ranges by namespace.
	ranges func() map[string][]*corev1.LimitRange
	// quiet is what need not be judged again; nil for nothing.
	quiet *Quiet
	// pods are those of the workloads as quotas see them.
	pods func() map[*workload]*corev1.Pod
}

// namespace is a namespace whose labels the repository holds.
type namespace struct {
	labels, annotations map[string]string
	// object is its manifest; nil when Argo CD makes the namespace for an Application.
	object      *repo.Object
	application *repo.Deployed
}

// everyCluster runs a rule on each cluster.
func everyCluster(rule func(*cluster, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, c := range w.grouped() {
			rule(c, out)
		}
	}
}

// clustersOf groups the objects of targets by the destination of their Application. What has
// no destination is a folder that stands for an Application; each of them is taken for a
// cluster of its own, because overlays for several clusters often lie side by side.
func clustersOf(targets []*target, q *Quiet) []*cluster {
	byName := map[string]*cluster{}
	var order []*cluster
	at := func(name string) *cluster {
		if byName[name] == nil {
			byName[name] = newCluster(name)
			byName[name].quiet = q
			order = append(order, byName[name])
		}
		return byName[name]
	}
	for _, t := range targets {
		name := ""
		for _, d := range t.Applications {
			name = destination(d)
			at(name).take(t, d.Objects)
			at(name).promise(d)
			at(name).deployed = append(at(name).deployed, d)
		}
		if len(t.Granted) > 0 {
			at(name).take(t, t.Granted)
		}
	}
	for _, c := range order {
		c.complete()
	}
	slices.SortStableFunc(order, func(a, b *cluster) int { return cmp.Compare(a.name, b.name) })
	return order
}

func newCluster(name string) *cluster {
	c := &cluster{name: name, home: map[*repo.Object]*target{}, made: map[string]*namespace{}}
	c.verdicts, c.scalers, c.pods = sync.OnceValue(c.judgePolicies), sync.OnceValue(c.readScalers), sync.OnceValue(c.finishedPods)
	c.ranges = sync.OnceValue(c.readLimitRanges)
	return c
}

// alone is a target as if nothing else went to its cluster.
func alone(t *target) *cluster {
	c := newCluster(t.Name)
	c.take(t, t.objects)
	c.complete()
	return c
}

// destination names the cluster of an Application.
func destination(d *repo.Deployed) string {
	return cmp.Or(d.Spec.Destination.Name, d.Spec.Destination.Server, "folder "+d.Overlay+" "+d.Name)
}

func (c *cluster) take(t *target, objects []*repo.Object) {
	for _, o := range objects {
		c.objects = append(c.objects, o)
		c.home[o] = t
	}
}

// promise notes the namespace that Argo CD makes for an Application. Without
// managedNamespaceMetadata it sets no labels, and leaves those of a namespace that is there.
func (c *cluster) promise(d *repo.Deployed) {
	name, options := d.Spec.Destination.Namespace, strings.Join(d.Spec.SyncPolicy.SyncOptions, " ")
	if name == "" || !strings.Contains(options, "CreateNamespace=true") {
		return
	}
	if c.made[name] == nil {
		c.made[name] = &namespace{labels: map[string]string{}, application: d}
	}
	if managed := d.Spec.SyncPolicy.ManagedNamespaceMetadata; managed != nil {
		maps.Copy(c.made[name].labels, managed.Labels)
		c.made[name].application = d
	}
}

// complete reads the namespaces that manifests make, and the workloads.
func (c *cluster) complete() {
	for _, o := range c.objects {
		if _, ok := o.Typed.(*corev1.Namespace); ok {
			c.manifest(o)
		}
	}
	c.workloads = workloads(c.objects)
	for _, w := range c.workloads {
		w.namespace = w.object.Home()
	}
}

// manifest notes the namespace of a manifest. Argo CD lays the labels of
// managedNamespaceMetadata over its own.
func (c *cluster) manifest(o *repo.Object) {
	n := &namespace{labels: map[string]string{}, annotations: o.Annotations, object: o}
	maps.Copy(n.labels, o.Labels)
	if promised := c.made[o.Name]; promised != nil {
		maps.Copy(n.labels, promised.labels)
	}
	c.made[o.Name] = n
}
