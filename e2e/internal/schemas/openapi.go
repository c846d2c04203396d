package schemas

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

const (
	objectMeta  = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
	intOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
	quantity    = "io.k8s.apimachinery.pkg.api.resource.Quantity"
)

// openAPI is the API server's document, every definition closed.
type openAPI struct {
	definitions map[string]map[string]any
	groups      map[string][]kind // without schemas
}

func parseOpenAPI(source []byte) (*openAPI, error) {
	var document struct{ Definitions map[string]map[string]any }
	err := json.Unmarshal(source, &document)
	if err != nil {
		return nil, err
	}
	api := &openAPI{definitions: map[string]map[string]any{}, groups: map[string][]kind{}}
	for name, definition := range document.Definitions {
		api.groups[name] = groupVersionKinds(definition)
		api.definitions[name] = closer{}.close(definition)
	}
	// Both are written as strings in the document but accept numbers.
	api.definitions[intOrString] = stringOr("integer")
	api.definitions[quantity] = stringOr("number")
	return api, nil
}

func groupVersionKinds(definition map[string]any) []kind {
	var kinds []kind
	list, _ := definition["x-kubernetes-group-version-kind"].([]any)
	for _, entry := range list {
		gvk, _ := entry.(map[string]any)
		k := kind{}
		k.group, _ = gvk["group"].(string)
		k.version, _ = gvk["version"].(string)
		k.name, _ = gvk["kind"].(string)
		kinds = append(kinds, k)
	}
	return kinds
}

// kinds returns the kinds that have a single group and version: the others, such as
// DeleteOptions, are no objects.
func (api *openAPI) kinds() []kind {
	var kinds []kind
	for _, name := range slices.Sorted(maps.Keys(api.groups)) {
		groups := api.groups[name]
		if len(groups) == 1 && !strings.HasSuffix(groups[0].name, "List") {
			kinds = append(kinds, groups[0].object(copied(api.definitions[name])))
		}
	}
	return kinds
}

// copied copies what object changes.
func copied(schema map[string]any) map[string]any {
	schema = maps.Clone(schema)
	if properties, ok := schema["properties"].(map[string]any); ok {
		schema["properties"] = maps.Clone(properties)
	}
	return schema
}

// needed returns all definitions that a schema refers to, directly or not.
func (api *openAPI) needed(schema map[string]any) map[string]any {
	found := map[string]any{}
	var visit func(any)
	visit = func(node any) {
		switch node := node.(type) {
		case map[string]any:
			name, ok := reference(node)
			if ok && found[name] == nil {
				found[name] = api.definitions[name]
				visit(api.definitions[name])
			}
			for _, value := range node {
				visit(value)
			}
		case []any:
			for _, value := range node {
				visit(value)
			}
		}
	}
	visit(schema)
	return found
}

// reference returns the definition that a schema points at.
func reference(schema map[string]any) (string, bool) {
	ref, ok := schema["$ref"].(string)
	if !ok {
		return "", false
	}
	return strings.CutPrefix(ref, "#/definitions/")
}

func stringOr(other string) map[string]any {
	return map[string]any{"type": []any{"string", other}}
}
