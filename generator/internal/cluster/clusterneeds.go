package cluster

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema"
)

// ClusterNeeds are what the overlays of some targets need of the cluster that they are
// deployed to.
type ClusterNeeds struct {
	Name string
	// Prefix of the platform, and its Namespaces on the cluster.
	Prefix     string
	Namespaces []string
	// Kubernetes is the declared version, for example 1.36; empty when the spec declares none.
	Kubernetes string
	// OldestMinor of Kubernetes 1 that the manifests work with.
	OldestMinor int
	// Nodes and Zones as the spec declares them; 0 when it does not.
	Nodes, Zones int
	// Kinds of the objects that wavewright writes, in the order of their API versions.
	Kinds []model.Kind
	// DeclaredKinds are the kinds that applications bring themselves, by KIND.GROUP.
	DeclaredKinds []string
	// Gateways that routes refer to.
	Gateways []Gateway
	// IngressClasses that Ingresses name, and the ClusterIssuers of their certificates.
	IngressClasses []string
	Issuers        []Issuer
	// Balancers are the Services with a load balancer.
	Balancers []Balancer
	// Stores that ExternalSecrets read.
	Stores []Store
	// Pods that network policies select and that the repository does not deploy.
	Pods []Pods
	// PriorityClasses and StorageClasses that workloads name and that the repository does
	// not make.
	PriorityClasses, StorageClasses []string
	// Configured are the namespaces in which applications have configuration files.
	Configured []string
	// DefaultStorage says that volumes use the cluster's default storage class.
	DefaultStorage bool
}

// Gateway is a Gateway, and the listener that routes name, if any. Field of the spec states it.
type Gateway struct{ Namespace, Name, Listener, Field string }

// Issuer is a ClusterIssuer. Field of the spec names it.
type Issuer struct{ Name, Field string }

// Store is a store of External Secrets; a SecretStore has a namespace.
type Store struct{ Kind, Namespace, Name string }

// Pods are the pods that the peer of a network policy selects.
type Pods struct {
	// What they are, for example the name server.
	What, Namespace string
	Labels          map[string]string
	// Field of the spec that states them.
	Field string
}

// NeedsOf derives what targets need, which all are on one cluster.
func NeedsOf(targets []*model.Target) *ClusterNeeds {
	on := targets[0].Cluster
	n := &ClusterNeeds{Name: string(on.Name), OldestMinor: schema.OldestKubernetes, Nodes: on.Nodes, Zones: on.Zones}
	if version, declared := strings.CutPrefix(on.PodSecurityVersion, "v"); declared {
		n.Kubernetes = version
	}
	for _, target := range targets {
		n.Prefix = string(target.Env.Prefix)
		for _, ns := range target.Namespaces {
			n.Namespaces = append(n.Namespaces, string(ns.Name))
		}
		n.Kinds = append(n.Kinds, target.Kinds()...)
		n.DeclaredKinds = append(n.DeclaredKinds, target.DeclaredKinds()...)
		for _, in := range target.Instances {
			n.add(in)
		}
	}
	for _, way := range on.Ways {
		n.addWay(way, targets)
	}
	n.Kinds = distinct(n.Kinds, func(a, b model.Kind) int {
		return cmp.Or(strings.Compare(a.APIVersion, b.APIVersion), strings.Compare(a.Kind, b.Kind))
	})
	n.Stores = distinct(n.Stores, func(a, b Store) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	for _, names := range []*[]string{&n.DeclaredKinds, &n.PriorityClasses, &n.StorageClasses, &n.IngressClasses, &n.Configured} {
		*names = distinct(*names, strings.Compare)
	}
	n.addPods(on)
	return n
}

// add adds the objects that one application refers to and that the repository does not
// make.
func (n *ClusterNeeds) add(in *model.Instance) {
	for _, secret := range in.Secrets() {
		store := Store{Kind: secret.StoreKind, Name: secret.Store}
		if store.Kind == "SecretStore" {
			store.Namespace = string(in.Namespace.Name)
		}
		n.Stores = append(n.Stores, store)
	}
	for _, balancer := range in.LoadBalancers() {
		n.Balancers = append(n.Balancers, Balancer{string(in.Namespace.Name), string(balancer.Name), string(in.App.Name)})
	}
	if len(in.Workload.Config) > 0 {
		n.Configured = append(n.Configured, string(in.Namespace.Name))
	}
	if name := in.Workload.PriorityClass; name != "" && !in.Target.Env.MakesClass(name) {
		n.PriorityClasses = append(n.PriorityClasses, name)
	}
	for _, volume := range in.Workload.Volumes {
		switch {
		case volume.StorageClass != "":
			n.StorageClasses = append(n.StorageClasses, volume.StorageClass)
		case volume.Size != "":
			n.DefaultStorage = true
		}
	}
}

// addWay adds a way in that a route of some target takes.
func (n *ClusterNeeds) addWay(way *model.Way, targets []*model.Target) {
	if !slices.ContainsFunc(targets, func(t *model.Target) bool { return takes(t, way.Name) }) {
		return
	}
	if g := way.Gateway; g != nil {
		n.Gateways = append(n.Gateways, Gateway{g.Namespace, g.Name, g.Listener, wayField(way)})
	}
	if i := way.Ingress; i != nil {
		n.IngressClasses = append(n.IngressClasses, i.Class)
		asked := func(other Issuer) bool { return i.TLS.Issuer == other.Name }
		if i.TLS != nil && i.TLS.Issuer != "" && i.TLS.IssuerKind != "Issuer" && !slices.ContainsFunc(n.Issuers, asked) {
			n.Issuers = append(n.Issuers, Issuer{i.TLS.Issuer, wayField(way) + ".tls"})
		}
	}
	pods := way.Pods()
	n.Pods = append(n.Pods, Pods{way.What(), string(pods.Namespace), pods.PodLabels, wayField(way)})
}

// wayField is the field of the spec that states a way in.
func wayField(way *model.Way) string {
	switch {
	case way.Unnamed():
		return "platform." + way.Name
	case way.Gateway != nil:
		return "platform.gateways." + way.Name
	}
	return "platform.ingresses." + way.Name
}

// takes reports whether a route of the target takes a way in.
func takes(t *model.Target, way string) bool {
	return slices.ContainsFunc(t.Instances, func(in *model.Instance) bool {
		return slices.ContainsFunc(slices.Concat(in.Routes(), in.Ingresses()), func(r model.Route) bool { return r.Through == way })
	})
}

// addPods adds the pods that network policies select.
func (n *ClusterNeeds) addPods(on *model.Cluster) {
	add := func(what, namespace string, labels map[string]string, field string) {
		n.Pods = append(n.Pods, Pods{what, namespace, labels, field})
	}
	if !on.DNS.Assumed {
		add("the name server", string(on.DNS.Namespace), on.DNS.PodLabels, "platform.dns")
	}
	if scraper := on.Metrics; scraper != nil && n.has("ServiceMonitor") {
		add("Prometheus", scraper.Namespace, scraper.PodLabels, "platform.metrics")
	}
}

// distinct sorts a list and removes what it has twice.
func distinct[E comparable](list []E, compare func(a, b E) int) []E {
	slices.SortFunc(list, compare)
	return slices.Compact(list)
}
