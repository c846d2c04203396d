package checks

import (
	"encoding/json"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// clusterScoped are the built-in kinds that belong to no namespace, by group.
func clusterScoped() map[string][]string {
	return map[string][]string{
		"":                             {"Namespace", "Node", "PersistentVolume", "ComponentStatus"},
		"admissionregistration.k8s.io": {"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration"},
		"apiextensions.k8s.io":         {"CustomResourceDefinition"},
		"apiregistration.k8s.io":       {"APIService"},
		"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
		"flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
		"networking.k8s.io":            {"IPAddress", "IngressClass", "ServiceCIDR"},
		"node.k8s.io":                  {"RuntimeClass"},
		"policy":                       {"PodSecurityPolicy"},
		"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
		"resource.k8s.io":              {"DeviceClass", "DeviceTaintRule", "ResourceSlice"},
		"scheduling.k8s.io":            {"PriorityClass"},
		"storage.k8s.io":               {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"},
	}
}

// builtIn are the groups whose kinds are all known: what clusterScoped does not list of them
// belongs to a namespace.
func builtIn(group string) bool {
	_, known := clusterScoped()[group]
	return known || slices.Contains([]string{"apps", "autoscaling", "batch", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "extensions"}, group)
}

// kindScopes says which kinds belong to a namespace.
type kindScopes struct {
	cluster map[string][]string
	// custom are the kinds of the repository's CustomResourceDefinitions; true for those of namespaces.
	custom map[string]bool
}

// newKindScopes reads the CustomResourceDefinitions among objects.
func newKindScopes(objects []*repo.Object) *kindScopes {
	s := &kindScopes{cluster: clusterScoped(), custom: map[string]bool{}}
	for _, o := range objects {
		if o.Kind != "CustomResourceDefinition" {
			continue
		}
		var crd struct {
			Spec struct {
				Group, Scope string
				Names        struct{ Kind string }
			}
		}
		if json.Unmarshal(o.JSON, &crd) == nil {
			s.custom[crd.Spec.Group+" "+crd.Spec.Names.Kind] = crd.Spec.Scope != "Cluster"
		}
	}
	return s
}

// namespaced reports whether objects like this one belong to a namespace, and whether that is known.
func (s *kindScopes) namespaced(o *repo.Object) (namespaced, known bool) {
	group := o.Group()
	if namespaced, known = s.custom[group+" "+o.Kind]; known {
		return namespaced, true
	}
	if builtIn(group) {
		return !slices.Contains(s.cluster[group], o.Kind), true
	}
	return o.Namespace != "", o.Namespace != ""
}
