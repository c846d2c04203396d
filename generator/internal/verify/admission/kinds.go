package admission

import (
	"bytes"
	"slices"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	builtin "github.com/wavewright/wavewright/generator/internal/verify/schema"
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
func NewKinds(custom map[schema.GroupKind]Custom) *Kinds {
	return &Kinds{scheme: builtin.Kinds(), custom: custom}
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
	namespaced, known = builtin.Namespaced(gvk.Group, gvk.Kind)
	return namespaced, known && k.scheme.Recognizes(gvk)
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
