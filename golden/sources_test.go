package golden

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// yamlBlock is an example in a document.
var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// manifestsOf finds the folders that an example names.
var manifestsOf = regexp.MustCompile(`kustomize: ([a-z/]+)`)

// TestSourceExamples generates from every example of the page on sources. An example
// that is a part of an application gets one around it.
func TestSourceExamples(t *testing.T) {
	page, err := os.ReadFile("../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlock.FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 4 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, block := range blocks {
		example := block[1]
		if !strings.HasPrefix(example, "applications:") {
			example = "applications:\n  web:\n    image: ghcr.io/acme/web:1.4.2\n    ports: {http: 8080}\n" + example
		}
		dir := t.TempDir()
		put := func(name, content string) {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		put("environments.yaml", `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: shop}
repository: {url: https://git.example.com/acme/shop.git}
platform:
  gateway: {name: public, namespace: gateway-system, podLabels: {app: envoy}}
  metrics: {namespace: monitoring, podLabels: {app.kubernetes.io/name: prometheus}}
environments:
  - {name: dev, profile: development}
  - {name: prod, profile: production}
`+example)
		for _, folder := range manifestsOf.FindAllStringSubmatch(example, -1) {
			put(folder[1]+"/kustomization.yaml", "resources: []\n")
		}
		if files := generate(t, dir); len(files) == 0 {
			t.Errorf("nothing comes of\n%s", example)
		}
	}
}
