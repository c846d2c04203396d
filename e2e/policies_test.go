package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	celenvironment "k8s.io/apiserver/pkg/cel/environment"
	"sigs.k8s.io/yaml"

	oracle "github.com/wavewright/wavewright/generator/e2e/internal/admission"
	"github.com/wavewright/wavewright/generator/internal/verify/admission"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// mutants is how many changed objects of a target both servers are asked about.
const mutants = 150

// TestPoliciesAgree compares what verify says of requests with what the API server's own
// plugin says: the policies of each case and some more, all objects, and changes of them.
func TestPoliciesAgree(t *testing.T) {
	more := additional(t)
	asked, refused := 0, 0
	forEach(t, func(t *testing.T, c *testCase) {
		for _, e := range c.repo.Environments {
			for _, target := range e.Targets {
				p := newPair(t, target, more)
				for _, o := range p.requests(target.Objects()) {
					asked++
					if p.compare(t, o) {
						refused++
					}
				}
			}
		}
	})
	t.Logf("%d requests, of which %d were refused or recorded", asked, refused)
	if refused < asked/10 || refused > asked*9/10 {
		t.Errorf("%d of %d requests: most answers are alike", refused, asked)
	}
}

// base is the environment of the API server's expressions.
var base = sync.OnceValue(func() *celenvironment.EnvSet {
	return celenvironment.MustBaseEnvSet(celenvironment.DefaultCompatibilityVersion())
})

// additional are the objects of testdata/policies.yaml.
func additional(t *testing.T) []*repo.Object {
	text, err := os.ReadFile("testdata/policies.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects, err := repo.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// pair is a server of verify and one of the API server, with the same policies.
type pair struct {
	kinds  *admission.Kinds
	verify *admission.Server
	oracle *oracle.Server
	random *rand.Rand
}

func newPair(t *testing.T, target *repo.Target, more []*repo.Object) *pair {
	kinds := admission.NewKinds(nil)
	spaces := map[string]map[string]string{"policies": {}}
	for _, d := range target.Applications {
		if name := d.Spec.Destination.Namespace; name != "" {
			spaces[name] = map[string]string{}
			if managed := d.Spec.SyncPolicy.ManagedNamespaceMetadata; managed != nil {
				spaces[name] = managed.Labels
			}
		}
	}
	known := map[string]*corev1.Namespace{}
	for name, labels := range spaces {
		labels = maps.Clone(labels)
		labels[corev1.LabelMetadataName] = name
		spaces[name], known[name] = labels, oracle.Namespace(name, labels)
	}
	p := &pair{kinds: kinds, random: rand.New(rand.NewPCG(1, 2))}
	p.verify = &admission.Server{Kinds: kinds, Namespaces: known}
	var all []runtime.Object
	params := map[schema.GroupVersionKind][]runtime.Object{}
	for _, o := range slices.Concat(target.Objects(), more) {
		switch typed := o.Typed.(type) {
		case *admissionv1.ValidatingAdmissionPolicy:
			compiled, err := admission.Compile(base(), typed)
			if err != nil || len(compiled.Mistakes) > 0 {
				t.Fatal(typed.Name, err, compiled.Mistakes)
			}
			p.verify.Policies, all = append(p.verify.Policies, compiled), append(all, typed.DeepCopy())
			for _, b := range repo.Typed[admissionv1.ValidatingAdmissionPolicyBinding](slices.Concat(target.Objects(), more)) {
				if b.Spec.PolicyName == typed.Name {
					compiled.Bind(b)
					all = append(all, b.DeepCopy())
				}
			}
		case *corev1.ConfigMap:
			if o.Namespace == "policies" {
				gvk := corev1.SchemeGroupVersion.WithKind("ConfigMap")
				params[gvk], all = append(params[gvk], typed), append(all, typed.DeepCopy())
			}
		}
	}
	p.verify.Params = func(kind schema.GroupVersionKind) []runtime.Object { return params[kind] }
	var err error
	p.oracle, err = oracle.Start(all, spaces)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.oracle.Stop)
	return p
}

// requests are those for all objects that have a Go type, and for some changes of them.
func (p *pair) requests(objects []*repo.Object) []admission.Request {
	var all []admission.Request
	var documents []map[string]any
	for _, o := range objects {
		var document map[string]any
		if yaml.Unmarshal(o.YAML, &document) == nil {
			all = append(all, p.request(document)...)
			documents = append(documents, document)
		}
	}
	for range mutants {
		if len(documents) == 0 {
			break
		}
		all = append(all, p.request(p.mutate(documents[p.random.IntN(len(documents))]))...)
	}
	return all
}

// request makes the requests of a document: for the object and what controllers make of it.
func (p *pair) request(document map[string]any) []admission.Request {
	encoded, err := json.Marshal(document)
	if err != nil {
		return nil
	}
	o, err := repo.NewObject(encoded, repo.Origin{})
	if err != nil || o == nil {
		return nil
	}
	kind := schema.FromAPIVersionAndKind(o.APIVersion, o.Kind)
	decoded, err := p.kinds.Decode(kind, encoded)
	if err != nil {
		return nil
	}
	if _, known := p.kinds.Namespaced(kind); !known {
		return nil // the plugin's types are those of Kubernetes
	}
	first := admission.Request{Object: decoded, Namespace: o.Namespace, Name: o.Name, User: argocd, Groups: admission.ServiceAccountGroups("argocd")}
	return append([]admission.Request{first}, admission.Made(decoded, o.Namespace, func(*corev1.Pod) {})...)
}

// mutate changes one field of a copy: it is gone, or has another value.
func (p *pair) mutate(document map[string]any) map[string]any {
	encoded, _ := json.Marshal(document)
	var copied map[string]any
	if json.Unmarshal(encoded, &copied) != nil {
		return document
	}
	var at any = copied
	for {
		switch node := at.(type) {
		case map[string]any:
			keys := slices.Sorted(maps.Keys(node))
			if len(keys) == 0 {
				return copied
			}
			key := keys[p.random.IntN(len(keys))]
			if key == "apiVersion" || key == "kind" || key == "namespace" {
				continue
			}
			if leaf(node[key]) || p.random.IntN(6) == 0 {
				node[key] = p.other(node[key])
				if node[key] == nil {
					delete(node, key)
				}
				return copied
			}
			at = node[key]
		case []any:
			if len(node) == 0 {
				return copied
			}
			i := p.random.IntN(len(node))
			if leaf(node[i]) {
				if node[i] = p.other(node[i]); node[i] == nil {
					node[i] = ""
				}
				return copied
			}
			at = node[i]
		default:
			return copied
		}
	}
}

func leaf(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// other is another value of a type; nil takes the field away.
func (p *pair) other(value any) any {
	switch value := value.(type) {
	case bool:
		return !value
	case float64:
		return value + float64(p.random.IntN(5))
	case string:
		return []any{nil, "", value + "x", "docker.io/other:latest", "true", "prod", "LoadBalancer"}[p.random.IntN(7)]
	}
	return nil
}

// compare asks both and wants the same answer. It reports whether somebody objects.
func (p *pair) compare(t *testing.T, r admission.Request) bool {
	gvk := r.Object.GetObjectKind().GroupVersionKind()
	answer := p.oracle.Ask(oracle.Request{
		User: r.User, Groups: r.Groups, Resource: p.kinds.Resource(gvk), Namespace: r.Namespace, Name: r.Name, New: r.Object,
	})
	decisions := p.verify.Ask(r)
	got, want := describeDecisions(decisions), describeAnswer(t, answer)
	name := fmt.Sprintf("%s %s/%s", gvk.Kind, r.Namespace, r.Object.(metav1.Object).GetName())
	if !slices.Equal(got, want) {
		t.Errorf("%s: verify says\n%s\nthe API server says\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	denied := slices.ContainsFunc(decisions, admission.Decision.Denies)
	if denied != (answer.Refusal != nil) {
		t.Errorf("%s: verify denies: %v, the API server says: %v", name, denied, answer.Refusal)
	}
	return len(want) > 0
}

// describeDecisions are the failures and warnings that decisions lead to.
func describeDecisions(all []admission.Decision) []string {
	var lines []string
	for _, d := range all {
		if d.Unknown != "" {
			lines = append(lines, "unknown: "+d.Unknown)
		}
		if slices.Contains(d.Actions, admissionv1.Audit) {
			lines = append(lines, fmt.Sprintf("%s/%s: %s", d.Policy, d.Binding, d.Message))
		}
		if slices.Contains(d.Actions, admissionv1.Warn) {
			lines = append(lines, fmt.Sprintf("Validation failed for ValidatingAdmissionPolicy '%s' with binding '%s': %s", d.Policy, d.Binding, d.Message))
		}
	}
	slices.Sort(lines)
	return lines
}

// describeAnswer are the failures that the API server records, and its warnings.
func describeAnswer(t *testing.T, a oracle.Answer) []string {
	var lines []string
	if text := a.Audit["validation.policy.admission.k8s.io/validation_failure"]; text != "" {
		var failures []struct{ Message, Policy, Binding string }
		if err := json.Unmarshal([]byte(text), &failures); err != nil {
			t.Fatal(err)
		}
		for _, f := range failures {
			lines = append(lines, fmt.Sprintf("%s/%s: %s", f.Policy, f.Binding, f.Message))
		}
	}
	lines = append(lines, a.Warnings...)
	slices.Sort(lines)
	return lines
}
