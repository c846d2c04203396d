package schema

import (
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (v *values) service(s *corev1.ServiceSpec, spec *field.Path) {
	oneOf(v, s.Type, spec.Child("type"), corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort, corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeExternalName)
	oneOf(v, s.SessionAffinity, spec.Child("sessionAffinity"), corev1.ServiceAffinityNone, corev1.ServiceAffinityClientIP)
	v.faults = append(v.faults, LabelFaults(s.Selector, spec.Child("selector").String())...)
	headless := s.ClusterIP == corev1.ClusterIPNone
	external := s.Type == corev1.ServiceTypeNodePort || s.Type == corev1.ServiceTypeLoadBalancer
	switch {
	case s.Type == corev1.ServiceTypeExternalName:
		if v.required(s.ExternalName, spec.Child("externalName")) {
			name := strings.TrimSuffix(s.ExternalName, ".")
			v.reasons(s.ExternalName, validation.IsDNS1123Subdomain(name), spec.Child("externalName"))
		}
	case len(s.Ports) == 0 && !headless:
		v.add(spec.Child("ports"), "a Service needs at least one port, unless its clusterIP is None")
	case external && headless:
		v.add(spec.Child("clusterIP"), "the value is None, and a Service of type %s needs an address", s.Type)
	}
	v.servicePorts(s, external, spec.Child("ports"))
}

// servicePorts checks the ports. That they differ is for the codes of reference to say.
func (v *values) servicePorts(s *corev1.ServiceSpec, external bool, at *field.Path) {
	for i, p := range s.Ports {
		here := at.Index(i)
		v.portNumber(p.Port, here.Child("port"))
		v.protocol(p.Protocol, here.Child("protocol"))
		if p.TargetPort != (intstr.IntOrString{}) && p.TargetPort.String() != "" {
			v.port(p.TargetPort, here.Child("targetPort"))
		}
		if p.Name != "" {
			v.reasons(p.Name, validation.IsDNS1123Label(p.Name), here.Child("name"))
		}
		if p.NodePort != 0 && !external {
			v.add(here.Child("nodePort"), "the value is %d, and only Services of type NodePort or LoadBalancer have one", p.NodePort)
		}
	}
}

func (v *values) ingress(o *networkingv1.Ingress, spec *field.Path) {
	s := &o.Spec
	if len(s.Rules) == 0 && s.DefaultBackend == nil {
		v.add(spec, "an Ingress needs rules or a defaultBackend")
	}
	if s.DefaultBackend != nil {
		v.backend(s.DefaultBackend, spec.Child("defaultBackend"))
	}
	if s.IngressClassName != nil {
		v.subdomain(*s.IngressClassName, spec.Child("ingressClassName"))
		if _, annotated := o.Annotations["kubernetes.io/ingress.class"]; annotated {
			v.add(spec.Child("ingressClassName"), "the annotation kubernetes.io/ingress.class is there too, and only one of them may be")
		}
	}
	for i := range s.Rules {
		v.ingressRule(&s.Rules[i], spec.Child("rules").Index(i))
	}
}

func (v *values) ingressRule(r *networkingv1.IngressRule, at *field.Path) {
	switch {
	case r.Host == "":
	case strings.Contains(r.Host, "*"):
		v.reasons(r.Host, validation.IsWildcardDNS1123Subdomain(r.Host), at.Child("host"))
	default:
		v.reasons(r.Host, validation.IsDNS1123Subdomain(r.Host), at.Child("host"))
	}
	if _, err := netip.ParseAddr(r.Host); err == nil {
		v.add(at.Child("host"), "the value %q is an address, and it must be a name", r.Host)
	}
	if r.HTTP == nil {
		return
	}
	paths := at.Child("http", "paths")
	if len(r.HTTP.Paths) == 0 {
		v.add(paths, "the field is required")
	}
	for i := range r.HTTP.Paths {
		v.ingressPath(&r.HTTP.Paths[i], paths.Index(i))
	}
}

func (v *values) ingressPath(p *networkingv1.HTTPIngressPath, at *field.Path) {
	v.backend(&p.Backend, at.Child("backend"))
	if p.PathType == nil {
		v.add(at.Child("pathType"), "the field is required")
		return
	}
	oneOf(v, *p.PathType, at.Child("pathType"), networkingv1.PathTypeExact, networkingv1.PathTypePrefix, networkingv1.PathTypeImplementationSpecific)
	if *p.PathType == networkingv1.PathTypeImplementationSpecific {
		return
	}
	if !strings.HasPrefix(p.Path, "/") {
		v.add(at.Child("path"), "the path %q must begin with '/'", p.Path)
	}
	for _, part := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if strings.Contains(p.Path, part) {
			v.add(at.Child("path"), "the path %q must not contain %q", p.Path, part)
		}
	}
}

func (v *values) backend(b *networkingv1.IngressBackend, at *field.Path) {
	if (b.Service == nil) == (b.Resource == nil) {
		v.add(at, "a backend has either a service or a resource")
		return
	}
	if b.Service == nil {
		return
	}
	port := at.Child("service", "port")
	v.required(b.Service.Name, at.Child("service", "name"))
	switch p := b.Service.Port; {
	case p.Name != "" && p.Number != 0:
		v.add(port, "a port has either a name or a number")
	case p.Name != "":
		v.reasons(p.Name, validation.IsValidPortName(p.Name), port.Child("name"))
	case p.Number == 0:
		v.add(port, "a port needs a name or a number")
	default:
		v.portNumber(p.Number, port.Child("number"))
	}
}
