package schema

import (
	"maps"
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
		c, here := &s.InitContainers[i], at.Child("initContainers").Index(i)
		v.container(c, names, here)
		v.once(c, here)
		v.hostPorts(c, false, map[hostPort]bool{}, here.Child("ports"))
	}
	for i := range s.Containers {
		c, here := &s.Containers[i], at.Child("containers").Index(i)
		v.container(c, names, here)
		v.hostPorts(c, s.HostNetwork, hostPorts, here.Child("ports"))
	}
}

// once checks an init container. One that ends has no hooks; its probes are for availability/probe-refused.
func (v *values) once(c *corev1.Container, at *field.Path) {
	if ends := c.RestartPolicy == nil || *c.RestartPolicy != corev1.ContainerRestartPolicyAlways; ends && c.Lifecycle != nil {
		v.add(at.Child("lifecycle"), "an init container has this field only with restartPolicy: Always")
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
	if v.required(c.Image, at.Child("image")) && strings.TrimSpace(c.Image) != c.Image {
		v.add(at.Child("image"), "the value %q has white space around it: the API server refuses such pods", c.Image)
	}
	oneOf(v, c.ImagePullPolicy, at.Child("imagePullPolicy"), corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)
	oneOf(v, c.TerminationMessagePolicy, at.Child("terminationMessagePolicy"), corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError)
	v.ports(c.Ports, at.Child("ports"))
	for i := range c.Env {
		v.variable(&c.Env[i], at.Child("env").Index(i))
	}
	for i := range c.EnvFrom {
		v.variables(&c.EnvFrom[i], at.Child("envFrom").Index(i))
	}
	v.mounts(c, at.Child("volumeMounts"))
	if c.RestartPolicy != nil {
		chosen(v, *c.RestartPolicy, at.Child("restartPolicy"), corev1.ContainerRestartPolicyAlways, corev1.ContainerRestartPolicyNever, corev1.ContainerRestartPolicyOnFailure)
	}
	v.probe(c.LivenessProbe, true, at.Child("livenessProbe"))
	v.probe(c.StartupProbe, true, at.Child("startupProbe"))
	v.probe(c.ReadinessProbe, false, at.Child("readinessProbe"))
	if c.Lifecycle != nil {
		v.hook(c.Lifecycle.PostStart, at.Child("lifecycle", "postStart"))
		v.hook(c.Lifecycle.PreStop, at.Child("lifecycle", "preStop"))
	}
	v.resources(c.Resources.Limits, at.Child("resources", "limits"))
	v.resources(c.Resources.Requests, at.Child("resources", "requests"))
	v.whole(&c.Resources, at.Child("resources"))
	v.resizing(c.ResizePolicy, at.Child("resizePolicy"))
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
		v.object(from.ConfigMapKeyRef.Name, here.Child("configMapKeyRef", "name"))
		v.key(from.ConfigMapKeyRef.Key, here.Child("configMapKeyRef", "key"))
	case from.SecretKeyRef != nil:
		v.object(from.SecretKeyRef.Name, here.Child("secretKeyRef", "name"))
		v.key(from.SecretKeyRef.Key, here.Child("secretKeyRef", "key"))
	case from.FieldRef != nil:
		v.fieldPath(from.FieldRef.FieldPath, fieldsOfPod(), here.Child("fieldRef", "fieldPath"))
	case from.ResourceFieldRef != nil:
		v.amountOf(from.ResourceFieldRef, here.Child("resourceFieldRef"))
	}
}

// object checks the name of another object, which must be there.
func (v *values) object(name string, at *field.Path) {
	if v.required(name, at) {
		v.subdomain(name, at)
	}
}

// beginning checks the name of an object whose keys become variables. The API server takes it for the beginning
// of a name, which may end in a hyphen.
func (v *values) beginning(name string, at *field.Path) {
	if stem, ends := strings.CutSuffix(name, "-"); ends && stem != "" {
		name = stem + "a"
	}
	v.object(name, at)
}

// amountOf checks which amount of a container is asked for, and in what unit.
func (v *values) amountOf(r *corev1.ResourceFieldSelector, at *field.Path) {
	if !v.required(r.Resource, at.Child("resource")) {
		return
	}
	kind, name, _ := strings.Cut(r.Resource, ".")
	pages := strings.HasPrefix(name, corev1.ResourceHugePagesPrefix)
	if kind != "limits" && kind != "requests" || !pages && !slices.Contains([]string{"cpu", "memory", "ephemeral-storage"}, name) {
		v.add(at.Child("resource"), "the value is %q, and it must be limits or requests of cpu, memory, ephemeral-storage or hugepages-SIZE, such as limits.cpu", r.Resource)
	}
	units := strings.Fields("1 1k 1M 1G 1T 1P 1E 1Ki 1Mi 1Gi 1Ti 1Pi 1Ei")
	if name == "cpu" {
		units = []string{"1m", "1"}
	}
	if !r.Divisor.IsZero() && !slices.Contains(units, r.Divisor.String()) {
		v.add(at.Child("divisor"), "the value is %s, and it must be one of %s", r.Divisor.String(), strings.Join(units, ", "))
	}
}

func (v *values) key(key string, at *field.Path) {
	if v.required(key, at) {
		v.reasons(key, validation.IsConfigMapKey(key), at)
	}
}

// fieldPath checks which field of the pod is asked for: one of some, or a label or annotation.
func (v *values) fieldPath(path string, fields []string, at *field.Path) {
	if !v.required(path, at) || slices.Contains(fields, path) {
		return
	}
	for _, list := range []string{"metadata.labels", "metadata.annotations"} {
		key, found := strings.CutPrefix(path, list+"['")
		if key, ends := strings.CutSuffix(key, "']"); found && ends {
			v.reasons(key, validation.IsQualifiedName(strings.ToLower(key)), at)
			return
		}
	}
	v.add(at, "the value is %q, and it must be one of %s, metadata.labels['KEY'], metadata.annotations['KEY']", path, strings.Join(fields, ", "))
}

func (v *values) variables(e *corev1.EnvFromSource, at *field.Path) {
	if e.Prefix != "" {
		v.reasons(e.Prefix, validation.IsRelaxedEnvVarName(e.Prefix), at.Child("prefix"))
	}
	switch sources := stated(e); {
	case len(sources) != 1:
		v.add(at, "the entry has %d sources, and it must have one: configMapRef or secretRef", len(sources))
	case e.ConfigMapRef != nil:
		v.beginning(e.ConfigMapRef.Name, at.Child("configMapRef", "name"))
	case e.SecretRef != nil:
		v.beginning(e.SecretRef.Name, at.Child("secretRef", "name"))
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
	atLeast(v, p.TerminationGracePeriodSeconds, 1, at.Child("terminationGracePeriodSeconds"))
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
		for i, header := range get.HTTPHeaders {
			v.reasons(header.Name, validation.IsHTTPHeaderName(header.Name), at.Child("httpGet", "httpHeaders").Index(i).Child("name"))
		}
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
	for _, name := range slices.Sorted(maps.Keys(list)) {
		here, amount := at.Key(string(name)), list[name]
		v.resourceName(name, ofContainer, here)
		v.amount(name, amount, here)
	}
}

// whole checks what a container cannot have more of for a while: what it requests is its limit.
func (v *values) whole(r *corev1.ResourceRequirements, at *field.Path) {
	for _, name := range slices.Sorted(maps.Keys(r.Requests)) {
		if !extended(name) && !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
			continue
		}
		request := r.Requests[name]
		if limit, limited := r.Limits[name]; !limited || limit.Cmp(request) != 0 {
			v.add(at.Child("requests").Key(string(name)), "the request is %s, and a limit of as much must stand beside it", request.String())
		}
	}
}

func (v *values) resizing(policies []corev1.ContainerResizePolicy, at *field.Path) {
	seen := map[string]bool{}
	for i, p := range policies {
		here := at.Index(i)
		if chosen(v, p.ResourceName, here.Child("resourceName"), corev1.ResourceCPU, corev1.ResourceMemory) {
			v.unique(seen, string(p.ResourceName), here.Child("resourceName"))
		}
		chosen(v, p.RestartPolicy, here.Child("restartPolicy"), corev1.NotRequired, corev1.RestartContainer)
	}
}

func (v *values) security(c *corev1.SecurityContext, at *field.Path) {
	if c == nil {
		return
	}
	between(v, c.RunAsUser, 0, math.MaxInt32, at.Child("runAsUser"))
	between(v, c.RunAsGroup, 0, math.MaxInt32, at.Child("runAsGroup"))
	v.seccomp(c.SeccompProfile, at.Child("seccompProfile"))
	v.appArmor(c.AppArmorProfile, at.Child("appArmorProfile"))
	if c.ProcMount != nil {
		chosen(v, *c.ProcMount, at.Child("procMount"), corev1.DefaultProcMount, corev1.UnmaskedProcMount)
	}
	escalates := c.AllowPrivilegeEscalation == nil || *c.AllowPrivilegeEscalation
	if c.Privileged != nil && *c.Privileged && !escalates {
		v.add(at.Child("allowPrivilegeEscalation"), "the value is false, and a privileged container cannot do without it")
	}
	if c.Capabilities != nil && slices.Contains(c.Capabilities.Add, "CAP_SYS_ADMIN") && !escalates {
		v.add(at.Child("allowPrivilegeEscalation"), "the value is false, and a container with CAP_SYS_ADMIN cannot do without it")
	}
}
