package cluster

// Needs are what a repository needs of the part of the world that a context reaches.
type Needs struct {
	// Cluster that Applications are deployed to; nil when it is not asked about.
	Cluster *ClusterNeeds
	// ArgoCD that deploys them; nil when it is not asked about.
	ArgoCD *ArgoCDNeeds
}

// ClusterNeeds are what a cluster has to offer.
type ClusterNeeds struct {
	Name string
	// Kubernetes is the declared version, for example 1.36; empty when none is.
	Kubernetes string
	// OldestMinor of Kubernetes 1 that the manifests work with.
	OldestMinor int
	// Nodes and Zones as declared; 0 when they are not.
	Nodes, Zones int
	// Kinds of all objects that are deployed.
	Kinds []Kind
	// Gateway that routes refer to; nil without routes.
	Gateway *Gateway
	// IngressClasses that Ingresses name, and the ClusterIssuer of their certificates.
	IngressClasses []string
	Issuer         string
	// Stores of secrets that are read.
	Stores []Store
	// Pods that network policies name.
	Pods []Pods
	// PriorityClasses and StorageClasses that workloads name.
	PriorityClasses, StorageClasses []string
	// DefaultStorage says that volumes use the cluster's storage class.
	DefaultStorage bool
}

// Kind of an object.
type Kind struct{ APIVersion, Kind string }

// Gateway is a Gateway, and the listener that routes name, if any.
type Gateway struct{ Namespace, Name, Listener string }

// Store is a store of External Secrets; a SecretStore has a namespace.
type Store struct{ Kind, Namespace, Name string }

// Pods are what a network policy lets through.
type Pods struct {
	// What they are, for example the name server.
	What, Namespace string
	Labels          map[string]string
	// Field of the spec that states them.
	Field string
}

// ArgoCDNeeds are what an Argo CD has to be and to know.
type ArgoCDNeeds struct {
	Name, Namespace string
	// Oldest release that the repository works with, for example 3.6.
	Oldest string
	// Clusters by the names that Applications use.
	Clusters []string
	// Repository that it reads.
	Repository string
	// Install is how the README installs it or its settings.
	Install string
}
