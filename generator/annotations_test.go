package generator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator"
)

// TestEveryValueOfAnnotationsCounts states annotations that are too long together, which a golden case would
// have to print.
func TestEveryValueOfAnnotationsCounts(t *testing.T) {
	half := strings.Repeat("x", 128*1024)
	dir := folder(t, []byte(fmt.Sprintf(`apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: shop}
repository: {url: "https://git.example.com/acme/shop.git"}
environments:
- {name: dev, profile: development}
applications:
  web: {image: "x:1", ports: {http: 8080}, annotations: {a: %s, b: %s}}
`, half, half)))
	platform, err := generator.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := platform.Diagnostics; len(d) == 0 || d[0].Code != "annotation/invalid" || !strings.Contains(d[0].Detail, "262146 bytes") {
		t.Errorf("got %v", d)
	}
}
