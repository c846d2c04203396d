package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// The ways in from the outside that have no name of their own.
const (
	ThroughGateway = "gateway"
	ThroughIngress = "ingress"
)

// Way is a way in from the outside: a gateway, or an ingress controller.
type Way struct {
	// Name by which routes name it: gateway or ingress when the spec gives it none.
	Name string
	// Gateway and Ingress describe it; one of them is nil.
	Gateway *schema.Gateway
	Ingress *schema.Ingress
}

// Unnamed reports whether routes need no name for the way.
func (w *Way) Unnamed() bool { return w.Name == ThroughGateway || w.Name == ThroughIngress }

// Pods of the gateway or the ingress controller.
func (w *Way) Pods() PodSet {
	if w.Gateway != nil {
		return PodSet{Name(w.Gateway.Namespace), w.Gateway.PodLabels}
	}
	return PodSet{Name(w.Ingress.Namespace), w.Ingress.PodLabels}
}

// What the way is, for example the gateway, or ingress controller internal.
func (w *Way) What() string {
	what := "ingress controller"
	if w.Gateway != nil {
		what = "gateway"
	}
	if w.Unnamed() {
		return "the " + what
	}
	return what + " " + w.Name
}

// source is the way as comments of network policies name it.
func (w *Way) source() Path {
	return Path(strings.ReplaceAll(strings.TrimPrefix(w.What(), "the "), " ", "-"))
}

// entrance tells apart what routes of one host must not share.
func (w *Way) entrance() string {
	if w.Gateway != nil {
		return fmt.Sprintf("gateway %s/%s/%s", w.Gateway.Namespace, w.Gateway.Name, w.Gateway.Listener)
	}
	return "class " + w.Ingress.Class
}

// ways lists the ways in that a cluster has, those without a name first.
func ways(c schema.Cluster, platform schema.Platform) []*Way {
	var out []*Way
	if g := fact(c, ThroughGateway, c.Gateway, platform.Gateway); g != nil {
		out = append(out, &Way{Name: ThroughGateway, Gateway: g})
	}
	if i := fact(c, ThroughIngress, c.Ingress, platform.Ingress); i != nil {
		out = append(out, &Way{Name: ThroughIngress, Ingress: i})
	}
	gateways := namedFacts(c, "gateways", c.Gateways, platform.Gateways)
	for _, name := range sortedKeys(gateways) {
		g := gateways[name]
		out = append(out, &Way{Name: name, Gateway: &g})
	}
	ingresses := namedFacts(c, "ingresses", c.Ingresses, platform.Ingresses)
	for _, name := range sortedKeys(ingresses) {
		i := ingresses[name]
		out = append(out, &Way{Name: name, Ingress: &i})
	}
	return out
}

// namedFacts are those of the platform that a cluster does not remove with null, each replaced
// by the cluster's own of the same name.
func namedFacts[T any](c schema.Cluster, key string, own, platform map[string]T) map[string]T {
	entry, stated := c.Node.Entry(key)
	if stated && entry.Value.Kind == yamltree.Null {
		return nil
	}
	out := maps.Clone(platform)
	maps.DeleteFunc(out, func(name string, _ T) bool { return stated && removed(entry.Value, name) })
	return joined(out, own)
}

// through is the way in of a route: what it names, or what the cluster has. It is nil when
// the cluster does not have it, or has several and the route names none; and for a load balancer.
func (c *Cluster) through(route schema.Expose) *Way {
	if route.LoadBalancer != nil {
		return nil
	}
	candidates := slices.DeleteFunc(slices.Clone(c.Ways), func(w *Way) bool { return w.Name != route.Through })
	if route.Through == "" {
		candidates = c.defaultWays()
	}
	if len(candidates) != 1 {
		return nil
	}
	return candidates[0]
}

// defaultWays are the ways in that a route may mean which names none.
func (c *Cluster) defaultWays() []*Way {
	unnamed := slices.DeleteFunc(slices.Clone(c.Ways), func(w *Way) bool { return !w.Unnamed() })
	if len(unnamed) > 0 {
		return unnamed
	}
	return c.Ways
}

// wayNames are the words for the ways in that a cluster has, each once.
func (c *Cluster) wayNames() []string {
	var names []string
	for _, way := range c.Ways {
		names = append(names, way.Name)
	}
	return distinct(names)
}

// ways reports a name that is one of a gateway and of an ingress controller on one cluster.
func (r *resolver) ways(cluster *Cluster) {
	if !cluster.known(r.spec.Node, "gateways") || !cluster.known(r.spec.Node, "ingresses") {
		return
	}
	seen := map[string]bool{}
	for _, way := range cluster.Ways {
		if seen[way.Name] {
			r.list.Error(r.placeOfWay(cluster, way.Name), "name/duplicate", fmt.Sprintf("a gateway and an ingress controller are called %s", way.Name)).Hint =
				fmt.Sprintf("Rename one of them. A cluster removes one of the platform with null: gateways: {%s: null}.", way.Name)
		}
		seen[way.Name] = true
	}
}

// placeOfWay is where a cluster or the platform states the second meaning of a name.
func (r *resolver) placeOfWay(cluster *Cluster, name string) diag.Range {
	own := r.spec.Node.Get("clusters").Get(string(cluster.Name))
	for _, key := range []string{"ingresses", "gateways"} {
		if own.Get(key).Get(name) != nil {
			return r.keyPlace(own, key, name)
		}
	}
	return r.keyPlace(r.spec.Node, "platform", "ingresses", name)
}
