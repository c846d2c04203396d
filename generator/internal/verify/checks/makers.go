package checks

import (
	"maps"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// made is a Secret or ConfigMap that will be there.
type made struct {
	// keys are those that it has; whole says that it has no others.
	keys  []string
	whole bool
	by    *member
}

// anywhere is the namespace of what is made in every one.
const anywhere = "*"

func (s *scope) make(kind, namespace, name string, m *made) {
	if name != "" {
		key := kind + " " + namespace + "/" + name
		s.made[key] = append(s.made[key], m)
	}
}

// makes notes what an object brings about: itself, or what a controller makes of it.
func (s *scope) makes(m *member) {
	switch m.Kind {
	case "ConfigMap", "Secret":
		s.make(m.Kind, m.namespace, m.Name, stored(m))
	case "ExternalSecret", "ClusterExternalSecret":
		s.externalSecret(m)
	case "SealedSecret":
		s.sealedSecret(m)
	case "SecretProviderClass":
		s.provided(m)
	case "Ingress":
		s.certificates(m)
	case "Service":
		for _, prefix := range []string{"beta", "alpha"} {
			s.make("Secret", m.namespace, m.Annotations["service."+prefix+".openshift.io/serving-cert-secret-name"], &made{by: m})
		}
	case "Bundle":
		s.make("ConfigMap", anywhere, m.Name, &made{by: m})
		s.make("Secret", anywhere, m.Name, &made{by: m})
	default:
		s.operated(m)
	}
}

// stored is a ConfigMap or Secret that the repository holds. Something empty, or marked for a
// controller that fills it, has keys that nobody knows.
func stored(m *member) *made {
	o := read[struct {
		Type                         string
		Data, BinaryData, StringData map[string]any
	}](m)
	if o == nil {
		return &made{by: m}
	}
	keys := slices.Concat(slices.Collect(maps.Keys(o.Data)), slices.Collect(maps.Keys(o.BinaryData)), slices.Collect(maps.Keys(o.StringData)))
	slices.Sort(keys)
	return &made{keys: keys, whole: len(keys) > 0 && !filled(m) && o.Type != "kubernetes.io/service-account-token", by: m}
}

// filled reports whether something other than Argo CD writes keys of an object.
func filled(m *member) bool {
	for _, marks := range []map[string]string{m.Labels, m.Annotations} {
		for key := range marks {
			for _, part := range []string{"inject", "reflector", "replicat", "kubed", "merge", "avp.kubernetes.io", "vault"} {
				if strings.Contains(key, part) {
					return true
				}
			}
		}
	}
	if m.Application == nil || m.Application.Application == nil {
		return false
	}
	return slices.ContainsFunc(m.Application.Spec.IgnoreDifferences, func(i repo.IgnoreDifferences) bool { return i.Kind == m.Kind })
}

// externalSecret notes the Secret that External Secrets makes. Only data without a template
// says which keys it has.
func (s *scope) externalSecret(m *member) {
	type spec struct {
		ExternalSecretName string
		Target             struct {
			Name, CreationPolicy string
			Template             map[string]any
		}
		Data               []struct{ SecretKey string }
		DataFrom           []any
		ExternalSecretSpec map[string]any
	}
	o := read[struct{ Spec spec }](m)
	if o == nil {
		return
	}
	name, namespace := m.Name, m.namespace
	if o.Spec.Target.Name != "" {
		name = o.Spec.Target.Name
	}
	if m.Kind == "ClusterExternalSecret" {
		namespace = anywhere
		if o.Spec.ExternalSecretName != "" {
			name = o.Spec.ExternalSecretName
		}
		if target, ok := o.Spec.ExternalSecretSpec["target"].(map[string]any); ok && target["name"] != nil {
			name, _ = target["name"].(string)
		}
		s.make("Secret", namespace, name, &made{by: m})
		return
	}
	policy := o.Spec.Target.CreationPolicy
	result := &made{by: m, whole: len(o.Spec.DataFrom) == 0 && len(o.Spec.Target.Template) == 0 && (policy == "" || policy == "Owner" || policy == "Orphan")}
	for _, d := range o.Spec.Data {
		result.keys = append(result.keys, d.SecretKey)
	}
	s.make("Secret", namespace, name, result)
}

func (s *scope) sealedSecret(m *member) {
	o := read[struct {
		Spec struct {
			EncryptedData map[string]any
			Template      struct {
				Metadata struct{ Name string }
				Data     map[string]any
			}
		}
	}](m)
	if o == nil {
		return
	}
	name := m.Name
	if o.Spec.Template.Metadata.Name != "" {
		name = o.Spec.Template.Metadata.Name
	}
	keys := slices.Sorted(maps.Keys(o.Spec.EncryptedData))
	keys = append(keys, slices.Sorted(maps.Keys(o.Spec.Template.Data))...)
	s.make("Secret", m.namespace, name, &made{keys: keys, whole: len(keys) > 0, by: m})
}

// provided notes the Secrets that the secrets store driver keeps.
func (s *scope) provided(m *member) {
	o := read[struct {
		Spec struct {
			SecretObjects []struct{ SecretName string }
		}
	}](m)
	if o == nil {
		return
	}
	for _, secret := range o.Spec.SecretObjects {
		s.make("Secret", m.namespace, secret.SecretName, &made{by: m})
	}
}

// certificates notes the Secrets that cert-manager makes for an Ingress.
func (s *scope) certificates(m *member) {
	ingress, ok := m.Typed.(*networkingv1.Ingress)
	if !ok || !issued(m) {
		return
	}
	for _, tls := range ingress.Spec.TLS {
		s.make("Secret", m.namespace, tls.SecretName, &made{by: m})
	}
}

// issued reports whether an object asks cert-manager for its certificates.
func issued(m *member) bool {
	for _, key := range []string{"cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme"} {
		if m.Annotations[key] != "" {
			return true
		}
	}
	return false
}

// operated notes the Secrets that a custom resource names in fields whose name says that its
// operator writes them.
func (s *scope) operated(m *member) {
	if m.Group() == "" || fromTyped(m.Typed) != nil || !strings.Contains(m.Group(), ".") || strings.HasSuffix(m.Group(), ".authorization.k8s.io") {
		return
	}
	if fields := read[map[string]any](m); fields != nil {
		s.written(m, *fields)
	}
}

func (s *scope) written(m *member, value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			s.written(m, item)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			name, _ := value[key].(string)
			if inner, ok := value[key].(map[string]any); ok && (key == "writeConnectionSecretToRef" || key == "destination" || key == "publishConnectionDetailsTo") {
				name, _ = inner["name"].(string)
			}
			if key == "secretName" || key == "writeConnectionSecretToRef" || key == "destination" || key == "publishConnectionDetailsTo" {
				s.make("Secret", m.namespace, name, &made{by: m})
				s.make("Secret", anywhere, name, &made{by: m})
			}
			s.written(m, value[key])
		}
	}
}

// provides are the Secrets or ConfigMaps of a name that will be in a namespace.
func (s *scope) provides(kind, namespace, name string) []*made {
	return slices.Concat(s.made[kind+" "+namespace+"/"+name], s.made[kind+" "+anywhere+"/"+name])
}

// mayProvide reports whether a custom resource is called as a Secret or as its beginning: most
// operators name what they make after it.
func (s *scope) mayProvide(namespace, name string) bool {
	return slices.ContainsFunc(s.members, func(m *member) bool {
		return m.namespace == namespace && makesMore(m.Object) && (m.Name == name || strings.HasPrefix(name, m.Name+"-"))
	})
}
