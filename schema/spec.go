package schema

import "github.com/wavewright/wavewright/schema/yamltree"

// APIVersion and Kind open every environments.yaml.
const (
	APIVersion = "wavewright.dev/v1alpha1"
	Kind       = "Environments"
)

// FileName is the name of the spec; commands look for it from the working
// directory upward.
const FileName = "environments.yaml"

// Spec is the root of environments.yaml.
type Spec struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// APIVersion of the spec: wavewright.dev/v1alpha1.
	APIVersion string `yaml:"apiVersion" required:"true" enum:"wavewright.dev/v1alpha1"`
	// Kind of the file: Environments.
	Kind string `yaml:"kind" required:"true" enum:"Environments"`
	// Metadata names the platform.
	Metadata Metadata `yaml:"metadata" required:"true"`
	// Prefix begins the name of every object outside of the platform's own namespaces, such as Argo CD Applications, AppProjects and admission policies, so that several platforms can share a cluster and an Argo CD: 2 to 12 lower-case letters and digits, beginning with a letter. The prefix can never change. Default: the name of the platform, if it fits.
	Prefix string `yaml:"prefix"`
	// Repository is the Git repository that holds the generated tree.
	Repository Repository `yaml:"repository" required:"true"`
	// ArgoCD describes the Argo CD that deploys the platform: its owner, namespace, installation and settings.
	ArgoCD ArgoCD `yaml:"argocd"`
	// Include lists glob patterns of further files, relative to this file. Each further file holds the applications of one team.
	Include []string `yaml:"include"`
	// Templates is a folder, relative to this file, whose templates replace built-in ones (same path) or add files (new path).
	Templates string `yaml:"templates"`
	// Platform describes the clusters; each cluster may override any field.
	Platform Platform `yaml:"platform"`
	// Clusters by Argo CD destination name. Without clusters, all environments run on in-cluster.
	Clusters map[string]Cluster `yaml:"clusters"`
	// Teams by name. With any team, every application must belong to a team.
	Teams map[string]Team `yaml:"teams"`
	// Workload holds the defaults of every application in all environments. It overrides the built-in profiles; your own profiles, environments and applications override it.
	Workload *yamltree.Node `yaml:"workload" layer:"workload"`
	// Common holds groups by name: what several applications share, for example env, secrets and config files. An application that names a group in uses has it as a layer between its environment and itself. The applications of all files may use these groups.
	Common map[string]*yamltree.Node `yaml:"common" layer:"workload"`
	// Profiles of your own, by name; each extends a built-in profile or another profile of yours.
	Profiles map[string]Profile `yaml:"profiles"`
	// Environments in promotion order: the first follows the branch, every later environment runs pins.
	Environments []Environment `yaml:"environments" required:"true"`
	// Applications by name; names are global, because Argo CD Applications are named <prefix>-<application>-<target>.
	ApplicationNodes map[string]*yamltree.Node `yaml:"applications" layer:"application"`
	// Applications of this file and of all included ones.
	Applications map[string]Application `yaml:"-" json:"-"`
	// Faults list the parts of a spec with errors that cannot be judged.
	Faults Faults `yaml:"-" json:"-"`
	// Images states rules for all images.
	Images Images `yaml:"images"`
	// Files sets rules for generated files, by glob.
	Files FilePolicies `yaml:"files"`
	// Moved declares renames, so that files move with their hand edits: {from: applications/web, to: applications/shop}.
	Moved []Move `yaml:"moved"`
	// CI adds a pipeline that checks for every change that the repository matches the spec and that every overlay builds. Default: none.
	CI *CI `yaml:"ci"`
	// Verify says which findings of wavewright verify are accepted for a while.
	Verify Verify `yaml:"verify"`
}

// Metadata names a platform.
type Metadata struct {
	// Name of the platform; the default namespace is <name>-<environment>. The name may change when prefix is set.
	Name string `yaml:"name" required:"true"`
}

// Repository is the Git repository from which Argo CD reads the generated tree.
type Repository struct {
	// URL by which Argo CD reads the repository: https, ssh, git or file protocol, or git@host:path.
	URL string `yaml:"url" required:"true"`
	// Branch that the first environment follows. Default: main.
	Branch string `yaml:"branch"`
	// Path of the folder that holds this spec within the repository. Default: the root of the repository.
	Path string `yaml:"path"`
}

// ArgoCD describes the Argo CD that deploys the platform: its owner, namespace, installation and settings.
type ArgoCD struct {
	// Mode: own (the repository writes AppProjects and may need settings of Argo CD), or tenant (others administer Argo CD; the repository writes only objects that project permits, and bootstrap/request holds the grants to ask for). Default: own.
	Mode string `yaml:"mode" enum:"own,tenant"`
	// Project is the AppProject that administrators of a shared Argo CD give you: every Application belongs to it. Required with mode: tenant.
	Project string `yaml:"project"`
	// Namespace of Argo CD. Default: argocd. With mode: tenant, the namespace of your Applications, which is required.
	Namespace string `yaml:"namespace"`
	// ControlPlane is the namespace that a shared Argo CD itself runs in. Default: argocd.
	ControlPlane string `yaml:"controlPlane"`
	// Objects that a tenant writes: applications (Argo CD must permit Applications in your namespace), or applicationSets (Argo CD must permit both there). Default: applications.
	Objects string `yaml:"objects" enum:"applications,applicationSets"`
	// Install: none (you install Argo CD; bootstrap/argocd-settings holds the settings that the repository needs), or vendored (bootstrap/argocd holds a release of Argo CD, which then manages itself). Default: none.
	Install string `yaml:"install" enum:"none,vendored"`
	// HA installs the high-availability variant of a vendored Argo CD: several replicas of each part, on at least three nodes.
	HA bool `yaml:"ha"`
	// Admins are the groups that administer a vendored Argo CD, by their name in its single sign-on. With mode: tenant, they are the groups that create the roots in your namespace, by their name in the cluster. The access of teams and environments grants access to applications.
	Admins []string `yaml:"admins"`
	// Settings of a vendored Argo CD, by key of its ConfigMap argocd-cm, for example url or oidc.config. Secrets are references: Argo CD reads $oidc.clientSecret from the Secret argocd-secret.
	Settings map[string]string `yaml:"settings"`
	// Params of the processes of a vendored Argo CD, by key of its ConfigMap argocd-cmd-params-cm. A change restarts the processes.
	Params map[string]string `yaml:"params"`
}

// Platform describes the services that clusters offer. A cluster may override any field.
type Platform struct {
	// Gateway that exposes applications.
	Gateway *Gateway `yaml:"gateway"`
	// Gateways beside it, by the name that a route states as through. A cluster replaces one by its name, and null removes it there.
	Gateways map[string]Gateway `yaml:"gateways"`
	// Ingress controller that exposes applications, in addition to a gateway or instead of it.
	Ingress *Ingress `yaml:"ingress"`
	// Ingresses are further ingress controllers or classes, by the name that a route states as through. A cluster replaces one by its name, and null removes it there.
	Ingresses map[string]Ingress `yaml:"ingresses"`
	// LoadBalancers describes the load balancers that the cluster makes for Services. Default: a controller of the cluster makes them, and they keep the addresses of clients.
	LoadBalancers *LoadBalancers `yaml:"loadBalancers"`
	// DNS is the cluster's name server, to which every pod may connect on port 53. Default: the pods with k8s-app: kube-dns in kube-system.
	DNS *DNS `yaml:"dns"`
	// Metrics is the Prometheus that collects metrics, run by the Prometheus operator. It must also collect the metrics of kube-state-metrics and cAdvisor, which alerts use.
	Metrics *Scraper `yaml:"metrics"`
	// Secrets selects the provider that turns secret references into Kubernetes Secrets.
	Secrets *SecretProvider `yaml:"secrets"`
	// PriorityClasses that exist in the clusters: applications may choose them in addition to those of their environment.
	PriorityClasses []string `yaml:"priorityClasses"`
	// ArgoCDUsers are the user names of Argo CD in the clusters. Default: its application controller, and argocd-manager, which `argocd cluster add` creates.
	ArgoCDUsers []string `yaml:"argocdUsers"`
}

// Gateway is a Gateway API gateway.
type Gateway struct {
	// Name of the Gateway object.
	Name string `yaml:"name" required:"true"`
	// Namespace of the Gateway object and of its pods.
	Namespace string `yaml:"namespace" required:"true"`
	// Listener is the name of the Gateway's listener (sectionName). Default: all listeners.
	Listener string `yaml:"listener"`
	// PodLabels select the gateway's pods: only they may reach exposed ports.
	PodLabels map[string]string `yaml:"podLabels" required:"true"`
}

// Ingress is an ingress controller.
type Ingress struct {
	// Class is the name of the controller's IngressClass.
	Class string `yaml:"class" required:"true"`
	// Namespace of the controller's pods.
	Namespace string `yaml:"namespace" required:"true"`
	// PodLabels select the controller's pods: only they may reach exposed ports.
	PodLabels map[string]string `yaml:"podLabels" required:"true"`
	// TLS of all hosts. {} means the controller's own certificate. Default: none, plain HTTP.
	TLS *IngressTLS `yaml:"tls"`
}

// IngressTLS is the source of the certificates of an ingress controller's hosts: an issuer, a Secret, or the controller itself.
type IngressTLS struct {
	// Issuer of cert-manager that creates a certificate for each route. It must solve DNS challenges, because network policies block the pods that solve HTTP challenges.
	Issuer string `yaml:"issuer"`
	// IssuerKind is the kind of Issuer. Default: ClusterIssuer.
	IssuerKind string `yaml:"issuerKind" enum:"ClusterIssuer,Issuer"`
	// Secret with a certificate for all hosts, which must exist in every namespace.
	Secret string `yaml:"secret"`
}

// LoadBalancers are facts about the load balancers that a cluster makes for Services.
type LoadBalancers struct {
	// Class of the load balancers of applications that name none (loadBalancerClass). Kubernetes refuses another class for a Service that exists. Default: the cluster decides.
	Class string `yaml:"class"`
	// Annotations of every Service with a load balancer, which its controller interprets. An application overrides them singly.
	Annotations map[string]string `yaml:"annotations"`
	// CIDRs from which the load balancers themselves connect to pods: for health checks, and for all connections if they do not keep the addresses of clients. Network policies admit them. Default: none.
	CIDRs []string `yaml:"cidrs"`
}

// DNS is the name server of a cluster: pods, and addresses.
type DNS struct {
	// Namespace of the name server's pods. Default: kube-system.
	Namespace string `yaml:"namespace"`
	// PodLabels select the name server's pods. They cannot select pods of the host network, such as those of a node-local cache. Default: k8s-app: kube-dns.
	PodLabels map[string]string `yaml:"podLabels"`
	// CIDRs of name servers that no label can select, in addition to the pods: 169.254.20.10/32 is the usual address of a node-local cache. Default: none.
	CIDRs []string `yaml:"cidrs"`
}

// Scraper is a Prometheus that the Prometheus operator runs.
type Scraper struct {
	// Namespace of the Prometheus pods.
	Namespace string `yaml:"namespace" required:"true"`
	// PodLabels select the Prometheus pods: only they may reach metrics endpoints.
	PodLabels map[string]string `yaml:"podLabels" required:"true"`
	// Labels by which Prometheus selects ServiceMonitors and PrometheusRules, for example release: prometheus. Default: none, Prometheus selects all.
	Labels map[string]string `yaml:"labels"`
	// Interval between two collections, for example 30s. Default: that of Prometheus.
	Interval string `yaml:"interval"`
}

// SecretProvider turns secret references into Kubernetes Secrets.
type SecretProvider struct {
	// Provider: external-secrets.
	Provider string `yaml:"provider" required:"true" enum:"external-secrets"`
	// Store that External Secrets reads.
	Store SecretStore `yaml:"store" required:"true"`
}

// SecretStore names a store of External Secrets.
type SecretStore struct {
	// Kind: ClusterSecretStore or SecretStore. Default: ClusterSecretStore.
	Kind string `yaml:"kind" enum:"ClusterSecretStore,SecretStore"`
	// Name of the store; placeholders are expanded.
	Name string `yaml:"name" required:"true"`
}

// Cluster is a Kubernetes cluster, addressed by its Argo CD destination name.
type Cluster struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Kubernetes version, for example "1.36", which is the Pod Security version of the namespaces. Default: latest.
	Kubernetes string `yaml:"kubernetes"`
	// Nodes that can run applications. wavewright checks required anti-affinity against this number, and counts one pod of each DaemonSet for every node.
	Nodes int `yaml:"nodes"`
	// Zones over which the nodes are spread evenly. Replicas of a Deployment with required anti-affinity must be spread over the zones when there are enough replicas and nodes, and are otherwise spread as far as possible. wavewright doctor checks the number.
	Zones int `yaml:"zones"`
	// APIServer is the address of the Kubernetes API. Only applications with RBAC rules may connect to it.
	APIServer *APIServer `yaml:"apiServer"`
	// Networks of the cluster's nodes, pods and Services outside of the private address ranges: they do not count as the internet.
	Networks []string `yaml:"networks"`
	// RegistryMirror replaces registry hosts in the images of applications on this cluster by HOST or HOST/PATH. Images without a host belong to docker.io. Sources of your own must name the mirror themselves.
	RegistryMirror map[string]string `yaml:"registryMirror"`
	Platform       `yaml:",inline"`
}

// APIServer is the address of the Kubernetes API.
type APIServer struct {
	// CIDRs of the API server as pods see it, for example of its nodes; kubectl get endpointslices kubernetes shows them.
	CIDRs []string `yaml:"cidrs" required:"true"`
	// Ports of the API server. Default: 443 and 6443, because some network plugins evaluate a connection before the address of the Service is translated and others after.
	Ports []int `yaml:"ports"`
}

// Team owns applications.
type Team struct {
	// Owners of the team's applications in code-owner notation, for example @acme/storefront; CODEOWNERS lists them.
	Owners []string `yaml:"owners"`
	// Access of people to the team's namespaces.
	Access *Access `yaml:"access"`
}

// Access lists groups by their rights, with their names in the cluster's authentication.
type Access struct {
	// View groups may read all objects except Secrets, and no logs.
	View []string `yaml:"view"`
	// Debug groups have the rights of view, and those of the environment's debug.
	Debug []string `yaml:"debug"`
	// BreakGlass groups have the rights of view, and rights for emergencies that the environment otherwise forbids; the audit log records their use.
	BreakGlass []string `yaml:"breakGlass"`
}

// Images states rules for all images.
type Images struct {
	// RequireDigest makes an image without a digest an error in every environment.
	RequireDigest bool `yaml:"requireDigest"`
}

// FilePolicies are globs of generated files by the rule for regeneration.
type FilePolicies struct {
	// Omit files: wavewright does not generate them, for example because the repository has its own README.md.
	Omit []string `yaml:"omit"`
	// Keep files as they are on disk, or absent. Default: wavewright keeps edited files and merges new renderings into them.
	Keep []string `yaml:"keep"`
	// CreateOnly files: wavewright writes them once and never again.
	CreateOnly []string `yaml:"createOnly"`
	// Overwrite files with every new rendering, even edited files.
	Overwrite []string `yaml:"overwrite"`
}

// Move is a rename.
type Move struct {
	// From is the old address: a kind and a name, for example applications/web. Kinds are applications, environments, clusters, targets, teams and namespaces.
	From string `yaml:"from" required:"true"`
	// To is the new address, of the same kind.
	To string `yaml:"to" required:"true"`
}

// CI chooses the pipeline.
type CI struct {
	// Provider: github (.github/workflows/wavewright.yaml) or gitlab (.gitlab-ci.yml).
	Provider string `yaml:"provider" required:"true" enum:"github,gitlab"`
}

// Verify says which findings of wavewright verify are accepted for a while.
type Verify struct {
	// Ignore lists findings that somebody accepts, with a reason. An entry that covers no finding is a finding itself.
	Ignore []Excuse `yaml:"ignore"`
}

// Excuse accepts findings of one code until a date.
type Excuse struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Code of the findings, which verify prints in brackets, for example availability/budget-over-single-replica. Its page in docs/checks says what it means.
	Code string `yaml:"code" required:"true"`
	// Application is a glob of names of Argo CD Applications, for example shop-cart-*. Default: all.
	Application string `yaml:"application"`
	// Object is a glob of objects by kind and name, for example Deployment/cart. Default: all.
	Object string `yaml:"object"`
	// Reason why the findings are accepted.
	Reason string `yaml:"reason" required:"true"`
	// Expires is the date, as in 2027-03-31, from which the findings count again.
	Expires string `yaml:"expires" required:"true"`
}

// TeamFile is a file that Include names: the applications of one team.
type TeamFile struct {
	// Team that owns all applications of this file.
	Team string `yaml:"team"`
	// Common holds groups by name, as that of the spec, which only the applications of this file may use.
	Common map[string]*yamltree.Node `yaml:"common" layer:"workload"`
	// Applications of the team, by name.
	ApplicationNodes map[string]*yamltree.Node `yaml:"applications" required:"true" layer:"application"`
}
