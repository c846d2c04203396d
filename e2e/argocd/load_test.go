package argocd_test

import (
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/e2e/internal/rig"
)

// production brings the example minimal to production in one go, and returns its repository.
func production(t *testing.T, r *rig.Rig) *rig.Repository {
	t.Helper()
	p := example(t, r, "minimal")
	promote(r, p)
	bootstrap(t, r, p, "hello")
	r.AwaitHealthy(patience, "", "hello-infra-hello-prod", "hello-web-prod")
	return p
}

// promote promotes to each environment in turn.
func promote(r *rig.Rig, p *rig.Repository) {
	for _, environment := range []string{"staging", "prod"} {
		r.Wavewright(p.Dir, "promote", "--to", environment)
		p.Push("promote to " + environment)
	}
}

// deployment is the part of a Deployment that says what runs.
type deployment struct {
	Spec struct {
		Replicas int
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct{ Containers []struct{ Image string } }
		}
	}
	Status struct{ ReadyReplicas, UpdatedReplicas, Replicas int }
}

// productionWeb is the Deployment of production.
func productionWeb(r *rig.Rig) deployment {
	var d deployment
	r.Get("apps/v1", "Deployment", "hello-prod", "web", &d)
	return d
}

// TestFullLoad scales production to its maximum, on as many nodes as its replicas, which have a
// node each, and rolls out another version there: quota and nodes admit it.
func TestFullLoad(t *testing.T) {
	var nodes []rig.Node
	for _, zone := range []string{"a", "b", "c", "a", "b", "c"} {
		nodes = append(nodes, rig.Node{Labels: map[string]string{"topology.kubernetes.io/zone": zone}})
	}
	r := start(t, rig.Options{Nodes: nodes})
	p := production(t, r)

	r.SetLoad(200)
	r.Await(patience, "production runs at its maximum", func() bool { return productionWeb(r).Status.ReadyReplicas == len(nodes) })

	spec := string(read(t, p.Dir, "environments.yaml"))
	revision := p.Generate(strings.Replace(spec, "web:1.4.2", "web:1.5.0", 1), "another version")
	promote(r, p)
	r.AwaitHealthy(patience, revision, "hello-web-prod")
	r.Await(patience, "all replicas run the other version", func() bool {
		d := productionWeb(r)
		return strings.HasSuffix(d.Spec.Template.Spec.Containers[0].Image, "web:1.5.0") && d.Status.UpdatedReplicas == len(nodes) &&
			d.Status.ReadyReplicas == len(nodes) && d.Status.Replicas == len(nodes)
	})
	for _, event := range rig.List[struct{ Reason, Message string }](r, "v1", "Event", "hello-prod") {
		if event.Reason == "FailedCreate" {
			t.Errorf("a pod was refused: %s", event.Message)
		}
	}
}
