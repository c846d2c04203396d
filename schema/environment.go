package schema

import "github.com/wavewright/wavewright/schema/yamltree"

// Environment is one step of the promotion order, on one or several clusters.
type Environment struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Name of the environment.
	Name string `yaml:"name" required:"true"`
	// Profile that gives the environment its defaults: development, staging, production, or one of yours.
	Profile string `yaml:"profile" required:"true"`
	// Cluster that the environment runs on; its target is called like the environment. Default: in-cluster.
	Cluster string `yaml:"cluster"`
	// Clusters that the environment runs on, in rollout order; the targets are called <environment>-<cluster>, also when there is one.
	Clusters []string `yaml:"clusters"`
	// Namespace pattern; may use {name} {env} {team} {cluster} {target} {app}. Default: {name}-{env}, or {team}-{env} once teams exist.
	Namespace string `yaml:"namespace"`
	// Wave of the environment's ApplicationSets. Default: its place in the list, from 0.
	Wave *int `yaml:"wave"`
	// Promotion says where the environment's pins come from.
	Promotion Promotion `yaml:"promotion"`
	// Access of people to all namespaces of the environment.
	Access *Access `yaml:"access"`
	// Windows in which Argo CD may or may not sync, by name. With an allow window, it syncs in open ones only.
	Windows map[string]Window `yaml:"windows"`
	// Network takes the network policies out of force in a namespace, with a reason and for a time: everything may connect to everything there.
	Network map[string]NetworkException `yaml:"network"`
	// Notifications of Argo CD, by trigger: who hears of the environment's Applications, each SERVICE:CHANNEL. Argo CD has to know the triggers and services.
	Notifications map[string][]string `yaml:"notifications"`
	// Owners of what is deployed there, in code-owner notation; they stand in CODEOWNERS.
	Owners []string `yaml:"owners"`
	// ArgoCD names the Argo CD that runs the environment, when there are several, each on a cluster of its own: the environment's root is applied there, and its clusters are called as that one knows them. All are installed and configured alike. Default: argocd.
	ArgoCD   string `yaml:"argocd"`
	Settings `yaml:",inline"`
}

// Profile is a named set of defaults for environments.
type Profile struct {
	Node *yamltree.Node `yaml:"-" json:"-"`
	// Extends names the profile that this one starts from.
	Extends  string `yaml:"extends" required:"true"`
	Settings `yaml:",inline"`
}

// Settings are what a profile gives to an environment and what an environment may override.
type Settings struct {
	// Workload holds the defaults of every application in the environment.
	Workload *yamltree.Node `yaml:"workload" layer:"workload"`
	// PodSecurity sets the Pod Security Standards of the namespaces.
	PodSecurity PodSecurity `yaml:"podSecurity"`
	// Quota of every namespace: auto (the worst case times 1.2, rounded up to the room of 1, 2, 5, 10 … typical applications), or explicit amounts.
	Quota Quota `yaml:"quota"`
	// LimitRange of every namespace, for each container.
	LimitRange LimitRange `yaml:"limitRange"`
	// Sync policy of the Applications.
	Sync Sync `yaml:"sync"`
	// ApplicationSets says how careful the environment's ApplicationSets are.
	ApplicationSets ApplicationSets `yaml:"applicationSets"`
	// Debug is what debug groups may do: full (logs, port-forward, exec, ephemeral containers), limited (logs, port-forward) or none (they read).
	Debug string `yaml:"debug" enum:"full,limited,none"`
	// Monitoring says which alerts every namespace has, where the cluster has platform.metrics. null takes one away.
	Monitoring Monitoring `yaml:"monitoring"`
	// Images states what the environment demands of images: a digest or a real tag (pinned), or anything (any).
	Images string `yaml:"images" enum:"any,pinned"`
	// Validation steps by name: what the pipeline checks of the environment before a change lands, in the order in which they are stated.
	Validation map[string]Step `yaml:"validation"`
	// Admission policies that the API server applies to the environment's namespaces, whoever writes.
	Admission Admission `yaml:"admission"`
	// PriorityClasses of the environment, by name: they are made in its clusters as <name>.<environment>, and applications choose one with priorityClass.
	PriorityClasses map[string]PriorityClass `yaml:"priorityClasses"`
}

// Admission holds the admission policies of an environment's namespaces.
type Admission struct {
	// Images must have a digest or a real tag.
	Images AdmissionRule `yaml:"images"`
	// Resources: each container states requests and limits of cpu and memory.
	Resources AdmissionRule `yaml:"resources"`
	// HostAccess: no pod uses namespaces, paths or ports of its node.
	HostAccess AdmissionRule `yaml:"hostAccess"`
	// ServiceTypes: no Service is a NodePort or a LoadBalancer, or has external addresses.
	ServiceTypes AdmissionRule `yaml:"serviceTypes"`
	// PodAccess: nobody gets into pods beyond the environment's debug, cluster administrators included; break-glass groups do, and the audit log shows it.
	PodAccess AdmissionRule `yaml:"podAccess"`
	// NamespaceLabels: only Argo CD and break-glass groups change the environment and the Pod Security of a namespace.
	NamespaceLabels AdmissionRule `yaml:"namespaceLabels"`
}

// AdmissionRule says what becomes of a request that a policy objects to.
type AdmissionRule struct {
	// Mode: deny refuses it, warn lets it pass with a warning, none does not ask. All but none are recorded in the audit log.
	Mode string `yaml:"mode" enum:"deny,warn,none"`
	// Reason why the environment is less strict than its built-in profile.
	Reason string `yaml:"reason"`
}

// PriorityClass orders pods when there is not enough room for all.
type PriorityClass struct {
	// Value, up to 1000000000: pods with a higher one are scheduled first. Pods without a class have 0.
	Value int `yaml:"value" required:"true"`
	// Preempts lets pods of the class evict pods with a lower value instead of waiting for room.
	Preempts bool `yaml:"preempts"`
	// Description of who is meant to use the class.
	Description string `yaml:"description"`
}

// Monitoring holds the alerts of every namespace.
type Monitoring struct {
	// Enabled says whether there are alerts.
	Enabled bool `yaml:"enabled"`
	// Restarts of one container: above is their number within the time of for.
	Restarts *Threshold `yaml:"restarts"`
	// Unavailable replicas: fewer serve than there have to be.
	Unavailable *Condition `yaml:"unavailable"`
	// Autoscaler at its maximum: it cannot follow the load any more.
	Autoscaler *Condition `yaml:"autoscaler"`
	// Quota that is used, in percent, by resource.
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
	// Above which number there is an alert.
	Above int `yaml:"above"`
	// For how long it has to be so, for example 15m.
	For string `yaml:"for"`
	// Severity of the alert.
	Severity string `yaml:"severity" enum:"info,warning,critical"`
}

// Condition is an alert about a state.
type Condition struct {
	// For how long it has to be so, for example 15m.
	For string `yaml:"for"`
	// Severity of the alert.
	Severity string `yaml:"severity" enum:"info,warning,critical"`
}

// PodSecurity holds a Pod Security Standard for each mode.
type PodSecurity struct {
	// Enforce rejects pods.
	Enforce string `yaml:"enforce" enum:"baseline,restricted"`
	// Warn tells the person who applies.
	Warn string `yaml:"warn" enum:"baseline,restricted"`
	// Audit records in the audit log.
	Audit string `yaml:"audit" enum:"baseline,restricted"`
}

// LimitRange bounds each container of a namespace.
type LimitRange struct {
	// Min of a container, by resource.
	Min map[string]Amount `yaml:"min"`
	// Max of a container, by resource.
	Max map[string]Amount `yaml:"max"`
	// Default limits of a container that states none.
	Default map[string]Amount `yaml:"default"`
	// DefaultRequest of a container that states none.
	DefaultRequest map[string]Amount `yaml:"defaultRequest"`
}

// Sync is the sync policy of an environment's Applications.
type Sync struct {
	// Automated sync; without it, people sync by hand.
	Automated *Automated `yaml:"automated"`
	// Options of the applications' Applications.
	Options []string `yaml:"options"`
	// InfraOptions of the namespaces' Applications; these alone create namespaces.
	InfraOptions []string `yaml:"infraOptions"`
	// Retry of failed syncs.
	Retry Retry `yaml:"retry"`
}

// Automated sync of Argo CD.
type Automated struct {
	// Prune deletes what left the repository.
	Prune bool `yaml:"prune"`
	// SelfHeal reverts changes made in the cluster.
	SelfHeal bool `yaml:"selfHeal"`
	// AllowEmpty permits an Application without any object.
	AllowEmpty bool `yaml:"allowEmpty"`
}

// Retry of a failed sync, with exponential backoff.
type Retry struct {
	// Limit is the number of attempts.
	Limit int `yaml:"limit"`
	// Backoff between attempts.
	Backoff Backoff `yaml:"backoff"`
}

// Backoff between attempts.
type Backoff struct {
	// Duration of the first pause, for example 5s.
	Duration string `yaml:"duration"`
	// Factor by which each pause is longer.
	Factor int `yaml:"factor"`
	// MaxDuration of a pause, for example 3m.
	MaxDuration string `yaml:"maxDuration"`
}

// ApplicationSets says how careful an environment's ApplicationSets are.
type ApplicationSets struct {
	// Policy: sync, or create-update (an Application is never deleted by its ApplicationSet).
	Policy string `yaml:"policy" enum:"sync,create-update"`
	// PreserveResourcesOnDeletion keeps the running objects when an Application is deleted.
	PreserveResourcesOnDeletion bool `yaml:"preserveResourcesOnDeletion"`
	// AllowPause lets a person change the sync policy of one Application, for example to pause it.
	AllowPause bool `yaml:"allowPause"`
}

// Promotion says where an environment's pins come from.
type Promotion struct {
	// From names the environment to promote from. Default: the one before it.
	From string `yaml:"from"`
	// RequireHealthy asks for evidence of health before a promotion.
	RequireHealthy *bool `yaml:"requireHealthy" later:"promote checks the Git history only"`
	// Soak is how long the previous environment must have been healthy.
	Soak string `yaml:"soak" later:"promote checks the Git history only"`
	// Mode of the pipeline that promotes: pullRequest (it proposes the moved pins) or commit (it pushes them to the branch). Default: pullRequest.
	Mode string `yaml:"mode" enum:"pullRequest,commit"`
}

// Window is a sync window: allow or deny, one of them.
type Window struct {
	// Allow is the cron schedule at which a window opens in which syncs are allowed: minute, hour, day of month, month, day of week.
	Allow string `yaml:"allow"`
	// Deny is the cron schedule at which a window opens in which syncs are denied.
	Deny string `yaml:"deny"`
	// Duration of the window, for example 8h.
	Duration string `yaml:"duration" required:"true"`
	// TimeZone of the schedule, for example Europe/Berlin. Default: UTC.
	TimeZone string `yaml:"timeZone"`
	// ManualSync permits syncs by hand while the window keeps Argo CD from syncing.
	ManualSync bool `yaml:"manualSync"`
}

// NetworkException takes the network policies of a namespace out of force.
type NetworkException struct {
	// Reason why.
	Reason string `yaml:"reason" required:"true"`
	// Expires is the date, as in 2027-03-31, from which generate --check fails, and with it every pipeline.
	Expires string `yaml:"expires" required:"true"`
}

// Step validates an environment.
type Step struct {
	// Uses says what runs: lint (yamllint), schema (kubeconform, strict), policy (the named rules of kube-score), security (a scan of all images for vulnerabilities), compliance (a report of rules, objects and results, kept by the pipeline) or job (a test Job, which runs in the cluster with each sync).
	Uses string `yaml:"uses" enum:"lint,schema,security,policy,compliance,job"`
	// Rules of kube-score that a policy checks, or that a compliance report has. Default of a report: all that kube-score knows by default.
	Rules []string `yaml:"rules"`
	// Job of an application that is the test: APPLICATION/JOB.
	Job string `yaml:"job"`
}
