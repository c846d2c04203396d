package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/cel/environment"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/admission"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// argoController is who creates the objects of Applications.
const argoController = "system:serviceaccount:argocd:argocd-application-controller"

// policyVerdicts are what the policies of a cluster make of its objects.
type policyVerdicts struct {
	policies []*kept[admissionregistrationv1.ValidatingAdmissionPolicy]
	bindings []*kept[admissionregistrationv1.ValidatingAdmissionPolicyBinding]
	all      []policyVerdict
}

// kept is an object of a Go type with its place.
type kept[T any] struct {
	*repo.Object
	typed    *T
	mistakes []admission.Mistake
}

// policyVerdict is a decision about an object, or about something that a controller makes of it.
type policyVerdict struct {
	object *repo.Object
	admission.Decision
	// made is the kind of what a controller makes; empty for the object itself.
	made string
}

// judgePolicies asks the policies of a cluster about all of its objects.
func (c *cluster) judgePolicies() *policyVerdicts {
	v := &policyVerdicts{
		policies: decoded[admissionregistrationv1.ValidatingAdmissionPolicy](c, "ValidatingAdmissionPolicy"),
		bindings: decoded[admissionregistrationv1.ValidatingAdmissionPolicyBinding](c, "ValidatingAdmissionPolicyBinding"),
	}
	if len(v.policies) == 0 {
		return v
	}
	kinds := admission.NewKinds(c.customKinds())
	server := &admission.Server{Kinds: kinds, Policies: v.compile(), Namespaces: c.knownNamespaces(), Params: c.params(kinds)}
	beside := c.besidePolicies(v)
	for _, o := range c.objects {
		c.quiet.unless(markOf(beside[:], []byte(o.Home()), o.Digest[:]), func() bool {
			found := c.ask(server, o)
			v.all = append(v.all, found...)
			return len(found) == 0
		})
	}
	return v
}

// besidePolicies is a hash of what policies read beside the object that they judge: themselves and their bindings,
// parameters, namespaces, limit ranges, and which kinds there are.
func (c *cluster) besidePolicies(v *policyVerdicts) mark {
	params := map[schema.GroupVersionKind]bool{}
	for _, p := range v.policies {
		if kind := p.typed.Spec.ParamKind; kind != nil {
			params[schema.FromAPIVersionAndKind(kind.APIVersion, kind.Kind)] = true
		}
	}
	texts := [][]byte{[]byte("policies")}
	for _, o := range c.objects {
		kinds := o.Group() == admissionregistrationv1.GroupName || o.Kind == "CustomResourceDefinition" || o.Kind == "LimitRange"
		if kinds || params[schema.FromAPIVersionAndKind(o.APIVersion, o.Kind)] {
			texts = append(texts, []byte(o.Home()), o.Digest[:])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.made)) {
		// Maps are printed in the order of their keys.
		texts = append(texts, fmt.Appendf(nil, "%q %q %q", name, c.made[name].labels, c.made[name].annotations))
	}
	return markOf(texts...)
}

// decoded are the objects of a kind of the admission API, of whatever version: their fields are the same.
func decoded[T any](c *cluster, kind string) []*kept[T] {
	var found []*kept[T]
	for _, o := range c.objects {
		if o.Kind != kind || o.Group() != admissionregistrationv1.GroupName {
			continue
		}
		s := &kept[T]{Object: o, typed: new(T)}
		if yaml.Unmarshal(o.YAML, s.typed) == nil {
			found = append(found, s)
		}
	}
	return found
}

// policyEnvironment is the environment of the API server's expressions. Making it costs as much
// as evaluating a thousand of them.
var policyEnvironment = sync.OnceValue(func() *environment.EnvSet {
	return environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
})

// compile compiles the policies and gives each its bindings.
func (v *policyVerdicts) compile() []*admission.Policy {
	var all []*admission.Policy
	for _, s := range v.policies {
		p, err := admission.Compile(policyEnvironment(), s.typed)
		if err != nil {
			panic("the environment of policies: " + err.Error())
		}
		s.mistakes = p.Mistakes
		for _, b := range v.bindings {
			if b.typed.Spec.PolicyName == s.Name && len(admission.BindingMistakes(b.typed)) == 0 {
				p.Bind(b.typed)
			}
		}
		all = append(all, p)
	}
	return all
}

// knownNamespaces are the namespaces that the repository makes.
func (c *cluster) knownNamespaces() map[string]*corev1.Namespace {
	known := map[string]*corev1.Namespace{}
	for name, n := range c.made {
		known[name] = &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: n.labels, Annotations: n.annotations}}
	}
	return known
}

// customKinds are those of the cluster's custom resource definitions.
func (c *cluster) customKinds() map[schema.GroupKind]admission.Custom {
	found := map[schema.GroupKind]admission.Custom{}
	for _, o := range c.objects {
		if o.Kind != "CustomResourceDefinition" {
			continue
		}
		var definition struct {
			Spec struct {
				Group, Scope string
				Names        struct{ Kind, Plural string }
				Versions     []struct {
					Name   string
					Served bool
				}
			}
		}
		if yaml.Unmarshal(o.YAML, &definition) != nil {
			continue
		}
		s := definition.Spec
		custom := admission.Custom{Plural: s.Names.Plural, Namespaced: s.Scope == "Namespaced"}
		for _, version := range s.Versions {
			if version.Served {
				custom.Versions = append(custom.Versions, version.Name)
			}
		}
		found[schema.GroupKind{Group: s.Group, Kind: s.Names.Kind}] = custom
	}
	return found
}

// params decodes the objects of a kind when a policy first asks for them.
func (c *cluster) params(kinds *admission.Kinds) func(schema.GroupVersionKind) []runtime.Object {
	known := map[schema.GroupVersionKind][]runtime.Object{}
	return func(kind schema.GroupVersionKind) []runtime.Object {
		if found, ok := known[kind]; ok {
			return found
		}
		known[kind] = nil
		for _, o := range c.objects {
			if schema.FromAPIVersionAndKind(o.APIVersion, o.Kind) != kind {
				continue
			}
			if decoded, err := c.decode(kinds, o); err == nil {
				known[kind] = append(known[kind], decoded)
			}
		}
		return known[kind]
	}
}

// decode makes the Go value of an object in its namespace.
func (c *cluster) decode(kinds *admission.Kinds, o *repo.Object) (runtime.Object, error) {
	kind := schema.FromAPIVersionAndKind(o.APIVersion, o.Kind)
	decoded, err := kinds.Decode(kind, o.YAML)
	if err != nil {
		return nil, err
	}
	decoded.(metav1.Object).SetNamespace(spaceOf(kinds, kind, o))
	return decoded, nil
}

// spaceOf is the namespace of an object; empty for a kind that stands in none.
func spaceOf(kinds *admission.Kinds, kind schema.GroupVersionKind, o *repo.Object) string {
	if namespaced, known := kinds.Namespaced(kind); known && !namespaced {
		return ""
	}
	return o.Home()
}

// ask asks about an object and about what controllers make of it. A policy that says the same
// of both is reported once.
func (c *cluster) ask(server *admission.Server, o *repo.Object) []policyVerdict {
	kind := schema.FromAPIVersionAndKind(o.APIVersion, o.Kind)
	if !server.Concerns(kind) && !slices.ContainsFunc(admission.Makes(kind), server.Concerns) {
		return nil
	}
	object, err := c.decode(server.Kinds, o)
	if err != nil {
		return nil // the rules of schemas say what is wrong with it
	}
	space := object.(metav1.Object).GetNamespace()
	if o.Kind == "Namespace" && o.APIVersion == "v1" {
		space = o.Name
	}
	requests := []admission.Request{{Object: object, Namespace: space, Name: o.Name, User: argoController, Groups: admission.ServiceAccountGroups("argocd")}}
	requests = append(requests, admission.Made(object, space, func(p *corev1.Pod) { admission.Finish(p, c.limitRanges(space)) })...)
	if pod, ok := object.(*corev1.Pod); ok {
		admission.Finish(pod, c.limitRanges(space))
	}
	var found []policyVerdict
	said := map[string]bool{}
	for i, request := range requests {
		made := ""
		if i > 0 {
			made = request.Object.GetObjectKind().GroupVersionKind().Kind
		}
		for _, d := range server.Ask(request) {
			if key := d.Policy + "\n" + d.Binding + "\n" + d.Message + d.Unknown; !said[key] {
				said[key] = true
				found = append(found, policyVerdict{o, d, made})
			}
		}
	}
	return found
}

// limitRanges are those of a namespace.
func (c *cluster) limitRanges(space string) []*corev1.LimitRange { return c.ranges()[space] }

func (c *cluster) readLimitRanges() map[string][]*corev1.LimitRange {
	found := map[string][]*corev1.LimitRange{}
	for _, o := range c.objects {
		if typed, ok := o.Typed.(*corev1.LimitRange); ok {
			found[o.Home()] = append(found[o.Home()], typed)
		}
	}
	return found
}

// subject names what a policyVerdict is about.
func (v policyVerdict) subject() string {
	switch v.made {
	case "":
		return "the " + v.object.Kind
	case "Pod":
		return "its pods"
	}
	return "the " + v.made + " that its controller makes"
}

// quote puts names into quotation marks.
func quote(names ...string) string { return `"` + strings.Join(names, `", "`) + `"` }
