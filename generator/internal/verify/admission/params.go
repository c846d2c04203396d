package admission

import (
	"context"
	"errors"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// authority answers all questions about permissions alike, and notes that it was asked.
type authority struct{ permits, asked bool }

// Authorize permits what is asked, or has no opinion.
func (a *authority) Authorize(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
	a.asked = true
	if a.permits {
		return authorizer.DecisionAllow, "", nil
	}
	return authorizer.DecisionNoOpinion, "", nil
}

// params are the parameters of a binding: one that is nil where it has none. missing says
// which are not known.
func (s *Server) params(p *Policy, b *admissionregistrationv1.ValidatingAdmissionPolicyBinding, r *request) (found []runtime.Object, missing string, err error) {
	kind, ref := p.source.Spec.ParamKind, b.Spec.ParamRef
	if kind == nil || ref == nil {
		return []runtime.Object{nil}, "", nil
	}
	gvk := schema.FromAPIVersionAndKind(kind.APIVersion, kind.Kind)
	namespaced, known := s.Kinds.Namespaced(gvk)
	space := ref.Namespace
	switch {
	case known && !namespaced && space != "":
		return nil, "", errors.New("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
	case known && namespaced && space == "" && r.GetNamespace() == "":
		return nil, "", errors.New("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
	case space == "" && (namespaced || !known):
		space = r.GetNamespace()
	}
	selector := labels.Everything()
	if ref.Selector != nil {
		if selector, err = metav1.LabelSelectorAsSelector(ref.Selector); err != nil {
			return nil, "", err
		}
	}
	for _, o := range s.Params(gvk) {
		object, err := meta.Accessor(o)
		if err != nil {
			return nil, "", err
		}
		// A kind that nobody defines here may stand in a namespace or not.
		here := object.GetNamespace() == space || !known && object.GetNamespace() == ""
		if here && (ref.Name == "" || object.GetName() == ref.Name) && selector.Matches(labels.Set(object.GetLabels())) {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		missing = fmt.Sprintf("its parameter %s %s is not in the repository", kind.Kind, ref.Name)
		if ref.Selector != nil {
			missing = fmt.Sprintf("none of its parameters, a %s with labels %s, is in the repository", kind.Kind, selector)
		}
	}
	return found, missing, nil
}
