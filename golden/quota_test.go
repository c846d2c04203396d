package golden

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// TestQuotasAreRoundedFromTheirOwnSums takes twelve small applications, which need 11.6 cores in
// the worst case, much memory and few pods: each amount is near 1.2 times its own sum.
func TestQuotasAreRoundedFromTheirOwnSums(t *testing.T) {
	var spec strings.Builder
	spec.WriteString(typical)
	for i := range 12 {
		cpu := "1"
		if i == 0 {
			cpu = "600m"
		}
		fmt.Fprintf(&spec, `  app-%02d:
    image: ghcr.io/acme/app:1.0.0
    ports: {http: 8080}
    singleton: {reason: small}
    resources: {requests: {cpu: 100m, memory: 3Gi}, limits: {cpu: %s, memory: 3Gi}}
    sameEverywhere: {reason: measured}
`, i, cpu)
	}
	var quota struct {
		Spec struct{ Hard map[string]string }
	}
	text := generateSpec(t, spec.String())["overlays/prod/infra/shop-prod/quota.yaml"]
	if err := yaml.Unmarshal([]byte(strings.Split(string(text), "\n---\n")[0]), &quota); err != nil {
		t.Fatal(err)
	}
	for resource, want := range map[string]string{
		"requests.cpu": "2", "limits.cpu": "20", "requests.memory": "50Gi", "limits.memory": "50Gi", "pods": "20",
	} {
		if got := quota.Spec.Hard[resource]; got != want {
			t.Errorf("%s: got %q, want %s", resource, got, want)
		}
	}
}
