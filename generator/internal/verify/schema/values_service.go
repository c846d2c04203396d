package schema

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// service checks a Service. That its ports differ is for the codes of reference to say.
func (v *values) service(o *corev1.Service) {
	s, spec := &o.Spec, field.NewPath("spec")
	oneOf(v, s.Type, spec.Child("type"), corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort, corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeExternalName)
	v.faults = append(v.faults, LabelFaults(s.Selector, spec.Child("selector").String())...)
	headless := s.ClusterIP == corev1.ClusterIPNone || len(s.ClusterIPs) > 0 && s.ClusterIPs[0] == corev1.ClusterIPNone
	external := s.Type == corev1.ServiceTypeNodePort || s.Type == corev1.ServiceTypeLoadBalancer
	switch {
	case s.Type == corev1.ServiceTypeExternalName:
		v.externalName(s, spec)
	case len(s.Ports) == 0 && !headless:
		v.add(spec.Child("ports"), "a Service needs at least one port, unless its clusterIP is None")
	case external && headless:
		v.add(spec.Child("clusterIP"), "the value is None, and a Service of type %s needs an address", s.Type)
	}
	v.servicePorts(s, spec.Child("ports"))
	v.affinityOfClients(s, spec)
	v.addresses(s, spec)
	v.balancer(o, spec)
	v.traffic(s, external, spec)
}

func (v *values) externalName(s *corev1.ServiceSpec, spec *field.Path) {
	if v.required(s.ExternalName, spec.Child("externalName")) {
		v.reasons(s.ExternalName, validation.IsDNS1123Subdomain(strings.TrimSuffix(s.ExternalName, ".")), spec.Child("externalName"))
	}
	for _, field := range []struct {
		name  string
		there bool
	}{{"clusterIP", s.ClusterIP != "" || len(s.ClusterIPs) > 0}, {"ipFamilies", len(s.IPFamilies) > 0}, {"ipFamilyPolicy", s.IPFamilyPolicy != nil}} {
		if field.there {
			v.add(spec.Child(field.name), "a Service of type ExternalName has no addresses")
		}
	}
}

func (v *values) servicePorts(s *corev1.ServiceSpec, at *field.Path) {
	for i, p := range s.Ports {
		here := at.Index(i)
		v.portNumber(p.Port, here.Child("port"))
		v.protocol(p.Protocol, here.Child("protocol"))
		if p.TargetPort != (intstr.IntOrString{}) && p.TargetPort != intstr.FromString("") {
			v.port(p.TargetPort, here.Child("targetPort"))
		}
		if p.Name != "" {
			v.reasons(p.Name, validation.IsDNS1123Label(p.Name), here.Child("name"))
		}
		if p.AppProtocol != nil {
			v.reasons(*p.AppProtocol, validation.IsQualifiedName(*p.AppProtocol), here.Child("appProtocol"))
		}
		if p.NodePort != 0 && (s.Type == corev1.ServiceTypeClusterIP || s.Type == "") {
			v.add(here.Child("nodePort"), "the value is %d, and only Services of type NodePort or LoadBalancer have one", p.NodePort)
		}
	}
}

// longestAffinity is how many seconds a client keeps its pod at most: a day.
const longestAffinity = 24 * 60 * 60

// affinityOfClients checks whether the connections of a client go to one pod.
func (v *values) affinityOfClients(s *corev1.ServiceSpec, spec *field.Path) {
	oneOf(v, s.SessionAffinity, spec.Child("sessionAffinity"), corev1.ServiceAffinityNone, corev1.ServiceAffinityClientIP)
	config := s.SessionAffinityConfig
	switch {
	case config == nil:
	case s.SessionAffinity != corev1.ServiceAffinityClientIP:
		v.add(spec.Child("sessionAffinityConfig"), "the field belongs to sessionAffinity: ClientIP, and to no other")
	case config.ClientIP != nil:
		between(v, config.ClientIP.TimeoutSeconds, 1, longestAffinity, spec.Child("sessionAffinityConfig", "clientIP", "timeoutSeconds"))
	}
}

// addresses checks the addresses that a Service asks for.
func (v *values) addresses(s *corev1.ServiceSpec, spec *field.Path) {
	if s.Type == corev1.ServiceTypeExternalName {
		return
	}
	ips := spec.Child("clusterIPs")
	switch {
	case len(s.ClusterIPs) == 0:
		v.clusterIP(s.ClusterIP, spec.Child("clusterIP"))
	case s.ClusterIPs[0] != s.ClusterIP:
		v.add(ips.Index(0), "the value is %q, and it must be clusterIP, %q", s.ClusterIPs[0], s.ClusterIP)
	case len(s.ClusterIPs) > 2:
		v.add(ips, "the list has %d addresses, and it may have 2", len(s.ClusterIPs))
	}
	for i, ip := range s.ClusterIPs {
		v.clusterIP(ip, ips.Index(i))
	}
	seen := map[string]bool{}
	for i, family := range s.IPFamilies {
		at := spec.Child("ipFamilies").Index(i)
		chosen(v, family, at, corev1.IPv4Protocol, corev1.IPv6Protocol)
		v.unique(seen, string(family), at)
	}
	if s.IPFamilyPolicy != nil {
		chosen(v, *s.IPFamilyPolicy, spec.Child("ipFamilyPolicy"), corev1.IPFamilyPolicySingleStack, corev1.IPFamilyPolicyPreferDualStack, corev1.IPFamilyPolicyRequireDualStack)
	}
	for i, ip := range s.ExternalIPs {
		v.errors(validation.IsValidIPForLegacyField(spec.Child("externalIPs").Index(i), ip, v.since("1.36"), nil))
	}
}

func (v *values) clusterIP(ip string, at *field.Path) {
	if ip != "" && ip != corev1.ClusterIPNone {
		v.errors(validation.IsValidIPForLegacyField(at, ip, v.since("1.36"), nil))
	}
}

// balancer checks the fields that belong to load balancers.
func (v *values) balancer(o *corev1.Service, spec *field.Path) {
	s, balanced := &o.Spec, o.Spec.Type == corev1.ServiceTypeLoadBalancer
	ranges, at := s.LoadBalancerSourceRanges, spec.Child("loadBalancerSourceRanges")
	if text, annotated := o.Annotations[corev1.AnnotationLoadBalancerSourceRangesKey]; annotated && len(ranges) == 0 {
		at = field.NewPath("metadata", "annotations").Key(corev1.AnnotationLoadBalancerSourceRangesKey)
		ranges = slices.DeleteFunc(strings.Split(strings.TrimSpace(text), ","), func(part string) bool { return text == "" })
	}
	for _, field := range []struct {
		at    *field.Path
		there bool
	}{{at, len(ranges) > 0}, {spec.Child("allocateLoadBalancerNodePorts"), s.AllocateLoadBalancerNodePorts != nil}, {spec.Child("loadBalancerClass"), s.LoadBalancerClass != nil}} {
		if field.there && !balanced {
			v.add(field.at, "only a Service of type LoadBalancer has this field")
		}
	}
	for i, block := range ranges {
		v.errors(validation.IsValidCIDRForLegacyField(at.Index(i), strings.TrimSpace(block), v.since("1.36"), nil))
	}
	if s.LoadBalancerClass != nil {
		v.reasons(*s.LoadBalancerClass, validation.IsQualifiedName(*s.LoadBalancerClass), spec.Child("loadBalancerClass"))
	}
}

// traffic checks how connections are spread.
func (v *values) traffic(s *corev1.ServiceSpec, external bool, spec *field.Path) {
	at, policy := spec.Child("externalTrafficPolicy"), s.ExternalTrafficPolicy
	if open := external || (s.Type == corev1.ServiceTypeClusterIP || s.Type == "") && len(s.ExternalIPs) > 0; policy != "" && !open {
		v.add(at, "only a Service that takes connections from outside has this field, and its type is %s", kindOfService(s))
	}
	oneOf(v, policy, at, corev1.ServiceExternalTrafficPolicyCluster, corev1.ServiceExternalTrafficPolicyLocal)
	if local := s.Type == corev1.ServiceTypeLoadBalancer && policy == corev1.ServiceExternalTrafficPolicyLocal; s.HealthCheckNodePort != 0 && !local {
		v.add(spec.Child("healthCheckNodePort"), "only a Service of type LoadBalancer with externalTrafficPolicy: Local has this field")
	}
	if s.InternalTrafficPolicy != nil {
		chosen(v, *s.InternalTrafficPolicy, spec.Child("internalTrafficPolicy"), corev1.ServiceInternalTrafficPolicyCluster, corev1.ServiceInternalTrafficPolicyLocal)
	}
	if s.TrafficDistribution != nil {
		chosen(v, *s.TrafficDistribution, spec.Child("trafficDistribution"), corev1.ServiceTrafficDistributionPreferClose, corev1.ServiceTrafficDistributionPreferSameZone, corev1.ServiceTrafficDistributionPreferSameNode)
	}
}

func kindOfService(s *corev1.ServiceSpec) string {
	if s.Type == "" {
		return fmt.Sprintf("not stated, so it is %s", corev1.ServiceTypeClusterIP)
	}
	return string(s.Type)
}
