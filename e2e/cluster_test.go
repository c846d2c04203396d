package e2e

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/e2e/internal/schemas"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// apiServer is the API server of all tests, with the kinds that generated repositories use.
// TestMain stops it.
var apiServer = sync.OnceValues(func() (*cluster.Server, error) {
	etcd, err := etcd()
	if err != nil {
		return nil, err
	}
	apiserver, err := apiserver()
	if err != nil {
		return nil, err
	}
	s, err := cluster.Start(cluster.Options{Etcd: etcd, APIServer: apiserver})
	if err != nil {
		return nil, err
	}
	stopAPIServer = s.Stop
	return s, define(s)
})

// stopAPIServer ends the API server if a test has asked for it.
var stopAPIServer = func() {}

// define gives the server the kinds that generated repositories use, and waits until it
// serves them.
func define(s *cluster.Server) error {
	definitions, err := schemas.Definitions()
	if err != nil {
		return err
	}
	var objects []*repo.Object
	for _, definition := range definitions {
		parsed, err := repo.Parse(definition)
		if err != nil {
			return err
		}
		objects = append(objects, parsed...)
	}
	for _, o := range objects {
		answer, err := apply(s, o, "", "")
		if err != nil || !answer.OK() {
			return fmt.Errorf("define %s: %s: %w", o.Name, answer.Message(), err)
		}
	}
	for _, o := range objects {
		err = served(s, o)
		if err != nil {
			return err
		}
	}
	return nil
}

// served waits until the server serves a kind.
func served(s *cluster.Server, definition *repo.Object) error {
	path, err := s.Path(definition.APIVersion, definition.Kind, "", definition.Name)
	if err != nil {
		return err
	}
	return eventually(func() (bool, error) {
		answer, err := s.Ask(cluster.Request{Method: http.MethodGet, Path: path})
		return strings.Contains(string(answer.Body), `"type":"Established"`), err
	})
}

// eventually asks until the answer is yes.
func eventually(ask func() (bool, error)) error {
	const patience = time.Minute
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		yes, err := ask()
		if yes || err != nil {
			return err
		}
	}
	return fmt.Errorf("it has not come about after %s", patience)
}

// apply applies an object as Argo CD does, as a user, in a namespace if it has none.
func apply(s *cluster.Server, o *repo.Object, user, namespace string) (cluster.Answer, error) {
	path, err := s.Path(o.APIVersion, o.Kind, cmp.Or(o.Namespace, namespace), o.Name)
	if err != nil {
		return cluster.Answer{}, err
	}
	return s.Ask(cluster.Request{
		Method: http.MethodPatch, Path: path, User: user, Type: cluster.Apply, Body: o.YAML,
		Query: url.Values{"fieldManager": {"argocd-controller"}, "force": {"true"}, "fieldValidation": {"Strict"}},
	})
}

// site is a cluster of a case: the API server, which has nothing else in it until the test
// of that cluster ends.
type site struct {
	t *testing.T
	*cluster.Server
	// fault is told what the server makes of the case that it should not.
	fault func(format string, args ...any)
	// argocd is the user that Argo CD is.
	argocd string
	// applied are the objects in it, by their paths, in order.
	applied []applied
}

// applied is an object in the cluster.
type applied struct {
	*repo.Object
	namespace, path string
}

// needsAPIServer skips a test where there is no API server. Each test with one asks first.
func needsAPIServer(t *testing.T) {
	t.Helper()
	if !cluster.Runs {
		t.Skip("the API server needs Linux, whose kernel ends it when the test is killed")
	}
	if os.Getenv("WAVEWRIGHT_NIGHTLY") == "" {
		t.Skip("building the API server takes long: set WAVEWRIGHT_NIGHTLY=1, as task nightly does")
	}
}

// newSite returns an empty cluster.
func newSite(t *testing.T, argocd string) *site {
	t.Helper()
	s, err := apiServer()
	if err != nil {
		t.Fatal(err)
	}
	p := &site{t: t, Server: s, fault: t.Errorf, argocd: argocd}
	t.Cleanup(p.empty)
	return p
}

// ask sends a request that the server must be able to answer.
func (p *site) ask(r cluster.Request) cluster.Answer {
	p.t.Helper()
	answer, err := p.Ask(r)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer
}

// apply applies objects; each must be taken without a warning.
func (p *site) apply(namespace string, objects ...*repo.Object) {
	p.t.Helper()
	for _, o := range objects {
		path, err := p.Path(o.APIVersion, o.Kind, cmp.Or(o.Namespace, namespace), o.Name)
		if err != nil {
			p.fault("%s: %v", o, err)
			continue
		}
		answer, err := apply(p.Server, o, p.argocd, namespace)
		if err != nil {
			p.t.Fatal(err)
		}
		p.granted("apply "+path, answer)
		known := slices.ContainsFunc(p.applied, func(other applied) bool { return other.path == path })
		if answer.OK() && !known {
			p.applied = append(p.applied, applied{o, namespace, path})
		}
		p.start(path, o)
	}
}

// granted wants a request to have been granted without a warning.
func (p *site) granted(what string, answer cluster.Answer) {
	p.t.Helper()
	if !answer.OK() {
		p.fault("%s: %s", what, answer.Message())
	}
	for _, warning := range answer.Warnings {
		p.fault("%s: warning: %s", what, warning)
	}
}

// start gives an object the first status that a controller would. Until a quota has one, the
// server refuses everything that it counts; it does not write the one of a claim until the
// claim is written again.
func (p *site) start(path string, o *repo.Object) {
	p.t.Helper()
	var status any
	switch typed := o.Typed.(type) {
	case *corev1.ResourceQuota:
		used := corev1.ResourceList{}
		for name := range typed.Spec.Hard {
			used[name] = resource.MustParse("0")
		}
		status = corev1.ResourceQuotaStatus{Hard: typed.Spec.Hard, Used: used}
	case *corev1.PersistentVolumeClaim:
		status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending}
	default:
		return
	}
	body := encode(p.t, map[string]any{"status": status})
	p.granted("start "+path, p.ask(cluster.Request{Method: http.MethodPatch, Path: path + "/status", Type: cluster.Merge, Body: body}))
}

// namespace makes a namespace with labels and what a controller puts into every one.
func (p *site) namespace(name string, labels map[string]string) {
	p.t.Helper()
	p.apply("", object(p.t, &corev1.Namespace{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
	}))
	p.apply(name, object(p.t, &corev1.ServiceAccount{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: metav1.ObjectMeta{Name: "default"},
	}))
}

// object is a value as the manifest of an object.
func object(t *testing.T, value any) *repo.Object {
	t.Helper()
	manifest, err := yaml.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := repo.Parse(manifest)
	if err != nil {
		t.Fatal(err)
	}
	return objects[0]
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// settled wants nothing to change when everything is applied again.
func (p *site) settled() {
	p.t.Helper()
	for _, o := range p.applied {
		before := version(p.t, p.ask(cluster.Request{Method: http.MethodGet, Path: o.path}))
		answer, err := apply(p.Server, o.Object, p.argocd, o.namespace)
		if err != nil {
			p.t.Fatal(err)
		}
		p.granted("apply again "+o.path, answer)
		if after := version(p.t, answer); before != after {
			p.fault("%s changes when it is applied again: %s", o.path, answer.Body)
		}
	}
}

func version(t *testing.T, answer cluster.Answer) string {
	t.Helper()
	var o struct{ Metadata metav1.ObjectMeta }
	err := json.Unmarshal(answer.Body, &o)
	if err != nil {
		t.Fatal(err)
	}
	return o.Metadata.ResourceVersion
}

// empty takes everything out of the cluster again. Kinds stay: all cases share them.
func (p *site) empty() {
	for _, o := range slices.Backward(p.applied) {
		if o.Kind == "CustomResourceDefinition" {
			continue
		}
		// A Job would stay until a controller has let its pods go.
		answer := p.ask(cluster.Request{Method: http.MethodDelete, Path: o.path, Query: url.Values{"propagationPolicy": {"Background"}}})
		if !answer.OK() {
			p.t.Fatalf("delete %s: %s", o.path, answer.Message())
		}
		if o.Kind == "Namespace" {
			p.finalize(o)
		}
	}
}

// finalize does the last thing that the namespace controller does.
func (p *site) finalize(namespace applied) {
	body := encode(p.t, map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": namespace.Name}, "spec": map[string]any{"finalizers": []string{}},
	})
	answer := p.ask(cluster.Request{Method: http.MethodPut, Path: namespace.path + "/finalize", Type: cluster.JSON, Body: body})
	if !answer.OK() {
		p.t.Fatalf("finalize %s: %s", namespace.path, answer.Message())
	}
}

// awaitPolicies waits until the server decides by the policies that there are now, and by no
// deleted one: it reads them every second. One more policy, the last to be made, shows that
// it has.
func (p *site) awaitPolicies() {
	p.t.Helper()
	name := "marker-" + strings.ToLower(rand.Text())
	p.apply("", marker(p.t, name)...)
	probe := encode(p.t, corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}})
	err := eventually(func() (bool, error) {
		answer, err := p.Ask(cluster.Request{
			Method: http.MethodPost, Path: "/api/v1/namespaces/default/configmaps", Type: cluster.JSON, Body: probe, Query: url.Values{"dryRun": {"All"}},
		})
		return strings.Contains(answer.Message(), "marker refuses"), err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// marker is a policy that refuses the ConfigMap of its name.
func marker(t *testing.T, name string) []*repo.Object {
	t.Helper()
	rule := admissionv1.NamedRuleWithOperations{}
	rule.Operations = []admissionv1.OperationType{admissionv1.Create}
	rule.APIGroups, rule.APIVersions, rule.Resources = []string{""}, []string{"v1"}, []string{"configmaps"}
	meta := metav1.ObjectMeta{Name: name}
	const version = "admissionregistration.k8s.io/v1"
	policy := &admissionv1.ValidatingAdmissionPolicy{
		TypeMeta: metav1.TypeMeta{APIVersion: version, Kind: "ValidatingAdmissionPolicy"}, ObjectMeta: meta,
		Spec: admissionv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{rule}},
			Validations:      []admissionv1.Validation{{Expression: "object.metadata.name != '" + name + "'", Message: "the marker refuses"}},
		},
	}
	binding := &admissionv1.ValidatingAdmissionPolicyBinding{
		TypeMeta: metav1.TypeMeta{APIVersion: version, Kind: "ValidatingAdmissionPolicyBinding"}, ObjectMeta: meta,
		Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{PolicyName: name, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny}},
	}
	return []*repo.Object{object(t, policy), object(t, binding)}
}
