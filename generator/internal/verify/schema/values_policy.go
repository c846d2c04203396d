package schema

import (
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// policy checks an admission policy. Its expressions are for admission/policy-invalid to compile.
func (v *values) policy(o *admissionv1.ValidatingAdmissionPolicy) {
	s, spec := &o.Spec, field.NewPath("spec")
	if s.FailurePolicy != nil {
		chosen(v, *s.FailurePolicy, spec.Child("failurePolicy"), admissionv1.Fail, admissionv1.Ignore)
	}
	if s.ParamKind != nil {
		v.paramKind(s.ParamKind, spec.Child("paramKind"))
	}
	if s.MatchConstraints == nil || len(s.MatchConstraints.ResourceRules) == 0 {
		v.add(spec.Child("matchConstraints", "resourceRules"), "the field is required")
	}
	v.matches(s.MatchConstraints, spec.Child("matchConstraints"))
	names := map[string]bool{}
	for i, c := range s.MatchConditions {
		at := spec.Child("matchConditions").Index(i)
		v.reasons(c.Name, validation.IsQualifiedName(c.Name), at.Child("name"))
		v.unique(names, c.Name, at.Child("name"))
		v.required(strings.TrimSpace(c.Expression), at.Child("expression"))
	}
	if len(s.Validations) == 0 && len(s.AuditAnnotations) == 0 {
		v.add(spec.Child("validations"), "a policy needs validations or auditAnnotations")
	}
	for i := range s.Validations {
		v.validation(&s.Validations[i], spec.Child("validations").Index(i))
	}
	keys := map[string]bool{}
	for i, a := range s.AuditAnnotations {
		at := spec.Child("auditAnnotations").Index(i)
		v.reasons(o.Name+"/"+a.Key, validation.IsQualifiedName(o.Name+"/"+a.Key), at.Child("key"))
		v.unique(keys, a.Key, at.Child("key"))
		v.required(strings.TrimSpace(a.ValueExpression), at.Child("valueExpression"))
	}
}

func (v *values) validation(r *admissionv1.Validation, at *field.Path) {
	v.required(strings.TrimSpace(r.Expression), at.Child("expression"))
	message := strings.TrimSpace(r.Message)
	if r.Message != "" && message == "" || strings.ContainsAny(message, "\r\n") {
		v.add(at.Child("message"), "the message must be one line")
	}
	if r.MessageExpression != "" && strings.TrimSpace(r.MessageExpression) == "" {
		v.add(at.Child("messageExpression"), "the expression is blank")
	}
	if r.Reason != nil {
		chosen(v, *r.Reason, at.Child("reason"), metav1.StatusReasonForbidden, metav1.StatusReasonInvalid, metav1.StatusReasonRequestEntityTooLarge, metav1.StatusReasonUnauthorized)
	}
}

func (v *values) paramKind(k *admissionv1.ParamKind, at *field.Path) {
	if v.required(k.APIVersion, at.Child("apiVersion")) {
		version, err := schema.ParseGroupVersion(k.APIVersion)
		if err != nil || len(validation.IsDNS1035Label(version.Version)) > 0 || version.Group != "" && len(validation.IsDNS1123Subdomain(version.Group)) > 0 {
			v.add(at.Child("apiVersion"), "the value %q is no apiVersion, such as v1 or apps/v1", k.APIVersion)
		}
	}
	if v.required(k.Kind, at.Child("kind")) {
		v.reasons(k.Kind, validation.IsDNS1035Label(strings.ToLower(k.Kind)), at.Child("kind"))
	}
}

// matches checks which requests are meant.
func (v *values) matches(m *admissionv1.MatchResources, at *field.Path) {
	if m == nil {
		return
	}
	if m.MatchPolicy != nil {
		chosen(v, *m.MatchPolicy, at.Child("matchPolicy"), admissionv1.Exact, admissionv1.Equivalent)
	}
	v.selector(m.NamespaceSelector, at.Child("namespaceSelector"))
	v.selector(m.ObjectSelector, at.Child("objectSelector"))
	for i := range m.ResourceRules {
		v.requests(&m.ResourceRules[i], at.Child("resourceRules").Index(i))
	}
	for i := range m.ExcludeResourceRules {
		v.requests(&m.ExcludeResourceRules[i], at.Child("excludeResourceRules").Index(i))
	}
}

func (v *values) requests(r *admissionv1.NamedRuleWithOperations, at *field.Path) {
	names := map[string]bool{}
	for i, name := range r.ResourceNames {
		v.reasons(name, path.IsValidPathSegmentName(name), at.Child("resourceNames").Index(i)) //nolint:staticcheck // It is what the API server of 1.37 calls.
		v.unique(names, name, at.Child("resourceNames").Index(i))
	}
	wild(v, r.Operations, "*", at.Child("operations"))
	wild(v, r.APIGroups, "*", at.Child("apiGroups"))
	wild(v, r.APIVersions, "*", at.Child("apiVersions"))
	wild(v, r.Resources, "*/*", at.Child("resources"))
	for i, operation := range r.Operations {
		chosen(v, operation, at.Child("operations").Index(i), admissionv1.OperationAll, admissionv1.Create, admissionv1.Update, admissionv1.Delete, admissionv1.Connect)
	}
	for i, version := range r.APIVersions {
		v.required(version, at.Child("apiVersions").Index(i))
	}
	v.resourcesOf(r.Resources, at.Child("resources"))
	if r.Scope != nil {
		chosen(v, *r.Scope, at.Child("scope"), admissionv1.ClusterScope, admissionv1.NamespacedScope, admissionv1.AllScopes)
	}
}

// wild checks a list in which one word means everything, and then stands alone.
func wild[T ~string](v *values, list []T, everything T, at *field.Path) {
	switch {
	case len(list) == 0:
		v.add(at, "the field is required")
	case len(list) > 1 && slices.Contains(list, everything):
		v.add(at, "the list has %s, which means everything, and more", everything)
	}
}

// resourcesOf checks resources with their subresources: what stands twice in other words is refused.
func (v *values) resourcesOf(list []string, at *field.Path) {
	wide := map[string]bool{}
	last := ""
	for i, resource := range list {
		if !v.required(resource, at.Index(i)) {
			continue
		}
		name, sub, below := strings.Cut(resource, "/")
		if !below {
			last = resource
			continue
		}
		if wide[name+"/*"] || wide["*/"+sub] {
			v.add(at.Index(i), "the list has %s already in wider words", resource)
		}
		if name == "*" || sub == "*" {
			wide[resource] = true
		}
	}
	if slices.Contains(list, "*") && last != "" && last != "*" {
		v.add(at, "the list has *, which means every resource, and more")
	}
}

// policyBinding checks what a policy is applied to. What is missing, and which actions there are, is for
// admission/policy-invalid to say.
func (v *values) policyBinding(s *admissionv1.ValidatingAdmissionPolicyBindingSpec, spec *field.Path) {
	v.object(s.PolicyName, spec.Child("policyName"))
	v.matches(s.MatchResources, spec.Child("matchResources"))
	seen := map[string]bool{}
	for i, action := range s.ValidationActions {
		v.unique(seen, string(action), spec.Child("validationActions").Index(i))
	}
	p, at := s.ParamRef, spec.Child("paramRef")
	if p == nil {
		return
	}
	if p.Name != "" {
		v.segment(p.Name, at.Child("name"))
	}
	v.selector(p.Selector, at.Child("selector"))
	if p.ParameterNotFoundAction != nil {
		chosen(v, *p.ParameterNotFoundAction, at.Child("parameterNotFoundAction"), admissionv1.AllowAction, admissionv1.DenyAction)
	}
}
