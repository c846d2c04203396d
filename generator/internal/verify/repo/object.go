package repo

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	yamlstream "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// Object is one Kubernetes object as it would reach the API server.
type Object struct {
	APIVersion, Kind, Namespace, Name string
	Labels, Annotations               map[string]string
	// YAML is the document. What was built in process has JSON, which is YAML too.
	YAML []byte
	// Digest is the hash of the document.
	Digest [sha256.Size]byte
	// Origin is where the object stands in the repository, with the name that it has there.
	Origin
	// Application is what deploys the object; nil for what Argo CD itself reads.
	Application *Deployed
	// JSON is the document as it is sent to the API server.
	JSON []byte
	// Duplicates are the keys that stand twice in a mapping of the document; the last one counts.
	Duplicates []Duplicate
	// Strict says that every field of a built-in kind has a place in Typed, which holds all of it.
	Strict bool
	// ClusterWide says that its kind has no namespace.
	ClusterWide bool
	// Encrypted says that SOPS encrypted values of it. JSON has null in their place.
	Encrypted bool
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
	// Among are all files that the build has read which made the object, its patches too; nil for
	// what stands in File as it is.
	Among *Files `json:"-"`
}

// Files are those that a build has read.
type Files struct{ Names []string }

// String names the object in findings.
func (o *Object) String() string { return o.Kind + "/" + o.Name }

// Home is the namespace that the object gets: its own, or that of its Application; empty for a
// kind that has none.
func (o *Object) Home() string {
	if o.ClusterWide || o.Namespace != "" || o.Application == nil || o.Application.Application == nil {
		return o.Namespace
	}
	return o.Application.Spec.Destination.Namespace
}

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

// newTyped makes the Go value of a kind: for built-in ones that of k8s.io/api, for custom
// resources one with the fields that checks read.
func newTyped(apiVersion, kind string) any {
	switch apiVersion + " " + kind {
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
	case "argoproj.io/v1alpha1 Rollout":
		return &Rollout{}
	case "apps.openshift.io/v1 DeploymentConfig":
		return &DeploymentConfig{}
	}
	return schema.New(apiVersion, kind)
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
		o, err := NewObject(document, Origin{})
		if err != nil {
			return nil, err
		}
		if o != nil && o.Malformed != nil {
			return nil, fmt.Errorf("decode %s: %w", o, o.Malformed)
		}
		if o != nil {
			objects = append(objects, o)
		}
	}
}
