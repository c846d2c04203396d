package schema

import (
	"math"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// containersOf checks the containers of a pod.
func (v *values) containersOf(s *corev1.PodSpec, at *field.Path) {
	if len(s.Containers) == 0 {
		v.add(at.Child("containers"), "a pod needs at least one container")
	}
	names := map[string]bool{}
	hostPorts := map[hostPort]bool{}
	for i := range s.InitContainers {
		v.container(&s.InitContainers[i], names, at.Child("initContainers").Index(i))
	}
	for i := range s.Containers {
		c, here := &s.Containers[i], at.Child("containers").Index(i)
		v.container(c, names, here)
		v.hostPorts(c, s.HostNetwork, hostPorts, here.Child("ports"))
	}
}

// hostPort is a port of a node.
type hostPort struct {
	ip       string
	protocol corev1.Protocol
	port     int32
}

func (v *values) hostPorts(c *corev1.Container, hostNetwork bool, seen map[hostPort]bool, at *field.Path) {
	for i, p := range c.Ports {
		if p.HostPort == 0 {
			continue
		}
		v.portNumber(p.HostPort, at.Index(i).Child("hostPort"))
		key := hostPort{p.HostIP, p.Protocol, p.HostPort}
		if key.protocol == "" {
			key.protocol = corev1.ProtocolTCP
		}
		if seen[key] {
			v.add(at.Index(i).Child("hostPort"), "two containers of the pod have port %d of the node", p.HostPort)
		}
		seen[key] = true
		if hostNetwork && p.HostPort != p.ContainerPort {
			v.add(at.Index(i).Child("hostPort"), "the value is %d, and with hostNetwork it must be the containerPort, %d", p.HostPort, p.ContainerPort)
		}
	}
}

func (v *values) container(c *corev1.Container, names map[string]bool, at *field.Path) {
	if v.required(c.Name, at.Child("name")) {
		v.reasons(c.Name, validation.IsDNS1123Label(c.Name), at.Child("name"))
		v.unique(names, c.Name, at.Child("name"))
	}
	v.required(c.Image, at.Child("image"))
	oneOf(v, c.ImagePullPolicy, at.Child("imagePullPolicy"), corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)
	oneOf(v, c.TerminationMessagePolicy, at.Child("terminationMessagePolicy"), corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError)
	v.ports(c.Ports, at.Child("ports"))
	for i := range c.Env {
		v.variable(&c.Env[i], at.Child("env").Index(i))
	}
	for i := range c.EnvFrom {
		v.variables(&c.EnvFrom[i], at.Child("envFrom").Index(i))
	}
	v.mounts(c.VolumeMounts, at.Child("volumeMounts"))
	v.probe(c.LivenessProbe, true, at.Child("livenessProbe"))
	v.probe(c.StartupProbe, true, at.Child("startupProbe"))
	v.probe(c.ReadinessProbe, false, at.Child("readinessProbe"))
	if c.Lifecycle != nil {
		v.hook(c.Lifecycle.PostStart, at.Child("lifecycle", "postStart"))
		v.hook(c.Lifecycle.PreStop, at.Child("lifecycle", "preStop"))
	}
	v.resources(c.Resources.Limits, at.Child("resources", "limits"))
	v.resources(c.Resources.Requests, at.Child("resources", "requests"))
	v.security(c.SecurityContext, at.Child("securityContext"))
}

func (v *values) ports(ports []corev1.ContainerPort, at *field.Path) {
	for i, p := range ports {
		v.portNumber(p.ContainerPort, at.Index(i).Child("containerPort"))
		v.protocol(p.Protocol, at.Index(i).Child("protocol"))
		if p.Name != "" {
			v.reasons(p.Name, validation.IsValidPortName(p.Name), at.Index(i).Child("name"))
		}
	}
}

// fieldsOfPod are what the variables of a container can have of its pod.
func fieldsOfPod() []string {
	return []string{
		"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
	}
}

func (v *values) variable(e *corev1.EnvVar, at *field.Path) {
	if v.required(e.Name, at.Child("name")) {
		v.reasons(e.Name, validation.IsRelaxedEnvVarName(e.Name), at.Child("name"))
	}
	from := e.ValueFrom
	if from == nil {
		return
	}
	here := at.Child("valueFrom")
	sources := stated(from)
	switch {
	case len(sources) == 0:
		v.add(here, "the field has no source, and it must have one such as configMapKeyRef")
	case len(sources) > 1:
		v.add(here, "the field has %d sources, %s, and it must have one", len(sources), listed(sources))
	case e.Value != "":
		v.add(here, "the variable has both value and valueFrom, and it may have one of them")
		v.hint("A patch that changes one into the other must take the old one out: value: null.")
	}
	switch {
	case from.ConfigMapKeyRef != nil:
		v.key(from.ConfigMapKeyRef.Key, here.Child("configMapKeyRef", "key"))
	case from.SecretKeyRef != nil:
		v.key(from.SecretKeyRef.Key, here.Child("secretKeyRef", "key"))
	case from.FieldRef != nil:
		v.fieldPath(from.FieldRef.FieldPath, here.Child("fieldRef", "fieldPath"))
	}
}

func (v *values) key(key string, at *field.Path) {
	if v.required(key, at) {
		v.reasons(key, validation.IsConfigMapKey(key), at)
	}
}

func (v *values) fieldPath(path string, at *field.Path) {
	if !v.required(path, at) || slices.Contains(fieldsOfPod(), path) {
		return
	}
	if strings.HasPrefix(path, "metadata.labels['") || strings.HasPrefix(path, "metadata.annotations['") {
		return
	}
	v.add(at, "the value is %q, and it must be one of %s, metadata.labels['KEY'], metadata.annotations['KEY']", path, strings.Join(fieldsOfPod(), ", "))
}

func (v *values) variables(e *corev1.EnvFromSource, at *field.Path) {
	switch sources := stated(e); {
	case len(sources) != 1:
		v.add(at, "the entry has %d sources, and it must have one: configMapRef or secretRef", len(sources))
	case e.ConfigMapRef != nil:
		v.required(e.ConfigMapRef.Name, at.Child("configMapRef", "name"))
	case e.SecretRef != nil:
		v.required(e.SecretRef.Name, at.Child("secretRef", "name"))
	}
}

// mounts checks the fields of mounts. Which volumes there are is for the codes of reference to say.
func (v *values) mounts(mounts []corev1.VolumeMount, at *field.Path) {
	for i, m := range mounts {
		here := at.Index(i)
		v.required(m.Name, here.Child("name"))
		v.required(m.MountPath, here.Child("mountPath"))
		if m.SubPath != "" {
			v.below(m.SubPath, here.Child("subPath"))
		}
		if m.SubPath != "" && m.SubPathExpr != "" {
			v.add(here.Child("subPathExpr"), "subPath and subPathExpr exclude each other")
		}
	}
}

// below checks a path that must stay below a folder.
func (v *values) below(path string, at *field.Path) {
	if strings.HasPrefix(path, "/") || slices.Contains(strings.Split(path, "/"), "..") {
		v.add(at, "the path %q must be relative, without '..'", path)
	}
}

// probe checks the fields of a probe. How many handlers it has, and how often it must succeed,
// is for availability/probe-refused to say.
func (v *values) probe(p *corev1.Probe, restarts bool, at *field.Path) {
	if p == nil {
		return
	}
	v.handler(p.Exec, p.HTTPGet, p.TCPSocket, at)
	if p.GRPC != nil {
		v.portNumber(p.GRPC.Port, at.Child("grpc", "port"))
	}
	for _, number := range []struct {
		name  string
		value int32
	}{
		{"initialDelaySeconds", p.InitialDelaySeconds}, {"timeoutSeconds", p.TimeoutSeconds}, {"periodSeconds", p.PeriodSeconds},
		{"successThreshold", p.SuccessThreshold}, {"failureThreshold", p.FailureThreshold},
	} {
		atLeast(v, &number.value, 0, at.Child(number.name))
	}
	if !restarts && p.TerminationGracePeriodSeconds != nil {
		v.add(at.Child("terminationGracePeriodSeconds"), "a readiness probe stops no container, so it must not have this field")
	}
}

func (v *values) handler(exec *corev1.ExecAction, get *corev1.HTTPGetAction, tcp *corev1.TCPSocketAction, at *field.Path) {
	if exec != nil && len(exec.Command) == 0 {
		v.add(at.Child("exec", "command"), "the field is required")
	}
	if get != nil {
		v.port(get.Port, at.Child("httpGet", "port"))
		oneOf(v, get.Scheme, at.Child("httpGet", "scheme"), corev1.URISchemeHTTP, corev1.URISchemeHTTPS)
	}
	if tcp != nil {
		v.port(tcp.Port, at.Child("tcpSocket", "port"))
	}
}

func (v *values) hook(h *corev1.LifecycleHandler, at *field.Path) {
	if h == nil {
		return
	}
	if handlers := stated(h); len(handlers) != 1 {
		v.add(at, "the hook has %d handlers, and it must have one of exec, httpGet and sleep", len(handlers))
	}
	v.handler(h.Exec, h.HTTPGet, h.TCPSocket, at)
}

// resources checks the names and signs of amounts; whether they fit is for quotas to say.
func (v *values) resources(list corev1.ResourceList, at *field.Path) {
	for name, amount := range list {
		here := at.Key(string(name))
		standard := slices.Contains([]string{"cpu", "memory", "ephemeral-storage"}, string(name)) || strings.HasPrefix(string(name), "hugepages-")
		if !standard && !strings.Contains(string(name), "/") {
			v.add(here, "containers have cpu, memory, ephemeral-storage, hugepages-SIZE and resources with a domain such as nvidia.com/gpu, but no %q", string(name))
		}
		if amount.Sign() < 0 {
			v.add(here, "the amount is %s, and it must be at least 0", amount.String())
		}
	}
}

func (v *values) security(c *corev1.SecurityContext, at *field.Path) {
	if c == nil {
		return
	}
	between(v, c.RunAsUser, 0, math.MaxInt32, at.Child("runAsUser"))
	between(v, c.RunAsGroup, 0, math.MaxInt32, at.Child("runAsGroup"))
	v.seccomp(c.SeccompProfile, at.Child("seccompProfile"))
	escalates := c.AllowPrivilegeEscalation == nil || *c.AllowPrivilegeEscalation
	if c.Privileged != nil && *c.Privileged && !escalates {
		v.add(at.Child("allowPrivilegeEscalation"), "the value is false, and a privileged container cannot do without it")
	}
	if c.Capabilities != nil && slices.Contains(c.Capabilities.Add, "CAP_SYS_ADMIN") && !escalates {
		v.add(at.Child("allowPrivilegeEscalation"), "the value is false, and a container with CAP_SYS_ADMIN cannot do without it")
	}
}
