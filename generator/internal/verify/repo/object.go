package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	yamlstream "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Object is one Kubernetes object as it would reach the API server.
type Object struct {
	APIVersion, Kind, Namespace, Name string
	Labels, Annotations               map[string]string
	// YAML is the document. What was built in process has JSON, which is YAML too.
	YAML []byte
	// Origin is where the object stands in the repository, with the name that it has there.
	Origin
	// Application is what deploys the object; nil for what Argo CD itself reads.
	Application *Deployed
	// Malformed says why Typed could not be filled completely.
	Malformed error
	// Typed is the object as a pointer to its Go type, for the kinds that checks read;
	// nil for others.
	Typed any
}

// Origin is a place in the repository.
type Origin struct {
	// File is the path from the root of the repository.
	File string
	// Line counts from 1; 0 when only the file is known.
	Line int
	// Original is the name that the object has in the file, before Kustomize changed it.
	Original string
}

// String names the object in findings.
func (o *Object) String() string { return o.Kind + "/" + o.Name }

// Group is the API group.
func (o *Object) Group() string {
	group, _, found := strings.Cut(o.APIVersion, "/")
	if !found {
		return ""
	}
	return group
}

// Typed returns the objects of one Go type, in order.
func Typed[T any](objects []*Object) []*T {
	var found []*T
	for _, o := range objects {
		if typed, ok := o.Typed.(*T); ok {
			found = append(found, typed)
		}
	}
	return found
}

// newTyped makes the Go value of a kind. Every kind that carries pods must be here, or
// checks would pass it by.
func newTyped(apiVersion, kind string) any {
	switch apiVersion + " " + kind {
	case "v1 Namespace":
		return &corev1.Namespace{}
	case "v1 ConfigMap":
		return &corev1.ConfigMap{}
	case "v1 Service":
		return &corev1.Service{}
	case "v1 ServiceAccount":
		return &corev1.ServiceAccount{}
	case "v1 PersistentVolumeClaim":
		return &corev1.PersistentVolumeClaim{}
	case "v1 ResourceQuota":
		return &corev1.ResourceQuota{}
	case "v1 LimitRange":
		return &corev1.LimitRange{}
	case "v1 Pod":
		return &corev1.Pod{}
	case "v1 ReplicationController":
		return &corev1.ReplicationController{}
	case "apps/v1 ReplicaSet":
		return &appsv1.ReplicaSet{}
	case "apps/v1 Deployment":
		return &appsv1.Deployment{}
	case "apps/v1 StatefulSet":
		return &appsv1.StatefulSet{}
	case "apps/v1 DaemonSet":
		return &appsv1.DaemonSet{}
	case "batch/v1 Job":
		return &batchv1.Job{}
	case "batch/v1 CronJob":
		return &batchv1.CronJob{}
	case "autoscaling/v2 HorizontalPodAutoscaler":
		return &autoscalingv2.HorizontalPodAutoscaler{}
	case "policy/v1 PodDisruptionBudget":
		return &policyv1.PodDisruptionBudget{}
	case "networking.k8s.io/v1 NetworkPolicy":
		return &networkingv1.NetworkPolicy{}
	case "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy":
		return &admissionv1.ValidatingAdmissionPolicy{}
	case "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding":
		return &admissionv1.ValidatingAdmissionPolicyBinding{}
	case "node.k8s.io/v1 RuntimeClass":
		return &nodev1.RuntimeClass{}
	case "scheduling.k8s.io/v1 PriorityClass":
		return &schedulingv1.PriorityClass{}
	case "rbac.authorization.k8s.io/v1 Role":
		return &rbacv1.Role{}
	case "rbac.authorization.k8s.io/v1 RoleBinding":
		return &rbacv1.RoleBinding{}
	case "networking.k8s.io/v1 Ingress":
		return &networkingv1.Ingress{}
	case "gateway.networking.k8s.io/v1 HTTPRoute":
		return &HTTPRoute{}
	case "monitoring.coreos.com/v1 ServiceMonitor":
		return &ServiceMonitor{}
	case "monitoring.coreos.com/v1 PrometheusRule":
		return &PrometheusRule{}
	case "external-secrets.io/v1 ExternalSecret":
		return &ExternalSecret{}
	case "argoproj.io/v1alpha1 AppProject":
		return &AppProject{}
	case "argoproj.io/v1alpha1 ApplicationSet":
		return &ApplicationSet{}
	case "argoproj.io/v1alpha1 Application":
		return &Application{}
	}
	return nil
}

// Parse splits a stream of YAML documents into objects.
func Parse(stream []byte) ([]*Object, error) {
	var objects []*Object
	reader := yamlstream.NewYAMLReader(newReader(stream))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		o, err := parseOne(document)
		if err != nil {
			return nil, err
		}
		if o != nil {
			objects = append(objects, o)
		}
	}
}

// NewObject reads one object. A kind that has a Go type is decoded into it; fields that do
// not fit are in Malformed, and what is no object at all is an error.
func NewObject(document []byte, at Origin) (*Object, error) {
	o, err := header(document)
	if o == nil || err != nil {
		return nil, err
	}
	o.Origin, o.Typed = at, newTyped(o.APIVersion, o.Kind)
	if o.Typed != nil {
		o.Malformed = yaml.Unmarshal(document, o.Typed)
	}
	return o, nil
}

func parseOne(document []byte) (*Object, error) {
	o, err := header(document)
	if o == nil || err != nil {
		return nil, err
	}
	o.Typed = newTyped(o.APIVersion, o.Kind)
	if o.Typed != nil {
		err = yaml.Unmarshal(document, o.Typed)
		if err != nil {
			return nil, fmt.Errorf("decode %s: %w", o, err)
		}
	}
	return o, nil
}

// header reads what all kinds have; nil for a document that holds nothing.
func header(document []byte) (*Object, error) {
	var header struct {
		APIVersion, Kind string
		Metadata         struct {
			Namespace, Name     string
			Labels, Annotations map[string]string
		}
	}
	err := yaml.Unmarshal(document, &header)
	if err != nil {
		return nil, err
	}
	if header.Kind == "" {
		if len(bytes.TrimSpace(withoutComments(document))) > 0 {
			return nil, fmt.Errorf("a document without a kind: %s", document)
		}
		return nil, nil
	}
	return &Object{
		APIVersion: header.APIVersion, Kind: header.Kind,
		Namespace: header.Metadata.Namespace, Name: header.Metadata.Name, Labels: header.Metadata.Labels, Annotations: header.Metadata.Annotations,
		YAML: document,
	}, nil
}
