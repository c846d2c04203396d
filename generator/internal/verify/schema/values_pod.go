package schema

import (
	"fmt"
	"math"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// pod checks what a pod is made of.
func (v *values) pod(s *corev1.PodSpec, at *field.Path) {
	v.volumes(s.Volumes, at.Child("volumes"))
	v.containersOf(s, at)
	oneOf(v, s.RestartPolicy, at.Child("restartPolicy"), corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever)
	oneOf(v, s.DNSPolicy, at.Child("dnsPolicy"), corev1.DNSClusterFirst, corev1.DNSClusterFirstWithHostNet, corev1.DNSDefault, corev1.DNSNone)
	if s.DNSPolicy == corev1.DNSNone && (s.DNSConfig == nil || len(s.DNSConfig.Nameservers) == 0) {
		v.add(at.Child("dnsConfig", "nameservers"), "a pod with dnsPolicy None needs at least one name server")
	}
	atLeast(v, s.TerminationGracePeriodSeconds, 0, at.Child("terminationGracePeriodSeconds"))
	between(v, s.ActiveDeadlineSeconds, 1, math.MaxInt32, at.Child("activeDeadlineSeconds"))
	v.subdomain(s.ServiceAccountName, at.Child("serviceAccountName"))
	v.subdomain(s.PriorityClassName, at.Child("priorityClassName"))
	if s.Hostname != "" {
		v.reasons(s.Hostname, validation.IsDNS1123Label(s.Hostname), at.Child("hostname"))
	}
	if s.Subdomain != "" {
		v.reasons(s.Subdomain, validation.IsDNS1123Label(s.Subdomain), at.Child("subdomain"))
	}
	v.faults = append(v.faults, LabelFaults(s.NodeSelector, at.Child("nodeSelector").String())...)
	v.hostAliases(s.HostAliases, at.Child("hostAliases"))
	v.scheduling(s, at)
	v.podSecurity(s, at)
}

func (v *values) hostAliases(aliases []corev1.HostAlias, at *field.Path) {
	for i, alias := range aliases {
		v.errors(validation.IsValidIPForLegacyField(at.Index(i).Child("ip"), alias.IP, false, nil))
		for j, name := range alias.Hostnames {
			v.reasons(name, validation.IsDNS1123Subdomain(name), at.Index(i).Child("hostnames").Index(j))
		}
	}
}

func (v *values) volumes(volumes []corev1.Volume, at *field.Path) {
	for i := range volumes {
		volume, here := &volumes[i], at.Index(i)
		if v.required(volume.Name, here.Child("name")) {
			v.reasons(volume.Name, validation.IsDNS1123Label(volume.Name), here.Child("name"))
		}
		v.volume(&volume.VolumeSource, here)
	}
}

// volume checks one source. Without any, the API server makes the volume an emptyDir.
func (v *values) volume(s *corev1.VolumeSource, at *field.Path) {
	if stated := stated(s); len(stated) > 1 {
		v.add(at, "the volume has %d sources, %s, and it may have one", len(stated), listed(stated))
		v.hint("A patch that gives a volume another source must take the old one out: emptyDir: null.")
	}
	switch {
	case s.ConfigMap != nil:
		v.required(s.ConfigMap.Name, at.Child("configMap", "name"))
		v.items(s.ConfigMap.Items, s.ConfigMap.DefaultMode, at.Child("configMap"))
	case s.Secret != nil:
		v.required(s.Secret.SecretName, at.Child("secret", "secretName"))
		v.items(s.Secret.Items, s.Secret.DefaultMode, at.Child("secret"))
	case s.PersistentVolumeClaim != nil:
		v.required(s.PersistentVolumeClaim.ClaimName, at.Child("persistentVolumeClaim", "claimName"))
	case s.HostPath != nil:
		v.required(s.HostPath.Path, at.Child("hostPath", "path"))
		if kind := s.HostPath.Type; kind != nil {
			oneOf(v, *kind, at.Child("hostPath", "type"), corev1.HostPathDirectoryOrCreate, corev1.HostPathDirectory, corev1.HostPathFileOrCreate,
				corev1.HostPathFile, corev1.HostPathSocket, corev1.HostPathCharDev, corev1.HostPathBlockDev)
		}
	case s.CSI != nil:
		v.required(s.CSI.Driver, at.Child("csi", "driver"))
	case s.NFS != nil:
		v.required(s.NFS.Server, at.Child("nfs", "server"))
		v.required(s.NFS.Path, at.Child("nfs", "path"))
	}
}

// stated are the JSON names of the pointers of a struct that are not nil.
func stated(union any) []string {
	value := reflect.ValueOf(union).Elem()
	var names []string
	for field := range fieldsOf(value.Type()) {
		if inner := value.FieldByIndex(field.Index); inner.Kind() == reflect.Pointer && !inner.IsNil() {
			names = append(names, jsonName(field))
		}
	}
	return names
}

// items checks which keys become which files.
func (v *values) items(items []corev1.KeyToPath, mode *int32, at *field.Path) {
	between(v, mode, 0, 0o777, at.Child("defaultMode"))
	for i, item := range items {
		here := at.Child("items").Index(i)
		v.required(item.Key, here.Child("key"))
		if v.required(item.Path, here.Child("path")) {
			v.below(item.Path, here.Child("path"))
		}
		between(v, item.Mode, 0, 0o777, here.Child("mode"))
	}
}

// scheduling checks what chooses the nodes of a pod.
func (v *values) scheduling(s *corev1.PodSpec, at *field.Path) {
	for i := range s.Tolerations {
		v.toleration(&s.Tolerations[i], at.Child("tolerations").Index(i))
	}
	seen := map[string]bool{}
	for i := range s.TopologySpreadConstraints {
		c, here := &s.TopologySpreadConstraints[i], at.Child("topologySpreadConstraints").Index(i)
		atLeast(v, &c.MaxSkew, 1, here.Child("maxSkew"))
		v.required(c.TopologyKey, here.Child("topologyKey"))
		if v.required(string(c.WhenUnsatisfiable), here.Child("whenUnsatisfiable")) {
			oneOf(v, c.WhenUnsatisfiable, here.Child("whenUnsatisfiable"), corev1.DoNotSchedule, corev1.ScheduleAnyway)
		}
		v.unique(seen, fmt.Sprintf("%s, %s", c.TopologyKey, c.WhenUnsatisfiable), here)
		v.selector(c.LabelSelector, here.Child("labelSelector"))
	}
	if s.Affinity != nil {
		v.affinity(s.Affinity, at.Child("affinity"))
	}
}

func (v *values) toleration(t *corev1.Toleration, at *field.Path) {
	exists := t.Operator == corev1.TolerationOpExists
	if t.Key == "" && !exists {
		v.add(at.Child("operator"), "a toleration without a key must have the operator Exists")
	}
	if exists && t.Value != "" {
		v.add(at.Child("value"), "a toleration with the operator Exists must have no value, and it has %q", t.Value)
	}
	if t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute {
		v.add(at.Child("effect"), "a toleration with tolerationSeconds must have the effect NoExecute")
	}
	oneOf(v, t.Effect, at.Child("effect"), corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)
}

func (v *values) affinity(a *corev1.Affinity, at *field.Path) {
	if node := a.NodeAffinity; node != nil {
		if required := node.RequiredDuringSchedulingIgnoredDuringExecution; required != nil && len(required.NodeSelectorTerms) == 0 {
			v.add(at.Child("nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"), "the field is required")
		}
	}
	if pod := a.PodAffinity; pod != nil {
		v.terms(pod.RequiredDuringSchedulingIgnoredDuringExecution, pod.PreferredDuringSchedulingIgnoredDuringExecution, at.Child("podAffinity"))
	}
	if pod := a.PodAntiAffinity; pod != nil {
		v.terms(pod.RequiredDuringSchedulingIgnoredDuringExecution, pod.PreferredDuringSchedulingIgnoredDuringExecution, at.Child("podAntiAffinity"))
	}
}

func (v *values) terms(required []corev1.PodAffinityTerm, preferred []corev1.WeightedPodAffinityTerm, at *field.Path) {
	for i := range required {
		v.term(&required[i], at.Child("requiredDuringSchedulingIgnoredDuringExecution").Index(i))
	}
	for i := range preferred {
		here := at.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(i)
		between(v, &preferred[i].Weight, 1, 100, here.Child("weight"))
		v.term(&preferred[i].PodAffinityTerm, here.Child("podAffinityTerm"))
	}
}

func (v *values) term(t *corev1.PodAffinityTerm, at *field.Path) {
	v.required(t.TopologyKey, at.Child("topologyKey"))
	v.selector(t.LabelSelector, at.Child("labelSelector"))
}

// podSecurity checks the security context of a pod.
func (v *values) podSecurity(s *corev1.PodSpec, at *field.Path) {
	if s.HostPID && s.ShareProcessNamespace != nil && *s.ShareProcessNamespace {
		v.add(at.Child("shareProcessNamespace"), "shareProcessNamespace and hostPID exclude each other")
	}
	c := s.SecurityContext
	if c == nil {
		return
	}
	at = at.Child("securityContext")
	between(v, c.RunAsUser, 0, math.MaxInt32, at.Child("runAsUser"))
	between(v, c.RunAsGroup, 0, math.MaxInt32, at.Child("runAsGroup"))
	between(v, c.FSGroup, 0, math.MaxInt32, at.Child("fsGroup"))
	if c.FSGroupChangePolicy != nil {
		oneOf(v, *c.FSGroupChangePolicy, at.Child("fsGroupChangePolicy"), corev1.FSGroupChangeOnRootMismatch, corev1.FSGroupChangeAlways)
	}
	v.seccomp(c.SeccompProfile, at.Child("seccompProfile"))
}

func (v *values) seccomp(p *corev1.SeccompProfile, at *field.Path) {
	if p == nil {
		return
	}
	if v.required(string(p.Type), at.Child("type")) {
		oneOf(v, p.Type, at.Child("type"), corev1.SeccompProfileTypeUnconfined, corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeLocalhost)
	}
	if local := p.Type == corev1.SeccompProfileTypeLocalhost; local != (p.LocalhostProfile != nil) {
		v.add(at.Child("localhostProfile"), "the field belongs to the type Localhost, and to no other")
	}
}
