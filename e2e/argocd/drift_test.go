package argocd_test

import (
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/rig"
)

// TestDrift changes production by hand: within a minute it is again what Git has.
func TestDrift(t *testing.T) {
	r := start(t, rig.Options{})
	production(t, r)

	r.Patch("apps/v1", "Deployment", "hello-prod", "web", []byte(`{"spec": {"replicas": 1, "template": {"metadata": {"labels": {"env": "test"}}}}}`))
	r.Delete("networking.k8s.io/v1", "NetworkPolicy", "hello-prod", "default-deny")
	r.Await(time.Minute, "the Deployment has its replicas and label, and the NetworkPolicy is back", func() bool {
		d := productionWeb(r)
		return d.Status.ReadyReplicas >= 3 && d.Spec.Template.Metadata.Labels["env"] == "prod" &&
			r.Get("networking.k8s.io/v1", "NetworkPolicy", "hello-prod", "default-deny", new(any))
	})
	r.AwaitHealthy(time.Minute, "", "hello-infra-hello-prod", "hello-web-prod")
}
