package schema

import (
	_ "embed"
	"slices"
)

//go:embed environments.schema.json
var jsonSchema []byte

// JSON returns the JSON schema of the spec, which editors use for completion. A
// test holds it equal to the types of this package.
func JSON() []byte { return slices.Clone(jsonSchema) }
