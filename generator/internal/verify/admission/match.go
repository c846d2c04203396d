package admission

import (
	"fmt"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules"
)

// match is how a policy or a binding sees a request.
type match struct {
	matches bool
	// kind is that in which the policy wants to see the object.
	kind schema.GroupVersionKind
	// unknown says why it cannot be known whether it matches; empty when it is known.
	unknown string
}

// matches asks in the order of the API server's plugin: selectors, exclusions, rules.
func (s *Server) matches(m *admissionregistrationv1.MatchResources, r *request) (match, error) {
	inNamespace, unknown, err := s.selectsNamespace(m.NamespaceSelector, r)
	if err != nil || !inNamespace && unknown == "" {
		return match{}, err
	}
	selector, err := metav1.LabelSelectorAsSelector(m.ObjectSelector)
	if err != nil {
		return match{}, fmt.Errorf("objectSelector: %w", err)
	}
	object, err := meta.Accessor(r.GetObject())
	if err != nil || !selector.Matches(labels.Set(object.GetLabels())) {
		return match{}, err
	}
	if excluded, _ := s.ruled(m.ExcludeResourceRules, *m.MatchPolicy, r); excluded {
		return match{}, nil
	}
	if len(m.ResourceRules) == 0 {
		return match{true, r.GetKind(), unknown}, nil
	}
	ruled, kind := s.ruled(m.ResourceRules, *m.MatchPolicy, r)
	return match{ruled, kind, unknown}, nil
}

// Concerns reports whether the rules of some policy name the resource of a kind, in whatever
// version: what no policy names need not be decoded.
func (s *Server) Concerns(kind schema.GroupVersionKind) bool {
	resource := s.Kinds.Resource(kind).Resource
	return slices.ContainsFunc(s.Policies, func(p *Policy) bool {
		m := p.source.Spec.MatchConstraints
		return m != nil && (len(m.ResourceRules) == 0 || slices.ContainsFunc(m.ResourceRules, func(r admissionregistrationv1.NamedRuleWithOperations) bool {
			return names(r.APIGroups, kind.Group) && names(r.Resources, resource)
		}))
	})
}

// names reports whether a list names something, or everything; with a slash it names parts, and
// pods/* names pods too.
func names(list []string, one string) bool {
	return slices.ContainsFunc(list, func(name string) bool {
		whole, _, _ := strings.Cut(name, "/")
		return whole == "*" || whole == one
	})
}

// selectsNamespace compares a selector with the labels of the namespace. What stands in no
// namespace is in all of them; a Namespace has its own labels.
func (s *Server) selectsNamespace(by *metav1.LabelSelector, r *request) (matches bool, unknown string, err error) {
	selector, err := metav1.LabelSelectorAsSelector(by)
	if err != nil {
		return false, "", fmt.Errorf("namespaceSelector: %w", err)
	}
	isNamespace := r.GetKind() == corev1.SchemeGroupVersion.WithKind("Namespace")
	if selector.Empty() || r.GetNamespace() == "" && !isNamespace {
		return true, "", nil
	}
	if isNamespace {
		object, err := meta.Accessor(r.GetObject())
		if err != nil {
			return false, "", err
		}
		return selector.Matches(labels.Set(object.GetLabels())), "", nil
	}
	set := s.namespace(r.GetNamespace())
	if s.Namespaces[r.GetNamespace()] == nil && !onlyName(selector) {
		return false, "it depends on the labels of namespace " + r.GetNamespace() + ", which the repository does not hold", nil
	}
	return selector.Matches(labels.Set(set.Labels)), "", nil
}

// onlyName reports whether a selector asks for nothing but the name of a namespace.
func onlyName(selector labels.Selector) bool {
	requirements, selectable := selector.Requirements()
	for _, r := range requirements {
		if r.Key() != corev1.LabelMetadataName {
			return false
		}
	}
	return selectable
}

// ruled finds the first rule for a request: for its own resource or, with policy Equivalent,
// for another version of it.
func (s *Server) ruled(list []admissionregistrationv1.NamedRuleWithOperations, policy admissionregistrationv1.MatchPolicyType, r *request) (bool, schema.GroupVersionKind) {
	for _, rule := range list {
		if applies(rule, r, r.GetName()) {
			return true, r.GetKind()
		}
	}
	if policy != admissionregistrationv1.Equivalent {
		return false, schema.GroupVersionKind{}
	}
	for _, rule := range list {
		for _, kind := range s.Kinds.equivalent(r.GetKind()) {
			if applies(rule, &other{r, s.Kinds.Resource(kind)}, r.GetName()) {
				return true, kind
			}
		}
	}
	return false, schema.GroupVersionKind{}
}

// other is a request as if it were for another resource.
type other struct {
	admission.Attributes
	resource schema.GroupVersionResource
}

// GetResource is the other resource.
func (o *other) GetResource() schema.GroupVersionResource { return o.resource }

func applies(rule admissionregistrationv1.NamedRuleWithOperations, attributes admission.Attributes, name string) bool {
	matcher := rules.Matcher{Rule: rule.RuleWithOperations, Attr: attributes}
	if !matcher.Matches() {
		return false
	}
	for _, named := range rule.ResourceNames {
		if named == name {
			return true
		}
	}
	return len(rule.ResourceNames) == 0
}
