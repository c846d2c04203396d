package admission

import (
	"fmt"
	"strings"

	celgo "github.com/google/cel-go/cel"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	"k8s.io/apiserver/pkg/cel/environment"
)

// Mistake is a field of a policy that the API server refuses.
type Mistake struct {
	// Path is the field, such as spec.validations[0].expression.
	Path, Message string
}

// Policy is a compiled policy with its bindings.
type Policy struct {
	source   *admissionregistrationv1.ValidatingAdmissionPolicy
	bindings []*admissionregistrationv1.ValidatingAdmissionPolicyBinding
	// Mistakes are why the API server would not store it. It judges nothing then.
	Mistakes []Mistake

	conditions                    matchconditions.Matcher
	validations, messages, audits cel.ConditionEvaluator
	// mentions is the text of all expressions.
	mentions string
}

// expression is a CEL expression with the types that it may have.
type expression struct {
	text  string
	types []*celgo.Type
}

// GetExpression is the text.
func (e *expression) GetExpression() string { return e.text }

// ReturnTypes are the types that it may have.
func (e *expression) ReturnTypes() []*celgo.Type { return e.types }

// variable is an expression that others use by its name.
type variable struct {
	expression
	name string
}

// GetName is the name.
func (v *variable) GetName() string { return v.name }

// compiler compiles the expressions of one policy and collects its mistakes.
type compiler struct {
	*cel.CompositedCompiler
	policy *Policy
	params bool
}

// Compile reads a policy as the API server's plugin does. base is the environment of its CEL.
func Compile(base *environment.EnvSet, source *admissionregistrationv1.ValidatingAdmissionPolicy) (*Policy, error) {
	p := &Policy{source: source.DeepCopy()}
	complete(p.source.Spec.MatchConstraints)
	composed, err := cel.NewCompositedCompiler(base)
	if err != nil {
		return nil, err
	}
	c := &compiler{composed, p, source.Spec.ParamKind != nil}
	s := &p.source.Spec
	if s.MatchConstraints == nil {
		c.mistake("spec", "matchConstraints is missing, so that it is of no objects")
	}
	for i, v := range s.Variables {
		c.note(fmt.Sprintf("spec.variables[%d].expression", i), c.CompileAndStoreVariable(
			&variable{expression{v.Expression, []*celgo.Type{celgo.AnyType, celgo.DynType}}, v.Name}, c.declared(true), environment.StoredExpressions), v.Expression)
	}
	c.compileConditions(s)
	c.compileValidations(s)
	return p, nil
}

func (c *compiler) declared(authorizer bool) cel.OptionalVariableDeclarations {
	return cel.OptionalVariableDeclarations{HasParams: c.params, HasAuthorizer: authorizer}
}

func (c *compiler) compileConditions(s *admissionregistrationv1.ValidatingAdmissionPolicySpec) {
	if len(s.MatchConditions) == 0 {
		return
	}
	var all []cel.ExpressionAccessor
	for i := range s.MatchConditions {
		one := (*matchconditions.MatchCondition)(&s.MatchConditions[i])
		c.check(fmt.Sprintf("spec.matchConditions[%d].expression", i), one, true)
		all = append(all, one)
	}
	c.policy.conditions = matchconditions.NewMatcher(c.CompileCondition(all, c.declared(true), environment.StoredExpressions), s.FailurePolicy, "policy", "validate", c.policy.source.Name)
}

func (c *compiler) compileValidations(s *admissionregistrationv1.ValidatingAdmissionPolicySpec) {
	// The plugin takes a message that is nil, not an expression without text, for one that is missing.
	validations, messages, audits := []cel.ExpressionAccessor{}, make([]cel.ExpressionAccessor, len(s.Validations)), []cel.ExpressionAccessor{}
	for i, v := range s.Validations {
		one := &expression{v.Expression, []*celgo.Type{celgo.BoolType}}
		c.check(fmt.Sprintf("spec.validations[%d].expression", i), one, true)
		validations = append(validations, one)
		if v.MessageExpression != "" {
			message := &expression{v.MessageExpression, []*celgo.Type{celgo.StringType}}
			c.check(fmt.Sprintf("spec.validations[%d].messageExpression", i), message, false)
			messages[i] = message
		}
	}
	for i, a := range s.AuditAnnotations {
		one := &expression{a.ValueExpression, []*celgo.Type{celgo.StringType, celgo.NullType}}
		c.check(fmt.Sprintf("spec.auditAnnotations[%d].valueExpression", i), one, true)
		audits = append(audits, one)
	}
	if len(s.Validations)+len(s.AuditAnnotations) == 0 {
		c.mistake("spec", "neither validations nor auditAnnotations say what it judges")
	}
	c.policy.validations = c.CompileCondition(validations, c.declared(true), environment.StoredExpressions)
	c.policy.messages = c.CompileCondition(messages, c.declared(false), environment.StoredExpressions)
	c.policy.audits = c.CompileCondition(audits, c.declared(true), environment.StoredExpressions)
}

// check compiles an expression as the API server does before it stores a policy.
func (c *compiler) check(path string, e cel.ExpressionAccessor, authorizer bool) {
	c.note(path, c.CompileCELExpression(e, c.declared(authorizer), environment.NewExpressions), e.GetExpression())
}

func (c *compiler) note(path string, result cel.CompilationResult, text string) {
	c.policy.mentions += text + "\n"
	if strings.TrimSpace(text) == "" {
		c.mistake(path, "it is empty")
	} else if result.Error != nil {
		first, _, _ := strings.Cut(result.Error.Detail, "\n")
		c.mistake(path, first)
	}
}

func (c *compiler) mistake(path, message string) {
	c.policy.Mistakes = append(c.policy.Mistakes, Mistake{path, message})
}

// Bind adds a binding. Its mistakes are why the API server would not store it.
func (p *Policy) Bind(source *admissionregistrationv1.ValidatingAdmissionPolicyBinding) {
	b := source.DeepCopy()
	complete(b.Spec.MatchResources)
	p.bindings = append(p.bindings, b)
}

// BindingMistakes are why the API server would not store a binding.
func BindingMistakes(b *admissionregistrationv1.ValidatingAdmissionPolicyBinding) []Mistake {
	var found []Mistake
	actions := map[admissionregistrationv1.ValidationAction]bool{}
	for _, action := range b.Spec.ValidationActions {
		actions[action] = true
		if action != admissionregistrationv1.Deny && action != admissionregistrationv1.Warn && action != admissionregistrationv1.Audit {
			found = append(found, Mistake{"spec.validationActions", fmt.Sprintf("%q is not one of Deny, Warn and Audit", action)})
		}
	}
	if len(actions) == 0 {
		found = append(found, Mistake{"spec", "validationActions is missing"})
	}
	if actions[admissionregistrationv1.Deny] && actions[admissionregistrationv1.Warn] {
		found = append(found, Mistake{"spec.validationActions", "Deny and Warn exclude each other"})
	}
	if ref := b.Spec.ParamRef; ref != nil {
		if (ref.Name == "") == (ref.Selector == nil) {
			found = append(found, Mistake{"spec.paramRef", "exactly one of name and selector must be there"})
		}
		if ref.ParameterNotFoundAction == nil {
			found = append(found, Mistake{"spec.paramRef", "parameterNotFoundAction is missing"})
		}
	}
	return found
}

// complete fills in what the API server does when it stores a policy or a binding.
func complete(m *admissionregistrationv1.MatchResources) {
	if m == nil {
		return
	}
	or(&m.MatchPolicy, admissionregistrationv1.Equivalent)
	or(&m.NamespaceSelector, metav1.LabelSelector{})
	or(&m.ObjectSelector, metav1.LabelSelector{})
}
