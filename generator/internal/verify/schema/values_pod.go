package schema

import (
	"math"
	"reflect"
	"strings"

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
	v.names(s, at.Child("dnsConfig"))
	v.runtime(s, at)
	v.scheduling(s, at)
	v.podSecurity(s, at)
}

func (v *values) hostAliases(aliases []corev1.HostAlias, at *field.Path) {
	for i, alias := range aliases {
		v.errors(validation.IsValidIPForLegacyField(at.Index(i).Child("ip"), alias.IP, v.since("1.36"), nil))
		for j, name := range alias.Hostnames {
			v.reasons(name, validation.IsDNS1123Subdomain(name), at.Index(i).Child("hostnames").Index(j))
		}
	}
}

// Bounds of what a pod says about name servers.
const (
	mostNameServers = 3
	mostSearches    = 32
	longestSearches = 2048
)

// names checks how a pod looks up names.
func (v *values) names(s *corev1.PodSpec, at *field.Path) {
	c := s.DNSConfig
	if s.DNSPolicy == corev1.DNSNone && (c == nil || len(c.Nameservers) == 0) {
		v.add(at.Child("nameservers"), "a pod with dnsPolicy None needs at least one name server")
	}
	if c == nil {
		return
	}
	if len(c.Nameservers) > mostNameServers {
		v.add(at.Child("nameservers"), "the list has %d name servers, and it may have %d", len(c.Nameservers), mostNameServers)
	}
	for i, server := range c.Nameservers {
		v.errors(validation.IsValidIPForLegacyField(at.Child("nameservers").Index(i), server, v.since("1.36"), nil))
	}
	if n := len(strings.Join(c.Searches, " ")); len(c.Searches) > mostSearches || n > longestSearches {
		v.add(at.Child("searches"), "the list has %d paths with %d characters, and it may have %d with %d", len(c.Searches), n, mostSearches, longestSearches)
	}
	for i, search := range c.Searches {
		if search != "." {
			v.reasons(search, validation.IsDNS1123SubdomainWithUnderscore(strings.TrimSuffix(search, ".")), at.Child("searches").Index(i))
		}
	}
	for i, option := range c.Options {
		v.required(option.Name, at.Child("options").Index(i).Child("name"))
	}
}

// runtime checks what says how a pod is run.
func (v *values) runtime(s *corev1.PodSpec, at *field.Path) {
	if s.RuntimeClassName != nil {
		v.reasons(*s.RuntimeClassName, validation.IsDNS1123Subdomain(*s.RuntimeClassName), at.Child("runtimeClassName"))
	}
	v.subdomain(s.NodeName, at.Child("nodeName"))
	if s.PreemptionPolicy != nil {
		chosen(v, *s.PreemptionPolicy, at.Child("preemptionPolicy"), corev1.PreemptLowerPriority, corev1.PreemptNever)
	}
	if s.OS != nil {
		chosen(v, s.OS.Name, at.Child("os", "name"), corev1.Linux, corev1.Windows)
	}
	for i, gate := range s.ReadinessGates {
		v.reasons(string(gate.ConditionType), validation.IsQualifiedName(string(gate.ConditionType)), at.Child("readinessGates").Index(i).Child("conditionType"))
	}
	v.resources(s.Overhead, at.Child("overhead"))
	if apart := s.HostUsers != nil && !*s.HostUsers; apart && (s.HostPID || s.HostIPC) {
		v.add(at.Child("hostUsers"), "the value is false, and a pod with hostPID or hostIPC cannot have users of its own")
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
		chosen(v, *c.FSGroupChangePolicy, at.Child("fsGroupChangePolicy"), corev1.FSGroupChangeOnRootMismatch, corev1.FSGroupChangeAlways)
	}
	for i := range c.SupplementalGroups {
		between(v, &c.SupplementalGroups[i], 0, math.MaxInt32, at.Child("supplementalGroups").Index(i))
	}
	if c.SupplementalGroupsPolicy != nil {
		chosen(v, *c.SupplementalGroupsPolicy, at.Child("supplementalGroupsPolicy"), corev1.SupplementalGroupsPolicyMerge, corev1.SupplementalGroupsPolicyStrict)
	}
	v.sysctls(c.Sysctls, at.Child("sysctls"))
	v.seccomp(c.SeccompProfile, at.Child("seccompProfile"))
	v.appArmor(c.AppArmorProfile, at.Child("appArmorProfile"))
}

func (v *values) sysctls(all []corev1.Sysctl, at *field.Path) {
	seen := map[string]bool{}
	for i, s := range all {
		if v.required(s.Name, at.Index(i).Child("name")) {
			v.unique(seen, s.Name, at.Index(i).Child("name"))
		}
	}
}

func (v *values) seccomp(p *corev1.SeccompProfile, at *field.Path) {
	if p == nil {
		return
	}
	chosen(v, p.Type, at.Child("type"), corev1.SeccompProfileTypeUnconfined, corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeLocalhost)
	v.localhost(p.LocalhostProfile, p.Type == corev1.SeccompProfileTypeLocalhost, at.Child("localhostProfile"))
	if p.LocalhostProfile != nil {
		v.below(*p.LocalhostProfile, at.Child("localhostProfile"))
	}
}

func (v *values) appArmor(p *corev1.AppArmorProfile, at *field.Path) {
	if p == nil {
		return
	}
	chosen(v, p.Type, at.Child("type"), corev1.AppArmorProfileTypeUnconfined, corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeLocalhost)
	v.localhost(p.LocalhostProfile, p.Type == corev1.AppArmorProfileTypeLocalhost, at.Child("localhostProfile"))
	if name := p.LocalhostProfile; name != nil && (*name == "" || strings.TrimSpace(*name) != *name) {
		v.add(at.Child("localhostProfile"), "the value is %q, and it must be the name of a profile", *name)
	}
}

// localhost checks the file of a profile, which one type of profile has.
func (v *values) localhost(name *string, of bool, at *field.Path) {
	if of != (name != nil) {
		v.add(at, "the field belongs to the type Localhost, and to no other")
	}
}
