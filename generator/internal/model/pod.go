package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Pod is a workload in the words of Kubernetes: every field is ready to print.
// Fields are empty when the object leaves them out. The fields with a key tag are
// compared one by one to find what an overlay has to patch.
type Pod struct {
	// Kind of the workload; it decides where in the object the pod stands.
	Kind string

	// When a CronJob runs.
	Schedule          string `key:"schedule"`
	TimeZone          string `key:"timeZone"`
	ConcurrencyPolicy string `key:"concurrencyPolicy"`
	StartingDeadline  int    `key:"startingDeadlineSeconds"`
	Suspend           bool   `key:"suspend"`
	SuccessfulHistory any    `key:"successfulJobsHistoryLimit"`
	FailedHistory     any    `key:"failedJobsHistoryLimit"`
	// How often and how long something runs that ends.
	BackoffLimit   any `key:"backoffLimit" in:"job"`
	ActiveDeadline int `key:"activeDeadlineSeconds" in:"job"`

	Replicas                int              `key:"replicas"`
	Strategy                yamltree.Ordered `key:"strategy"`
	MinReadySeconds         int              `key:"minReadySeconds"`
	ProgressDeadlineSeconds int              `key:"progressDeadlineSeconds"`
	// Fields of a StatefulSet, the first also of a DaemonSet; ClaimTemplates are the volumes of each replica.
	UpdateStrategy      yamltree.Ordered   `key:"updateStrategy"`
	PodManagementPolicy string             `key:"podManagementPolicy"`
	ClaimRetention      yamltree.Ordered   `key:"persistentVolumeClaimRetentionPolicy"`
	ClaimTemplates      []yamltree.Ordered `key:"volumeClaimTemplates"`

	// Labels, account and restart policy of what ends; other workloads print them in their template.
	// PodAnnotations are those of the pods of every workload.
	Labels         yamltree.Ordered `key:"labels" in:"metadata"`
	PodAnnotations yamltree.Ordered `key:"annotations" in:"metadata"`
	ServiceAccount string           `key:"serviceAccountName" in:"pod"`
	RestartPolicy  string           `key:"restartPolicy" in:"pod"`

	Grace            int                `key:"terminationGracePeriodSeconds" in:"pod"`
	ImagePullSecrets []yamltree.Ordered `key:"imagePullSecrets" in:"pod" list:"keyed"`
	NodeSelector     yamltree.Ordered   `key:"nodeSelector" in:"pod"`
	Tolerations      []yamltree.Ordered `key:"tolerations" in:"pod"`
	PriorityClass    string             `key:"priorityClassName" in:"pod"`
	// Automount is a bool: whether the pods mount the token of the ServiceAccount.
	Automount any `key:"automountServiceAccountToken" in:"pod"`
	// ServiceLinks is a bool: whether the pods have variables for the Services of their namespace.
	ServiceLinks   any                `key:"enableServiceLinks" in:"pod"`
	Security       yamltree.Ordered   `key:"securityContext" in:"pod"`
	Volumes        []yamltree.Ordered `key:"volumes" in:"volumes" list:"keyed"`
	InitContainers []yamltree.Ordered `key:"initContainers" in:"pod" list:"ordered"`

	// PodRest are further fields of the pod that the spec passes through.
	PodRest yamltree.Ordered `key:"*" in:"pod"`

	Image             string             `key:"image" in:"container"`
	PullPolicy        string             `key:"imagePullPolicy" in:"container"`
	Command           []string           `key:"command" in:"container"`
	Args              []string           `key:"args" in:"container"`
	Ports             []yamltree.Ordered `key:"ports" in:"container" list:"keyed"`
	Env               []yamltree.Ordered `key:"env" in:"container" list:"named"`
	EnvFrom           []yamltree.Ordered `key:"envFrom" in:"container"`
	Resources         yamltree.Ordered   `key:"resources" in:"container"`
	Mounts            []yamltree.Ordered `key:"volumeMounts" in:"container" list:"keyed"`
	Startup           yamltree.Ordered   `key:"startupProbe" in:"container"`
	Readiness         yamltree.Ordered   `key:"readinessProbe" in:"container"`
	Liveness          yamltree.Ordered   `key:"livenessProbe" in:"container"`
	Lifecycle         yamltree.Ordered   `key:"lifecycle" in:"container"`
	ContainerSecurity yamltree.Ordered   `key:"securityContext" in:"container"`
	// ContainerRest are further fields of the container that the spec passes through.
	ContainerRest yamltree.Ordered `key:"*" in:"container"`
}

// pair is shorthand for an entry of an ordered map.
func pair(key string, value any) yamltree.Pair { return yamltree.Pair{Key: key, Value: value} }

// with appends an entry, unless its value is empty.
func with[V comparable](m yamltree.Ordered, key string, value V) yamltree.Ordered {
	var empty V
	if value == empty {
		return m
	}
	return append(m, pair(key, value))
}

// texts is a map of texts, sorted by key.
func texts(m map[string]string) yamltree.Ordered {
	var out yamltree.Ordered
	for _, key := range sortedKeys(m) {
		out = append(out, pair(key, m[key]))
	}
	return out
}

// pod translates the workload of an application.
func (w *Workload) pod(app Name) *Pod {
	p := &Pod{
		Image: w.Image, Command: w.Command, Args: w.Args, PriorityClass: w.PriorityClass,
		ServiceLinks: false, PullPolicy: pullPolicy,
		Resources: resources(w.Resources), Automount: len(w.ServiceAccount.Rules) > 0, Security: w.podSecurity(), ContainerSecurity: w.containerSecurity(w.Security.Capabilities),
	}
	for _, name := range w.ImagePullSecrets {
		p.ImagePullSecrets = append(p.ImagePullSecrets, yamltree.Ordered{pair("name", name)})
	}
	p.NodeSelector, p.PodAnnotations = texts(w.NodeSelector), texts(w.PodAnnotations)
	for _, port := range w.portsOf("") {
		p.Ports = append(p.Ports, containerPort(port))
	}
	main := w.main()
	p.Env, p.EnvFrom = w.env(app, main), w.envFrom(app, main)
	p.Volumes, p.Mounts = w.volumes(app)
	p.InitContainers = w.initContainers(app, p.Mounts)
	if w.ends() {
		w.runOnce(p, app)
	} else {
		w.keepRunning(p)
	}
	w.passThrough(p)
	return p
}

// pullPolicy makes the node ask the registry at every start.
const pullPolicy = "Always"

// keepRunning adds the fields of a workload that does not run to completion.
func (w *Workload) keepRunning(p *Pod) {
	if low, high := w.Replicas(); low == high {
		p.Replicas = low
	}
	p.MinReadySeconds, p.ProgressDeadlineSeconds = w.Rollout.MinReadySeconds, w.progressDeadline()
	p.Strategy, p.Tolerations, p.Lifecycle, p.Grace = w.strategy(), w.tolerations(), w.lifecycle(), w.grace()
	p.Readiness, p.Liveness, p.Startup = w.probes()
	switch {
	case w.Stateful():
		w.keepState(p)
	case w.PerNode():
		w.keepOnNodes(p)
	}
}

func containerPort(port Port) yamltree.Ordered {
	out := yamltree.Ordered{pair("name", string(port.Name)), pair("containerPort", port.Container)}
	if port.Protocol != "TCP" {
		out = append(out, pair("protocol", port.Protocol))
	}
	return out
}

// servicePort offers a port under its name.
func servicePort(port Port) yamltree.Ordered {
	target := any(string(port.Name))
	if port.sidecar != "" {
		target = port.Container // older releases of Kubernetes look for names in the other containers only
	}
	out := yamltree.Ordered{pair("name", string(port.Name)), pair("port", port.Port.Port), pair("targetPort", target)}
	if port.Protocol != "TCP" {
		out = append(out, pair("protocol", port.Protocol))
	}
	return out
}

// strategy replaces pods one by one within bounds, or all at once for a singleton.
func (w *Workload) strategy() yamltree.Ordered {
	if w.Singleton != nil {
		return yamltree.Ordered{pair("type", "Recreate")}
	}
	if w.Rollout.MaxSurge == "" && w.Rollout.MaxUnavailable == "" {
		return nil
	}
	var rolling yamltree.Ordered
	if w.Rollout.MaxUnavailable != "" {
		rolling = append(rolling, pair("maxUnavailable", replicaAmount(w.Rollout.MaxUnavailable)))
	}
	if w.Rollout.MaxSurge != "" {
		rolling = append(rolling, pair("maxSurge", replicaAmount(w.Rollout.MaxSurge)))
	}
	return yamltree.Ordered{pair("type", "RollingUpdate"), pair("rollingUpdate", rolling)}
}

func resources(r schema.Resources) yamltree.Ordered {
	var out yamltree.Ordered
	if len(r.Requests) > 0 {
		out = append(out, pair("requests", amounts(r.Requests)))
	}
	if len(r.Limits) > 0 {
		out = append(out, pair("limits", amounts(r.Limits)))
	}
	return out
}

// FastFailoverSeconds is how long a pod stays on a node that stopped answering, with fast failover.
const FastFailoverSeconds = 30

// tolerations are the stated ones, and those that make failover fast.
func (w *Workload) tolerations() []yamltree.Ordered {
	if w.Failover == "fast" {
		return append(w.statedTolerations(), fastFailover()...)
	}
	return w.statedTolerations()
}

func (w *Workload) statedTolerations() []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, t := range w.Tolerations {
		item := with(with(yamltree.Ordered{}, "key", t.Key), "operator", t.Operator)
		item = with(with(item, "value", t.Value), "effect", t.Effect)
		if t.TolerationSeconds != nil {
			item = append(item, pair("tolerationSeconds", *t.TolerationSeconds))
		}
		out = append(out, item)
	}
	return out
}

// fastFailover tolerates a lost node for seconds instead of Kubernetes' five minutes.
func fastFailover() []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, condition := range []string{"not-ready", "unreachable"} {
		out = append(out, yamltree.Ordered{
			pair("key", "node.kubernetes.io/"+condition), pair("operator", "Exists"),
			pair("effect", "NoExecute"), pair("tolerationSeconds", FastFailoverSeconds),
		})
	}
	return out
}

// lifecycle keeps a stopping pod serving while routes to it are taken away.
func (w *Workload) lifecycle() yamltree.Ordered {
	if w.Rollout.PreStopSeconds == 0 {
		return nil
	}
	sleep := yamltree.Ordered{pair("sleep", yamltree.Ordered{pair("seconds", w.Rollout.PreStopSeconds)})}
	return yamltree.Ordered{pair("preStop", sleep)}
}

// shutdownSeconds is the time in which a container must stop by itself.
const shutdownSeconds = 30

// grace adds the pause before the stop to the time for the stop.
func (w *Workload) grace() int {
	if w.Rollout.PreStopSeconds == 0 {
		return 0
	}
	return shutdownSeconds + w.Rollout.PreStopSeconds
}

// stopSeconds is the time after which Kubernetes kills a pod that stops: what the spec passes through, or ours.
func (w *Workload) stopSeconds() int {
	if w.Pod != nil && w.Pod.Spec.TerminationGracePeriodSeconds != nil {
		return int(*w.Pod.Spec.TerminationGracePeriodSeconds)
	}
	return w.grace()
}

func (w *Workload) podSecurity() yamltree.Ordered {
	user, group := w.user()
	out := yamltree.Ordered{
		pair("runAsNonRoot", w.Security.Root == nil), pair("runAsUser", user), pair("runAsGroup", group),
		pair("fsGroup", group), pair("fsGroupChangePolicy", "OnRootMismatch"),
		pair("seccompProfile", yamltree.Ordered{pair("type", "RuntimeDefault")}),
	}
	if w.lowPort() {
		out = append(out, pair("sysctls", []yamltree.Ordered{{
			pair("name", "net.ipv4.ip_unprivileged_port_start"), pair("value", "0"),
		}}))
	}
	return out
}

// containerSecurity takes all privileges from a container but the capabilities that are added.
func (w *Workload) containerSecurity(added *schema.Capabilities) yamltree.Ordered {
	capabilities := yamltree.Ordered{pair("drop", []string{"ALL"})}
	if added != nil {
		capabilities = append(yamltree.Ordered{pair("add", added.Add)}, capabilities...)
	}
	return yamltree.Ordered{
		pair("allowPrivilegeEscalation", false),
		pair("readOnlyRootFilesystem", w.Security.WritableRootFilesystem == nil),
		pair("capabilities", capabilities),
	}
}

func (w *Workload) volumes(app Name) (volumes, mounts []yamltree.Ordered) {
	for _, name := range sortedKeys(w.Volumes) {
		v := w.Volumes[name]
		mounts = append(mounts, with(yamltree.Ordered{pair("name", name), pair("mountPath", v.Mount)}, "readOnly", v.ReadOnly))
		if v.Size != "" && w.Stateful() {
			continue // a claim template of this name gives each replica its own
		}
		volumes = append(volumes, yamltree.Ordered{pair("name", name), volumeSource(app, name, v)})
	}
	secrets, folders := w.secretMounts(app)
	files, paths := w.configMounts(app)
	return slices.Concat(volumes, secrets, files), slices.Concat(mounts, folders, paths)
}
