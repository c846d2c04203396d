package admission

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	celtypes "github.com/google/cel-go/common/types"
	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authentication/user"
	apiservercel "k8s.io/apiserver/pkg/cel"
)

// Server decides about requests as an API server does that has some policies.
type Server struct {
	Kinds    *Kinds
	Policies []*Policy
	// Namespaces are those whose labels are known.
	Namespaces map[string]*corev1.Namespace
	// Params are the objects of a kind that parameters of policies may be.
	Params func(schema.GroupVersionKind) []runtime.Object
	// seen are the namespaces as policies see them, by name.
	seen sync.Map
}

// Request is what somebody asks of the server: to create an object.
type Request struct {
	Object          runtime.Object
	Namespace, Name string
	User            string
	Groups          []string
}

// request is a request with its kind and resource.
type request struct {
	admission.Attributes
}

// Decision is what a binding makes of a request that does not satisfy its policy.
type Decision struct {
	Policy, Binding string
	Actions         []admissionregistrationv1.ValidationAction
	Message         string
	// Unknown says why it cannot be known whether the policy is satisfied; empty when it is known.
	Unknown string
}

// Denies reports whether the server refuses the request because of the decision.
func (d Decision) Denies() bool {
	return d.Unknown == "" && slices.Contains(d.Actions, admissionregistrationv1.Deny)
}

// Ask asks the server. Without decisions it accepts the request.
func (s *Server) Ask(r Request) []Decision {
	kind := r.Object.GetObjectKind().GroupVersionKind()
	if kind.Group == admissionregistrationv1.GroupName && strings.Contains(kind.Kind, "AdmissionPolicy") {
		return nil // policies are not asked about policies
	}
	who := &user.DefaultInfo{Name: r.User, Groups: r.Groups}
	attributes := &request{admission.NewAttributesRecord(r.Object, nil, kind, r.Namespace, r.Name, s.Kinds.Resource(kind), "",
		admission.Create, &metav1.CreateOptions{}, false, who)}
	var found []Decision
	for _, p := range s.Policies {
		if len(p.Mistakes) == 0 {
			found = append(found, s.askPolicy(p, attributes)...)
		}
	}
	return found
}

func (s *Server) askPolicy(p *Policy, r *request) []Decision {
	defined, err := s.matches(p.source.Spec.MatchConstraints, r)
	if err != nil {
		return p.failed(nil, "failed to configure policy: "+err.Error())
	}
	if !defined.matches {
		return nil
	}
	var found []Decision
	for _, b := range p.bindings {
		found = append(found, s.askBinding(p, b, defined, r)...)
	}
	return found
}

func (s *Server) askBinding(p *Policy, b *admissionregistrationv1.ValidatingAdmissionPolicyBinding, defined match, r *request) []Decision {
	unknown := defined.unknown
	if b.Spec.MatchResources != nil {
		bound, err := s.matches(b.Spec.MatchResources, r)
		if err != nil {
			return p.failed(b, "failed to configure binding: "+err.Error())
		}
		if !bound.matches {
			return nil
		}
		unknown += bound.unknown
	}
	params, missing, err := s.params(p, b, r)
	if err != nil {
		return p.failed(b, "failed to configure binding: "+err.Error())
	}
	if r.GetNamespace() != "" && s.Namespaces[r.GetNamespace()] == nil && strings.Contains(p.mentions, "namespaceObject") {
		missing = "it reads namespace " + r.GetNamespace() + ", which the repository does not hold"
	}
	versioned, err := s.versioned(r, defined.kind)
	if err != nil {
		return p.failed(b, "failed to convert object version: "+err.Error())
	}
	if missing != "" && p.concerns(versioned) {
		return []Decision{p.decision(b, "", missing)}
	}
	var found []Decision
	for _, param := range params {
		found = append(found, s.validate(p, b, versioned, param)...)
	}
	if unknown != "" {
		for i := range found {
			found[i].Unknown = unknown
		}
	}
	return found
}

// concerns reports whether the conditions of a policy let pass a request whose parameters are
// not known.
func (p *Policy) concerns(v *admission.VersionedAttributes) bool {
	if p.conditions == nil {
		return true
	}
	result := p.conditions.Match(context.Background(), v, nil, &authority{})
	return result.Matches || result.Error != nil
}

// validate evaluates a policy. An authorizer that is not known is taken to permit nothing and
// then everything: when that makes no difference, neither does the real one.
func (s *Server) validate(p *Policy, b *admissionregistrationv1.ValidatingAdmissionPolicyBinding, v *admission.VersionedAttributes, param runtime.Object) []Decision {
	strict := &authority{}
	messages := s.evaluate(p, v, param, strict)
	if strict.asked {
		lenient := s.evaluate(p, v, param, &authority{permits: true})
		if !slices.Equal(messages, lenient) {
			return []Decision{p.decision(b, "", "it depends on what "+v.GetUserInfo().GetName()+" may do")}
		}
	}
	var found []Decision
	for _, message := range messages {
		found = append(found, p.decision(b, message, ""))
	}
	return found
}

// evaluation is one policy with one request and one parameter.
type evaluation struct {
	*Policy
	*admission.VersionedAttributes
	ctx   context.Context
	asked *admissionv1.AdmissionRequest
	space *corev1.Namespace
	cel.OptionalVariableBindings
}

// evaluate returns the messages of the validations that fail.
func (s *Server) evaluate(p *Policy, v *admission.VersionedAttributes, param runtime.Object, who *authority) []string {
	e := &evaluation{Policy: p, VersionedAttributes: v, ctx: context.Background(), OptionalVariableBindings: cel.OptionalVariableBindings{VersionedParams: param, Authorizer: who}}
	if p.conditions != nil {
		result := p.conditions.Match(e.ctx, v, param, who)
		if result.Error != nil {
			return p.failure(result.Error)
		}
		if !result.Matches {
			return nil
		}
	}
	e.asked = cel.CreateAdmissionRequest(v.Attributes, metav1.GroupVersionResource(s.Kinds.Resource(v.VersionedKind)), metav1.GroupVersionKind(v.VersionedKind))
	if v.GetNamespace() != "" && v.GetKind() != corev1.SchemeGroupVersion.WithKind("Namespace") {
		e.space = cel.CreateNamespaceObject(s.namespace(v.GetNamespace()))
	}
	return append(e.validations(), e.audits()...)
}

func (e *evaluation) validations() []string {
	results, budget, err := e.Policy.validations.ForInput(e.ctx, e.VersionedAttributes, e.asked, e.OptionalVariableBindings, e.space, celconfig.RuntimeCELCostBudget)
	if err != nil {
		return e.failure(err)
	}
	texts, _, textErr := e.messages.ForInput(e.ctx, e.VersionedAttributes, e.asked, cel.OptionalVariableBindings{VersionedParams: e.VersionedParams}, e.space, budget)
	var messages []string
	for i, result := range results {
		switch {
		case result.Error != nil:
			messages = append(messages, e.failure(result.Error)...)
		case errors.Is(textErr, apiservercel.ErrInternal) || errors.Is(textErr, apiservercel.ErrOutOfBudget):
			messages = append(messages, e.failure(fmt.Errorf("failed messageExpression: %w", textErr))...)
		case result.EvalResult != celtypes.True:
			var text *cel.EvaluationResult
			if i < len(texts) {
				text = &texts[i]
			}
			messages = append(messages, message(e.source.Spec.Validations[i], text))
		}
	}
	return messages
}

// audits returns why the audit annotations cannot be made, which refuses the request too.
func (e *evaluation) audits() []string {
	results, _, err := e.Policy.audits.ForInput(e.ctx, e.VersionedAttributes, e.asked, cel.OptionalVariableBindings{VersionedParams: e.VersionedParams}, e.space, celconfig.RuntimeCELCostBudget)
	if err != nil {
		return e.failure(err)
	}
	var messages []string
	for _, result := range results {
		if result.Error != nil {
			messages = append(messages, e.failure(result.Error)...)
		}
	}
	return messages
}

// failure is the message of an error, unless the policy ignores errors.
func (p *Policy) failure(err error) []string {
	if p.ignores() {
		return nil
	}
	return []string{err.Error()}
}

func (p *Policy) ignores() bool {
	return p.source.Spec.FailurePolicy != nil && *p.source.Spec.FailurePolicy == admissionregistrationv1.Ignore
}

// message is what the person sees: the result of messageExpression, the message, or the expression.
func message(v admissionregistrationv1.Validation, result *cel.EvaluationResult) string {
	if result != nil && result.Error == nil && result.EvalResult != nil {
		text, ok := result.EvalResult.Value().(string)
		text = strings.TrimSpace(text)
		if ok && text != "" && len(text) <= celconfig.MaxEvaluatedMessageExpressionSizeBytes && !strings.Contains(text, "\n") {
			return text
		}
	}
	if v.Message != "" {
		return strings.TrimSpace(v.Message)
	}
	return "failed expression: " + strings.TrimSpace(v.Expression)
}

// namespace is a namespace as policies see it; of one that is not known, only its name is.
func (s *Server) namespace(name string) *corev1.Namespace {
	if seen, ok := s.seen.Load(name); ok {
		return seen.(*corev1.Namespace)
	}
	known := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if s.Namespaces[name] != nil {
		known = s.Namespaces[name].DeepCopy()
	}
	Default(known)
	s.seen.Store(name, known)
	return known
}

// failed is the decision about a policy or binding that cannot be evaluated.
func (p *Policy) failed(b *admissionregistrationv1.ValidatingAdmissionPolicyBinding, text string) []Decision {
	if p.ignores() {
		return nil
	}
	d := Decision{Policy: p.source.Name, Actions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny}, Message: text}
	if b != nil {
		d.Binding = b.Name
	}
	return []Decision{d}
}

func (p *Policy) decision(b *admissionregistrationv1.ValidatingAdmissionPolicyBinding, text, unknown string) Decision {
	return Decision{Policy: p.source.Name, Binding: b.Name, Actions: b.Spec.ValidationActions, Message: text, Unknown: unknown}
}
