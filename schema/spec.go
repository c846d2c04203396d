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
	// Prefix begins the name of every object outside of the platform's own namespaces, such as Argo CD Applications, AppProjects and admission policies, so that two platforms share a cluster and an Argo CD: 2 to 12 lower-case letters and digits, of which a letter comes first. It can never change. Default: the name of the platform where that fits.
	Prefix string `yaml:"prefix"`
	// Repository is the Git repository that holds the generated tree.
	Repository Repository `yaml:"repository" required:"true"`
	// ArgoCD says whose Argo CD runs the platform, where it runs and who installs it.
	ArgoCD ArgoCD `yaml:"argocd"`
	// Include lists glob patterns of further files, relative to this one. Each holds the applications of one team.
	Include []string `yaml:"include"`
	// Templates is a folder, relative to this file, whose templates replace built-in ones (same path) or add files (new path).
	Templates string `yaml:"templates"`
	// Platform states facts of the clusters; it is the default of every cluster.
	Platform Platform `yaml:"platform"`
	// Clusters by Argo CD destination name. Without any, everything runs on in-cluster.
	Clusters map[string]Cluster `yaml:"clusters"`
	// Teams by name. Once there is one, every application belongs to a team.
	Teams map[string]Team `yaml:"teams"`
	// Profiles of your own, by name; each extends a built-in profile or another of yours.
	Profiles map[string]Profile `yaml:"profiles"`
	// Environments in promotion order: the first follows the branch, every later one runs pins.
	Environments []Environment `yaml:"environments" required:"true"`
	// Applications by name; names are global, because Argo CD Applications are called <prefix>-<application>-<target>.
	ApplicationNodes map[string]*yamltree.Node `yaml:"applications" layer:"application"`
	// Applications of this file and of all included ones.
	Applications map[string]Application `yaml:"-" json:"-"`
	// Faults say what cannot be judged in a spec with errors.
	Faults Faults `yaml:"-" json:"-"`
	// Images states rules for all images.
	Images Images `yaml:"images"`
	// Files says what happens to generated files, by glob.
	Files FilePolicies `yaml:"files"`
	// Moved records what was renamed, so that hand edits go along: {from: applications/web, to: applications/shop}.
	Moved []Move `yaml:"moved"`
	// CI writes a pipeline that checks every change: nothing has drifted from the spec, and every overlay builds. Default: none.
	CI *CI `yaml:"ci"`
}

// Metadata names a platform.
type Metadata struct {
	// Name of the platform; the default namespace is <name>-<environment>. It may change as long as prefix is stated.
	Name string `yaml:"name" required:"true"`
}

// Repository is where the generated tree is pushed and where Argo CD reads it.
type Repository struct {
	// URL as Argo CD is to use it: https, ssh, git or file protocol, or git@host:path.
	URL string `yaml:"url" required:"true"`
	// Branch that the first environment follows. Default: main.
	Branch string `yaml:"branch"`
	// Path of the folder that holds this spec within the repository. Default: the root of the repository.
	Path string `yaml:"path"`
}

// ArgoCD says whose Argo CD runs the platform, where it runs and who installs it.
type ArgoCD struct {
	// Mode says whose Argo CD it is: own (the repository may write AppProjects and ask for settings), or tenant (others administer it, and the repository writes only what project permits; bootstrap/request holds what they have to grant). Default: own.
	Mode string `yaml:"mode" enum:"own,tenant"`
	// Project is the AppProject that administrators of a shared Argo CD give you: every Application belongs to it. Required with mode: tenant.
	Project string `yaml:"project"`
	// Namespace of Argo CD; with mode: tenant, the namespace of yours that holds the Applications, and required. Default: argocd.
	Namespace string `yaml:"namespace"`
	// ControlPlane is the namespace that a shared Argo CD itself runs in. Default: argocd.
	ControlPlane string `yaml:"controlPlane"`
	// Objects that a tenant writes: applications (Argo CD has to permit Applications in your namespace), or applicationSets (it has to permit both there). Default: applications.
	Objects string `yaml:"objects" enum:"applications,applicationSets"`
	// Install says who installs Argo CD: none (you do; bootstrap/argocd-settings holds the settings that the repository needs), or vendored (bootstrap/argocd holds a release of it, which then manages itself). Default: none.
	Install string `yaml:"install" enum:"none,vendored"`
	// HA installs the high-availability variant of a vendored Argo CD: several replicas of each part, on at least three nodes.
	HA bool `yaml:"ha"`
	// Admins are the groups that administer a vendored Argo CD, as its single sign-on names them; with mode: tenant, those that apply the roots in your namespace, as the cluster names them. Access to applications is granted by the access of teams and environments.
	Admins []string `yaml:"admins"`
	// Settings of a vendored Argo CD, by key of its ConfigMap argocd-cm, for example url or oidc.config. Secrets are references: $oidc.clientSecret is read from the Secret argocd-secret.
	Settings map[string]string `yaml:"settings"`
	// Params of the processes of a vendored Argo CD, by key of its ConfigMap argocd-cmd-params-cm. A change restarts them.
	Params map[string]string `yaml:"params"`
}

// Platform states what clusters offer. A cluster may override any of it.
type Platform struct {
	// Gateway that exposes applications.
	Gateway *Gateway `yaml:"gateway"`
	// Ingress controller that exposes applications, beside a gateway or instead of one.
	Ingress *Ingress `yaml:"ingress"`
	// DNS is the cluster's name server; every pod may ask it. Default: kube-system, k8s-app: kube-dns.
	DNS *PodSet `yaml:"dns"`
	// Metrics is the Prometheus that collects metrics, run by its operator. It has to collect those of kube-state-metrics and cAdvisor, too: alerts are about them.
	Metrics *Scraper `yaml:"metrics"`
	// Secrets says how secret references become Kubernetes Secrets.
	Secrets *SecretProvider `yaml:"secrets"`
	// PriorityClasses that exist in the clusters: applications may choose them beside those of their environment.
	PriorityClasses []string `yaml:"priorityClasses"`
	// ArgoCDUsers are the users that Argo CD is to the clusters. Default: its application controller, and argocd-manager as `argocd cluster add` makes it.
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
	// Class is the name of its IngressClass.
	Class string `yaml:"class" required:"true"`
	// Namespace of the controller's pods.
	Namespace string `yaml:"namespace" required:"true"`
	// PodLabels select the controller's pods: only they may reach exposed ports.
	PodLabels map[string]string `yaml:"podLabels" required:"true"`
	// TLS of all hosts. {} means the controller's own certificate. Default: none, plain HTTP.
	TLS *IngressTLS `yaml:"tls"`
}

// IngressTLS says where the certificates of an ingress controller's hosts come from: an issuer, a Secret, or the controller itself.
type IngressTLS struct {
	// Issuer of cert-manager that makes a certificate for each route. It has to solve DNS challenges: nobody from outside reaches the pods that solve HTTP ones.
	Issuer string `yaml:"issuer"`
	// IssuerKind is the kind of Issuer. Default: ClusterIssuer.
	IssuerKind string `yaml:"issuerKind" enum:"ClusterIssuer,Issuer"`
	// Secret with a certificate for all hosts, which somebody puts into every namespace.
	Secret string `yaml:"secret"`
}

// PodSet selects pods of one namespace.
type PodSet struct {
	// Namespace of the pods.
	Namespace string `yaml:"namespace" required:"true"`
	// PodLabels select the pods.
	PodLabels map[string]string `yaml:"podLabels" required:"true"`
}

// Scraper is a Prometheus that the Prometheus operator runs.
type Scraper struct {
	// Namespace of its pods.
	Namespace string `yaml:"namespace" required:"true"`
	// PodLabels select its pods: only they may reach metrics endpoints.
	PodLabels map[string]string `yaml:"podLabels" required:"true"`
	// Labels by which it selects ServiceMonitors and PrometheusRules, for example release: prometheus. Default: none, it takes all.
	Labels map[string]string `yaml:"labels"`
	// Interval between two collections, for example 30s. Default: its own.
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

// Cluster is a place to deploy to, addressed by its Argo CD destination name.
type Cluster struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Kubernetes version, for example "1.36": the Pod Security version of the namespaces. Default: latest.
	Kubernetes string `yaml:"kubernetes"`
	// Nodes that can run applications. Strict anti-affinity is checked against it.
	Nodes int `yaml:"nodes"`
	// Zones that the nodes are spread over evenly. Replicas of a Deployment that need different nodes are kept in all zones where there are enough replicas and nodes, otherwise as far as possible; wavewright doctor checks the number.
	Zones int `yaml:"zones"`
	// APIServer is where the Kubernetes API is. Applications with rules of their own may connect to it, and nobody else.
	APIServer *APIServer `yaml:"apiServer"`
	// Networks of the cluster's nodes, pods and Services as far as they are no private ones: they do not count as the internet.
	Networks []string `yaml:"networks"`
	// RegistryMirror replaces registry hosts in the images of applications on this cluster: the host by HOST or HOST/PATH. Images without a host are of docker.io. Sources of your own state theirs themselves.
	RegistryMirror map[string]string `yaml:"registryMirror"`
	Platform       `yaml:",inline"`
}

// APIServer is the address of the Kubernetes API.
type APIServer struct {
	// CIDRs of the API server as pods see it, for example of its nodes; kubectl get endpointslices kubernetes shows them.
	CIDRs []string `yaml:"cidrs" required:"true"`
	// Ports of the API server. Default: 443 and 6443, because network plugins look at a connection before or after the address of the Service is translated.
	Ports []int `yaml:"ports"`
}

// Team owns applications.
type Team struct {
	// Owners of the team's applications in code-owner notation, for example @acme/storefront; they stand in CODEOWNERS.
	Owners []string `yaml:"owners"`
	// Access of people to the team's namespaces.
	Access *Access `yaml:"access"`
}

// Access lists groups by what they may do, as the cluster's authentication names them.
type Access struct {
	// View groups read everything but secrets, and no logs.
	View []string `yaml:"view"`
	// Debug groups view, and debug as far as the environment's debug permits it.
	Debug []string `yaml:"debug"`
	// BreakGlass groups view, and may do in an emergency what the environment forbids; the audit log shows it.
	BreakGlass []string `yaml:"breakGlass"`
}

// Images states rules for all images.
type Images struct {
	// RequireDigest makes an image without a digest an error in every environment.
	RequireDigest bool `yaml:"requireDigest"`
}

// FilePolicies are globs of generated files by what regeneration does with them.
type FilePolicies struct {
	// Omit files: they are not generated, for example because the repository has its own README.md.
	Omit []string `yaml:"omit"`
	// Keep files as they are on disk, or absent. Default: what you edit is kept, and new renderings are merged into it.
	Keep []string `yaml:"keep"`
	// CreateOnly files are written once; afterwards they are yours.
	CreateOnly []string `yaml:"createOnly"`
	// Overwrite files with every new rendering, whatever is on disk.
	Overwrite []string `yaml:"overwrite"`
}

// Move is a rename.
type Move struct {
	// From is the old address: a kind and a name, for example applications/web. Kinds are applications, environments, clusters, targets, teams and namespaces.
	From string `yaml:"from" required:"true"`
	// To is the new address, of the same kind.
	To string `yaml:"to" required:"true"`
}

// CI chooses pipelines.
type CI struct {
	// Provider: github (.github/workflows/wavewright.yaml) or gitlab (.gitlab-ci.yml).
	Provider string `yaml:"provider" required:"true" enum:"github,gitlab"`
}

// TeamFile is a file that Include names: the applications of one team.
type TeamFile struct {
	// Team that owns all applications of this file.
	Team string `yaml:"team"`
	// Applications of the team, by name.
	ApplicationNodes map[string]*yamltree.Node `yaml:"applications" required:"true" layer:"application"`
}
