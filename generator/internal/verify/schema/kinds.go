// Package schema judges single objects as the API server does before it stores them: are there
// such kinds, such fields and such values? Built-in kinds are judged by the Go types of
// k8s.io/api, custom resources by their definitions, with the API server's own code.
package schema

import (
	"reflect"
	"sync"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	resourcev1 "k8s.io/api/resource/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// builtin holds the kinds of the stable API groups. It is made once and read only.
var builtin = sync.OnceValue(func() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		admissionv1.AddToScheme, appsv1.AddToScheme, autoscalingv1.AddToScheme, autoscalingv2.AddToScheme, batchv1.AddToScheme,
		certificatesv1.AddToScheme, coordinationv1.AddToScheme, corev1.AddToScheme, discoveryv1.AddToScheme, eventsv1.AddToScheme,
		flowcontrolv1.AddToScheme, networkingv1.AddToScheme, nodev1.AddToScheme, policyv1.AddToScheme, rbacv1.AddToScheme,
		resourcev1.AddToScheme, schedulingv1.AddToScheme, storagev1.AddToScheme, apiextensionsv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			panic("schema: the types of k8s.io/api register twice: " + err.Error())
		}
	}
	return scheme
})

// Kinds are the kinds of the stable API groups with their Go types, for reading only.
func Kinds() *runtime.Scheme { return builtin() }

// New makes a pointer to the Go value of a built-in kind; nil when k8s.io/api has no stable one.
func New(apiVersion, kind string) any {
	object, err := builtin().New(schema.FromAPIVersionAndKind(apiVersion, kind))
	if err != nil {
		return nil
	}
	return object
}

// IsBuiltin reports whether a value is one that New makes.
func IsBuiltin(value any) bool {
	object, isObject := value.(runtime.Object)
	if !isObject {
		return false
	}
	_, _, err := builtin().ObjectKinds(object)
	return err == nil
}

// typeOf is the Go type of a built-in kind.
func typeOf(value any) reflect.Type { return reflect.TypeOf(value).Elem() }
