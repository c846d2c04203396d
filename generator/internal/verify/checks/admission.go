package checks

import (
	"regexp"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

var pods = []string{
	"CREATE /pods", "UPDATE /pods", "CREATE apps/daemonsets", "CREATE apps/deployments", "CREATE apps/replicasets",
	"CREATE apps/statefulsets", "UPDATE apps/daemonsets", "UPDATE apps/deployments", "UPDATE apps/replicasets",
	"UPDATE apps/statefulsets", "CREATE batch/cronjobs", "CREATE batch/jobs", "UPDATE batch/cronjobs", "UPDATE batch/jobs",
}

// duties are what the policies of production judge.
var duties = map[string][]string{
	"images": pods, "resources": pods, "host-access": pods,
	"service-types":    {"CREATE /services", "UPDATE /services"},
	"namespace-labels": {"UPDATE /namespaces"},
	"pod-access": {
		"CONNECT /pods/exec", "CONNECT /pods/attach", "CONNECT /pods/portforward", "CONNECT /pods/proxy",
		"CONNECT /services/proxy", "UPDATE /pods/ephemeralcontainers",
	},
}

// checkAdmission wants production to have a policy for each duty, in force in its own
// namespaces and no others, and each policy of a target to be sound: bound, closed on
// errors, with a message, and without a variable that nobody defines or uses.
func checkAdmission(t *target, out *report) {
	policies := repo.Typed[admissionv1.ValidatingAdmissionPolicy](t.objects)
	bindings := repo.Typed[admissionv1.ValidatingAdmissionPolicyBinding](t.objects)
	for _, p := range policies {
		checkPolicy(t.Name+": policy "+p.Name, p, out)
		bound := 0
		for _, b := range bindings {
			if b.Spec.PolicyName == p.Name {
				bound++
				t.checkPolicyBinding(b, out)
			}
		}
		if bound != 1 {
			out.add("%s: policy %s has %d bindings", t.Name, p.Name, bound)
		}
	}
	for _, b := range bindings {
		if !slices.ContainsFunc(policies, func(p *admissionv1.ValidatingAdmissionPolicy) bool { return p.Name == b.Spec.PolicyName }) {
			out.add("%s: binding %s is of no policy", t.Name, b.Name)
		}
	}
	if !t.production() {
		return
	}
	for name, duty := range duties {
		if name == "namespace-labels" && len(t.Granted) > 0 {
			continue // administrators make the namespaces, and nobody else can change them
		}
		i := slices.IndexFunc(policies, func(p *admissionv1.ValidatingAdmissionPolicy) bool {
			return strings.HasSuffix(p.Name, "-"+name+"."+t.environment)
		})
		if i < 0 {
			out.add("%s: no policy judges %s", t.Name, name)
			continue
		}
		covered := coverage(policies[i])
		for _, request := range duty {
			if !slices.Contains(covered, request) {
				out.add("%s: policy %s does not see %s", t.Name, policies[i].Name, request)
			}
		}
	}
}

// coverage lists the requests that a policy sees.
func coverage(p *admissionv1.ValidatingAdmissionPolicy) []string {
	var found []string
	if p.Spec.MatchConstraints == nil {
		return nil
	}
	for _, r := range p.Spec.MatchConstraints.ResourceRules {
		for _, operation := range r.Operations {
			for _, group := range r.APIGroups {
				for _, resource := range r.Resources {
					if slices.Contains(r.APIVersions, "v1") {
						found = append(found, string(operation)+" "+group+"/"+resource)
					}
				}
			}
		}
	}
	return found
}

func checkPolicy(at string, p *admissionv1.ValidatingAdmissionPolicy, out *report) {
	s := p.Spec
	if ptr.Deref(s.FailurePolicy, "") != admissionv1.Fail {
		out.add("%s lets pass what it cannot judge", at)
	}
	if s.MatchConstraints == nil || ptr.Deref(s.MatchConstraints.MatchPolicy, "") != admissionv1.Equivalent {
		out.add("%s does not see other versions of the same objects", at)
	}
	if len(s.Validations) == 0 {
		out.add("%s judges nothing", at)
	}
	var expressions []string
	for _, v := range s.Validations {
		if v.Expression == "" || v.MessageExpression == "" && v.Message == "" {
			out.add("%s refuses without a word", at)
		}
		expressions = append(expressions, v.Expression, v.MessageExpression)
	}
	for _, c := range s.MatchConditions {
		if c.Name == "" || c.Expression == "" {
			out.add("%s: an empty condition", at)
		}
		expressions = append(expressions, c.Expression)
	}
	for _, a := range s.AuditAnnotations {
		if a.Key == "" || a.ValueExpression == "" {
			out.add("%s: an empty audit annotation", at)
		}
		expressions = append(expressions, a.ValueExpression)
	}
	defined := map[string]bool{}
	for _, v := range s.Variables {
		if v.Name == "" || v.Expression == "" || defined[v.Name] {
			out.add("%s: variable %q", at, v.Name)
		}
		defined[v.Name] = true
		expressions = append(expressions, v.Expression)
	}
	for _, name := range variable.FindAllStringSubmatch(strings.Join(expressions, "\n"), -1) {
		if !defined[name[1]] {
			out.add("%s: nobody defines the variable %s", at, name[1])
		}
	}
}

var variable = regexp.MustCompile(`variables\.(\w+)`)

// checkPolicyBinding wants a binding to select the environment of the target, and nothing
// without it, and to leave a trace of what it finds.
func (t *target) checkPolicyBinding(b *admissionv1.ValidatingAdmissionPolicyBinding, out *report) {
	selected := ""
	if m := b.Spec.MatchResources; m != nil && m.NamespaceSelector != nil {
		selected = m.NamespaceSelector.MatchLabels["env"]
	} else if m != nil && m.ObjectSelector != nil {
		selected = m.ObjectSelector.MatchLabels["env"]
	}
	if selected == "" || selected != b.Labels["env"] {
		out.add("%s: binding %s is in force in other environments", t.Name, b.Name)
	}
	actions := b.Spec.ValidationActions
	if !slices.Contains(actions, admissionv1.Audit) || !slices.Contains(actions, admissionv1.Deny) && !slices.Contains(actions, admissionv1.Warn) {
		out.add("%s: binding %s neither refuses nor warns, or leaves no trace", t.Name, b.Name)
	}
}
