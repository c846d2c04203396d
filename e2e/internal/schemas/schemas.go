package schemas

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Location is the -schema-location of kubeconform for schemas written to dir.
func Location(dir string) string {
	return filepath.Join(dir, "{{.ResourceKind}}.{{.Group}}.{{.ResourceAPIVersion}}.json")
}

// The sources. The newest releases: an API server may be older than the project tests, a field may not be newer.
var (
	kubernetes  = module{"k8s.io/kubernetes", "v1.37.2", "h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE="}
	argocd      = module{"github.com/argoproj/argo-cd/v3", "v3.6.1", "h1:OmhqeKiR3C//awbFrhQqFdtRI+Qiv17j8vqm3UkMj/g="}
	definitions = []struct {
		module
		folder string
	}{
		{argocd, "manifests/crds/"},
		{module{"sigs.k8s.io/gateway-api", "v1.7.0", "h1:duVnm7nO6oXfMMUWfcDoBph47CYR/ME3NGxccOVglaY="}, "config/crd/standard/"},
		{module{"github.com/external-secrets/external-secrets", "v1.3.2", "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ="}, "config/crds/bases/external-secrets.io_"},
		{module{"github.com/prometheus-operator/prometheus-operator", "v0.85.0", "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s="}, "example/prometheus-operator-crd/"},
	}
)

// Write writes one schema for each kind and version into dir and returns how many.
func Write(dir string) (int, error) {
	sources, err := kubernetes.files("api/openapi-spec/swagger.json", "")
	if err != nil {
		return 0, err
	}
	api, err := parseOpenAPI(sources[0])
	if err != nil {
		return 0, fmt.Errorf("parse the OpenAPI document: %w", err)
	}
	kinds := api.kinds()
	files, err := definitionFiles()
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		custom, err := parseCRD(file)
		if err != nil {
			return 0, fmt.Errorf("parse a definition: %w", err)
		}
		kinds = append(kinds, custom...)
	}
	return len(kinds), api.write(dir, kinds)
}

// definitionFiles are the files that the projects publish their kinds in.
func definitionFiles() ([][]byte, error) {
	var all [][]byte
	for _, source := range definitions {
		files, err := source.files(source.folder, ".yaml")
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}

// Definitions are the custom resource definitions as a cluster gets them.
func Definitions() ([][]byte, error) {
	files, err := definitionFiles()
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for _, file := range files {
		kinds, err := parseCRD(file)
		if err != nil {
			return nil, fmt.Errorf("parse a definition: %w", err)
		}
		if len(kinds) > 0 {
			all = append(all, file)
		}
	}
	return all, nil
}

// ArgoCD returns a file of Argo CD's release.
func ArgoCD(name string) ([]byte, error) {
	files, err := argocd.files(name, name)
	if err != nil {
		return nil, err
	}
	return files[0], nil
}

// kind is the schema of one kind in one version, not yet closed under references.
type kind struct {
	group, version, name string
	schema               map[string]any
}

// write completes each schema with the definitions it needs.
func (api *openAPI) write(dir string, kinds []kind) error {
	for _, k := range kinds {
		schema := k.schema
		schema["$schema"] = "http://json-schema.org/draft-04/schema#"
		schema["definitions"] = api.needed(schema)
		content, err := json.Marshal(schema)
		if err != nil {
			return fmt.Errorf("encode %s: %w", k.name, err)
		}
		name := strings.ToLower(k.name) + "." + k.fileGroup() + "." + k.version + ".json"
		err = os.WriteFile(filepath.Join(dir, name), content, 0o600)
		if err != nil {
			return fmt.Errorf("write the schema of %s: %w", k.name, err)
		}
	}
	return nil
}

// fileGroup is what kubeconform calls the group: the version where there is none.
func (k kind) fileGroup() string {
	if k.group == "" {
		return k.version
	}
	return k.group
}

func (k kind) apiVersion() string {
	if k.group == "" {
		return k.version
	}
	return k.group + "/" + k.version
}

// object makes a schema one of a whole object: its type must be the one expected.
func (k kind) object(schema map[string]any) kind {
	properties, _ := schema["properties"].(map[string]any)
	if properties == nil {
		properties = map[string]any{}
		schema["properties"] = properties
	}
	properties["apiVersion"] = map[string]any{"enum": []any{k.apiVersion()}}
	properties["kind"] = map[string]any{"enum": []any{k.name}}
	properties["metadata"] = map[string]any{"$ref": "#/definitions/" + objectMeta}
	required, _ := schema["required"].([]any)
	for _, name := range []any{"apiVersion", "kind", "metadata"} {
		if !slices.Contains(required, name) {
			required = append(slices.Clip(required), name)
		}
	}
	schema["required"] = required
	k.schema = schema
	return k
}

// parseCRD returns the served versions of a custom resource definition; none for any
// other kind of document.
func parseCRD(source []byte) ([]kind, error) {
	var crd struct {
		Kind string
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Served bool
				Schema struct {
					OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
				}
			}
		}
	}
	err := yaml.Unmarshal(source, &crd)
	if err != nil || crd.Kind != "CustomResourceDefinition" {
		return nil, err
	}
	var kinds []kind
	for _, version := range crd.Spec.Versions {
		if version.Served {
			k := kind{group: crd.Spec.Group, version: version.Name, name: crd.Spec.Names.Kind}
			kinds = append(kinds, k.object(closer{pruned: true}.close(version.Schema.OpenAPIV3Schema)))
		}
	}
	return kinds, nil
}

// OpenAPI is the API server's document of all its types.
func OpenAPI() ([]byte, error) {
	sources, err := kubernetes.files("api/openapi-spec/swagger.json", "")
	if err != nil {
		return nil, err
	}
	return sources[0], nil
}
