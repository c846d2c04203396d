package argocd_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/rig"
)

// keeping is a platform whose environment syncs as production does, and tries again soon. Its
// applications follow.
const keeping = `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: keep}
repository: {url: %q}
environments:
  - name: dev
    profile: development
    sync:
      options: [ApplyOutOfSyncOnly=true, RespectIgnoreDifferences=true, PruneLast=true]
      retry: {limit: 20, backoff: {duration: 2s, factor: 1, maxDuration: 2s}}
applications:
`

// web is a Deployment of three pods with a configuration file. The pods of a revision with the
// annotation rig/unready never become ready, and its rollout fails after ten seconds.
const web = `  web:
    image: ghcr.io/acme/web:1.4.2
    ports: {http: 8080}
    scale: {min: 3, max: 3}
    rollout: {progressDeadlineSeconds: 10}
    config: {web.yaml: {mount: /etc/web/web.yaml, content: "greeting: %s\n"}}
    podAnnotations: {%s}
`

// report is a CronJob that is due every minute, and whose pods run until they are deleted.
const report = `  report:
    kind: CronJob
    image: ghcr.io/acme/report:1.4.2
    schedule: {cron: "* * * * *"}
    podAnnotations: {rig/holds: "yes"}
`

const reportConfig = `    config: {report.yaml: {mount: /etc/report/report.yaml, content: "format: %s\n"}}
`

// seed is a Job that reads a file, and is tried once.
const seed = `  seed:
    kind: Job
    image: ghcr.io/acme/seed:1.0.0
    attempts: {backoffLimit: 0}
    config: {seed.yaml: {mount: /etc/seed/seed.yaml, content: "rows: %d\n"}}
    podAnnotations: {%s}
`

// pod is the part of a pod that says which ConfigMaps it needs.
type pod struct {
	Metadata struct {
		Name, UID string
		Labels    map[string]string
	}
	Spec struct {
		Volumes []struct{ ConfigMap *struct{ Name string } }
	}
	Status struct {
		Phase      string
		Conditions []struct{ Type, Status string }
	}
}

func (p pod) running() bool { return p.Status.Phase == "Running" }

// config are the ConfigMaps that a pod mounts.
func (p pod) config() []string {
	var names []string
	for _, v := range p.Spec.Volumes {
		if v.ConfigMap != nil {
			names = append(names, v.ConfigMap.Name)
		}
	}
	return names
}

// platform is a repository with the application web on a rig.
type platform struct {
	*rig.Rig
	t    *testing.T
	repo *rig.Repository
	// lost are pods that run without a ConfigMap that they mount, as seen so far.
	lost []string
}

// startPlatform deploys applications and looks at their pods until the test ends.
func startPlatform(t *testing.T, applications string) *platform {
	t.Helper()
	r := start(t, rig.Options{})
	p := &platform{Rig: r, t: t, repo: r.Repository("keep-gitops")}
	p.push(applications, "the first commit")
	return p
}

// push generates and pushes a specification with these applications.
func (p *platform) push(applications, message string) string {
	p.t.Helper()
	return p.repo.Generate(fmt.Sprintf(keeping, p.repo.URL)+applications, message)
}

// pods are those of an application.
func (p *platform) pods(application string) []pod {
	p.t.Helper()
	all := rig.List[pod](p.Rig, "v1", "Pod", "keep-dev")
	return slices.DeleteFunc(all, func(one pod) bool { return one.Metadata.Labels["app.kubernetes.io/name"] != application })
}

// provided reports whether every running pod has the ConfigMaps that it mounts, and keeps a
// list of those that do not. A pod that is gone a moment later does not count.
func (p *platform) provided() bool {
	p.t.Helper()
	before := rig.List[pod](p.Rig, "v1", "Pod", "keep-dev")
	there := map[string]bool{}
	for _, m := range rig.List[struct{ Metadata struct{ Name string } }](p.Rig, "v1", "ConfigMap", "keep-dev") {
		there[m.Metadata.Name] = true
	}
	after := rig.List[pod](p.Rig, "v1", "Pod", "keep-dev")
	for _, one := range before {
		stays := slices.ContainsFunc(after, func(other pod) bool { return other.Metadata.UID == one.Metadata.UID && other.running() })
		for _, name := range one.config() {
			if one.running() && stays && !there[name] {
				p.lost = append(p.lost, fmt.Sprintf("pod %s runs without ConfigMap %s", one.Metadata.Name, name))
			}
		}
	}
	return len(p.lost) == 0
}

// awaitProvided waits for something, and wants every running pod to have its ConfigMaps all
// the while.
func (p *platform) awaitProvided(what string, ask func() bool) {
	p.t.Helper()
	p.Await(patience, what, func() bool {
		if !p.provided() {
			p.Fatal("%s", p.lost[0])
		}
		return ask()
	})
}

// deployed reports whether an Application runs a commit.
func (p *platform) deployed(name, revision string) func() bool {
	return func() bool {
		a := p.Applications()[name]
		return a.Good() && a.Revision == revision
	}
}

// triedAgain reports whether the sync of an Application to a commit was tried again, and ended
// although nothing became healthy. Its first try waits for health before it prunes, and fails: a
// sync that has succeeded was tried again.
func (p *platform) triedAgain(name, revision string) func() bool {
	return func() bool {
		a := p.Applications()[name]
		return a.Attempted == revision && a.Health == "Degraded" && a.Operation == "Succeeded"
	}
}

// rounds is how often a stuck rollout is tried.
func rounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("WAVEWRIGHT_RIG_ROUNDS")
	if text == "" {
		return 1
	}
	count, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// TestConfigStays changes the configuration file of a Deployment: first in a rollout that goes
// through, then in rollouts that get stuck, are tried again, and are mended by a commit. The
// earlier ConfigMap is there as long as a pod uses it.
func TestConfigStays(t *testing.T) {
	p := startPlatform(t, fmt.Sprintf(web, "hello", ""))
	bootstrap(t, p.Rig, p.repo, "keep")
	p.awaitProvided("keep-web-dev is deployed", func() bool { return p.Applications()["keep-web-dev"].Good() })

	good := p.push(fmt.Sprintf(web, "good day", ""), "another greeting")
	p.awaitProvided("the rollout has gone through", p.deployed("keep-web-dev", good))

	for i := range rounds(t) {
		p.stuckRollout(i)
	}
}

// stuckRollout pushes commits whose pods never become ready, waits each time until Argo CD has
// tried the sync again, and mends it.
func (p *platform) stuckRollout(i int) {
	p.t.Helper()
	for _, try := range []string{"stuck", "still stuck"} {
		stuck := p.push(fmt.Sprintf(web, fmt.Sprint(try, i), `rig/unready: "yes"`), fmt.Sprintf("round %d: %s, pods never become ready", i, try))
		p.awaitProvided("the sync has failed and was tried again", p.triedAgain("keep-web-dev", stuck))
		if old := p.ready(); old != 3 {
			p.Fatal("%d pods of the revision before serve, want 3", old)
		}
	}
	p.Throughout(5*time.Second, "every pod has its ConfigMap", p.provided)
	mended := p.push(fmt.Sprintf(web, fmt.Sprint("mended ", i), ""), "mended")
	p.awaitProvided("the mended commit is deployed", p.deployed("keep-web-dev", mended))
}

// ready counts the pods of web that serve.
func (p *platform) ready() int {
	count := 0
	for _, one := range p.pods("web") {
		for _, c := range one.Status.Conditions {
			if c.Type == "Ready" && c.Status == "True" {
				count++
			}
		}
	}
	return count
}

// TestConfigOfJobsStays does the same with files of a CronJob and of a Job whose pods still run:
// the next version of the Job fails first, and at last the CronJob has no file any more.
func TestConfigOfJobsStays(t *testing.T) {
	p := startPlatform(t, report+fmt.Sprintf(reportConfig, "pdf")+fmt.Sprintf(seed, 1, `rig/holds: "yes"`))
	bootstrap(t, p.Rig, p.repo, "keep")
	p.awaitProvided("a pod of each runs", func() bool { return len(p.pods("report")) > 0 && len(p.pods("seed")) > 0 })

	failing := p.push(report+fmt.Sprintf(reportConfig, "html")+fmt.Sprintf(seed, 2, `rig/fails: "yes"`), "other files, and a Job that fails")
	p.awaitProvided("the sync of the Job has failed and was tried again", p.triedAgain("keep-seed-dev", failing))
	p.awaitProvided("the changed file of the CronJob is deployed", p.deployed("keep-report-dev", failing))

	mended := p.push(report+fmt.Sprintf(reportConfig, "html")+fmt.Sprintf(seed, 3, ""), "a Job that succeeds")
	p.awaitProvided("the mended Job is deployed", p.deployed("keep-seed-dev", mended))

	gone := p.push(report, "a CronJob without its file, and no seed")
	p.awaitProvided("the file is gone from the repository", p.deployed("keep-report-dev", gone))
	if !slices.ContainsFunc(p.pods("report"), func(one pod) bool { return one.running() && len(one.config()) > 0 }) {
		t.Fatal("no pod of the CronJob runs with its file any more")
	}
	p.Throughout(15*time.Second, "the pods of the CronJob have their files", p.provided)
}

// unprotected takes the annotations off that keep Argo CD from pruning a ConfigMap.
const unprotected = `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target: {kind: ConfigMap}
    patch: |-
      - {op: remove, path: /metadata/annotations}
`

// TestConfigIsLost shows that the tests above can fail: without the annotations that the
// generator writes, Argo CD prunes the ConfigMap of pods that run, in the first retry after a
// stuck rollout.
func TestConfigIsLost(t *testing.T) {
	r := start(t, rig.Options{})
	p := &platform{Rig: r, t: t, repo: r.Repository("keep-gitops")}
	p.repo.Write("overlays/dev/apps/web/custom/kustomization.yaml", unprotected)
	p.push(fmt.Sprintf(web, "hello", ""), "the first commit")
	bootstrap(t, p.Rig, p.repo, "keep")
	p.awaitProvided("keep-web-dev is deployed", func() bool { return p.Applications()["keep-web-dev"].Good() })

	p.push(fmt.Sprintf(web, "stuck", `rig/unready: "yes"`), "pods that never become ready")
	p.Await(patience, "Argo CD has pruned a ConfigMap that pods use", func() bool { return !p.provided() })
	p.Note("%s", p.lost[0])
}
