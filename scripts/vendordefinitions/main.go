// Command vendordefinitions writes the definitions of custom resources that verify knows
// without finding them in a repository: those of one release of each project, as they are in
// its Go module, without what has no bearing on validity. Run it with
// go generate ./generator/internal/verify/schema after a change of a version and its sum below.
package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/scripts/internal/vendored"
)

// project is one release of a project. The sum is the one of the checksum database: what a
// proxy serves instead is refused.
type project struct{ name, module, version, sum, folder string }

// The releases. Of the Gateway API it is the experimental channel, which holds all kinds and
// fields of the standard one.
var projects = []project{
	{"Argo CD", "github.com/argoproj/argo-cd/v3", "v3.6.1", "h1:OmhqeKiR3C//awbFrhQqFdtRI+Qiv17j8vqm3UkMj/g=", "manifests/crds/"},
	{"Gateway API", "sigs.k8s.io/gateway-api", "v1.7.0", "h1:duVnm7nO6oXfMMUWfcDoBph47CYR/ME3NGxccOVglaY=", "config/crd/experimental/"},
	{"External Secrets", "github.com/external-secrets/external-secrets", "v1.3.2", "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=", "config/crds/bases/"},
	{"Prometheus operator", "github.com/prometheus-operator/prometheus-operator", "v0.85.0", "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=", "example/prometheus-operator-crd/"},
	{"cert-manager", "github.com/cert-manager/cert-manager", "v1.21.2", "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=", "deploy/crds/"},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: vendordefinitions DIR")
	}
	for _, p := range projects {
		if err := p.vendor(os.Args[1]); err != nil {
			log.Fatalf("%s: %v", p.name, err)
		}
	}
}

// vendor writes the definitions of a project into dir.
func (p project) vendor(dir string) error {
	archive, err := vendored.Download(p.module, p.version, p.sum)
	if err != nil {
		return err
	}
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer reader.Close()
	prefix := p.module + "@" + p.version + "/" + p.folder
	for _, file := range reader.File {
		if !strings.HasPrefix(file.Name, prefix) || path.Ext(file.Name) != ".yaml" {
			continue
		}
		source, err := read(file)
		if err != nil {
			return err
		}
		if err := p.write(dir, source); err != nil {
			return fmt.Errorf("%s: %w", file.Name, err)
		}
	}
	return nil
}

func read(file *zip.File) ([]byte, error) {
	r, err := file.Open()
	if err != nil {
		return nil, err
	}
	source, err := io.ReadAll(r)
	return source, errors.Join(err, r.Close())
}

// write writes one definition, named after its group and kind.
func (p project) write(dir string, source []byte) error {
	var definition struct {
		Kind string
		Spec struct {
			Group    string
			Scope    string
			Names    struct{ Kind, Plural string }
			Versions []map[string]any
		}
	}
	if err := yaml.Unmarshal(source, &definition); err != nil || definition.Kind != "CustomResourceDefinition" {
		return err
	}
	spec := definition.Spec
	for _, version := range spec.Versions {
		delete(version, "additionalPrinterColumns")
		version["schema"] = map[string]any{"openAPIV3Schema": reduced(version["schema"].(map[string]any)["openAPIV3Schema"])}
	}
	text, err := json.Marshal(map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": spec.Names.Plural + "." + spec.Group, "annotations": map[string]any{"release": p.name + " " + p.version}},
		"spec": map[string]any{
			"group": spec.Group, "scope": spec.Scope,
			"names": map[string]any{"kind": spec.Names.Kind, "plural": spec.Names.Plural}, "versions": spec.Versions,
		},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, spec.Group+"_"+spec.Names.Kind+".json.gz"), vendored.Compressed(text), 0o644)
}

// reduced is a schema without its descriptions. Inside properties, description is the name of a
// field.
func reduced(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range []string{"description", "example", "externalDocs", "title"} {
			delete(v, key)
		}
		for key, inner := range v {
			if properties, ok := inner.(map[string]any); ok && key == "properties" {
				for name := range properties {
					properties[name] = reduced(properties[name])
				}
			} else if key != "default" && key != "enum" {
				v[key] = reduced(inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = reduced(v[i])
		}
	}
	return value
}
