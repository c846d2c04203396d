package argocd_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/rig"
)

// broken is what a commit may do to the application web of the example minimal.
var broken = []struct{ what, field string }{
	{"pods never become ready", `podAnnotations: {rig/unready: "yes"}, `},
	{"pods fit no node", `nodeSelector: {disk: none}, `},
}

// impatient is how the rollout of web fails in dev after ten seconds. What comes before is said
// of every environment.
const impatient = `ports: {http: 8080}, %senvironments: {dev: {rollout: {progressDeadlineSeconds: 10}}}}`

// TestBrokenCommit pushes commits that break dev: staging and production keep their revision, and
// in production no object and no pod changes. A commit that mends dev goes through.
func TestBrokenCommit(t *testing.T) {
	r := start(t, rig.Options{})
	p := production(t, r)
	r.AwaitHealthy(patience, "", r.Names()...)
	spec := string(read(t, p.Dir, "environments.yaml"))
	with := func(field string) string {
		return strings.Replace(spec, "ports: {http: 8080}}", fmt.Sprintf(impatient, field), 1)
	}
	before := untouched(r)
	for _, b := range broken {
		revision := p.Generate(with(b.field), b.what)
		r.Await(patience, "dev is Degraded", func() bool {
			a := r.Applications()["hello-web-dev"]
			return a.Revision == revision && a.Health == "Degraded"
		})
		for _, name := range []string{"hello-web-staging", "hello-web-prod"} {
			if a := r.Applications()[name]; !a.Good() || a.Revision == revision {
				t.Errorf("%s: %s", b.what, a)
			}
		}
		revision = p.Generate(with(""), "mended")
		r.AwaitHealthy(patience, revision, "hello-web-dev")
	}
	r.Throughout(5*time.Second, "production is as it was", func() bool { return maps.Equal(before, untouched(r)) })
}

// untouched are the versions of the objects and pods of production that nothing but a deployment
// changes.
func untouched(r *rig.Rig) map[string]string {
	found := map[string]string{}
	for kind, apiVersion := range map[string]string{
		"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "Pod": "v1", "Service": "v1", "ServiceAccount": "v1",
		"LimitRange": "v1", "NetworkPolicy": "networking.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1",
	} {
		for _, o := range rig.List[struct {
			Metadata struct{ Name, UID, ResourceVersion string }
		}](r, apiVersion, kind, "hello-prod") {
			found[kind+"/"+o.Metadata.Name] = fmt.Sprint(o.Metadata.UID, " ", o.Metadata.ResourceVersion)
		}
	}
	return found
}
