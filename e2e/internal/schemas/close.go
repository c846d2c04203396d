package schemas

import "strings"

// closer turns an OpenAPI schema into a JSON schema that admits no unknown field.
type closer struct {
	// pruned says that the server drops what an object without properties holds, as it
	// does for custom resources: then such an object is closed too.
	pruned bool
}

// close returns a closed copy of a schema.
func (c closer) close(schema map[string]any) map[string]any {
	if truth(schema, "x-kubernetes-int-or-string") {
		return stringOr("integer")
	}
	out := c.copy(schema, c.close)
	if c.closes(schema) {
		out["additionalProperties"] = false
	}
	if kind, ok := out["type"].(string); ok && truth(schema, "nullable") {
		out["type"] = []any{kind, "null"}
	}
	return out
}

// closes reports whether unknown fields of an object are errors.
func (c closer) closes(schema map[string]any) bool {
	if truth(schema, "x-kubernetes-preserve-unknown-fields") || truth(schema, "x-kubernetes-embedded-resource") {
		return false
	}
	if _, isMap := schema["additionalProperties"]; isMap {
		return false
	}
	_, hasProperties := schema["properties"]
	return hasProperties || c.pruned && schema["type"] == "object"
}

// validation copies a schema inside allOf, anyOf, oneOf or not: it only restricts
// values whose fields are declared elsewhere, so it stays open.
func (c closer) validation(schema map[string]any) map[string]any {
	return c.copy(schema, c.validation)
}

// copy copies a schema, deciding with next about those inside it, without what has no
// bearing on validity.
func (c closer) copy(schema map[string]any, next func(map[string]any) map[string]any) map[string]any {
	out := make(map[string]any, len(schema))
	for key, value := range schema {
		switch {
		case strings.HasPrefix(key, "x-") || key == "description" || key == "default" || key == "example" || key == "nullable":
		case key == "properties":
			out[key] = each(value, next)
		case key == "items" || key == "additionalProperties":
			out[key] = one(value, next)
		case key == "allOf" || key == "anyOf" || key == "oneOf" || key == "not":
			out[key] = one(value, c.validation)
		default:
			out[key] = value
		}
	}
	return out
}

// each applies next to every value of a map of schemas.
func each(value any, next func(map[string]any) map[string]any) any {
	schemas, ok := value.(map[string]any)
	if !ok {
		return value
	}
	out := make(map[string]any, len(schemas))
	for name, schema := range schemas {
		out[name] = one(schema, next)
	}
	return out
}

// one applies next to a schema or to every schema of a list.
func one(value any, next func(map[string]any) map[string]any) any {
	switch value := value.(type) {
	case map[string]any:
		return next(value)
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = one(item, next)
		}
		return out
	default:
		return value
	}
}

func truth(schema map[string]any, key string) bool {
	value, _ := schema[key].(bool)
	return value
}
