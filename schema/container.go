package schema

// Container beside the main one.
type Container struct {
	// Image of the container.
	Image string `yaml:"image" required:"true"`
	// Command replaces the image's entrypoint.
	Command []string `yaml:"command"`
	// Args of the command.
	Args []string `yaml:"args"`
	// Ports of a sidecar, by name: the Service of the application offers them, too, and metrics, expose and connectsTo may name them. Names and numbers differ from those of the other containers.
	Ports map[string]Port `yaml:"ports"`
	// Env variables, by name.
	Env map[string]string `yaml:"env"`
	// EnvFields are variables with the value of a field of the pod, as those of the application.
	EnvFields map[string]string `yaml:"envFields"`
	// EnvFrom makes variables of all entries of ConfigMaps and Secrets, as that of the application.
	EnvFrom map[string]EnvSource `yaml:"envFrom"`
	// Secrets by name: a secret of the application, of which {env: …} is enough, or one with a key or an existing Secret of its own.
	Secrets map[string]SecretRef `yaml:"secrets"`
	// Probes of a sidecar. Default: none.
	Probes Probes `yaml:"probes"`
	// Resources of the container: requests and limits of cpu and memory are required. The limit of ephemeral storage is 256Mi by default.
	Resources Resources `yaml:"resources"`
	// Capabilities that the container has, with a reason, as those of the application.
	Capabilities *Capabilities `yaml:"capabilities"`
	// Container has fields of the container that have no field of their own in the spec, for example {volumeMounts: […]} of a volume of pod:.
	Container *ContainerFields `yaml:"container"`
}

// EnvSource is an object whose entries become variables. It has either configMap or secret.
type EnvSource struct {
	// ConfigMap of the namespace.
	ConfigMap string `yaml:"configMap"`
	// Secret of the namespace. A secret of the platform's store is named under secrets, with all: true.
	Secret string `yaml:"secret"`
	// Prefix of the names of the variables. Default: none.
	Prefix string `yaml:"prefix"`
	// Optional: true starts pods while the object does not exist. Default: false.
	Optional bool `yaml:"optional"`
}

// SecretRef is a reference to a secret from which variables come.
type SecretRef struct {
	// Key in the platform's secret store.
	Key string `yaml:"key"`
	// Existing Secret in the namespace, managed by somebody else.
	Existing string `yaml:"existing"`
	// Env maps variables to properties of the secret.
	Env map[string]string `yaml:"env"`
	// All: true makes a variable of every property of the secret, with the name of the property. Default: false.
	All bool `yaml:"all"`
	// Prefix of the names of the variables that all makes. Default: none.
	Prefix string `yaml:"prefix"`
}

// Secret is a reference to a secret of the platform's store or to an existing Secret of the namespace.
type Secret struct {
	SecretRef `yaml:",inline"`
	// Mount path of a read-only folder with Files.
	Mount string `yaml:"mount"`
	// Files maps file names in Mount to properties of the secret. A running pod gets changes of the secret.
	Files map[string]string `yaml:"files"`
}

// Capabilities are rights of the root user that a container keeps.
type Capabilities struct {
	// Add capabilities, by their names in Kubernetes, for example NET_BIND_SERVICE.
	Add []string `yaml:"add" required:"true"`
	// Reason why.
	Reason string `yaml:"reason" required:"true"`
}

// Probes of a container.
type Probes struct {
	// Readiness: a failing probe removes the pod from its Service.
	Readiness *Probe `yaml:"readiness"`
	// Liveness: a failing probe restarts the container.
	Liveness *Probe `yaml:"liveness"`
	// Startup delays the other probes until it succeeds; without a handler it uses that of the liveness probe.
	Startup *Probe `yaml:"startup"`
	// None says why Kubernetes has nothing to check, for example that the process ends when it loses its queue. The pods then have no probes, not even the default one. Only the main container has it.
	None *Reason `yaml:"none"`
}

// Probe checks a container: exactly one of http, grpc, tcp and exec.
type Probe struct {
	// HTTP path to get, for example /healthz.
	HTTP string `yaml:"http"`
	// Scheme of http. HTTPS accepts every certificate. Default: HTTP.
	Scheme string `yaml:"scheme" enum:"HTTP,HTTPS"`
	// Headers of the request of http, by name.
	Headers map[string]string `yaml:"headers"`
	// GRPC service whose health is checked; "" checks the server as a whole.
	GRPC *string `yaml:"grpc"`
	// TCP opens a connection.
	TCP bool `yaml:"tcp"`
	// Exec runs a command in the container.
	Exec []string `yaml:"exec"`
	// Port name, of the same container. Default: the first port.
	Port string `yaml:"port" names:"port"`
	// InitialDelay in seconds before the first probe.
	InitialDelay int `yaml:"initialDelaySeconds"`
	// Period in seconds between probes.
	Period int `yaml:"periodSeconds"`
	// Timeout in seconds of a probe.
	Timeout int `yaml:"timeoutSeconds"`
	// Successes in a row after which a readiness probe has succeeded again. Default: 1.
	Successes int `yaml:"successThreshold"`
	// Failures in a row after which the probe has failed.
	Failures int `yaml:"failureThreshold"`
}
