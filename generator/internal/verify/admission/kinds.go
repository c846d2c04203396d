package admission

import (
	"bytes"
	"slices"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// Kinds are the kinds of objects that an API server knows: those of Kubernetes, and those
// that custom resource definitions add.
type Kinds struct {
	scheme *runtime.Scheme
	custom map[schema.GroupKind]Custom
}

// Custom is what a custom resource definition says of its kind.
type Custom struct {
	Plural     string
	Namespaced bool
	// Versions that are served.
	Versions []string
}

// NewKinds are the kinds of Kubernetes, and others.
func NewKinds(custom map[schema.GroupKind]Custom) (*Kinds, error) {
	k := &Kinds{scheme: runtime.NewScheme(), custom: custom}
	groups := runtime.NewSchemeBuilder(
		admissionregistrationv1.AddToScheme, appsv1.AddToScheme, autoscalingv1.AddToScheme, autoscalingv2.AddToScheme,
		batchv1.AddToScheme, certificatesv1.AddToScheme, coordinationv1.AddToScheme, corev1.AddToScheme,
		discoveryv1.AddToScheme, flowcontrolv1.AddToScheme, networkingv1.AddToScheme, nodev1.AddToScheme,
		policyv1.AddToScheme, rbacv1.AddToScheme, schedulingv1.AddToScheme, storagev1.AddToScheme,
	)
	return k, groups.AddToScheme(k.scheme)
}

// Decode makes the Go value of an object, with the defaults of the API. A kind without a Go
// type has those fields that are written.
func (k *Kinds) Decode(gvk schema.GroupVersionKind, document []byte) (runtime.Object, error) {
	if !k.scheme.Recognizes(gvk) {
		o := &unstructured.Unstructured{}
		encoded, err := yaml.YAMLToJSON(document)
		if err != nil {
			return nil, err
		}
		return o, o.UnmarshalJSON(encoded)
	}
	o, err := k.scheme.New(gvk)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(document, []byte("{")) {
		err = json.Unmarshal(document, o)
	} else {
		err = yaml.Unmarshal(document, o)
	}
	if err != nil {
		return nil, err
	}
	Default(o)
	o.GetObjectKind().SetGroupVersionKind(gvk)
	return o, nil
}

// Resource is the resource of a kind.
func (k *Kinds) Resource(gvk schema.GroupVersionKind) schema.GroupVersionResource {
	if custom, found := k.custom[gvk.GroupKind()]; found && custom.Plural != "" {
		return gvk.GroupVersion().WithResource(custom.Plural)
	}
	plural, _ := meta.UnsafeGuessKindToResource(gvk)
	return plural
}

// Namespaced reports whether objects of a kind stand in namespaces, and whether that is known.
func (k *Kinds) Namespaced(gvk schema.GroupVersionKind) (namespaced, known bool) {
	if custom, found := k.custom[gvk.GroupKind()]; found {
		return custom.Namespaced, true
	}
	return !slices.Contains(clusterScoped[gvk.Group], gvk.Kind), k.scheme.Recognizes(gvk)
}

// clusterScoped are the kinds of Kubernetes that stand in no namespace, by group.
var clusterScoped = map[string][]string{
	"":                             {"Namespace", "Node", "PersistentVolume", "ComponentStatus"},
	"admissionregistration.k8s.io": {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"},
	"apiextensions.k8s.io":         {"CustomResourceDefinition"},
	"apiregistration.k8s.io":       {"APIService"},
	"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
	"flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
	"networking.k8s.io":            {"IngressClass", "IPAddress", "ServiceCIDR"},
	"node.k8s.io":                  {"RuntimeClass"},
	"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
	"resource.k8s.io":              {"DeviceClass", "ResourceSlice"},
	"scheduling.k8s.io":            {"PriorityClass"},
	"storage.k8s.io":               {"StorageClass", "CSIDriver", "CSINode", "VolumeAttachment", "VolumeAttributesClass"},
}

// equivalent are the other versions of a resource that the API server serves.
func (k *Kinds) equivalent(gvk schema.GroupVersionKind) []schema.GroupVersionKind {
	var others []schema.GroupVersionKind
	if gvk.Group == autoscalingv1.GroupName && gvk.Kind == "HorizontalPodAutoscaler" {
		for _, version := range []string{"v1", "v2"} {
			others = append(others, schema.GroupVersionKind{Group: gvk.Group, Version: version, Kind: gvk.Kind})
		}
	}
	for _, version := range k.custom[gvk.GroupKind()].Versions {
		others = append(others, schema.GroupVersionKind{Group: gvk.Group, Version: version, Kind: gvk.Kind})
	}
	return slices.DeleteFunc(others, func(other schema.GroupVersionKind) bool { return other == gvk })
}
