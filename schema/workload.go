package schema

import (
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Application is a workload with its overrides by profile, environment and cluster.
type Application struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Name is the place of the application's name.
	Name diag.Range `yaml:"-" json:"-"`
	// Layer is the application itself as a layer, without its overrides.
	Layer *yamltree.Node `yaml:"-" json:"-"`
	// Team that owns the application; in a team's own file the file says it.
	Team string `yaml:"team"`
	// teamAt is the place that says the team, or should.
	teamAt diag.Range
	// teamUnclear says that something was found wrong with the place that says the team.
	teamUnclear bool
	// Profiles holds what differs in environments of a profile.
	Profiles map[string]*yamltree.Node `yaml:"profiles" layer:"workload"`
	// Environments holds what differs in an environment.
	Environments map[string]*yamltree.Node `yaml:"environments" layer:"workload"`
	// Clusters holds what differs on a cluster.
	Clusters map[string]*yamltree.Node `yaml:"clusters" layer:"workload"`
	Workload `yaml:",inline"`
}

// Workload is the type that all layers share. Later layers win: maps merge,
// scalars and lists replace, null removes.
type Workload struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Deploy says whether the application runs here. Default: true.
	Deploy *bool `yaml:"deploy"`
	// Kind of the workload, the same everywhere: Deployment; StatefulSet, whose replicas have names and volumes of their own; or CronJob, which runs to its end by a schedule. Default: Deployment.
	Kind string `yaml:"kind" enum:"Deployment,StatefulSet,CronJob"`
	// Schedule of a CronJob.
	Schedule *Schedule `yaml:"schedule"`
	// Source brings manifests or a chart of your own instead of an image: the same form everywhere. Nothing that profiles say of pods is applied to it.
	Source *Source `yaml:"source"`
	// Footprint of a source of your own: what it needs at most. An automatic quota needs it.
	Footprint *Footprint `yaml:"footprint"`
	// PodLabels select the pods of a source of your own, for network policies. Default: a label that wavewright gives all pods of a kustomization; app.kubernetes.io/instance: <application>-<target> for a chart, as most charts label their pods.
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
	// EnvFields are variables with what Kubernetes knows of the pod: metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.podIP, status.podIPs, status.hostIP or status.hostIPs.
	EnvFields map[string]string `yaml:"envFields"`
	// Config files, by file name. A change of the content is a rollout.
	Config map[string]ConfigFile `yaml:"config"`
	// Secrets by name: references only, never values.
	Secrets map[string]Secret `yaml:"secrets"`
	// Volumes by name.
	Volumes map[string]Volume `yaml:"volumes"`
	// Probes of the main container. Default: a TCP probe of the first port.
	Probes Probes `yaml:"probes"`
	// Init containers, by name: they run one after the other, in this order, before the main container. They see its volumes and files.
	Init map[string]Container `yaml:"init"`
	// Sidecars, by name: they start before the init containers and run beside the main container. They see its volumes and files.
	Sidecars map[string]Container `yaml:"sidecars"`
	// Resources of the main container.
	Resources Resources `yaml:"resources"`
	// Scale of the workload: a HorizontalPodAutoscaler exists when max is above min.
	Scale Scale `yaml:"scale"`
	// Singleton permits a single replica where the profile demands more: no autoscaler, no disruption budget, no anti-affinity, and Recreate.
	Singleton *Reason `yaml:"singleton"`
	// Expose the application through the cluster's gateway or ingress controller, by route name.
	Expose map[string]Expose `yaml:"expose"`
	// ConnectsTo lists what the application talks to: other applications by name (the replicas of a StatefulSet and the pods of a source each other by their own), or named networks, namespaces and the internet.
	ConnectsTo map[string]*Connection `yaml:"connectsTo"`
	// Metrics endpoint, which the platform's Prometheus collects.
	Metrics *Metrics `yaml:"metrics"`
	// Jobs by name, which run before a deployment or test one.
	Jobs map[string]Job `yaml:"jobs"`
	// ServiceAccount of the pods.
	ServiceAccount ServiceAccount `yaml:"serviceAccount"`
	// ImagePullSecrets are names of Secrets in the namespace.
	ImagePullSecrets []string `yaml:"imagePullSecrets"`
	// NodeSelector of the pods.
	NodeSelector map[string]string `yaml:"nodeSelector"`
	// Tolerations of the pods.
	Tolerations []Toleration `yaml:"tolerations"`
	// Labels of all objects and pods, beside the ones that wavewright sets.
	Labels map[string]string `yaml:"labels"`
	// PriorityClass of the pods: one of the environment's priorityClasses, or one that exists in the cluster.
	PriorityClass string `yaml:"priorityClass"`
	// IgnoreDifferences tells Argo CD which fields others own: it neither reports nor reverts them. They are pinned with the application.
	IgnoreDifferences []IgnoreDifference `yaml:"ignoreDifferences"`
	// Kinds of the application's own manifests, chart or custom/ folder beyond those that wavewright writes, by KIND.GROUP, for example Certificate.cert-manager.io; only KIND for the core group. The AppProject permits them; they are pinned with the application.
	Kinds map[string]ExtraKind `yaml:"kinds"`
	// AntiAffinity of the replicas: none, preferred (other nodes when possible) or required (other nodes, spread over zones).
	AntiAffinity string `yaml:"antiAffinity" enum:"none,preferred,required"`
	// Failover: reschedule (Kubernetes' five minutes) or fast (thirty seconds after a node stops answering).
	Failover string `yaml:"failover" enum:"reschedule,fast"`
	// DisruptionBudget: how many replicas a drain may take at once; 0 means no budget object.
	DisruptionBudget DisruptionBudget `yaml:"disruptionBudget"`
	// Rollout of a new version.
	Rollout Rollout `yaml:"rollout"`
	// PodManagementPolicy of a StatefulSet: OrderedReady starts replicas one after the other, Parallel all at once. Kubernetes refuses a change. Default: OrderedReady.
	PodManagementPolicy string `yaml:"podManagementPolicy" enum:"OrderedReady,Parallel"`
	// PersistentVolumeClaimRetentionPolicy says what happens to the volumes of a StatefulSet's replicas.
	PersistentVolumeClaimRetentionPolicy ClaimRetention `yaml:"persistentVolumeClaimRetentionPolicy"`
	// Security of the pods; exceptions need a reason.
	Security Security `yaml:"security"`
}

// Schedule says when a CronJob runs and for how long.
type Schedule struct {
	// Cron expression: minute, hour, day of month, month, day of week, for example "0 3 * * *"; or a word such as @hourly.
	Cron string `yaml:"cron" required:"true"`
	// TimeZone of the expression, for example Europe/Berlin. Default: the zone of the cluster's controllers, which is UTC nearly everywhere.
	TimeZone string `yaml:"timeZone"`
	// ConcurrencyPolicy says what happens when a run is due while the last one goes on: Forbid skips the new one, Replace stops the old one, Allow lets both run. Default: Forbid.
	ConcurrencyPolicy string `yaml:"concurrencyPolicy" enum:"Allow,Forbid,Replace"`
	// StartingDeadlineSeconds after which a run that could not begin in time is skipped. Default: 3600.
	StartingDeadlineSeconds int `yaml:"startingDeadlineSeconds"`
	// SuccessfulJobsHistoryLimit is how many runs are kept that went well. Default: Kubernetes' 3.
	SuccessfulJobsHistoryLimit *int `yaml:"successfulJobsHistoryLimit"`
	// FailedJobsHistoryLimit is how many runs are kept that failed. Default: Kubernetes' 1.
	FailedJobsHistoryLimit *int `yaml:"failedJobsHistoryLimit"`
	// Suspend keeps new runs from beginning.
	Suspend  bool `yaml:"suspend"`
	Attempts `yaml:",inline"`
}

// Attempts bound how often and how long something runs before it has failed.
type Attempts struct {
	// BackoffLimit is how many more attempts a run has after the first. Default: 2.
	BackoffLimit *int `yaml:"backoffLimit"`
	// ActiveDeadlineSeconds after which a run is stopped and has failed, with all of its attempts. Default: 3600.
	ActiveDeadlineSeconds int `yaml:"activeDeadlineSeconds"`
}

// Port is a port that the container listens on and that its Service offers.
type Port struct {
	// Port of the Service.
	Port int `yaml:"port" required:"true"`
	// Container port. Default: the same.
	Container int `yaml:"container"`
	// Protocol. Default: TCP.
	Protocol string `yaml:"protocol" enum:"TCP,UDP"`
}

// Secret is a reference to a secret, in the platform's store or already in the namespace.
type Secret struct {
	// Key in the platform's secret store.
	Key string `yaml:"key"`
	// Existing Secret in the namespace, managed by somebody else.
	Existing string `yaml:"existing"`
	// Env maps variables to properties of the secret.
	Env map[string]string `yaml:"env"`
	// Mount path of a read-only folder with Files.
	Mount string `yaml:"mount"`
	// Files maps file names in Mount to properties of the secret. A change of the secret arrives there while the pod runs.
	Files map[string]string `yaml:"files"`
}

// Volume is storage at a path.
type Volume struct {
	// Mount path in the container.
	Mount string `yaml:"mount" required:"true"`
	// Size of a persistent volume, for example 5Gi. Needs a singleton or a CronJob, because one node at a time can mount it, or a StatefulSet, where each replica has its own and Kubernetes refuses another size later.
	Size Amount `yaml:"size"`
	// AccessMode of a persistent volume; ReadWriteMany can be mounted by all replicas, if the storage class has it. Default: ReadWriteOnce.
	AccessMode string `yaml:"accessMode" enum:"ReadWriteOnce,ReadWriteOncePod,ReadWriteMany"`
	// StorageClass of a persistent volume. Default: the cluster's.
	StorageClass string `yaml:"storageClass"`
	// Scratch is the size limit of an empty folder that lives as long as the pod, for example 64Mi. Those of a pod have to fit into what its containers may use.
	Scratch Amount `yaml:"scratch"`
	// Medium of a scratch folder: Memory keeps it in the memory of the pod, where it counts against limits.memory. Default: the disk of the node, where it counts against limits.ephemeral-storage.
	Medium string `yaml:"medium" enum:"Memory"`
	// Claim that exists in the namespace and that somebody else manages.
	Claim string `yaml:"claim"`
	// ReadOnly mounts the volume without the right to write.
	ReadOnly bool `yaml:"readOnly"`
}

// Probes of the main container.
type Probes struct {
	// Readiness: false takes the pod out of its Service.
	Readiness *Probe `yaml:"readiness"`
	// Liveness: failing restarts the container.
	Liveness *Probe `yaml:"liveness"`
	// Startup holds back the others; without a handler it starts from the liveness probe.
	Startup *Probe `yaml:"startup"`
}

// Probe checks a container: exactly one of http, grpc, tcp and exec.
type Probe struct {
	// HTTP path to get, for example /healthz.
	HTTP string `yaml:"http"`
	// GRPC service to ask; "" asks for the server as a whole.
	GRPC *string `yaml:"grpc"`
	// TCP says to open a connection.
	TCP bool `yaml:"tcp"`
	// Exec runs a command in the container.
	Exec []string `yaml:"exec"`
	// Port name. Default: the first port.
	Port string `yaml:"port"`
	// InitialDelay in seconds before the first probe.
	InitialDelay int `yaml:"initialDelaySeconds"`
	// Period in seconds between probes.
	Period int `yaml:"periodSeconds"`
	// Timeout in seconds of one probe.
	Timeout int `yaml:"timeoutSeconds"`
	// Failures in a row that count.
	Failures int `yaml:"failureThreshold"`
}

// Resources of a container, by resource (cpu, memory, ephemeral-storage …).
type Resources struct {
	// Requests are reserved.
	Requests map[string]Amount `yaml:"requests"`
	// Limits are never exceeded.
	Limits map[string]Amount `yaml:"limits"`
}

// Scale is a range of replicas.
type Scale struct {
	// Min replicas.
	Min int `yaml:"min"`
	// Max replicas.
	Max int `yaml:"max"`
	// CPU utilisation in percent of the request that the autoscaler aims at. Default: 70.
	CPU int `yaml:"cpu"`
	// Memory utilisation in percent of the request that the autoscaler aims at too. Default: only CPU counts.
	Memory int `yaml:"memory"`
	// Behavior of the autoscaler: how fast it may scale.
	Behavior Behavior `yaml:"behavior"`
}

// Behavior says how fast an autoscaler may scale in each direction.
type Behavior struct {
	// ScaleUp bounds how replicas are added. Default: Kubernetes', at once and up to twice as many in 15 seconds.
	ScaleUp Scaling `yaml:"scaleUp"`
	// ScaleDown bounds how replicas are taken away. Default: the profile's.
	ScaleDown Scaling `yaml:"scaleDown"`
}

// Scaling bounds one direction of an autoscaler.
type Scaling struct {
	// StabilizationWindowSeconds for which the autoscaler heeds what it wanted before, so that it does not swing.
	StabilizationWindowSeconds *int `yaml:"stabilizationWindowSeconds"`
	// Pods that may come or go in a period, at most.
	Pods int `yaml:"pods"`
	// Percent of the replicas that may come or go in a period, at most. With Pods, the greater of the two counts.
	Percent int `yaml:"percent"`
	// PeriodSeconds of Pods and Percent. Default: 60.
	PeriodSeconds int `yaml:"periodSeconds"`
}

// Reason explains an exception to the people who review it.
type Reason struct {
	// Reason why.
	Reason string `yaml:"reason" required:"true"`
}

// Expose is a route from the outside: an HTTPRoute of the gateway, or an Ingress.
type Expose struct {
	// Host name.
	Host string `yaml:"host" required:"true"`
	// Aliases are further host names of the same route.
	Aliases []string `yaml:"aliases"`
	// Port name. Default: the first port.
	Port string `yaml:"port"`
	// Service that serves it, for a source of your own, where it is needed; placeholders are expanded. An application with an image has a Service of its name.
	Service string `yaml:"service"`
	// Path that is served. Default: /.
	Path string `yaml:"path"`
	// PathType says what Path means: prefix (everything below it, too) or exact. Default: prefix.
	PathType string `yaml:"pathType" enum:"prefix,exact"`
	// Through says by what, where the cluster has both: gateway or ingress. Default: what the cluster has.
	Through string `yaml:"through" enum:"gateway,ingress"`
	// Timeout of a whole request through a gateway, for example 30s; an ingress controller takes it from an annotation of its own. Default: the gateway's.
	Timeout string `yaml:"timeout"`
	// Annotations of the route, for what the gateway or the ingress controller makes of them.
	Annotations map[string]string `yaml:"annotations"`
}

// Connection is something that an application talks to.
type Connection struct {
	// Port of the other end: 5432, "8000-8010" or "53/UDP". Of an application: the number or the name of a port of its Service. Default: all ports of an application; 443 for the internet.
	Port PortRange `yaml:"port"`
	// Ports of the other end, when there are several.
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
	// Rules of a Role in the namespace that the pods get, with a token and a way to the API server.
	Rules []PolicyRule `yaml:"rules"`
}

// PolicyRule is an RBAC rule. Nothing is a wildcard.
type PolicyRule struct {
	// APIGroups of the resources; "" is the core group.
	APIGroups []string `yaml:"apiGroups" required:"true"`
	// Resources by their plural names, such as configmaps.
	Resources []string `yaml:"resources" required:"true"`
	// ResourceNames are the only objects that are meant. Default: all of the namespace.
	ResourceNames []string `yaml:"resourceNames"`
	// Verbs that are allowed.
	Verbs []string `yaml:"verbs" required:"true" enum:"get,list,watch,create,update,patch,delete,deletecollection"`
	// Reason why, for what is as good as more rights: reading Secrets, and creating or changing pods and workloads.
	Reason string `yaml:"reason"`
}

// Toleration of a node taint.
type Toleration struct {
	// Key of the taint.
	Key string `yaml:"key" required:"true"`
	// Operator: Equal or Exists.
	Operator string `yaml:"operator" enum:"Equal,Exists"`
	// Value of the taint.
	Value string `yaml:"value"`
	// Effect: NoSchedule, PreferNoSchedule or NoExecute.
	Effect string `yaml:"effect" enum:"NoSchedule,PreferNoSchedule,NoExecute"`
}

// DisruptionBudget bounds voluntary disruptions.
type DisruptionBudget struct {
	// MaxUnavailable replicas; 0 means that no budget exists.
	MaxUnavailable int `yaml:"maxUnavailable"`
}

// Rollout of a new version.
type Rollout struct {
	// MaxUnavailable replicas of a Deployment, a number or a percentage. A StatefulSet replaces one replica at a time.
	MaxUnavailable Amount `yaml:"maxUnavailable"`
	// MaxSurge of replicas of a Deployment, a number or a percentage.
	MaxSurge Amount `yaml:"maxSurge"`
	// MinReadySeconds that a new pod must be ready before it counts.
	MinReadySeconds int `yaml:"minReadySeconds"`
	// ProgressDeadlineSeconds after which a rollout of a Deployment has failed.
	ProgressDeadlineSeconds int `yaml:"progressDeadlineSeconds"`
	// UpdateStrategy of a StatefulSet: RollingUpdate replaces its replicas; OnDelete gives a replica the new version when somebody deletes its pod, and Argo CD calls the application healthy before that. Default: RollingUpdate.
	UpdateStrategy string `yaml:"updateStrategy" enum:"RollingUpdate,OnDelete"`
	// Partition of a StatefulSet: only replicas from this number on get the new version.
	Partition int `yaml:"partition"`
	// PreStopSeconds that a stopping pod keeps serving while routes are taken away.
	PreStopSeconds int `yaml:"preStopSeconds"`
}

// ClaimRetention says what happens to the volumes of replicas.
type ClaimRetention struct {
	// WhenDeleted: what happens when the StatefulSet is deleted. Default: Retain.
	WhenDeleted string `yaml:"whenDeleted" enum:"Retain,Delete"`
	// WhenScaled: what happens when a replica is scaled away. Default: Retain.
	WhenScaled string `yaml:"whenScaled" enum:"Retain,Delete"`
}

// Security of the pods. Everything is closed by default: a user above 10000, no
// privilege, no capability, a read-only root file system.
type Security struct {
	// RunAsUser is the numeric user. Default: 10001.
	RunAsUser int `yaml:"runAsUser"`
	// RunAsGroup is the numeric group, also of volumes. Default: the user's number.
	RunAsGroup int `yaml:"runAsGroup"`
	// Root permits the root user, with a reason. Environments that enforce the restricted standard refuse it.
	Root *Reason `yaml:"root"`
	// WritableRootFilesystem permits writes anywhere in the container, with a reason.
	WritableRootFilesystem *Reason `yaml:"writableRootFilesystem"`
}

// Source brings manifests or a chart: exactly one of kustomize and helm.
type Source struct {
	// Kustomize is a folder of yours with a kustomization, relative to this file, for example manifests/search. It may not be one that wavewright generates into, and may not use remote bases. Placeholders are expanded.
	Kustomize string `yaml:"kustomize"`
	// Helm is a chart of a repository. The overlay becomes a wrapper chart that depends on it.
	Helm *Helm `yaml:"helm"`
}

// Helm is a chart of a repository. Argo CD fetches it when it renders; wavewright fetches nothing.
type Helm struct {
	// Repository of the chart: https://… or oci://…, as Argo CD knows it when it needs credentials.
	Repository string `yaml:"repository" required:"true"`
	// Chart is its name.
	Chart string `yaml:"chart" required:"true"`
	// Version of the chart, exactly: 1.2.3.
	Version string `yaml:"version" required:"true"`
	// Values of the chart. Placeholders are expanded. A null takes away what a wider layer states; where none states anything, it takes away the default of the chart.
	Values *yamltree.Node `yaml:"values"`
}

// Footprint is what a source of your own needs at most, all of its pods together, rollouts included.
type Footprint struct {
	// Pods at most.
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
	// Content of the file. Placeholders are expanded.
	Content string `yaml:"content" required:"true"`
}

// Container beside the main one.
type Container struct {
	// Image of the container.
	Image string `yaml:"image" required:"true"`
	// Command replaces the image's entrypoint.
	Command []string `yaml:"command"`
	// Args of the command.
	Args []string `yaml:"args"`
	// Env variables, by name.
	Env map[string]string `yaml:"env"`
	// Resources of the container: request and limit of cpu and memory are needed. Ephemeral storage is bounded to 256Mi by default.
	Resources Resources `yaml:"resources"`
}

// Metrics endpoint of an application.
type Metrics struct {
	// Port name. Default: the first port.
	Port string `yaml:"port"`
	// Path of the endpoint. Default: /metrics.
	Path string `yaml:"path"`
	// ServiceLabels select the Service that is collected, for a source of your own; placeholders are expanded. Default: a label that wavewright gives all objects of a kustomization; app.kubernetes.io/instance: <application>-<target> for a chart, as most charts label their Services.
	ServiceLabels map[string]string `yaml:"serviceLabels"`
}

// Job that belongs to an application and runs to its end in a pod of its own, with the
// application's image, variables, files, secrets and account.
type Job struct {
	// Phase: pre-deploy (in every sync, before pods are replaced; when it fails they stay) or test (once for each version, when all is healthy).
	Phase string `yaml:"phase" required:"true" enum:"pre-deploy,test"`
	// Image of the job. Default: the application's.
	Image string `yaml:"image"`
	// Command replaces the image's entrypoint.
	Command []string `yaml:"command"`
	// Args of the command.
	Args []string `yaml:"args"`
	// Env variables, by name, beside the application's or instead of them.
	Env map[string]string `yaml:"env"`
	// Resources of the job: request and limit of cpu and memory. Default: the application's.
	Resources Resources `yaml:"resources"`
	// Sidecars of the application, by name, that the job needs beside it.
	Sidecars []string `yaml:"sidecars"`
	// Volumes of the application, by name, that the job mounts, too: those of a claim; a test also those with accessMode ReadWriteMany. It has scratch folders of its own anyway.
	Volumes []string `yaml:"volumes"`
	// ConnectsTo lists what the job talks to. Default: what the application connects to, and for a test the application itself.
	ConnectsTo map[string]*Connection `yaml:"connectsTo"`
	Attempts   `yaml:",inline"`
}

// OwnResources reports whether the job states any resources.
func (j Job) OwnResources() bool { return len(j.Resources.Requests)+len(j.Resources.Limits) > 0 }

// IgnoreDifference tells Argo CD that somebody else owns fields. It needs jsonPointers or jqPathExpressions.
type IgnoreDifference struct {
	// Group of the kind. Default: its group in Kubernetes; kinds of others need it.
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
	// ClusterScoped says that its objects are in no namespace. It needs a reason.
	ClusterScoped bool `yaml:"clusterScoped"`
	// Reason why. Role, RoleBinding, Secret, LimitRange and ResourceQuota need one, and whatever is in no namespace.
	Reason string `yaml:"reason"`
}
