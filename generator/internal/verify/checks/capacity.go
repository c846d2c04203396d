package checks

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkQuotas wants each namespace to have one quota, and the quota to hold everything
// at its largest, all rollouts at once included. A quota that is too small shows only
// when it hurts: at full load.
func checkQuotas(t *target, out *report) {
	c := alone(t)
	for _, w := range c.workloads {
		if c.most(w).unknown {
			out.add("%s: how many pods it has depends on the cluster, so no quota can be proved", t.at(w.kind, w.namespace, w.name))
		}
	}
	for _, namespace := range t.namespaces() {
		used := func(name corev1.ResourceName) resource.Quantity { return total(c.usage(namespace, nil, name, true)) }
		quotas := slices.DeleteFunc(repo.Typed[corev1.ResourceQuota](t.objects), func(q *corev1.ResourceQuota) bool { return q.Namespace != namespace })
		if len(quotas) != 1 {
			out.add("%s: namespace %s has %d quotas", t.Name, namespace, len(quotas))
			continue
		}
		hard := quotas[0].Spec.Hard
		for _, name := range []corev1.ResourceName{"requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "pods"} {
			if _, found := hard[name]; !found {
				out.add("%s: the quota of %s does not limit %s", t.Name, namespace, name)
			}
		}
		for _, name := range []corev1.ResourceName{"persistentvolumeclaims", "requests.storage"} {
			if need := used(name); len(hard) > 0 && need.Sign() > 0 && hard.Name(name, resource.DecimalSI).IsZero() {
				out.add("%s: the quota of %s does not limit %s", t.Name, namespace, name)
			}
		}
		for _, name := range []corev1.ResourceName{"services.nodeports", "services.loadbalancers"} {
			need := used(name)
			if most, found := hard[name]; t.production() && !t.overridden(name) && (!found || most.Cmp(need) != 0) {
				out.add("%s: the quota of %s permits other %s than the %s that exist", t.Name, namespace, name, &need)
			}
		}
		for name, limit := range hard {
			need := used(name)
			if need.Cmp(limit) > 0 {
				out.add("%s: the quota of %s allows %s of %s, its applications need %s", t.Name, namespace, &limit, name, &need)
			}
		}
	}
}

// overridden reports whether the spec states an amount of the quotas itself.
func (t *target) overridden(name corev1.ResourceName) bool {
	return slices.Contains(t.external, "quota/"+string(name))
}

// nodes is how many nodes a cluster of the case has; 0 when nobody declares them.
func (t *target) nodes() int32 {
	for _, name := range t.external {
		if number, found := strings.CutPrefix(name, "Nodes/"); found {
			n, _ := strconv.ParseInt(number, 10, 32)
			return int32(n)
		}
	}
	return 0
}

// checkScratch wants the limits of each pod to hold its empty folders: the kubelet evicts
// a pod that uses more of the disk than its containers may together, and a container is
// killed that writes more into memory than it may have.
func checkScratch(t *target, out *report) {
	for _, w := range t.workloads {
		folders := map[corev1.StorageMedium]*resource.Quantity{corev1.StorageMediumDefault: {}, corev1.StorageMediumMemory: {}}
		for _, volume := range w.pod.Spec.Volumes {
			if folder := volume.EmptyDir; folder != nil && folder.SizeLimit != nil {
				folders[folder.Medium].Add(*folder.SizeLimit)
			}
		}
		disk, _ := amount(&w.pod.Spec, corev1.ResourceLimitsEphemeralStorage)
		memory := w.pod.Spec.Containers[0].Resources.Limits[corev1.ResourceMemory]
		// Charts may leave the disk without any limit: then each folder has only its own.
		if disk.Sign() > 0 && folders[corev1.StorageMediumDefault].Cmp(disk) > 0 {
			out.add("%s: its empty folders hold %s of the disk, its containers may use %s", t.at(w.kind, w.namespace, w.name), folders[corev1.StorageMediumDefault], &disk)
		}
		if folders[corev1.StorageMediumMemory].Cmp(memory) >= 0 {
			out.add("%s: its empty folders hold %s of memory, the container may use %s", t.at(w.kind, w.namespace, w.name), folders[corev1.StorageMediumMemory], &memory)
		}
	}
}

// checkLimitRanges wants each namespace to have one limit range with defaults, and each
// container to be within it.
func checkLimitRanges(t *target, out *report) {
	for _, namespace := range t.namespaces() {
		var items []corev1.LimitRangeItem
		for _, l := range repo.Typed[corev1.LimitRange](t.objects) {
			if l.Namespace == namespace {
				items = append(items, l.Spec.Limits...)
			}
		}
		i := slices.IndexFunc(items, func(item corev1.LimitRangeItem) bool { return item.Type == corev1.LimitTypeContainer })
		if i < 0 {
			out.add("%s: namespace %s has no limits for containers", t.Name, namespace)
			continue
		}
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			checkLimitDefaults(t.Name+": the limit range of "+namespace, name, items[i], out)
			for _, w := range t.workloads {
				if w.namespace == namespace {
					checkLimits(t.at(w.kind, namespace, w.name), name, w, items[i], out)
				}
			}
		}
	}
}

func checkLimitDefaults(at string, name corev1.ResourceName, item corev1.LimitRangeItem, out *report) {
	for field, list := range map[string]corev1.ResourceList{"min": item.Min, "max": item.Max, "default": item.Default, "defaultRequest": item.DefaultRequest} {
		if _, found := list[name]; !found {
			out.add("%s has no %s for %s", at, field, name)
		}
	}
	lists := []corev1.ResourceList{item.Min, item.DefaultRequest, item.Default, item.Max}
	for i := range len(lists) - 1 {
		low, high := lists[i][name], lists[i+1][name]
		if low.Cmp(high) > 0 {
			out.add("%s: %s is not in the order min, defaultRequest, default, max", at, name)
		}
	}
}

func checkLimits(at string, name corev1.ResourceName, w *workload, item corev1.LimitRangeItem, out *report) {
	low, high := item.Min[name], item.Max[name]
	for c := range w.containers() {
		request, limit := c.Resources.Requests[name], c.Resources.Limits[name]
		if limit.Cmp(high) > 0 || request.Cmp(low) < 0 {
			out.add("%s: container %s uses %s to %s of %s, the limit range allows %s to %s", at, c.Name, &request, &limit, name, &low, &high)
		}
	}
}
