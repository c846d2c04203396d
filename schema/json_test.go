package schema

import "testing"

// TestJSONSchema holds the embedded schema equal to the types.
func TestJSONSchema(t *testing.T) {
	holdEqual(t, "environments.schema.json", generateJSON(t))
}
