package model

import (
	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Platform is the whole resolved spec.
type Platform struct {
	// Name of the platform, and the Prefix of all names outside of its own namespaces.
	Name, Prefix Name
	Repository   Repository
	ArgoCD       ArgoCD
	// Version of wavewright that pipelines install.
	Version Path
	// Pipeline is the provider whose pipeline is written, github or gitlab; empty for none.
	Pipeline Name
	// Environments in promotion order.
	Environments []*Environment
	// Teams by name; empty when the spec has none.
	Teams []*Team
	// Applications by name, also those that run nowhere.
	Applications []*Application
	// DNS is the name server that every pod may connect to, unless a cluster overrides it.
	DNS NameServer
	// Hardening is the pod of a workload without exceptions.
	Hardening *Pod

	argocdUsers []string
}

// Repository is where Argo CD reads the generated tree.
type Repository struct {
	URL    URL
	Branch string
	// Prefix is the folder of the tree within the repository with a slash at its
	// end, or nothing.
	Prefix string
	// SSH is set when Argo CD reads the repository with a key instead of a password.
	SSH bool
}

// ArgoCD describes the Argo CD of the platform and its installation.
type ArgoCD struct {
	// Namespace of the Applications, and ControlPlane the namespace of Argo CD itself.
	Namespace, ControlPlane Name
	// Tenancy is set when others administer Argo CD; nil when it is the platform's own.
	Tenancy *Tenancy
	// Version is the release that the repository holds when it is vendored, and
	// Oldest the minor version that it works with.
	Version, Oldest Path
	// Instances run the environments; mostly there is one.
	Instances []*ArgoCDInstance
	// Vendored is set when the repository holds Argo CD itself; the fields below are empty otherwise.
	Vendored bool
	HA       bool
	// Manifests as they were released, and their licence.
	Manifests, License Raw
	// Checksum is the SHA-256 of the manifests.
	Checksum Path
	// Policy of argocd-rbac-cm: the administrators; empty when only the account admin is one.
	Policy string
	// Admin is set when the account admin can log in.
	Admin bool
	// Settings and Params are keys of argocd-cm and argocd-cmd-params-cm.
	Settings, Params []Setting
	// Restart differs whenever the processes have to read something anew.
	Restart Path
}

// Setting is a key of a ConfigMap of Argo CD.
type Setting struct {
	Key   Path
	Value string
}

// Team owns applications.
type Team struct {
	Name Name
	// Owners of its applications.
	Owners []Owner

	access *schema.Access
	at     diag.Range // of its access
	// unknown is set when the spec uses the name and does not declare it.
	unknown bool
}

// PodSet selects pods of a namespace.
type PodSet struct {
	Namespace Name
	PodLabels map[string]string
}

// Environment is one step of the promotion order.
type Environment struct {
	Node *yamltree.Node
	Name Name
	// Prefix of the platform.
	Prefix Name
	// Profile that gives the defaults.
	Profile Name
	// ArgoCD is the Argo CD that runs it.
	ArgoCD Name
	// From is the environment that promotions come from; nil for the first
	// environment, which follows the branch.
	From    *Environment
	Targets []*Target
	// InfraWave and AppsWave order the ApplicationSets at creation.
	InfraWave, AppsWave int
	Settings            schema.Settings
	// SettingLayers are the layers of Node, and WorkloadLayers their workload blocks.
	SettingLayers, WorkloadLayers []Layer
	// Defaults is the workload that the environment gives to every application.
	Defaults *Workload
	// Floor is the least number of replicas that the profile accepts.
	Floor int
	// inherited is the pod that the environment's components make.
	inherited *Pod
	// Owners of the environment.
	Owners []Owner
	// Subscriptions to notifications of Argo CD, by annotation.
	Subscriptions []Subscription
	// Windows in which Argo CD may or may not sync, by name.
	Windows []Window
	// Validation steps, in the order in which they run.
	Validation []Step
	// PromotionMode is pullRequest or commit; it has no meaning for the first environment.
	PromotionMode string
	// ApplicationSets in the order in which they are printed.
	ApplicationSets []*ApplicationSet

	// fleet is set by Share.
	fleet   fleet
	access  *schema.Access
	tenancy *Tenancy
	// profiles are the built-in profile and those that extend it, and node is the merge of
	// WorkloadLayers.
	profiles []Layer
	node     *yamltree.Node
	at       diag.Range
	declared *schema.Environment
}

// Builtin is the built-in profile that the environment's profile starts from.
func (e *Environment) Builtin() Name { return Name(e.SettingLayers[0].Profile()) }

// ProfileLayers are the settings of the environment's profile and of those that it extends, the built-in profile
// first.
func (e *Environment) ProfileLayers() []Layer { return e.profiles }

// Follows reports whether the environment runs the branch instead of pins.
func (e *Environment) Follows() bool { return e.From == nil }

// Target is an environment on one cluster.
type Target struct {
	Name    Name
	Env     *Environment
	Cluster *Cluster
	// Namespaces by name.
	Namespaces []*Namespace
	// Instances by application name.
	Instances []*Instance
	// faulty names the applications whose errors hide whether they run on the target.
	faulty map[Name]bool
}

// Cluster is a place to deploy to.
type Cluster struct {
	Name Name
	// Kubernetes is the version of the Pod Security Standards: latest, or v1.36.
	PodSecurityVersion string
	// Nodes that can run applications, and the zones that they are in; 0 when the spec
	// does not say.
	Nodes, Zones int
	// Ways in from the outside; those without a name of their own first.
	Ways []*Way
	// LoadBalancers are facts about the load balancers that it makes for Services.
	LoadBalancers schema.LoadBalancers
	DNS           NameServer
	// OwnDNS is set when the cluster's name server differs from the platform's.
	OwnDNS  bool
	Secrets *schema.SecretProvider
	// Metrics is the Prometheus that collects metrics; nil when there is none.
	Metrics *schema.Scraper
	// APIServer is the address of the Kubernetes API; nil when the spec does not state it.
	APIServer *schema.APIServer
	// Networks that do not count as the internet, beside private ones.
	Networks []string
	// ArgoCDUsers are the users that Argo CD is to the cluster.
	ArgoCDUsers []string
	// PriorityClasses that the cluster has.
	PriorityClasses []string
	// unknown is set when the spec uses the name and does not declare it.
	unknown bool

	// mirror replaces registries; MirrorAt is where the spec says so.
	mirror   map[string]string
	MirrorAt diag.Range
}

// Namespace of a target.
type Namespace struct {
	Name   Name
	Target *Target
	// Team that owns all applications of the namespace; nil when there are no teams.
	Team      *Team
	Instances []*Instance
	// Quota is the hard amount of each resource, in printed order.
	Quota yamltree.Ordered
	// Exception takes its network policies out of force; nil when they are in force.
	Exception *NetworkException
	// AutomaticQuota is set when wavewright derives the amounts of the quota from the demand of the applications.
	AutomaticQuota bool
	// clusters counts the clusters of the environment with an equal namespace; 0 before Share, and when no
	// other cluster has one.
	clusters int
	// faulty is set when the name contains a value with an error, which is reported.
	faulty bool
}

// Application is one application, wherever it runs.
type Application struct {
	Name Name
	// Team that owns it; nil when there are no teams.
	Team *Team
	// At is the place of its name in the spec.
	At diag.Range
	// Base holds the values that all environments share.
	Base *Base
	// Jobs by name, wherever they run.
	Jobs []*Job
	// Instances in promotion order.
	Instances []*Instance

	// Sourced is set when the application brings its own manifests, Charted when these are a chart.
	Sourced, Charted bool

	kind string
	spec schema.Application
	// layer is what the application states for all targets, with its groups.
	layer *yamltree.Node
	// selector is what selects the pods of all instances that bring no manifests of their own.
	selector map[string]string
}

// Instance is an application on a target.
type Instance struct {
	App       *Application
	Target    *Target
	Namespace *Namespace
	// Workload is the merge of all layers.
	Workload *Workload
	// Components that the overlay uses, by name.
	Components []Path
	// Patch holds the overlay's changes of the workload; may be empty.
	Patch yamltree.Ordered
	// Labels that the overlay adds to those of the base.
	Labels map[string]string
	// Annotations of the workload that the overlay adds to those of the base.
	Annotations map[string]string
	// ExceptionAnnotations are the reasons of exceptions that only this target permits, by annotation.
	ExceptionAnnotations map[string]string
	// Monitor is set when it is not the same on every target.
	Monitor *Monitor
	// Permissions is set when it is not the same on every target.
	Permissions *Permissions
	// Ingress and Egress rules beyond those of the base.
	Ingress, Egress []NetworkRule
	// Claims are set when they are not the same on every target.
	Claims []Claim
	// JobName is the name of the object of an application of kind Job, with a hash of its content; empty
	// for other kinds, and where another folder states it.
	JobName Name
	// Runs are the jobs on the target, by name.
	Runs []*Run
	// Config holds the files that are not the same on every target.
	Config []ConfigFile
	// ServiceAccountAnnotations that differ from those of the base.
	ServiceAccountAnnotations map[string]string
	// Images that the cluster pulls from a mirror of their registry.
	Images []ImageSwap
	// Folder of the user's manifests; empty when the application brings none.
	Folder Path
	// Chart that the overlay wraps; nil when the application brings none.
	Chart *Chart

	// AllIngress and AllEgress rules are those of the base and those beyond.
	AllIngress, AllEgress []NetworkRule
	// Connections to other applications of the target that the application declares.
	Connections []Connection
	// Layers are the application's layers, in merge order.
	Layers []Layer

	// service is set when it is not the same on every target.
	service *Service
	// own is the part of the instance in the folder of the target, when the folder of the environment holds
	// the rest; part is set in both.
	own  *Instance
	part *part
}

// ApplicationSet is one ApplicationSet and its AppProject, which has the same name.
type ApplicationSet struct {
	Name Name
	// Project of its Applications; the set's own has its name.
	Project Name
	// Infra is set when the set deploys namespaces instead of applications.
	Infra bool
	Team  *Team
	Wave  int
	// Elements that Argo CD deploys: candidates at the branch for the first
	// environment, pins for the others.
	Elements []Element
	// Destinations of candidates and pins.
	Destinations []Destination
	// ClusterWide is set when the set deploys cluster-scoped objects.
	ClusterWide bool
	// SyncOptions of the Applications.
	SyncOptions []string
	// ChartRepositories that Argo CD may use credentials for.
	ChartRepositories []string
	// Patched is set when elements have optional fields: differences to ignore, or the release name of
	// a chart.
	Patched bool

	// candidates are the elements that a promotion can pin; the first environment runs them.
	candidates          []Element
	kinds, clusterKinds []string
	// labels is set when the ApplicationSet labels the namespaces of its Applications.
	labels bool
	// names is a pattern that the names of all cluster-scoped objects of the environment match, and no others.
	names string
}

// Element is one Application, as an element of a list generator.
type Element struct {
	// Name of the Application.
	Name Name
	// Revision is a commit, or the branch for the first environment.
	Revision string
	// Path of the overlay from the root of the repository.
	Path string
	// Cluster and Namespace that it is deployed to.
	Cluster, Namespace string
	Fields             release.Element
	// Team that owns the application; nil when the spec states none.
	Team *Team
}

// Get returns a field of the element, or "" when it does not have it.
func (e Element) Get(field string) string { return e.Fields.Get(field) }

// Destination is a namespace on a cluster.
type Destination struct {
	Cluster, Namespace string
}

// Targets lists all targets in promotion order.
func (p *Platform) Targets() []*Target {
	var out []*Target
	for _, env := range p.Environments {
		out = append(out, env.Targets...)
	}
	return out
}

// Application returns the application of this name, or nil.
func (p *Platform) Application(name string) *Application {
	for _, app := range p.Applications {
		if string(app.Name) == name {
			return app
		}
	}
	return nil
}

// Environment returns the environment of this name, or nil.
func (p *Platform) Environment(name string) *Environment {
	for _, env := range p.Environments {
		if string(env.Name) == name {
			return env
		}
	}
	return nil
}

// instancesOn lists the instances of targets, in their order.
func instancesOn(targets []*Target) []*Instance {
	var out []*Instance
	for _, target := range targets {
		out = append(out, target.Instances...)
	}
	return out
}

// namespacesOn lists the namespaces of targets, in their order.
func namespacesOn(targets []*Target) []*Namespace {
	var out []*Namespace
	for _, target := range targets {
		out = append(out, target.Namespaces...)
	}
	return out
}
