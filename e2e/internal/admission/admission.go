// Package admission asks the API server's own admission plugin what it makes of a
// request: with the policies, bindings and namespaces of a generated repository, in
// process, without a cluster.
package admission

import (
	"context"
	"fmt"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta/testrestmapper"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/initializer"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/util/compatibility"
	"k8s.io/apiserver/pkg/warning"
	dynamic "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/cache"
	"k8s.io/component-base/featuregate"
)

// Server is the part of an API server that decides about requests.
type Server struct {
	plugin *validating.Plugin
	stop   chan struct{}
}

// patience is how long a server may take to read its policies.
const patience = 30 * time.Second

// Start makes a server with policies and bindings, and with namespaces that have labels.
func Start(policies []runtime.Object, namespaces map[string]map[string]string) (*Server, error) {
	plugin, err := validating.NewPlugin(nil)
	if err != nil {
		return nil, err
	}
	objects := policies
	for _, o := range objects {
		complete(o)
	}
	for name, labels := range namespaces {
		objects = append(objects, Namespace(name, labels))
	}
	client := fake.NewClientset(objects...)
	shared := informers.NewSharedInformerFactory(client, 0)
	s := &Server{plugin: plugin, stop: make(chan struct{})}
	mapper := testrestmapper.TestOnlyStaticRESTMapper(clientscheme.Scheme)
	initializer.New(client, dynamic.NewSimpleDynamicClient(clientscheme.Scheme), shared,
		authorizerfactory.NewAlwaysDenyAuthorizer(), featuregate.NewFeatureGate(),
		compatibility.DefaultBuildEffectiveVersion(), s.stop, mapper).Initialize(plugin)
	err = plugin.ValidateInitialization()
	if err != nil {
		return nil, fmt.Errorf("start the plugin: %w", err)
	}
	shared.Start(s.stop)
	shared.WaitForCacheSync(s.stop)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if !cache.WaitForCacheSync(ctx.Done(), plugin.WaitForReady) {
		return nil, fmt.Errorf("the plugin is not ready after %s", patience)
	}
	return s, nil
}

// complete fills in what the API server does when it stores a policy or a binding.
func complete(o runtime.Object) {
	var resources *admissionv1.MatchResources
	switch o := o.(type) {
	case *admissionv1.ValidatingAdmissionPolicy:
		resources = o.Spec.MatchConstraints
	case *admissionv1.ValidatingAdmissionPolicyBinding:
		resources = o.Spec.MatchResources
	}
	if resources == nil {
		return
	}
	equivalent := admissionv1.Equivalent
	if resources.MatchPolicy == nil {
		resources.MatchPolicy = &equivalent
	}
	for _, selector := range []**metav1.LabelSelector{&resources.NamespaceSelector, &resources.ObjectSelector} {
		if *selector == nil {
			*selector = &metav1.LabelSelector{}
		}
	}
}

// Stop ends the server.
func (s *Server) Stop() { close(s.stop) }

// Namespace is a namespace with labels.
func Namespace(name string, labels map[string]string) *corev1.Namespace {
	return &corev1.Namespace{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
	}
}

// Request is what somebody asks of the server.
type Request struct {
	User   string
	Groups []string
	// Resource that is written, with its subresource if it is one.
	Resource    schema.GroupVersionResource
	Subresource string
	Namespace   string
	Name        string
	// Old is what is there, New what is to be there; without Old it is created. Both are
	// of their versions' types.
	Old, New runtime.Object
	// Connect says that New holds options of a connection.
	Connect bool
}

func (r Request) operation() admission.Operation {
	switch {
	case r.Connect:
		return admission.Connect
	case r.Old != nil:
		return admission.Update
	}
	return admission.Create
}

// Answer is what the server makes of a request.
type Answer struct {
	// Refusal is the error that the person sees; nil when the request passes.
	Refusal  error
	Warnings []string
	// Audit holds the annotations of the audit event.
	Audit map[string]string
}

// Ask asks the server.
func (s *Server) Ask(r Request) Answer {
	who := &user.DefaultInfo{Name: r.User, Groups: r.Groups}
	kind := r.New.GetObjectKind().GroupVersionKind()
	answer := Answer{Audit: map[string]string{}}
	attributes := &recorded{admission.NewAttributesRecord(r.New, r.Old, kind, r.Namespace, r.Name, r.Resource,
		r.Subresource, r.operation(), nil, false, who), answer.Audit}
	warnings := &recorder{}
	ctx := warning.WithWarningRecorder(context.Background(), warnings)
	answer.Refusal = s.plugin.Validate(ctx, attributes, admission.NewObjectInterfacesFromScheme(clientscheme.Scheme))
	answer.Warnings = *warnings
	return answer
}

// recorded keeps the annotations that a request gets.
type recorded struct {
	admission.Attributes
	audit map[string]string
}

func (a *recorded) AddAnnotation(key, value string) error {
	a.audit[key] = value
	return a.Attributes.AddAnnotation(key, value)
}

// recorder keeps warnings.
type recorder []string

func (r *recorder) AddWarning(_, text string) { *r = append(*r, text) }
