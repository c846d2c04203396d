// Package checks holds what no linter sees: whether the objects of a target fit
// together, and whether what must be there is there. Each check is a pure function of
// a repository as Argo CD would deploy it.
//
// A [Rule] judges as the API server, its controllers and Argo CD do: it holds for whatever
// repository, and has a code with a page in docs/checks. A [Check] is a convention of the
// repositories that wavewright generates, for their tests.
package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Check is one rule.
type Check struct {
	Name string
	run  func(*repo.Repository, *report)
}

// Run returns the findings, sorted and without repetition.
func (c Check) Run(r *repo.Repository) []string {
	var out report
	c.run(r, &out)
	slices.Sort(out.findings)
	return slices.Compact(out.findings)
}

// All are the checks in the order of the files below this one.
var All = []Check{
	{"resources", perTarget(checkResources)},
	{"guardrails", perTarget(checkGuardrails)},
	{"confinement", perTarget(checkConfinement)},
	{"linters", perTarget(checkLinters)},
	{"excuses", perTarget(checkExcuses)},
	{"probes", perTarget(checkProbes)},
	{"references", checkReferences},
	{"services", perTarget(checkServices)},
	{"exposure", checkExposure},
	{"routes", checkRoutes},
	{"load balancers", perTarget(checkBalancers)},
	{"monitors", checkMonitors},
	{"alerts", perTarget(checkAlerts)},
	{"disruption budgets", perTarget(checkBudgets)},
	{"autoscalers", perTarget(checkAutoscalers)},
	{"anti-affinity", perTarget(checkAntiAffinity)},
	{"default deny", perTarget(checkDefaultDeny)},
	{"name service", perTarget(checkNameService)},
	{"network selectors", checkNetworkSelectors},
	{"network edges", perTarget(checkNetworkEdges)},
	{"pod security", perTarget(checkPodSecurity)},
	{"quotas", perTarget(checkQuotas)},
	{"scratch folders", perTarget(checkScratch)},
	{"limit ranges", perTarget(checkLimitRanges)},
	{"access", checkAccess},
	{"admission", perTarget(checkAdmission)},
	{"tasks", perTarget(checkTasks)},
	{"tokens", perTarget(checkTokens)},
	{"labels", perTarget(checkLabels)},
	{"unique objects", checkUnique},
	{"project wildcards", checkWildcards},
	{"projects", checkProjects},
	{"delivery", checkDelivery},
	{"tenancy", checkTenancy},
	{"platform", checkPlatform},
	{"live elements", checkLive},
	{"kustomizations", checkKustomizations},
	{"files", checkFiles},
}

// report collects findings.
type report struct{ findings []string }

func (r *report) add(format string, args ...any) {
	r.findings = append(r.findings, fmt.Sprintf(format, args...))
}

// perTarget runs a check on the objects of each target.
func perTarget(check func(*target, *report)) func(*repo.Repository, *report) {
	return func(r *repo.Repository, out *report) {
		for _, t := range targets(r) {
			check(t, out)
		}
	}
}

// target is a target with its workloads.
type target struct {
	*repo.Target
	environment string
	profile     string
	// external names what the spec declares and the repository does not hold.
	external  []string
	objects   []*repo.Object
	workloads []*workload
	// kubernetes is the declared version of the cluster; empty when none is.
	kubernetes string
	// selections are what selectors have been found to select.
	selections map[selection][]*workload
}

// production reports whether everything that production demands is demanded here.
func (t *target) production() bool { return t.profile == "production" }

func targets(r *repo.Repository) []*target {
	var all []*target
	for _, e := range r.Environments {
		for _, t := range e.Targets {
			all = append(all, newTarget(r, e, t))
		}
	}
	for _, t := range r.Targets {
		all = append(all, newTarget(r, &repo.Environment{}, t))
	}
	return all
}

func newTarget(r *repo.Repository, e *repo.Environment, t *repo.Target) *target {
	objects := t.Objects()
	return &target{
		kubernetes: cmp.Or(t.Kubernetes, r.Kubernetes),
		Target:     t, environment: e.Name, profile: e.Profile, external: slices.Concat(r.External, t.External), objects: objects,
		workloads: workloads(objects), selections: map[selection][]*workload{},
	}
}

// at names an object in findings.
func (t *target) at(kind, namespace, name string) string {
	return fmt.Sprintf("%s: %s %s/%s", t.Name, kind, namespace, name)
}
