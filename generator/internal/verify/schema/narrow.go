package schema

import (
	gojson "encoding/json"
	"maps"
	"regexp"
	"strings"

	"sigs.k8s.io/json"
)

// narrow takes the properties out of a schema that no object has a key for, which leaves the
// verdict about those objects as it is and saves most of the work: the schema of an
// ApplicationSet has 20,000 properties. What a rule mentions, what is required and what has a
// default stays.
func narrow(text []byte, used map[string]bool) ([]byte, error) {
	var schema map[string]any
	if err := json.UnmarshalCaseSensitivePreserveInts(text, &schema); err != nil {
		return nil, err
	}
	n := narrower{kept: maps.Clone(used)}
	for _, name := range []string{"apiVersion", "kind", "metadata"} {
		n.kept[name] = true
	}
	n.mentions(schema)
	n.prune(schema)
	return gojson.Marshal(schema)
}

// narrower narrows one schema to the properties with certain names.
type narrower struct{ kept map[string]bool }

// identifier is a name in a rule.
var identifier = regexp.MustCompile(`\w+`)

// mentions collects the names that rules, lists of required properties and keys of lists have.
func (n narrower) mentions(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			switch key {
			case "required", "x-kubernetes-list-map-keys":
				n.names(inner)
			case "rule", "messageExpression", "fieldPath":
				if text, isText := inner.(string); isText {
					n.words(text)
				}
			}
			n.mentions(inner)
		}
	case []any:
		for _, inner := range v {
			n.mentions(inner)
		}
	}
}

func (n narrower) names(list any) {
	names, _ := list.([]any)
	for _, name := range names {
		if text, isText := name.(string); isText {
			n.kept[text] = true
		}
	}
}

// words collects the names in an expression. Reserved ones are written as __name__.
func (n narrower) words(expression string) {
	for _, word := range identifier.FindAllString(expression, -1) {
		n.kept[word] = true
		n.kept[strings.Trim(word, "_")] = true
	}
}

// prune takes out the properties of a schema and of those inside it.
func (n narrower) prune(value any) {
	schema, isMap := value.(map[string]any)
	if !isMap {
		if list, isList := value.([]any); isList {
			for _, inner := range list {
				n.prune(inner)
			}
		}
		return
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, inner := range properties {
		if of, _ := inner.(map[string]any); !n.kept[name] && of["default"] == nil {
			delete(properties, name)
			continue
		}
		n.prune(inner)
	}
	for _, key := range []string{"items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"} {
		n.prune(schema[key])
	}
}

// keysOfAll adds all keys of a document, at whatever depth.
func keysOfAll(value any, keys map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			keys[key] = true
			keysOfAll(inner, keys)
		}
	case []any:
		for _, inner := range v {
			keysOfAll(inner, keys)
		}
	}
}
