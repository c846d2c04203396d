package admission

import (
	"encoding/json"
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta/testrestmapper"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// Types checks policies against the types of the objects that they look at, as the API
// server does when it writes warnings into a policy's status.
type Types struct{ checker *validating.TypeChecker }

// NewTypes makes a checker from the API server's OpenAPI document.
func NewTypes(document []byte) (*Types, error) {
	var swagger struct{ Definitions map[string]spec.Schema }
	err := json.Unmarshal(document, &swagger)
	if err != nil {
		return nil, fmt.Errorf("parse the OpenAPI document: %w", err)
	}
	return &Types{&validating.TypeChecker{
		SchemaResolver: definitions(swagger.Definitions),
		RestMapper:     testrestmapper.TestOnlyStaticRESTMapper(clientscheme.Scheme),
	}}, nil
}

// Warnings are what the API server would write into the policy's status.
func (t *Types) Warnings(policy *admissionv1.ValidatingAdmissionPolicy) []string {
	var found []string
	for _, w := range t.checker.Check(policy) {
		found = append(found, w.FieldRef+": "+w.Warning)
	}
	return found
}

// definitions resolves the schemas of an OpenAPI document.
type definitions map[string]spec.Schema

// ResolveSchema returns the schema of a kind with everything that it refers to.
func (d definitions) ResolveSchema(gvk schema.GroupVersionKind) (*spec.Schema, error) {
	for name, definition := range d {
		var kinds []schema.GroupVersionKind
		err := definition.Extensions.GetObject("x-kubernetes-group-version-kind", &kinds)
		if err == nil && len(kinds) == 1 && kinds[0] == gvk {
			return resolver.PopulateRefs(d.lookup, "#/definitions/"+name)
		}
	}
	return nil, fmt.Errorf("%v: %w", gvk, resolver.ErrSchemaNotFound)
}

func (d definitions) lookup(ref string) (*spec.Schema, bool) {
	const prefix = "#/definitions/"
	if len(ref) < len(prefix) {
		return nil, false
	}
	found, ok := d[ref[len(prefix):]]
	return &found, ok
}
