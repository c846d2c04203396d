package checks

import (
	"encoding/json"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// kindScopes says which kinds belong to a namespace.
type kindScopes struct {
	// custom are the kinds of the repository's CustomResourceDefinitions; true for those of namespaces.
	custom map[string]bool
}

// newKindScopes reads the CustomResourceDefinitions among objects.
func newKindScopes(objects []*repo.Object) *kindScopes {
	s := &kindScopes{custom: map[string]bool{}}
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
	if namespaced, known = s.custom[o.Group()+" "+o.Kind]; known {
		return namespaced, true
	}
	if namespaced, known = schema.Namespaced(o.Group(), o.Kind); known {
		return namespaced, true
	}
	return o.Namespace != "", o.Namespace != ""
}
