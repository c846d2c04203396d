package model

// When a field of Kubernetes is refused.
const (
	always   = ""
	rendered = "rendered" // only where wavewright writes it
	running  = "running"  // only in what does not run to an end
	spreads  = "spreads"  // only where wavewright spreads the replicas
)

// ownedField is a field of Kubernetes that wavewright writes itself, and how the spec says it.
type ownedField struct {
	// path within the pod or the container; [] is any item of a list.
	path string
	// write is what to write instead.
	write string
	when  string
	// main is set for fields of the main container only.
	main bool
}

// ownedOfPod are the fields of a pod that pod: refuses.
func ownedOfPod() []ownedField {
	return []ownedField{
		{path: "containers", write: "The application is the main container: container: {…} has its fields, and sidecars: {NAME: {image: …}} adds others."},
		{path: "initContainers", write: "Write init: {NAME: {image: …}}, or sidecars: {NAME: {image: …}} for one that keeps running."},
		{path: "ephemeralContainers", write: "Kubernetes adds them to running pods only, with kubectl debug."},
		{path: "restartPolicy", write: "Kubernetes restarts the containers of this kind always: take it out.", when: running},
		{path: "activeDeadlineSeconds", write: "Only what runs to an end has a deadline: schedule: {activeDeadlineSeconds: 3600}.", when: running},
		{path: "serviceAccountName", write: "The ServiceAccount has the name of the application: write serviceAccount: {annotations: …, rules: …}."},
		{path: "serviceAccount", write: "The ServiceAccount has the name of the application: write serviceAccount: {annotations: …, rules: …}."},
		{path: "automountServiceAccountToken", write: "Pods have a token when they need one: write serviceAccount: {rules: …}."},
		{path: "nodeSelector", write: "Write nodeSelector: {LABEL: VALUE} in the application."},
		{path: "tolerations", write: "Write tolerations: […] in the application."},
		{path: "priorityClassName", write: "Write priorityClass: NAME in the application."},
		{path: "priority", write: "Kubernetes computes it from priorityClass: NAME."},
		{path: "imagePullSecrets", write: "Write imagePullSecrets: [NAME] in the application."},
		{path: "overhead", write: "The runtime class brings it: write pod: {runtimeClassName: NAME}."},
		{path: "resources", write: "Write resources: {requests: …, limits: …}, in the application and in each container: the quota counts containers."},
		{path: "affinity.podAntiAffinity", write: "Write antiAffinity: preferred or required. With antiAffinity: none, pod: may have its own.", when: spreads},
		{path: "topologySpreadConstraints[]", write: "Write antiAffinity: required. With antiAffinity: none or preferred, pod: may have its own.", when: spreads},
		{path: "securityContext.runAsNonRoot", write: "Write security: {root: {reason: TEXT}} to run as root; else pods never do."},
		{path: "securityContext.runAsUser", write: "Write security: {runAsUser: 10001}."},
		{path: "securityContext.runAsGroup", write: "Write security: {runAsGroup: 10001}."},
		{path: "securityContext.fsGroup", write: "Write security: {runAsGroup: 10001}: it is also the group of volumes."},
		{path: "securityContext.sysctls", write: "wavewright states it for a port below 1024: choose a higher one, and offer it with ports: {http: {port: 80, container: 8080}}.", when: rendered},
		{path: "volumes[]", write: "Choose another name, or take the volume of the application out.", when: rendered},
	}
}

// ownedOfContainer are the fields of a container that container: refuses.
func ownedOfContainer() []ownedField {
	const security = "Write security: {runAsUser: 10001}, or security: {root: {reason: TEXT}}."
	return []ownedField{
		{path: "name", write: "Its key in the spec is its name."},
		{path: "image", write: "Write image: NAME:TAG beside it."},
		{path: "command", write: "Write command: […] beside it."},
		{path: "args", write: "Write args: […] beside it."},
		{path: "env[].value", write: "Write env: {NAME: VALUE} beside it."},
		{path: "env[].valueFrom.fieldRef", write: "Write envFields: {NAME: FIELD} beside it."},
		{path: "env[]", write: "Choose another name: env, envFields or secrets have this one.", when: rendered},
		{path: "envFrom", write: "Write envFrom: {NAME: {configMap: …}} or {NAME: {secret: …}} beside it."},
		{path: "resources.requests", write: "Write resources: {requests: …} beside it."},
		{path: "resources.limits", write: "Write resources: {limits: …} beside it."},
		{path: "livenessProbe", write: "Write probes: {liveness: …} beside it."},
		{path: "readinessProbe", write: "Write probes: {readiness: …} beside it."},
		{path: "startupProbe", write: "Write probes: {startup: …} beside it."},
		{path: "lifecycle.preStop", write: "Write rollout: {preStopSeconds: 10}. With preStopSeconds: 0, container: may have its own.", when: rendered},
		{path: "securityContext.capabilities", write: "Write capabilities: {add: [NAME], reason: TEXT}, which the application has below security."},
		{path: "securityContext.readOnlyRootFilesystem", write: "Write security: {writableRootFilesystem: {reason: TEXT}} in the application."},
		{path: "securityContext.runAsNonRoot", write: security, main: true},
		{path: "securityContext.runAsUser", write: security, main: true},
		{path: "securityContext.runAsGroup", write: "Write security: {runAsGroup: 10001}.", main: true},
		{path: "restartPolicy", write: "A sidecar restarts always: take it out.", when: rendered},
		{path: "ports[]", write: "Write ports: {NAME: NUMBER} beside it. container: adds a hostPort to a port of ours, and ports of the protocol SCTP.", when: rendered},
		{path: "volumeMounts[]", write: "Choose another path: volumes, config or secrets have this one.", when: rendered},
	}
}

// extended are the fields within fields of ours that container: may add.
func extended() []string {
	var out []string
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		out = append(out, probe+".terminationGracePeriodSeconds")
	}
	return out
}
