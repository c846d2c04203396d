package argocd_test

import (
	"strings"
	"testing"
	"time"
)

// TestDrift changes production by hand: within a minute it is again what Git has.
func TestDrift(t *testing.T) {
	r := start(t)
	p := r.Repository("hello-gitops")
	spec := string(read(t, "../../examples/minimal/environments.yaml"))
	p.Generate(strings.Replace(spec, "https://git.example.com/acme/hello-gitops.git", p.URL, 1), "the first commit")
	for _, environment := range []string{"staging", "prod"} {
		r.Wavewright(p.Dir, "promote", "--to", environment)
		p.Push("promote to " + environment)
	}
	bootstrap(t, r, p, "hello")
	r.AwaitHealthy(patience, "", "hello-infra-hello-prod", "hello-web-prod")

	r.Patch("apps/v1", "Deployment", "hello-prod", "web", []byte(`{"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 1}}}}`))
	r.Delete("v1", "Service", "hello-prod", "web")
	r.Delete("v1", "ResourceQuota", "hello-prod", "hello-prod")
	r.Await(time.Minute, "the Deployment has its grace period, and Service and quota are back", func() bool {
		var deployment struct {
			Spec struct {
				Template struct {
					Spec struct{ TerminationGracePeriodSeconds int }
				}
			}
		}
		r.Get("apps/v1", "Deployment", "hello-prod", "web", &deployment)
		return deployment.Spec.Template.Spec.TerminationGracePeriodSeconds != 1 &&
			r.Get("v1", "Service", "hello-prod", "web", new(any)) && r.Get("v1", "ResourceQuota", "hello-prod", "hello-prod", new(any))
	})
	r.AwaitHealthy(time.Minute, "", "hello-infra-hello-prod", "hello-web-prod")
}
