package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// quotaRules are the rules of this area.
var quotaRules = []Rule{
	{Code: "quota/exceeded", Severity: Error, Title: "a namespace that needs more than its quota allows", run: everyCluster(exceededQuotas)},
	{Code: "quota/exceeded-at-peak", Severity: Warning, Title: "a namespace that needs more than its quota allows while it scales and rolls out", run: everyCluster(peakQuotas)},
	{Code: "quota/missing-resources", Severity: Error, Title: "a container without what the quota of its namespace demands", run: everyCluster(missingResources)},
	{Code: "quota/request-over-limit", Severity: Error, Title: "a container that requests more than its limit", run: everyCluster(requestsOverLimits)},
	{Code: "quota/unknown-nodes", Severity: Note, Title: "a quota of which a DaemonSet uses an unknown part", run: everyCluster(unknownNodes)},
	{Code: "admission/limit-range", Severity: Error, Title: "a pod or claim outside of a limit range", run: everyCluster(outsideLimitRanges)},
}

// exceededQuotas reports quotas that do not hold what always runs.
func exceededQuotas(c *cluster, out *judge) {
	c.eachAmount(func(q *quota, name corev1.ResourceName) {
		terms := c.usage(q.namespace, q.spec, name, false)
		if sum, most := total(terms), q.spec.Hard[name]; sum.Cmp(most) > 0 {
			f := c.exceeded(q, name, terms, out, "the quota allows %s of %s, and what always runs in namespace %s needs %s", &most, name, q.namespace, &sum)
			f.Hint = "The API server refuses the pods or objects that do not fit. Raise the quota, or lower requests, limits or replicas."
			return
		}
		c.tooLarge(q, name, out)
	})
}

// tooLarge reports pods that come and go, or whose number is not known, of which not even one fits.
func (c *cluster) tooLarge(q *quota, name corev1.ResourceName, out *judge) {
	most := q.spec.Hard[name]
	for _, w := range c.workloads {
		pod := c.pods()[w]
		if w.namespace != q.namespace || !covers(q.spec, pod) || !w.task && !c.most(w).unknown || c.most(w).pods == 0 && !c.most(w).unknown {
			continue
		}
		if each, stated := amount(&pod.Spec, name); stated && each.Cmp(most) > 0 {
			f := out.object(c.home[w.object], w.object, w.podPath(), "%s: quota %s allows %s of %s, and one pod needs %s", w.refusal(), q.Name, &most, name, &each)
			f.Hint = "Raise the quota, or lower the requests and limits."
		}
	}
}

// peakQuotas reports quotas that hold what always runs, but not what runs at most.
func peakQuotas(c *cluster, out *judge) {
	c.eachAmount(func(q *quota, name corev1.ResourceName) {
		most := q.spec.Hard[name]
		if least := total(c.usage(q.namespace, q.spec, name, false)); least.Cmp(most) > 0 {
			return
		}
		terms := c.usage(q.namespace, q.spec, name, true)
		if sum := total(terms); sum.Cmp(most) > 0 {
			f := c.exceeded(q, name, terms, out, "the quota allows %s of %s, and namespace %s needs %s when its autoscalers are at their maximum and all of it rolls out at once", &most, name, q.namespace, &sum)
			f.Hint = "A rollout or an autoscaler waits then until others are done. Raise the quota, or lower the maximum, the surge, requests or limits."
		}
	})
}

// eachAmount visits the amounts of each quota in the order of their names.
func (c *cluster) eachAmount(visit func(*quota, corev1.ResourceName)) {
	for _, q := range c.quotas() {
		for _, name := range slices.Sorted(maps.Keys(q.spec.Hard)) {
			visit(q, name)
		}
	}
}

func (c *cluster) exceeded(q *quota, name corev1.ResourceName, terms []term, out *judge, format string, args ...any) *Finding {
	f := out.object(c.home[q.Object], q.Object, fmt.Sprintf("spec.hard[%q]", name), format, args...)
	for _, t := range terms {
		f.Sum = append(f.Sum, t.String())
	}
	sum, most := total(terms), q.spec.Hard[name]
	f.Sum = append(f.Sum, fmt.Sprintf("total %s, quota %s", &sum, &most))
	return f
}

// demanded are the amounts that each container must state when a quota limits them.
func demanded() []corev1.ResourceName {
	return []corev1.ResourceName{
		corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory, corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory,
	}
}

// missingResources reports containers that state nothing of what a quota limits. The API server
// refuses their pods.
func missingResources(c *cluster, out *judge) {
	for _, q := range c.quotas() {
		for _, w := range c.workloads {
			if w.namespace != q.namespace || !covers(q.spec, c.pods()[w]) || c.pods()[w].Spec.Resources != nil {
				continue
			}
			for path, container := range containersOf(c.pods()[w], w.podPath()) {
				var missing []string
				for _, name := range demanded() {
					if _, limited := q.spec.Hard[name]; limited && !states(container, name) {
						missing = append(missing, string(name))
					}
				}
				if len(missing) > 0 {
					f := out.object(c.home[w.object], w.object, path+".resources", "%s: quota %s limits %s, and container %s has none, from no limit range either",
						w.refusal(), q.Name, strings.Join(missing, ", "), container.Name)
					f.Hint = "State the amounts in the container, or give the namespace a LimitRange with defaults."
				}
			}
		}
	}
}

func states(c *corev1.Container, name corev1.ResourceName) bool {
	kind, resourceName := split(name)
	list := c.Resources.Requests
	if kind == "limits" {
		list = c.Resources.Limits
	}
	_, found := list[resourceName]
	return found
}

// requestsOverLimits reports containers that request more than they may have: in the manifest,
// which the API server refuses, or with the default limit of a limit range, with which it
// refuses the pods.
func requestsOverLimits(c *cluster, out *judge) {
	for _, w := range c.workloads {
		written := map[string]*corev1.Container{}
		for path, container := range containersOf(&corev1.Pod{Spec: w.pod.Spec}, w.podPath()) {
			written[path] = container
		}
		for path, container := range containersOf(c.pods()[w], w.podPath()) {
			for _, name := range slices.Sorted(maps.Keys(container.Resources.Requests)) {
				request := container.Resources.Requests[name]
				limit, limited := container.Resources.Limits[name]
				if !limited || request.Cmp(limit) <= 0 {
					continue
				}
				at, by := fmt.Sprintf("%s.resources.requests[%q]", path, name), "the API server refuses the "+w.kind
				if _, own := written[path].Resources.Limits[name]; !own {
					by = w.refusal() + ", whose limit a limit range sets"
				}
				out.object(c.home[w.object], w.object, at, "container %s requests %s of %s with a limit of %s: %s", container.Name, &request, name, &limit, by)
			}
		}
	}
}

// unknownNodes reports DaemonSets whose number of pods counts and is not known.
func unknownNodes(c *cluster, out *judge) {
	for _, q := range c.quotas() {
		for _, w := range c.workloads {
			if w.namespace == q.namespace && covers(q.spec, c.pods()[w]) && c.most(w).unknown && countsPods(q) {
				out.object(c.home[w.object], w.object, "", "how many pods it has depends on the number of nodes, which nobody declares: the sums of quota %s are without them", q.Name)
			}
		}
	}
}

func countsPods(q *quota) bool {
	for name := range q.spec.Hard {
		if name == corev1.ResourcePods || slices.Contains(demanded(), name) {
			return true
		}
	}
	return false
}
