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
	// Gateway that routes refer to; nil without routes.
	Gateway *Gateway
	// IngressClasses that Ingresses name, and the ClusterIssuer of their certificates.
	IngressClasses []string
	Issuer         string
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

// Gateway is a Gateway, and the listener that routes name, if any.
type Gateway struct{ Namespace, Name, Listener string }

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
	for _, route := range in.Ingresses() {
		n.IngressClasses = append(n.IngressClasses, route.Class)
	}
	if gateway := in.Target.Cluster.Gateway; len(in.Routes()) > 0 {
		n.Gateway = &Gateway{gateway.Namespace, gateway.Name, gateway.Listener}
	}
	for _, secret := range in.Secrets() {
		store := Store{Kind: secret.StoreKind, Name: secret.Store}
		if store.Kind == "SecretStore" {
			store.Namespace = string(in.Namespace.Name)
		}
		n.Stores = append(n.Stores, store)
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

// addPods adds the pods that network policies select, and the issuer of certificates.
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
	if gateway := on.Gateway; gateway != nil && n.Gateway != nil {
		add("the gateway", gateway.Namespace, gateway.PodLabels, "platform.gateway")
	}
	if controller := on.Ingress; controller != nil && len(n.IngressClasses) > 0 {
		add("the ingress controller", controller.Namespace, controller.PodLabels, "platform.ingress")
		if tls := controller.TLS; tls != nil && tls.IssuerKind != "Issuer" {
			n.Issuer = tls.Issuer
		}
	}
}

// distinct sorts a list and removes what it has twice.
func distinct[E comparable](list []E, compare func(a, b E) int) []E {
	slices.SortFunc(list, compare)
	return slices.Compact(list)
}
