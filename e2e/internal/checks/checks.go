// Package checks holds what no linter sees: whether the objects of a target fit
// together, and whether what must be there is there. Each check is a pure function of
// a repository as Argo CD would deploy it; a finding is a sentence that says where.
package checks

import (
	"fmt"
	"slices"

	"github.com/wavewright/wavewright/e2e/internal/repo"
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
	{"probes", perTarget(checkProbes)},
	{"references", checkReferences},
	{"services", perTarget(checkServices)},
	{"routes", checkRoutes},
	{"monitors", checkMonitors},
	{"disruption budgets", perTarget(checkBudgets)},
	{"autoscalers", perTarget(checkAutoscalers)},
	{"anti-affinity", perTarget(checkAntiAffinity)},
	{"default deny", perTarget(checkDefaultDeny)},
	{"network selectors", checkNetworkSelectors},
	{"network edges", perTarget(checkNetworkEdges)},
	{"pod security", perTarget(checkPodSecurity)},
	{"quotas", perTarget(checkQuotas)},
	{"limit ranges", perTarget(checkLimitRanges)},
	{"access", checkAccess},
	{"tasks", perTarget(checkTasks)},
	{"tokens", perTarget(checkTokens)},
	{"labels", perTarget(checkLabels)},
	{"unique objects", checkUnique},
	{"project wildcards", checkWildcards},
	{"projects", checkProjects},
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
	objects   []*repo.Object
	workloads []*workload
}

func targets(r *repo.Repository) []*target {
	var all []*target
	for _, e := range r.Environments {
		for _, t := range e.Targets {
			objects := t.Objects()
			all = append(all, &target{Target: t, objects: objects, workloads: workloads(objects)})
		}
	}
	return all
}

// at names an object in findings.
func (t *target) at(kind, namespace, name string) string {
	return fmt.Sprintf("%s: %s %s/%s", t.Name, kind, namespace, name)
}
