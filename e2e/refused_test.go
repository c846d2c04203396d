package e2e

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/wavewright/wavewright/generator/e2e/internal/admission"
	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// offence is a request that a policy, named without its target, must not let pass in a
// namespace.
func offence(policy, namespace string) (admission.Request, error) {
	switch policy {
	case "images":
		return creates(deployment(image("ghcr.io/acme/web:latest")), namespace), nil
	case "resources":
		return creates(deployment(boundless), namespace), nil
	case "host-access":
		return creates(deployment(hosted), namespace), nil
	case "service-types":
		return creates(service(nodePort), namespace), nil
	case "pod-access":
		return connects("exec", namespace, admins), nil
	case "namespace-labels":
		r := relabels("jane", nil, map[string]string{"pod-security.kubernetes.io/enforce": "privileged"})
		r.Name = namespace
		return r, nil
	}
	return admission.Request{}, fmt.Errorf("nothing is known that the policy %s must refuse", policy)
}

// refuses wants each policy in the cluster to act on what it is for, as its binding says.
func (p *site) refuses() {
	p.t.Helper()
	for _, o := range p.applied {
		binding, ok := o.Typed.(*admissionv1.ValidatingAdmissionPolicyBinding)
		if !ok || strings.HasPrefix(o.Name, "marker-") {
			continue
		}
		namespace := p.chosen(binding)
		_, policy, _ := strings.Cut(binding.Spec.PolicyName, "-")
		policy, _, _ = strings.Cut(policy, ".")
		r, err := offence(policy, namespace)
		if err != nil || namespace == "" {
			p.fault("%s in namespace %q: %v", binding.Name, namespace, err)
			continue
		}
		answer := p.put(r, r.Name)
		message := strings.Join(answer.Warnings, "\n")
		if slices.Contains(binding.Spec.ValidationActions, admissionv1.Deny) {
			message = answer.Message()
		}
		if !strings.Contains(message, "'"+binding.Spec.PolicyName+"' with binding '"+binding.Name+"'") {
			p.fault("%s lets pass what it is for: %d %s", binding.Name, answer.Status, message)
		}
	}
}

// chosen is a namespace in the cluster that a binding selects.
func (p *site) chosen(binding *admissionv1.ValidatingAdmissionPolicyBinding) string {
	p.t.Helper()
	if binding.Spec.MatchResources == nil {
		return ""
	}
	chooses := cmp.Or(binding.Spec.MatchResources.NamespaceSelector, binding.Spec.MatchResources.ObjectSelector)
	selector, err := metav1.LabelSelectorAsSelector(chooses)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, o := range p.applied {
		if o.Kind == "Namespace" && selector.Matches(labels.Set(o.Labels)) {
			return o.Name
		}
	}
	return ""
}

// put asks the server what a request of the in-process tests asks, about an object of that
// name, and without keeping anything.
func (p *site) put(r admission.Request, name string) cluster.Answer {
	p.t.Helper()
	kind := r.New.GetObjectKind().GroupVersionKind()
	if r.Connect {
		kind.Kind = "Pod"
	}
	asked := cluster.Request{User: r.User, Groups: r.Groups, Type: cluster.JSON, Query: url.Values{"dryRun": {"All"}}}
	version, kindName := kind.ToAPIVersionAndKind()
	switch {
	case r.Connect:
		asked.Method, asked.Query = http.MethodPost, nil
	case r.Old != nil:
		asked.Method, asked.Body = http.MethodPut, named(p.t, r.New, name)
	default:
		asked.Method, asked.Body = http.MethodPost, named(p.t, r.New, name)
		name = ""
	}
	path, err := p.Path(version, kindName, r.Namespace, name)
	if err != nil {
		p.t.Fatal(err)
	}
	asked.Path = strings.TrimSuffix(path+"/"+r.Subresource, "/")
	return p.ask(asked)
}

// named encodes an object under a name.
func named(t *testing.T, o runtime.Object, name string) []byte {
	t.Helper()
	var fields map[string]any
	err := json.Unmarshal(encode(t, o), &fields)
	if err != nil {
		t.Fatal(err)
	}
	fields["metadata"].(map[string]any)["name"] = name
	return encode(t, fields)
}

// TestAPIServerDecidesAlike asks a real server all that TestAdmission asks the plugin in
// process.
func TestAPIServerDecidesAlike(t *testing.T) {
	needsAPIServer(t)
	p := newSite(t, "")
	for _, env := range []string{"prod", "staging", "dev"} {
		p.namespace(env, environment(env))
	}
	p.namespace(balancedNamespace, environment("prod"))
	p.namespace("other", nil)
	all := questions()
	for i, q := range all {
		p.prepare(q, questionName(q, i))
	}
	for _, o := range policies(namedCase(t, guarded), unchanged) {
		p.apply("", object(t, o))
	}
	p.awaitPolicies()
	// Labels of namespaces change last: the server may see old ones for a moment.
	for _, ofNamespaces := range []bool{false, true} {
		for i, q := range all {
			if ofNamespaces == (q.request.Namespace == "") {
				p.askLike(q, questionName(q, i))
			}
		}
	}
}

// TestAPIServerMissesTheToothless takes its demand from one policy: that one, and no other, must
// be said to let pass what it is for.
func TestAPIServerMissesTheToothless(t *testing.T) {
	needsAPIServer(t)
	p := newSite(t, "")
	for _, e := range namedCase(t, guarded).repo.Environments {
		p.namespace(e.Name, environment(e.Name))
	}
	toothless := func(policy *admissionv1.ValidatingAdmissionPolicy) {
		if policy.Name == "guarded-images.prod" {
			policy.Spec.Validations[0].Expression = "true"
		}
	}
	for _, o := range policies(namedCase(t, guarded), toothless) {
		p.apply("", object(t, o))
	}
	p.awaitPolicies()
	var faults []string
	p.fault = func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	p.refuses()
	if len(faults) != 1 || !strings.HasPrefix(faults[0], "guarded-images.prod lets pass") {
		t.Errorf("it is told of %q", faults)
	}
}

// questionName is the name of the object of a question: of its own where it would get into
// another's way.
func questionName(q question, i int) string {
	if q.request.Connect || q.request.Subresource != "" || q.request.Namespace == "" || q.request.Namespace == balancedNamespace {
		return q.request.Name
	}
	return fmt.Sprintf("%s-%d", q.request.Name, i)
}

// prepare makes what is there before the policies come.
func (p *site) prepare(q question, name string) {
	p.t.Helper()
	r := q.request
	if r.Old != nil && r.Namespace != "" {
		objects, err := repo.Parse(named(p.t, r.Old, name))
		if err != nil {
			p.t.Fatal(err)
		}
		p.apply(r.Namespace, objects...)
	}
}

// askLike asks a question as of a namespace with the labels that the question wants.
func (p *site) askLike(q question, name string) {
	p.t.Helper()
	r := q.request
	if r.Old != nil && r.Namespace == "" {
		p.relabel(name, r.Old)
		defer p.relabel(name, admission.Namespace(name, environment(name)))
	}
	answer := p.put(r, name)
	got := admission.Answer{Warnings: answer.Warnings}
	// A connection that is permitted comes to nothing: there is no node.
	denied := strings.Contains(answer.Message(), "ValidatingAdmissionPolicy")
	if denied || !answer.OK() && !r.Connect {
		got.Refusal = errors.New(answer.Message())
	}
	if wrong := q.wrong(got); wrong != "" {
		p.fault("%s: %s", q.name, wrong)
	}
}

// relabel gives a namespace the labels of another, as Argo CD.
func (p *site) relabel(name string, like runtime.Object) {
	p.t.Helper()
	answer := p.ask(cluster.Request{
		Method: http.MethodPut, Path: "/api/v1/namespaces/" + name, User: argocd, Type: cluster.JSON, Body: named(p.t, like, name),
	})
	if !answer.OK() {
		p.t.Fatalf("relabel %s: %s", name, answer.Message())
	}
}
