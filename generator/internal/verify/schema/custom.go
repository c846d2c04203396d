package schema

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/json"
)

// custom judges the objects of one version of a custom resource, in the order of the API
// server: it drops unknown fields, fills in defaults, validates the schema and then its rules.
type custom struct {
	structural *structural.Structural
	schema     validation.SchemaValidator
	rules      *cel.Validator
	// status says that the status is a subresource, which is dropped from what is applied.
	status bool
	// preserves says that unknown fields are kept everywhere.
	preserves bool
	refused   error
}

// judgeOf is the judge of a version, made when it is asked for first; nil when nothing is known
// about the version.
func (d *Definition) judgeOf(name string) *custom {
	if made, ok := d.versions[name]; ok {
		return made
	}
	v := d.version(name)
	var made *custom
	if v != nil && len(v.Schema.OpenAPIV3Schema) > 0 {
		text, err := narrow(v.Schema.OpenAPIV3Schema, d.used)
		made = &custom{status: v.Subresources.Status != nil, preserves: d.spec.PreserveUnknownFields, refused: err}
		if err == nil {
			made.fill(text)
		}
	}
	d.versions[name] = made
	return made
}

// fill makes the validators of a schema.
func (c *custom) fill(text []byte) {
	internal, s, err := structuralOf(text)
	if c.refused = err; err != nil {
		return
	}
	c.structural = s
	if c.refused = defaulting.PruneDefaults(s); c.refused != nil {
		return
	}
	c.schema, _, c.refused = validation.NewSchemaValidator(internal)
	if c.refused == nil {
		c.rules = cel.NewValidator(s, true, celconfig.PerCallLimit)
	}
}

// structuralOf decodes a schema and checks that it is structural.
func structuralOf(text []byte) (*apiextensions.JSONSchemaProps, *structural.Structural, error) {
	var schema apiextensionsv1.JSONSchemaProps
	if err := json.UnmarshalCaseSensitivePreserveInts(text, &schema); err != nil {
		return nil, nil, err
	}
	internal := &apiextensions.JSONSchemaProps{}
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&schema, internal, nil); err != nil {
		return nil, nil, err
	}
	s, err := structural.NewStructural(internal)
	if err != nil {
		return nil, nil, err
	}
	return internal, s, structural.ValidateStructural(nil, s).ToAggregate()
}

// Refused says which versions have a schema that the API server refuses.
func (d *Definition) Refused() map[string]error {
	found := map[string]error{}
	for _, v := range d.spec.Versions {
		if len(v.Schema.OpenAPIV3Schema) == 0 || !v.Served {
			continue
		}
		if _, _, err := structuralOf(v.Schema.OpenAPIV3Schema); err != nil {
			found[v.Name] = err
		}
	}
	return found
}

// Faults are the reasons why the API server refuses a custom resource.
func (d *Definition) Faults(document []byte, apiVersion string) []Fault {
	c := d.judgeOf(apiVersion[strings.LastIndex(apiVersion, "/")+1:])
	if c == nil || c.refused != nil {
		return nil
	}
	var object map[string]any
	if json.UnmarshalCaseSensitivePreserveInts(document, &object) != nil {
		return nil
	}
	faults := append(metadataFaults(object), c.unknown(object)...)
	if c.status {
		delete(object, "status")
	}
	defaulting.Default(object, c.structural)
	return append(faults, c.invalid(object)...)
}

// metadataFaults judges the metadata by its Go type.
func metadataFaults(object map[string]any) []Fault {
	f := &fitter{}
	f.fit(object["metadata"], reflect.TypeFor[metav1.ObjectMeta](), "metadata")
	return f.faults
}

// unknown drops the fields that the schema does not have.
func (c *custom) unknown(object map[string]any) []Fault {
	if c.preserves {
		return nil
	}
	options := structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	var faults []Fault
	for _, at := range pruning.PruneWithOptions(object, c.structural, true, options) {
		faults = append(faults, Fault{UnknownField, at, "there is no such field", ""})
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object, c.structural)
	return faults
}

// invalid validates what is left with the schema and, if that accepts it, with its rules.
func (c *custom) invalid(object map[string]any) []Fault {
	errors := validation.ValidateCustomResource(nil, object, c.schema)
	errors = append(errors, objectmeta.Validate(context.Background(), nil, object, c.structural, false)...)
	errors = append(errors, listtype.ValidateListSetsAndMaps(nil, c.structural, object)...)
	faults := asFaults(errors, Invalid)
	if c.rules == nil || len(errors) > 0 {
		return faults
	}
	errors, _ = c.rules.Validate(context.Background(), nil, c.structural, object, nil, celconfig.RuntimeCELCostBudget)
	return append(faults, asFaults(errors, BrokenRule)...)
}

// Required is the message about a field that is not there.
const Required = "the field is required"

// asFaults words the API server's errors.
func asFaults(errors field.ErrorList, kind FaultKind) []Fault {
	var faults []Fault
	for _, e := range errors {
		message, kind := e.Detail, kind
		switch e.Type {
		case field.ErrorTypeRequired:
			message = Required
		case field.ErrorTypeNotSupported:
			message = fmt.Sprintf("the value is %s, and it must be one of the %s", named(e.BadValue), e.Detail)
		case field.ErrorTypeDuplicate:
			message = fmt.Sprintf("%s stands twice in the list", named(e.BadValue))
		case field.ErrorTypeTypeInvalid:
			kind, message = WrongType, wrongType(e)
		default:
			if message == "" {
				message = "the value is refused: " + named(e.BadValue)
			}
		}
		at := strings.TrimPrefix(strings.TrimPrefix(e.Field, "<nil>"), ".")
		faults = append(faults, Fault{kind, at, strings.TrimPrefix(message, e.Field+" in body "), ""})
	}
	return slices.DeleteFunc(slices.Clone(faults), func(f Fault) bool { return repeats(f, faults) })
}

// repeats reports whether another fault says more of one that the validation has for a value of the wrong type: for one
// that may be a number or a text it has four, and the last says all.
func repeats(f Fault, among []Fault) bool {
	said := func(other Fault) bool { return other.Kind == WrongType && other.Path != "" }
	if f.Kind == Invalid && f.Path == "" {
		return slices.ContainsFunc(among, func(other Fault) bool { return said(other) && strings.Contains(f.Message, other.Path) })
	}
	return said(f) && slices.ContainsFunc(among, func(other Fault) bool {
		return said(other) && other.Path == f.Path && len(other.Message) > len(f.Message)
	})
}

// wrongType words an error like: spec.size in body must be of type integer: "string".
func wrongType(e *field.Error) string {
	_, types, found := strings.Cut(e.Detail, "must be of type ")
	wanted, got, also := strings.Cut(types, ": ")
	if !found || !also {
		return e.Detail
	}
	return fmt.Sprintf("the value is of type %s, and it must be of type %s", strings.Trim(got, `"`), wanted)
}
