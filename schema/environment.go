package schema

import "github.com/wavewright/wavewright/schema/yamltree"

// Environment is one step of the promotion order, on one or several clusters.
type Environment struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Name of the environment.
	Name string `yaml:"name" required:"true"`
	// Profile that gives the environment its defaults: development, staging, production, or one of yours.
	Profile string `yaml:"profile" required:"true"`
	// Cluster that the environment runs on; the target has the environment's name. Default: in-cluster.
	Cluster string `yaml:"cluster"`
	// Clusters that the environment runs on, in rollout order; the targets are named <environment>-<cluster>, even with a single cluster.
	Clusters []string `yaml:"clusters"`
	// Namespace pattern; may use {name} {env} {team} {cluster} {target} {app}. Default: {name}-{env}, or {team}-{env} once teams exist. The prefix is no part of it: doctor reports a namespace that another platform has.
	Namespace string `yaml:"namespace"`
	// Wave of the environment's ApplicationSets. Default: its place in the list, from 0.
	Wave *int `yaml:"wave"`
	// Promotion names the source of the environment's pins and the conditions of a promotion.
	Promotion Promotion `yaml:"promotion"`
	// Access of people to all namespaces of the environment.
	Access *Access `yaml:"access"`
	// Windows in which Argo CD may or may not sync, by name. With an allow window, Argo CD syncs only while one is open.
	Windows map[string]Window `yaml:"windows"`
	// Network suspends the network policies of namespaces, with a reason and an expiry date: all connections of their pods are allowed.
	Network map[string]NetworkException `yaml:"network"`
	// Notifications of Argo CD about the environment's Applications: recipients by trigger, each SERVICE:CHANNEL. The configuration of Argo CD has to define the triggers and services.
	Notifications map[string][]string `yaml:"notifications"`
	// Owners of the environment, in code-owner notation; CODEOWNERS lists them for its files.
	Owners []string `yaml:"owners"`
	// ArgoCD names the Argo CD that deploys the environment, when there are several, each on a cluster of its own. The environment's root is applied to this Argo CD, and clusters have the names that this Argo CD gives them. All have the same installation and settings. Default: argocd.
	ArgoCD   string `yaml:"argocd"`
	Settings `yaml:",inline"`
}

// Profile is a named set of defaults for environments.
type Profile struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Extends names the profile whose settings this profile overrides.
	Extends  string `yaml:"extends" required:"true"`
	Settings `yaml:",inline"`
}

// Settings are the fields that a profile sets and an environment may override.
type Settings struct {
	// Workload holds the defaults of every application in the environment.
	Workload *yamltree.Node `yaml:"workload" layer:"workload"`
	// PodSecurity sets the Pod Security Standards of the namespaces.
	PodSecurity PodSecurity `yaml:"podSecurity"`
	// Quota of every namespace: auto (each resource by its own sum, 1.2 times the peak demand, rounded up to 1, 2, 5, 10 … cores, gibibytes or pods), auto with single amounts of yours, or explicit amounts.
	Quota Quota `yaml:"quota"`
	// LimitRange of every namespace, for each container.
	LimitRange LimitRange `yaml:"limitRange"`
	// Sync policy of the Applications.
	Sync Sync `yaml:"sync"`
	// ApplicationSets limits how the environment's ApplicationSets change and delete Applications.
	ApplicationSets ApplicationSets `yaml:"applicationSets"`
	// Debug is the access of debug groups: full (logs, port-forward, exec, ephemeral containers), limited (logs, port-forward) or none (read only).
	Debug string `yaml:"debug" enum:"full,limited,none"`
	// Monitoring sets the alerts of every namespace on clusters with platform.metrics. null removes an alert.
	Monitoring Monitoring `yaml:"monitoring"`
	// Images restricts the images of the environment: pinned demands a digest or a version tag, any accepts every image.
	Images string `yaml:"images" enum:"any,pinned"`
	// Validation steps of the pipeline before a merge, by name, in the stated order.
	Validation map[string]Step `yaml:"validation"`
	// Admission policies that the API server applies to every request in the environment's namespaces.
	Admission Admission `yaml:"admission"`
	// PriorityClasses of the environment, by name. The clusters get them as <prefix>-<name>.<environment>; applications choose a class with priorityClass.
	PriorityClasses map[string]PriorityClass `yaml:"priorityClasses"`
}

// Admission holds the admission policies of an environment's namespaces.
type Admission struct {
	// Images must have a digest or a version tag.
	Images AdmissionRule `yaml:"images"`
	// Resources demands requests and limits of cpu and memory of each container.
	Resources AdmissionRule `yaml:"resources"`
	// HostAccess forbids pods the namespaces, paths and ports of their node.
	HostAccess AdmissionRule `yaml:"hostAccess"`
	// ServiceTypes forbids Services of type NodePort and LoadBalancer, and external addresses.
	ServiceTypes AdmissionRule `yaml:"serviceTypes"`
	// PodAccess forbids access to pods beyond the environment's debug, even to cluster administrators. Break-glass groups have access, and the audit log records it.
	PodAccess AdmissionRule `yaml:"podAccess"`
	// NamespaceLabels lets only Argo CD and break-glass groups change the platform, environment and Pod Security labels of a namespace.
	NamespaceLabels AdmissionRule `yaml:"namespaceLabels"`
}

// AdmissionRule sets the response to requests that violate a policy.
type AdmissionRule struct {
	// Mode: deny refuses the request, warn admits it with a warning, none disables the policy. The audit log records violations of deny and warn.
	Mode string `yaml:"mode" enum:"deny,warn,none"`
	// Reason why the environment is less strict than its built-in profile.
	Reason string `yaml:"reason"`
}

// PriorityClass orders the pods that the scheduler cannot place all at once.
type PriorityClass struct {
	// Value, up to 1000000000: the scheduler places pods of a higher value first. Pods without a class have 0.
	Value int `yaml:"value" required:"true"`
	// Preempts lets pods of the class evict pods of a lower value when no node has capacity.
	Preempts bool `yaml:"preempts"`
	// Description of the pods for which the class is meant.
	Description string `yaml:"description"`
}

// Monitoring holds the alerts of every namespace.
type Monitoring struct {
	// Enabled turns the alerts on.
	Enabled bool `yaml:"enabled"`
	// Restarts of a container: more than above within the time of for.
	Restarts *Threshold `yaml:"restarts"`
	// Unavailable replicas: fewer are ready than the workload asks for.
	Unavailable *Condition `yaml:"unavailable"`
	// Autoscaler at its maximum of replicas.
	Autoscaler *Condition `yaml:"autoscaler"`
	// Quota in use, in percent, by resource.
	Quota *Threshold `yaml:"quota"`
	// CPU that a container uses, in percent of its request.
	CPU *Threshold `yaml:"cpu"`
	// Memory that a container uses, in percent of its request.
	Memory *Threshold `yaml:"memory"`
	// Jobs that failed.
	Jobs *Condition `yaml:"jobs"`
}

// Threshold is an alert about a number.
type Threshold struct {
	// Above is the number above which the alert fires.
	Above int `yaml:"above"`
	// For is how long the condition must last before the alert fires, for example 15m.
	For string `yaml:"for"`
	// Severity of the alert.
	Severity string `yaml:"severity" enum:"info,warning,critical"`
}

// Condition is an alert about a state.
type Condition struct {
	// For is how long the condition must last before the alert fires, for example 15m.
	For string `yaml:"for"`
	// Severity of the alert.
	Severity string `yaml:"severity" enum:"info,warning,critical"`
}

// PodSecurity holds a Pod Security Standard for each mode.
type PodSecurity struct {
	// Enforce refuses pods that violate the standard. privileged refuses nothing and needs a reason.
	Enforce string `yaml:"enforce" enum:"privileged,baseline,restricted"`
	// Warn warns whoever applies the pod.
	Warn string `yaml:"warn" enum:"privileged,baseline,restricted"`
	// Audit records violations in the audit log.
	Audit string `yaml:"audit" enum:"privileged,baseline,restricted"`
	// Reason why the namespaces enforce the privileged standard.
	Reason string `yaml:"reason"`
}

// LimitRange bounds each container of a namespace.
type LimitRange struct {
	// Min of a container, by resource.
	Min map[string]Amount `yaml:"min"`
	// Max of a container, by resource.
	Max map[string]Amount `yaml:"max"`
	// Default limits of a container without limits.
	Default map[string]Amount `yaml:"default"`
	// DefaultRequest is the requests of a container without requests.
	DefaultRequest map[string]Amount `yaml:"defaultRequest"`
}

// Sync is the sync policy of an environment's Applications.
type Sync struct {
	// Automated sync; without it, people sync by hand.
	Automated *Automated `yaml:"automated"`
	// Options are the sync options of Applications of applications.
	Options []string `yaml:"options"`
	// InfraOptions are the sync options of Applications of namespaces, which alone create namespaces.
	InfraOptions []string `yaml:"infraOptions"`
	// Retry of failed syncs.
	Retry Retry `yaml:"retry"`
}

// Automated sync of Argo CD.
type Automated struct {
	// Prune deletes objects that left the repository.
	Prune bool `yaml:"prune"`
	// SelfHeal reverts changes made in the cluster.
	SelfHeal bool `yaml:"selfHeal"`
	// AllowEmpty permits an Application without any object.
	AllowEmpty bool `yaml:"allowEmpty"`
}

// Retry of a failed sync, with exponential backoff.
type Retry struct {
	// Limit is the number of retries.
	Limit int `yaml:"limit"`
	// Backoff between attempts.
	Backoff Backoff `yaml:"backoff"`
}

// Backoff between attempts.
type Backoff struct {
	// Duration of the first pause, for example 5s.
	Duration string `yaml:"duration"`
	// Factor between one pause and the next.
	Factor int `yaml:"factor"`
	// MaxDuration of a pause, for example 3m.
	MaxDuration string `yaml:"maxDuration"`
}

// ApplicationSets limits how an environment's ApplicationSets change and delete Applications.
type ApplicationSets struct {
	// Policy: sync, or create-update (the ApplicationSet never deletes an Application).
	Policy string `yaml:"policy" enum:"sync,create-update"`
	// PreserveResourcesOnDeletion keeps the deployed objects when an Application is deleted.
	PreserveResourcesOnDeletion bool `yaml:"preserveResourcesOnDeletion"`
	// AllowPause lets a person change the sync policy of one Application, for example to pause it.
	AllowPause bool `yaml:"allowPause"`
}

// Promotion names the source of an environment's pins and the conditions of a promotion.
type Promotion struct {
	// From names the environment to promote from. Default: the preceding environment.
	From string `yaml:"from"`
	// RequireHealthy demands evidence of health before a promotion.
	RequireHealthy *bool `yaml:"requireHealthy" later:"promote checks the Git history only"`
	// Soak is how long the previous environment must have been healthy.
	Soak string `yaml:"soak" later:"promote checks the Git history only"`
	// Mode of promotions by the pipeline: pullRequest (it proposes the moved pins) or commit (it pushes them to the branch). Default: pullRequest.
	Mode string `yaml:"mode" enum:"pullRequest,commit"`
}

// Window is a sync window. It has either allow or deny.
type Window struct {
	// Allow is the cron schedule that opens a window in which syncs are allowed: minute, hour, day of month, month, day of week.
	Allow string `yaml:"allow"`
	// Deny is the cron schedule that opens a window in which syncs are denied.
	Deny string `yaml:"deny"`
	// Duration of the window, for example 8h.
	Duration string `yaml:"duration" required:"true"`
	// TimeZone of the schedule, for example Europe/Berlin. Default: UTC.
	TimeZone string `yaml:"timeZone"`
	// ManualSync permits syncs by hand while the window denies automated syncs.
	ManualSync bool `yaml:"manualSync"`
}

// NetworkException suspends the network policies of a namespace.
type NetworkException struct {
	// Reason why.
	Reason string `yaml:"reason" required:"true"`
	// Expires is the date, as in 2027-03-31, from which generate --check fails, and so every pipeline that runs it.
	Expires string `yaml:"expires" required:"true"`
}

// Step is a validation step of an environment.
type Step struct {
	// Uses selects the tool: lint (yamllint), schema (kubeconform, strict), policy (the named rules of kube-score), security (a scan of all images for vulnerabilities), compliance (a report of rules, objects and results, which the pipeline keeps) or job (a test Job, which Argo CD runs in the cluster).
	Uses string `yaml:"uses" enum:"lint,schema,security,policy,compliance,job"`
	// Rules of kube-score that a policy step checks or a compliance report contains. Default of a report: the default rules of kube-score.
	Rules []string `yaml:"rules"`
	// Job is the test of an application: APPLICATION/JOB.
	Job string `yaml:"job"`
}
