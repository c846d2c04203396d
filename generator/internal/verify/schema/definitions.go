package schema

import (
	"bytes"
	"compress/gzip"
	"embed"
	gojson "encoding/json"
	"fmt"
	"io"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/json"
)

// The definitions below are those of released versions of well-known projects: see the README
// beside them.
//
//go:generate go run ../../../../scripts/vendordefinitions definitions

//go:embed definitions/*.gz
var wellKnown embed.FS

// releaseAnnotation names the release that a well-known definition is of.
const releaseAnnotation = "release"

// Definition is a CustomResourceDefinition.
type Definition struct {
	// Source says in messages where it is from: a file, or the release of a project.
	Source string
	// WellKnown says that it is not from the repository, so that the cluster may have another
	// release of it.
	WellKnown bool
	spec      definitionSpec
	// used are the keys of all objects that will be judged.
	used map[string]bool
	// versions are the judges of each version that was asked for.
	versions map[string]*custom
}

// definitionSpec is a CustomResourceDefinitionSpec whose schemas have not been decoded, which
// takes the longest.
type definitionSpec struct {
	Group string `json:"group"`
	Names struct {
		Kind string `json:"kind"`
	} `json:"names"`
	Scope                 string              `json:"scope"`
	PreserveUnknownFields bool                `json:"preserveUnknownFields"`
	Versions              []definitionVersion `json:"versions"`
}

type definitionVersion struct {
	Name               string  `json:"name"`
	Served             bool    `json:"served"`
	Deprecated         bool    `json:"deprecated"`
	DeprecationWarning *string `json:"deprecationWarning"`
	Schema             struct {
		OpenAPIV3Schema gojson.RawMessage `json:"openAPIV3Schema"`
	} `json:"schema"`
	Subresources struct {
		Status map[string]any `json:"status"`
	} `json:"subresources"`
}

// NewDefinition reads a CustomResourceDefinition. One whose schema the API server refuses
// judges nothing.
func NewDefinition(text []byte, source string) (*Definition, error) {
	var crd struct {
		APIVersion string         `json:"apiVersion"`
		Spec       definitionSpec `json:"spec"`
	}
	if err := json.UnmarshalCaseSensitivePreserveInts(text, &crd); err != nil {
		return nil, err
	}
	if crd.APIVersion != apiextensionsv1.SchemeGroupVersion.String() {
		crd.Spec.Versions = nil // the schema of v1beta1 stands elsewhere and need not be structural
	}
	return &Definition{Source: source, spec: crd.Spec, used: map[string]bool{}, versions: map[string]*custom{}}, nil
}

// Expect announces an object that will be judged. All must be announced before the first is
// judged.
func (d *Definition) Expect(document []byte) {
	var object map[string]any
	if json.UnmarshalCaseSensitivePreserveInts(document, &object) == nil {
		keysOfAll(object, d.used)
	}
}

// Key is the group and the kind that are defined.
func (d *Definition) Key() string { return d.spec.Group + "/" + d.spec.Names.Kind }

// KeyOf is the Key of the definition of a custom resource.
func KeyOf(apiVersion, kind string) string { return Group(apiVersion) + "/" + kind }

// version is a version that is served; nil when it is not, or there is none of that name.
func (d *Definition) version(name string) *definitionVersion {
	for i := range d.spec.Versions {
		if v := &d.spec.Versions[i]; v.Name == name && v.Served {
			return v
		}
	}
	return nil
}

// Served lists the versions that are served; it is empty when they are not known.
func (d *Definition) Served() []string {
	var names []string
	for _, v := range d.spec.Versions {
		if v.Served {
			names = append(names, v.Name)
		}
	}
	return names
}

// Deprecated reports whether the definition calls a version deprecated, and the warning that
// the API server gives.
func (d *Definition) Deprecated(name string) (string, bool) {
	v := d.version(name)
	if v == nil || !v.Deprecated {
		return "", false
	}
	if v.DeprecationWarning != nil {
		return *v.DeprecationWarning, true
	}
	return "", true
}

// WellKnownDefinition is the definition of a kind of a well-known project; nil when there is none.
func WellKnownDefinition(apiVersion, kind string) *Definition {
	packed, err := wellKnown.ReadFile("definitions/" + Group(apiVersion) + "_" + kind + ".json.gz")
	if err != nil {
		return nil
	}
	text, err := unpacked(packed)
	if err != nil {
		panic(fmt.Sprintf("schema: the definition of %s is damaged: %v", kind, err))
	}
	var header struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
	}
	d, err := NewDefinition(text, "")
	if err != nil || json.UnmarshalCaseSensitivePreserveInts(text, &header) != nil {
		panic(fmt.Sprintf("schema: the definition of %s is no definition: %v", kind, err))
	}
	d.Source, d.WellKnown = header.Metadata.Annotations[releaseAnnotation], true
	return d
}

func unpacked(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
