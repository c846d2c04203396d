package golden

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// typical is a platform of ten applications as teams have them: pages and services with
// probes, configuration, secrets, connections and routes of their own.
const typical = `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: shop}
repository: {url: https://git.example.com/acme/shop.git}
platform:
  gateway: {name: public, namespace: gateway-system, podLabels: {app: envoy}}
  secrets: {provider: external-secrets, store: {name: "vault-{env}"}}
environments:
  - {name: dev, profile: development}
  - {name: staging, profile: staging}
  - {name: prod, profile: production}
applications:
`

// typicalApplications returns the spec with ten applications, most of which are
// exposed, ask two others and read a secret.
func typicalApplications() string {
	var spec strings.Builder
	spec.WriteString(typical)
	for i := range 10 {
		fmt.Fprintf(&spec, `  app%[1]d:
    image: ghcr.io/acme/app%[1]d:1.%[1]d.0
    ports: {http: 808%[1]d}
    probes: {readiness: {http: /ready}, liveness: {http: /live}}
    env: {LOG_LEVEL: info, NEXT: "http://app%[2]d:808%[2]d"}
    expose: {web: {host: "app%[1]d.{env}.example.com"}}
    connectsTo: {app%[2]d: {}, app%[3]d: {}}
    secrets: {database: {key: "app%[1]d/{env}", env: {DB_PASSWORD: password}}}
    volumes: {tmp: {scratch: 64Mi, mount: /tmp}}
    environments: {prod: {scale: {min: 3, max: %[4]d}, expose: {web: {host: app%[1]d.example.com}}}}
`, i, (i+1)%10, (i+3)%10, 5+i%3)
	}
	return spec.String()
}

// maxRepeated is how many lines may stand together in two places of a repository: what
// is longer belongs into a component or a base.
const maxRepeated = 5

// TestNothingStandsTwice looks for blocks of lines that a reader would meet again.
// Argo CD's elements are flat by nature, and the state repeats everything.
func TestNothingStandsTwice(t *testing.T) {
	files := generateSpec(t, typicalApplications())
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".yaml") || strings.HasPrefix(name, "argocd/") || strings.HasPrefix(name, ".wavewright/") ||
			strings.HasPrefix(name, "bootstrap/") || path.Base(name) == "applications.yaml" {
			continue
		}
		for i, block := range blocks(string(files[name]), maxRepeated+1) {
			at := fmt.Sprintf("%s:%d", name, i+1)
			if first, ok := seen[block]; ok {
				t.Errorf("%s repeats %s:\n%s", at, first, block)
				break
			}
			seen[block] = at
		}
	}
}

// blocks lists every run of n lines.
func blocks(text string, n int) []string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	var out []string
	for i := 0; i+n <= len(lines); i++ {
		out = append(out, strings.Join(lines[i:i+n], "\n"))
	}
	return out
}

// maxOverlay is how many lines a typical application has in production: its overlay
// holds what differs, and nothing else.
const maxOverlay = 40

// TestOverlaysAreSmall counts the lines of production's overlays in the example that
// people copy.
func TestOverlaysAreSmall(t *testing.T) {
	lines := map[string]int{}
	for name, content := range generate(t, "voting-app") {
		if strings.HasPrefix(name, "overlays/prod/apps/") {
			lines[path.Dir(name)] += strings.Count(string(content), "\n")
		}
	}
	if len(lines) == 0 {
		t.Fatal("production has no overlays")
	}
	for _, overlay := range slices.Sorted(maps.Keys(lines)) {
		if lines[overlay] >= maxOverlay {
			t.Errorf("%s has %d lines", overlay, lines[overlay])
		}
	}
}
