package schema

import (
	"net/netip"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

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
		if class, annotated := o.Annotations["kubernetes.io/ingress.class"]; annotated && class != *s.IngressClassName {
			v.add(spec.Child("ingressClassName"), "the value is %q, and the annotation kubernetes.io/ingress.class says %q", *s.IngressClassName, class)
		}
	}
	v.certificates(s.TLS, spec.Child("tls"))
	for i := range s.Rules {
		v.ingressRule(&s.Rules[i], spec.Child("rules").Index(i))
	}
}

func (v *values) certificates(all []networkingv1.IngressTLS, at *field.Path) {
	for i, tls := range all {
		for j, host := range tls.Hosts {
			v.host(host, at.Index(i).Child("hosts").Index(j))
		}
		v.subdomain(tls.SecretName, at.Index(i).Child("secretName"))
	}
}

// host checks a name that clients ask for.
func (v *values) host(name string, at *field.Path) {
	if strings.Contains(name, "*") {
		v.reasons(name, validation.IsWildcardDNS1123Subdomain(name), at)
		return
	}
	v.reasons(name, validation.IsDNS1123Subdomain(name), at)
}

func (v *values) ingressRule(r *networkingv1.IngressRule, at *field.Path) {
	if r.Host != "" {
		v.host(r.Host, at.Child("host"))
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
	chosen(v, *p.PathType, at.Child("pathType"), networkingv1.PathTypeExact, networkingv1.PathTypePrefix, networkingv1.PathTypeImplementationSpecific)
	own := *p.PathType == networkingv1.PathTypeImplementationSpecific
	if !strings.HasPrefix(p.Path, "/") && (p.Path != "" || !own) {
		v.add(at.Child("path"), "the path %q must begin with '/'", p.Path)
	}
	if own {
		return
	}
	for _, part := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if strings.Contains(p.Path, part) {
			v.add(at.Child("path"), "the path %q must not contain %q", p.Path, part)
		}
	}
	for _, end := range []string{"/..", "/."} {
		if strings.HasSuffix(p.Path, end) {
			v.add(at.Child("path"), "the path %q must not end with %q", p.Path, end)
		}
	}
}

func (v *values) backend(b *networkingv1.IngressBackend, at *field.Path) {
	if (b.Service == nil) == (b.Resource == nil) {
		v.add(at, "a backend has either a service or a resource")
		return
	}
	if from := b.Resource; from != nil {
		v.segment(from.Kind, at.Child("resource", "kind"))
		v.segment(from.Name, at.Child("resource", "name"))
		if from.APIGroup != nil {
			v.reasons(*from.APIGroup, validation.IsDNS1123Subdomain(*from.APIGroup), at.Child("resource", "apiGroup"))
		}
		return
	}
	port := at.Child("service", "port")
	if v.required(b.Service.Name, at.Child("service", "name")) {
		v.reasons(b.Service.Name, validation.IsDNS1123Label(b.Service.Name), at.Child("service", "name"))
	}
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
