package schema

import (
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Application is a workload with its overrides by profile, environment and cluster.
type Application struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Name is the position of the application's name.
	Name diag.Range `yaml:"-" json:"-"`
	// Layer is the application itself as a layer, without its overrides.
	Layer *yamltree.Node `yaml:"-" json:"-"`
	// Team that owns the application. A team's file sets it for all of its applications.
	Team string `yaml:"team"`
	// teamAt is the position of the team, or of the place where it is missing.
	teamAt diag.Range
	// teamUnclear is set when the statement of the team has an error.
	teamUnclear bool
	name        string
	// Uses names groups of common, of this file or of the spec: each is a layer below the application. Groups that state different values for one field are an error, unless the application states the field itself.
	Uses []string `yaml:"uses"`
	// Groups are those that Uses names.
	Groups []Group `yaml:"-" json:"-"`
	// UsesUnclear is set when not all of them are known.
	UsesUnclear bool `yaml:"-" json:"-"`
	// SameEverywhere says why the application has one value in all environments where their defaults differ, for example resources that were measured. It silences the warning layers/flattened.
	SameEverywhere *Reason `yaml:"sameEverywhere"`
	// Profiles overrides values in environments of a profile.
	Profiles map[string]*yamltree.Node `yaml:"profiles" layer:"workload"`
	// Environments overrides values in an environment.
	Environments map[string]*yamltree.Node `yaml:"environments" layer:"workload"`
	// Clusters overrides values on a cluster.
	Clusters map[string]*yamltree.Node `yaml:"clusters" layer:"workload"`
	Workload `yaml:",inline"`
}

// Workload is the type that all layers share. Later layers win: maps merge,
// scalars and lists replace, null removes.
type Workload struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Deploy: false removes the application from the targets of the layer. Default: true.
	Deploy *bool `yaml:"deploy"`
	// Kind of the workload, the same on all targets: Deployment; StatefulSet, whose replicas have names and volumes of their own: the headless Service <application>-headless gives them the DNS names <application>-0.<application>-headless, <application>-1.<application>-headless and so on; DaemonSet, which runs one pod on each node and needs the number of nodes of the cluster; CronJob, which creates a Job at each time of a schedule; or Job, which runs once for each version of itself. Default: Deployment.
	Kind string `yaml:"kind" enum:"Deployment,StatefulSet,DaemonSet,CronJob,Job"`
	// Attempts limits the retries and the duration of a Job.
	Attempts Attempts `yaml:"attempts"`
	// Schedule of a CronJob.
	Schedule *Schedule `yaml:"schedule"`
	// Source brings manifests or a chart of your own instead of an image, in the same form on all targets. Settings of pods from profiles do not apply to it.
	Source *Source `yaml:"source"`
	// Footprint is the peak demand of a source of your own. An automatic quota requires it.
	Footprint *Footprint `yaml:"footprint"`
	// PodLabels select the pods of a source of your own, for network policies. Default: for a kustomization, the label that wavewright adds to all pods; for a chart, app.kubernetes.io/instance: <application>-<target>, which most charts set.
	PodLabels map[string]string `yaml:"podLabels"`
	// Image of the main container.
	Image string `yaml:"image"`
	// Command replaces the image's entrypoint.
	Command []string `yaml:"command"`
	// Args of the command.
	Args []string `yaml:"args"`
	// Ports that the container listens on, by name: 8080, or {port: 80, container: 8080}.
	Ports map[string]Port `yaml:"ports"`
	// Env variables, by name.
	Env map[string]string `yaml:"env"`
	// EnvFields are variables with the value of a field of the pod: metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.podIP, status.podIPs, status.hostIP or status.hostIPs.
	EnvFields map[string]string `yaml:"envFields"`
	// EnvFrom makes variables of all entries of ConfigMaps and Secrets of the namespace that somebody else manages, by a name of yours. Later ones win, and env, envFields and secrets win over all of them. A change of the object reaches a pod when the pod starts.
	EnvFrom map[string]EnvSource `yaml:"envFrom"`
	// Config files, by file name. A change of the content makes a new ConfigMap and starts a rollout. Argo CD never
	// prunes the earlier ConfigMap, because pods use it until the rollout ends; wavewright doctor names ConfigMaps that
	// nothing uses. The ConfigMap of a CronJob keeps its name.
	Config map[string]ConfigFile `yaml:"config"`
	// Secrets by name: references only, never values.
	Secrets map[string]Secret `yaml:"secrets"`
	// Volumes by name.
	Volumes map[string]Volume `yaml:"volumes"`
	// Probes of the main container. Default: a TCP probe of the first port.
	Probes Probes `yaml:"probes"`
	// Init containers, by name: they run one after the other, in this order, before the main container, and mount its volumes and files.
	Init map[string]Container `yaml:"init"`
	// Sidecars, by name: they start before the init containers, run beside the main container, and mount its volumes and files.
	Sidecars map[string]Container `yaml:"sidecars"`
	// Resources of the main container.
	Resources Resources `yaml:"resources"`
	// Scale of the workload: a HorizontalPodAutoscaler exists when max is above min.
	Scale Scale `yaml:"scale"`
	// Singleton permits a single replica where the profile demands more. The workload then has no autoscaler, disruption budget or anti-affinity, and the strategy Recreate.
	Singleton *Reason `yaml:"singleton"`
	// Expose the application, by the name of the route or the load balancer: through a gateway or ingress controller of the cluster, or with a load balancer of its own for what is not HTTP.
	Expose map[string]Expose `yaml:"expose"`
	// ConnectsTo lists the connections that the application opens: to other applications by name, or to named networks, namespaces and the internet. Replicas that connect to each other need the application's own name, as in db: {connectsTo: {db: {}}}; db: null states that they do not, which silences the warning connection/replicas.
	ConnectsTo map[string]*Connection `yaml:"connectsTo"`
	// Metrics endpoint, from which the platform's Prometheus collects.
	Metrics *Metrics `yaml:"metrics"`
	// Jobs by name: each runs before a deployment, or tests it.
	Jobs map[string]Job `yaml:"jobs"`
	// ServiceAccount of the pods.
	ServiceAccount ServiceAccount `yaml:"serviceAccount"`
	// ImagePullSecrets are names of Secrets in the namespace.
	ImagePullSecrets []string `yaml:"imagePullSecrets"`
	// NodeSelector of the pods.
	NodeSelector map[string]string `yaml:"nodeSelector"`
	// Tolerations of the pods.
	Tolerations []Toleration `yaml:"tolerations"`
	// Labels of all objects and pods, in addition to those that wavewright sets.
	Labels map[string]string `yaml:"labels"`
	// Annotations of the workload, for example those of a controller that watches it. Jobs of the application do not have them.
	Annotations map[string]string `yaml:"annotations"`
	// PodAnnotations of the pods of the workload. A change starts a rollout. Jobs of the application have their own.
	PodAnnotations map[string]string `yaml:"podAnnotations"`
	// ServiceAnnotations of the application's Service, for example those of a controller that makes its certificate. The headless Service of a StatefulSet and load balancers do not have them.
	ServiceAnnotations map[string]string `yaml:"serviceAnnotations"`
	// PriorityClass of the pods: a class of the environment's priorityClasses, or a class that exists in the cluster.
	PriorityClass string `yaml:"priorityClass"`
	// IgnoreDifferences lists fields that other controllers or people set: Argo CD neither reports nor reverts them. Pins freeze the list with the application.
	IgnoreDifferences []IgnoreDifference `yaml:"ignoreDifferences"`
	// Kinds of the application's own manifests, chart or custom/ folder in addition to those that wavewright writes, by KIND.GROUP, for example Certificate.cert-manager.io; only KIND for the core group. The AppProject permits them, and pins freeze the list with the application.
	Kinds map[string]ExtraKind `yaml:"kinds"`
	// AntiAffinity of the replicas: none, preferred (other nodes when possible) or required (other nodes, spread over zones).
	AntiAffinity string `yaml:"antiAffinity" enum:"none,preferred,required"`
	// Failover: reschedule (Kubernetes evicts pods from an unreachable node after five minutes) or fast (after thirty seconds).
	Failover string `yaml:"failover" enum:"reschedule,fast"`
	// DisruptionBudget limits the replicas that a drain may evict at once.
	DisruptionBudget DisruptionBudget `yaml:"disruptionBudget"`
	// Rollout of a new version.
	Rollout Rollout `yaml:"rollout"`
	// PodManagementPolicy of a StatefulSet: OrderedReady starts replicas one after the other, Parallel starts all at once. The field is immutable in Kubernetes. Default: OrderedReady.
	PodManagementPolicy string `yaml:"podManagementPolicy" enum:"OrderedReady,Parallel"`
	// PersistentVolumeClaimRetentionPolicy: Kubernetes keeps or deletes the volumes of removed replicas of a StatefulSet.
	PersistentVolumeClaimRetentionPolicy ClaimRetention `yaml:"persistentVolumeClaimRetentionPolicy"`
	// Security of the pods; exceptions need a reason.
	Security Security `yaml:"security"`
	// Pod has fields of the pods that have no field of their own in the spec, for example {hostAliases: […]}. wavewright lays them over what it writes, by the rules of Kubernetes: a volume of yours is added to ours. What wavewright writes itself is refused, with the name of the field. Jobs of the application have their own.
	Pod *PodFields `yaml:"pod"`
	// Container has fields of the main container that have no field of their own in the spec, for example {workingDir: /srv}.
	Container *ContainerFields `yaml:"container"`
}

// Schedule holds the times of a CronJob's runs and the limits of a run.
type Schedule struct {
	// Cron expression: minute, hour, day of month, month, day of week, for example "0 3 * * *"; or a word such as @hourly.
	Cron string `yaml:"cron" required:"true"`
	// TimeZone of the expression, for example Europe/Berlin. Default: the zone of the cluster's controllers, which is UTC nearly everywhere.
	TimeZone string `yaml:"timeZone"`
	// ConcurrencyPolicy for a run that is due while the previous run is active: Forbid skips the new run, Replace stops the old run, Allow lets both run. Default: Forbid.
	ConcurrencyPolicy string `yaml:"concurrencyPolicy" enum:"Allow,Forbid,Replace"`
	// StartingDeadlineSeconds is the delay after which Kubernetes skips a run that could not start in time. Default: 3600.
	StartingDeadlineSeconds int `yaml:"startingDeadlineSeconds"`
	// SuccessfulJobsHistoryLimit is the number of successful runs that Kubernetes keeps. Default: 3, from Kubernetes.
	SuccessfulJobsHistoryLimit *int `yaml:"successfulJobsHistoryLimit"`
	// FailedJobsHistoryLimit is the number of failed runs that Kubernetes keeps. Default: 1, from Kubernetes.
	FailedJobsHistoryLimit *int `yaml:"failedJobsHistoryLimit"`
	// Suspend keeps new runs from starting.
	Suspend  bool `yaml:"suspend"`
	Attempts `yaml:",inline"`
}

// Attempts limits the retries and the duration of a run.
type Attempts struct {
	// BackoffLimit is the number of retries of a run. Default: 2.
	BackoffLimit *int `yaml:"backoffLimit"`
	// ActiveDeadlineSeconds is the time after which Kubernetes stops a run, retries included, as failed. Default: 3600.
	ActiveDeadlineSeconds int `yaml:"activeDeadlineSeconds"`
}

// Port is a port that the container listens on and that its Service offers.
type Port struct {
	// Port of the Service.
	Port int `yaml:"port" required:"true"`
	// Container port. Default: the port of the Service.
	Container int `yaml:"container"`
	// Protocol. Default: TCP.
	Protocol string `yaml:"protocol" enum:"TCP,UDP"`
}

// Volume is storage at a path.
type Volume struct {
	// Mount path in the container.
	Mount string `yaml:"mount" required:"true"`
	// Size of a persistent volume, for example 5Gi. It needs a singleton or a CronJob, because only one node at a time can mount the volume, or a StatefulSet, where each replica has a volume of its own, whose size cannot change later.
	Size Amount `yaml:"size"`
	// AccessMode of a persistent volume: with ReadWriteMany all replicas can mount it, if the storage class supports this. Default: ReadWriteOnce.
	AccessMode string `yaml:"accessMode" enum:"ReadWriteOnce,ReadWriteOncePod,ReadWriteMany"`
	// StorageClass of a persistent volume. Default: the cluster's.
	StorageClass string `yaml:"storageClass"`
	// Scratch is the size limit of an empty folder that Kubernetes deletes with the pod, for example 64Mi. The scratch folders of a pod must fit into the limits of its containers.
	Scratch Amount `yaml:"scratch"`
	// Medium of a scratch folder: Memory keeps it in the memory of the pod, where it counts against limits.memory. Default: the disk of the node, where it counts against limits.ephemeral-storage.
	Medium string `yaml:"medium" enum:"Memory"`
	// Claim names an existing PersistentVolumeClaim of the namespace that somebody else manages.
	Claim string `yaml:"claim"`
	// ReadOnly mounts the volume read-only.
	ReadOnly bool `yaml:"readOnly"`
}

// Resources of a container, by resource (cpu, memory, ephemeral-storage …).
type Resources struct {
	// Requests that the scheduler reserves.
	Requests map[string]Amount `yaml:"requests"`
	// Limits that the container cannot exceed.
	Limits map[string]Amount `yaml:"limits"`
}

// Scale is a range of replicas.
type Scale struct {
	// Min replicas.
	Min int `yaml:"min"`
	// Max replicas.
	Max int `yaml:"max"`
	// CPU is the target utilisation of the autoscaler in percent of the request. Default: 70.
	CPU int `yaml:"cpu"`
	// Memory is the second target utilisation of the autoscaler in percent of the request. Default: none, only CPU counts.
	Memory int `yaml:"memory"`
	// Behavior limits how fast the autoscaler may scale.
	Behavior Behavior `yaml:"behavior"`
}

// Behavior limits how fast an autoscaler may scale in each direction.
type Behavior struct {
	// ScaleUp limits the addition of replicas. Default: that of Kubernetes, without delay and at most doubling in 15 seconds.
	ScaleUp Scaling `yaml:"scaleUp"`
	// ScaleDown limits the removal of replicas. Default: that of the profile.
	ScaleDown Scaling `yaml:"scaleDown"`
}

// Scaling bounds one direction of an autoscaler.
type Scaling struct {
	// StabilizationWindowSeconds is the time over which the autoscaler considers its earlier recommendations, so that replicas do not oscillate.
	StabilizationWindowSeconds *int `yaml:"stabilizationWindowSeconds"`
	// Pods is the maximum of replicas that a period may add or remove.
	Pods int `yaml:"pods"`
	// Percent is the maximum of replicas that a period may add or remove, in percent. With Pods, the greater of the two counts.
	Percent int `yaml:"percent"`
	// PeriodSeconds of Pods and Percent. Default: 60.
	PeriodSeconds int `yaml:"periodSeconds"`
}

// Reason explains an exception to the people who review it.
type Reason struct {
	// Reason why.
	Reason string `yaml:"reason" required:"true"`
}

// Expose is a way from the outside: a route with a host, which is an HTTPRoute or an Ingress, or a load balancer.
type Expose struct {
	// Host name of a route.
	Host string `yaml:"host"`
	// Aliases are further host names of the same route.
	Aliases []string `yaml:"aliases"`
	// Port name. Default: the first port.
	Port string `yaml:"port" names:"port"`
	// Ports of a load balancer, by name, instead of a single Port.
	Ports []string `yaml:"ports"`
	// LoadBalancer instead of a route: a Service APPLICATION-NAME of type LoadBalancer, without node ports.
	LoadBalancer *LoadBalancer `yaml:"loadBalancer"`
	// Service behind the route of a source of your own; placeholders are expanded. An application with an image has a Service of its own name.
	Service string `yaml:"service"`
	// Path that is served. Default: /.
	Path string `yaml:"path"`
	// PathType: prefix (Path and all paths below it) or exact. Default: prefix.
	PathType string `yaml:"pathType" enum:"prefix,exact"`
	// Through names the way in: gateway or ingress for those of platform.gateway and platform.ingress, or the name of one of platform.gateways or platform.ingresses. Default: gateway or ingress, whichever the cluster has; without these two, the only other one.
	Through string `yaml:"through"`
	// Timeout of a whole request through a gateway, for example 30s; an ingress controller reads its own annotation instead. Default: that of the gateway.
	Timeout string `yaml:"timeout"`
	// Annotations of the route or of the load balancer's Service, which the gateway, the ingress controller or the controller of the load balancer interprets.
	Annotations map[string]string `yaml:"annotations"`
}

// LoadBalancer is the address that a Service has outside of the cluster.
type LoadBalancer struct {
	// SourceRanges are the networks of the clients, as CIDRs; nobody else may connect. They must be stated: 0.0.0.0/0 and ::/0 stand for the internet, beside which private networks are named. With IPv6 ranges, the Service has an IPv6 address.
	SourceRanges []string `yaml:"sourceRanges"`
	// Class of the load balancer (loadBalancerClass). Kubernetes refuses another class for a Service that exists. Default: that of platform.loadBalancers.
	Class string `yaml:"class"`
}

// Connection is a connection that an application opens.
type Connection struct {
	// Port of the other end: 5432, "8000-8010" or "53/UDP". Of an application: the number or the name of a port of its Service. Default: all ports of an application; 443 for the internet.
	Port PortRange `yaml:"port"`
	// Ports of the other end, instead of a single Port.
	Ports []PortRange `yaml:"ports"`
	// CIDR of a network outside the cluster.
	CIDR string `yaml:"cidr"`
	// Except are networks within CIDR, or of the internet, that stay unreachable.
	Except []string `yaml:"except"`
	// Namespace in the cluster that wavewright does not manage.
	Namespace string `yaml:"namespace"`
	// PodLabels select pods of Namespace.
	PodLabels map[string]string `yaml:"podLabels"`
}

// ServiceAccount of the pods.
type ServiceAccount struct {
	// Annotations, for example a cloud identity.
	Annotations map[string]string `yaml:"annotations"`
	// Rules of the Role that the ServiceAccount has in its namespace. With rules, the pods mount a token and may connect to the API server.
	Rules []PolicyRule `yaml:"rules"`
}

// PolicyRule is an RBAC rule without wildcards.
type PolicyRule struct {
	// APIGroups of the resources; "" is the core group.
	APIGroups []string `yaml:"apiGroups" required:"true"`
	// Resources by their plural names, such as configmaps.
	Resources []string `yaml:"resources" required:"true"`
	// ResourceNames limits the rule to the named objects. Default: all objects of the namespace.
	ResourceNames []string `yaml:"resourceNames"`
	// Verbs that are allowed.
	Verbs []string `yaml:"verbs" required:"true" enum:"get,list,watch,create,update,patch,delete,deletecollection"`
	// Reason for rules that can be used to gain further rights: reading Secrets, and creating or changing pods and workloads.
	Reason string `yaml:"reason"`
}

// Toleration of a node taint.
type Toleration struct {
	// Key of the taint. Without a key, operator Exists tolerates every taint.
	Key string `yaml:"key"`
	// Operator: Equal or Exists.
	Operator string `yaml:"operator" enum:"Equal,Exists"`
	// Value of the taint.
	Value string `yaml:"value"`
	// Effect: NoSchedule, PreferNoSchedule or NoExecute. Default: every effect.
	Effect string `yaml:"effect" enum:"NoSchedule,PreferNoSchedule,NoExecute"`
	// TolerationSeconds after which a pod leaves a node with the taint; only with effect NoExecute. Default: never.
	TolerationSeconds *int `yaml:"tolerationSeconds"`
}

// DisruptionBudget bounds voluntary disruptions.
type DisruptionBudget struct {
	// MaxUnavailable replicas; 0 means that wavewright writes no PodDisruptionBudget.
	MaxUnavailable int `yaml:"maxUnavailable"`
}

// Rollout of a new version.
type Rollout struct {
	// MaxUnavailable replicas of a Deployment, or pods of a DaemonSet, a number or a percentage. A StatefulSet replaces one replica at a time, and so does a DaemonSet whose application and groups state neither maxUnavailable nor maxSurge.
	MaxUnavailable Amount `yaml:"maxUnavailable"`
	// MaxSurge of replicas of a Deployment, a number or a percentage; or of pods of a DaemonSet, in place of maxUnavailable: a node then runs the new pod beside the old one.
	MaxSurge Amount `yaml:"maxSurge"`
	// MinReadySeconds that a new pod must be ready before it counts.
	MinReadySeconds int `yaml:"minReadySeconds"`
	// ProgressDeadlineSeconds after which a rollout of a Deployment has failed. Where a startup probe and minReadySeconds may take as long, it is their sum and 300.
	ProgressDeadlineSeconds int `yaml:"progressDeadlineSeconds"`
	// UpdateStrategy of a StatefulSet or a DaemonSet: RollingUpdate replaces its pods; OnDelete updates a pod only when somebody deletes it, and Argo CD shows the application as Healthy before that. Default: RollingUpdate.
	UpdateStrategy string `yaml:"updateStrategy" enum:"RollingUpdate,OnDelete"`
	// Partition of a StatefulSet: only replicas from this number on get the new version.
	Partition int `yaml:"partition"`
	// PreStopSeconds is the time that a terminating pod keeps serving while routes to it are removed.
	PreStopSeconds int `yaml:"preStopSeconds"`
}

// ClaimRetention keeps or deletes the volumes of removed replicas.
type ClaimRetention struct {
	// WhenDeleted: Retain or Delete when the StatefulSet is deleted. Default: Retain.
	WhenDeleted string `yaml:"whenDeleted" enum:"Retain,Delete"`
	// WhenScaled: Retain or Delete when the StatefulSet is scaled down. Default: Retain.
	WhenScaled string `yaml:"whenScaled" enum:"Retain,Delete"`
}

// Security of the pods. By default pods run as a user above 10000, without privileges
// and capabilities, on a read-only root file system.
type Security struct {
	// RunAsUser is the numeric user. Default: 10001. A node may have a user or a group up to 10000, too: when the spec states one, wavewright writes an annotation that says so, for reviewers and linters.
	RunAsUser int `yaml:"runAsUser"`
	// RunAsGroup is the numeric group, also of volumes. Default: the user's number.
	RunAsGroup int `yaml:"runAsGroup"`
	// Capabilities that the main container has, with a reason. Environments that enforce the restricted standard permit NET_BIND_SERVICE only. Most container runtimes give capabilities to the root user only.
	Capabilities *Capabilities `yaml:"capabilities"`
	// Root permits the root user, with a reason. Environments that enforce the restricted standard refuse it.
	Root *Reason `yaml:"root"`
	// WritableRootFilesystem permits writes anywhere in the container, with a reason.
	WritableRootFilesystem *Reason `yaml:"writableRootFilesystem"`
	// HostAccess permits that pod: and container: use the network, processes, memory, paths and ports of the node, with a reason. Network policies do not apply to pods of the host network. The environment must permit it, too: podSecurity: {enforce: privileged} and admission: {hostAccess: …}.
	HostAccess *Reason `yaml:"hostAccess"`
	// Privileges permits that pod: and container: give a container privileges, for example {securityContext: {privileged: true, allowPrivilegeEscalation: true}}, with a reason.
	Privileges *Reason `yaml:"privileges"`
	// ServiceLinks permits pod: {enableServiceLinks: true}, with a reason: Kubernetes then gives containers the addresses of all Services of the namespace as variables. For the address of one Service, state a variable below env instead.
	ServiceLinks *Reason `yaml:"serviceLinks"`
}

// Source brings manifests or a chart: exactly one of kustomize and helm.
type Source struct {
	// Kustomize is a folder of yours with a kustomization, relative to this file, for example manifests/search. It may not be one that wavewright generates into, and may not use remote bases. Placeholders are expanded.
	Kustomize string `yaml:"kustomize"`
	// Helm is a chart of a repository. The overlay becomes a wrapper chart that depends on it.
	Helm *Helm `yaml:"helm"`
}

// Helm is a chart of a repository. Argo CD fetches the chart when it renders the overlay; wavewright fetches nothing.
type Helm struct {
	// Repository of the chart: https://… or oci://…. A repository with a credential needs the same URL as in Argo CD.
	Repository string `yaml:"repository" required:"true"`
	// Chart is the name of the chart.
	Chart string `yaml:"chart" required:"true"`
	// Version of the chart, exactly: 1.2.3.
	Version string `yaml:"version" required:"true"`
	// Values of the chart. Placeholders are expanded. A null removes the value of an earlier layer, or the default of the chart when no earlier layer sets the value.
	Values *yamltree.Node `yaml:"values"`
}

// Footprint is the peak demand of a source of your own: all of its pods together, during a rollout.
type Footprint struct {
	// Pods is the maximum number of pods.
	Pods int `yaml:"pods" required:"true"`
	// Volumes is the number of PersistentVolumeClaims. Their size is requests.storage.
	Volumes int `yaml:"volumes"`
	// Resources of all pods together.
	Resources `yaml:",inline"`
}

// ConfigFile is a file from a ConfigMap.
type ConfigFile struct {
	// Mount path of the file, which is read-only.
	Mount string `yaml:"mount" required:"true"`
	// Content of the file. wavewright writes it as it is, unless placeholders is true.
	Content Literal `yaml:"content" required:"true"`
	// Placeholders: true expands the placeholders in the content. Default: false, so that braces of other programs keep their meaning.
	Placeholders bool `yaml:"placeholders"`
}

// Metrics endpoint of an application.
type Metrics struct {
	// Port name. Default: the first port.
	Port string `yaml:"port" names:"port"`
	// Path of the endpoint. Default: /metrics.
	Path string `yaml:"path"`
	// ServiceLabels select the Service of a source of your own from which Prometheus collects; placeholders are expanded. Default: for a kustomization, the label that wavewright adds to all objects; for a chart, app.kubernetes.io/instance: <application>-<target>, which most charts set.
	ServiceLabels map[string]string `yaml:"serviceLabels"`
}

// Job of an application that runs to completion in a pod of its own, with the application's
// image, variables, files, secrets and ServiceAccount.
type Job struct {
	// Phase: pre-deploy (runs in every sync before the pods are replaced; when the job fails, the old pods stay) or test (runs once for each version, when all objects are healthy).
	Phase string `yaml:"phase" required:"true" enum:"pre-deploy,test"`
	// Image of the job. Default: the application's.
	Image string `yaml:"image"`
	// Command replaces the image's entrypoint.
	Command []string `yaml:"command"`
	// Args of the command.
	Args []string `yaml:"args"`
	// Env variables, by name. They add to or replace those of the application.
	Env map[string]string `yaml:"env"`
	// Resources of the job: requests and limits of cpu and memory. Default: the application's.
	Resources Resources `yaml:"resources"`
	// Sidecars of the application, by name, that run beside the job.
	Sidecars []string `yaml:"sidecars"`
	// Volumes of the application, by name, that the job mounts, too: volumes of a claim, and in a test also volumes with accessMode ReadWriteMany. The job always has scratch folders of its own.
	Volumes []string `yaml:"volumes"`
	// PodAnnotations of the job's pods.
	PodAnnotations map[string]string `yaml:"podAnnotations"`
	// Pod has fields of the job's pods that have no field of their own in the spec. Default: none; those of the application do not hold for its jobs.
	Pod *PodFields `yaml:"pod"`
	// Container has fields of the job's container that have no field of their own in the spec.
	Container *ContainerFields `yaml:"container"`
	// ConnectsTo lists the connections that the job opens. Default: those of the application, and for a test also the application itself.
	ConnectsTo map[string]*Connection `yaml:"connectsTo"`
	Attempts   `yaml:",inline"`
}

// OwnResources reports whether the job states any resources.
func (j Job) OwnResources() bool { return len(j.Resources.Requests)+len(j.Resources.Limits) > 0 }

// IgnoreDifference lists fields that other controllers or people set. It needs jsonPointers or jqPathExpressions.
type IgnoreDifference struct {
	// Group of the kind. Default: the group in Kubernetes; custom resources need it.
	Group string `yaml:"group"`
	// Kind of the object.
	Kind string `yaml:"kind" required:"true"`
	// Name of the object. Default: every object of the kind.
	Name string `yaml:"name"`
	// JSONPointers of the fields, for example /spec/replicas.
	JSONPointers []string `yaml:"jsonPointers"`
	// JQPathExpressions of the fields, for example .webhooks[].clientConfig.caBundle.
	JQPathExpressions []string `yaml:"jqPathExpressions"`
	// Reason why.
	Reason string `yaml:"reason" required:"true"`
}

// ExtraKind permits objects of a kind.
type ExtraKind struct {
	// ClusterScoped: the kind is cluster-scoped, which needs a reason.
	ClusterScoped bool `yaml:"clusterScoped"`
	// Reason why. Role, RoleBinding, Secret, LimitRange, ResourceQuota and cluster-scoped kinds need a reason.
	Reason string `yaml:"reason"`
}
