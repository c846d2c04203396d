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
    probes: {readiness: {http: /app%[1]d/ready}, liveness: {http: /app%[1]d/live}}
    env: {LOG_LEVEL: info, NEXT: "http://app%[2]d:808%[2]d"}
    expose: {web: {host: "app%[1]d.{env}.example.com"}}
    connectsTo: {app%[2]d: {}, app%[3]d: {}}
    secrets: {database: {key: "app%[1]d/{env}", env: {DB_PASSWORD: password}}}
    volumes: {tmp: {scratch: 64Mi, mount: /tmp/app%[1]d}}
    environments: {prod: {scale: {min: 3, max: %[4]d}, expose: {web: {host: app%[1]d.example.com}}}}
`, i, (i+1)%10, (i+3)%10, 5+i%3)
	}
	return spec.String()
}

// maxRepeated is how many lines with a value may stand together in two places of a
// repository: what is longer belongs into a component or a base. A line that is only a key
// says nothing by itself.
const maxRepeated = 5

// severalClusters has production run on two clusters, one of which has a mirror.
const severalClusters = `clusters:
  nonprod: {nodes: 6}
  eu: {nodes: 9, zones: 3}
  us: {nodes: 9, zones: 3, registryMirror: {ghcr.io: mirror.us.example.com}}
environments:
  - {name: dev, profile: development, cluster: nonprod}
  - {name: staging, profile: staging, cluster: nonprod}
  - {name: prod, profile: production, clusters: [eu, us]}
applications:
`

// TestNothingStandsTwice looks for blocks of lines that a reader would meet again.
// Argo CD's elements are flat by nature, the state repeats everything, autoscalers and
// disruption budgets stand whole where people tune them, and rounded amounts of quotas are
// alike by chance.
func TestNothingStandsTwice(t *testing.T) {
	one := typicalApplications()
	facts, _, _ := strings.Cut(one, "environments:\n")
	_, applications, _ := strings.Cut(one, "applications:\n")
	for name, spec := range map[string]string{"one cluster": one, "several clusters": facts + severalClusters + applications} {
		t.Run(name, func(t *testing.T) { repeats(t, generateSpec(t, spec), func(first, second string) bool { return true }) })
	}
}

// TestClustersRepeatNothing holds the clusters of an environment to the same: what they
// have in common stands in the folder of the environment. Environments may be alike by
// chance, and a chart is rendered from its own folder alone. Other cases have clusters on
// which whole objects differ.
func TestClustersRepeatNothing(t *testing.T) {
	for _, name := range []string{"pipeline", "platform"} {
		t.Run(name, func(t *testing.T) {
			files, overlays := generate(t, name), map[string][]byte{}
			for file, content := range files {
				folder := strings.Join(strings.Split(file+"////", "/")[:4], "/")
				if strings.HasPrefix(file, "overlays/") && files[folder+"/Chart.yaml"] == nil {
					overlays[file] = content
				}
			}
			repeats(t, overlays, func(first, second string) bool {
				return environmentOf(files, first) == environmentOf(files, second) && strings.Split(first, "/")[1] != strings.Split(second, "/")[1]
			})
		})
	}
}

// environmentOf names the environment that a file of overlays/ belongs to.
func environmentOf(files map[string][]byte, name string) string {
	env := strings.Split(name, "/")[1]
	for files["overlays/"+env+"/applications.yaml"] == nil {
		last := strings.LastIndexByte(env, '-')
		if last < 0 {
			return name
		}
		env = env[:last]
	}
	return env
}

// repeats reports blocks that stand in two files, where that counts.
func repeats(t *testing.T, files map[string][]byte, counts func(first, second string) bool) {
	t.Helper()
	seen := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".yaml") || strings.HasPrefix(name, "argocd/") || strings.HasPrefix(name, ".wavewright/") ||
			strings.HasPrefix(name, "bootstrap/") || slices.Contains([]string{"applications.yaml", "availability.yaml", "quota.yaml"}, path.Base(name)) {
			continue
		}
		reported := false
		for i, block := range blocks(string(files[name])) {
			if (strings.HasSuffix(name, ".patch.yaml") || path.Base(name) == "kustomization.yaml") && isWay(block) {
				continue
			}
			first := slices.IndexFunc(seen[block], func(first string) bool { return counts(first, name) })
			if first >= 0 && !reported {
				reported = true
				t.Errorf("%s:%d repeats %s:\n%s", name, i+1, seen[block][first], block)
			}
			seen[block] = append(seen[block], name)
		}
	}
}

// isWay reports whether a block only leads to what a patch says: nothing but keys, the
// names of what they are in, and the frame of a patch in a kustomization.
func isWay(block string) bool {
	frame := []string{"name", "kind", "apiVersion", "metadata", "target", "patch", "op", "path"}
	for line := range strings.SplitSeq(block, "\n") {
		key, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- "), ":")
		if value != "" && !slices.Contains(frame, key) {
			return false
		}
	}
	return true
}

// blocks lists, from each line on, the lines until one more than maxRepeated has a value.
func blocks(text string) []string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	var out []string
	for i := range lines {
		values := 0
		for j := i; j < len(lines) && values <= maxRepeated; j++ {
			if !strings.HasSuffix(lines[j], ":") {
				values++
			}
			if values > maxRepeated {
				out = append(out, strings.Join(lines[i:j+1], "\n"))
			}
		}
	}
	return out
}

// maxOverlay is how many lines a typical application has in production: its overlay
// holds what differs, and nothing else. Autoscaler and disruption budget are 29 of them, a
// line for each value.
const maxOverlay = 55

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
