package argocd_test

import (
	"testing"
	"time"
)

// TestDrift changes production by hand: within a minute it is again what Git has.
func TestDrift(t *testing.T) {
	r := start(t)
	p := example(t, r, "minimal")
	for _, environment := range []string{"staging", "prod"} {
		r.Wavewright(p.Dir, "promote", "--to", environment)
		p.Push("promote to " + environment)
	}
	bootstrap(t, r, p, "hello")
	r.AwaitHealthy(patience, "", "hello-infra-hello-prod", "hello-web-prod")

	r.Patch("apps/v1", "Deployment", "hello-prod", "web", []byte(`{"spec": {"replicas": 1, "template": {"metadata": {"labels": {"env": "test"}}}}}`))
	r.Delete("networking.k8s.io/v1", "NetworkPolicy", "hello-prod", "default-deny")
	r.Await(time.Minute, "the Deployment has its replicas and label, and the NetworkPolicy is back", func() bool {
		var deployment struct {
			Spec struct {
				Replicas int
				Template struct {
					Metadata struct{ Labels map[string]string }
				}
			}
			Status struct{ ReadyReplicas int }
		}
		r.Get("apps/v1", "Deployment", "hello-prod", "web", &deployment)
		return deployment.Status.ReadyReplicas >= 3 && deployment.Spec.Template.Metadata.Labels["env"] == "prod" &&
			r.Get("networking.k8s.io/v1", "NetworkPolicy", "hello-prod", "default-deny", new(any))
	})
	r.AwaitHealthy(time.Minute, "", "hello-infra-hello-prod", "hello-web-prod")
}
