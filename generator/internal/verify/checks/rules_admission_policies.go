package checks

import (
	"slices"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/admission"
)

// policyRules ask the ValidatingAdmissionPolicies of a cluster.
var policyRules = []Rule{
	{Code: "admission/policy-denied", Severity: Error, Title: "an object or pod that an admission policy refuses", run: everyCluster(deniedObjects)},
	{Code: "admission/policy-warned", Severity: Warning, Title: "an object or pod that an admission policy warns of or records", run: everyCluster(warnedObjects)},
	{Code: "admission/policy-unknown", Severity: Note, Title: "an admission policy whose decision the repository does not determine", run: everyCluster(unknownVerdicts)},
	{Code: "admission/policy-invalid", Severity: Error, Title: "an admission policy or binding that the API server refuses", run: everyCluster(invalidPolicies)},
	{Code: "admission/policy-unbound", Severity: Note, Title: "an admission policy without a binding, or a binding without its policy", run: everyCluster(unboundPolicies)},
}

func deniedObjects(c *cluster, out *judge) {
	for _, v := range c.verdicts().all {
		if !v.Denies() {
			continue
		}
		binding := ""
		if v.Binding != "" {
			binding = " with binding " + quote(v.Binding)
		}
		f := out.object(c.home[v.object], v.object, "", "admission policy %s%s refuses %s: %s", quote(v.Policy), binding, v.subject(), v.Message)
		if v.made != "" {
			f.Hint = "The API server accepts the " + v.object.Kind + ", and its controller cannot make what the policy refuses."
		}
	}
}

func warnedObjects(c *cluster, out *judge) {
	for _, v := range c.verdicts().all {
		if v.Unknown != "" || v.Denies() {
			continue
		}
		verb, severity := "records", Note
		if slices.Contains(v.Actions, admissionregistrationv1.Warn) {
			verb, severity = "warns of", Warning
		}
		out.object(c.home[v.object], v.object, "", "admission policy %s with binding %s %s %s: %s", quote(v.Policy), quote(v.Binding), verb, v.subject(), v.Message).Severity = severity
	}
}

func unknownVerdicts(c *cluster, out *judge) {
	for _, v := range c.verdicts().all {
		if v.Unknown != "" {
			out.object(c.home[v.object], v.object, "", "whether admission policy %s with binding %s accepts %s is not known: %s", quote(v.Policy), quote(v.Binding), v.subject(), v.Unknown)
		}
	}
}

func invalidPolicies(c *cluster, out *judge) {
	v := c.verdicts()
	for _, p := range v.policies {
		for _, m := range p.mistakes {
			out.object(c.home[p.Object], p.Object, m.Path, "the API server refuses the policy: %s: %s", m.Path, m.Message)
		}
	}
	for _, b := range v.bindings {
		for _, m := range admission.BindingMistakes(b.typed) {
			out.object(c.home[b.Object], b.Object, m.Path, "the API server refuses the binding: %s: %s", m.Path, m.Message)
		}
	}
}

func unboundPolicies(c *cluster, out *judge) {
	v := c.verdicts()
	for _, p := range v.policies {
		if !slices.ContainsFunc(v.bindings, func(b *kept[admissionregistrationv1.ValidatingAdmissionPolicyBinding]) bool {
			return b.typed.Spec.PolicyName == p.Name
		}) {
			out.object(c.home[p.Object], p.Object, "", "no binding in the repository is of the policy, and without one it judges nothing")
		}
	}
	for _, b := range v.bindings {
		if !slices.ContainsFunc(v.policies, func(p *kept[admissionregistrationv1.ValidatingAdmissionPolicy]) bool {
			return p.Name == b.typed.Spec.PolicyName
		}) {
			out.object(c.home[b.Object], b.Object, "spec.policyName", "policy %s is not in the repository; without it the binding does nothing", quote(b.typed.Spec.PolicyName))
		}
	}
}
