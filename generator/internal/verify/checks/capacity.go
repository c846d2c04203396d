package checks

import (
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkQuotas wants each namespace to have one quota, and the quota to hold everything
// at its largest, all rollouts at once included. A quota that is too small shows only
// when it hurts: at full load.
func checkQuotas(t *target, out *report) {
	for _, namespace := range t.namespaces() {
		quotas := slices.DeleteFunc(repo.Typed[corev1.ResourceQuota](t.objects), func(q *corev1.ResourceQuota) bool { return q.Namespace != namespace })
		if len(quotas) != 1 {
			out.add("%s: namespace %s has %d quotas", t.Name, namespace, len(quotas))
			continue
		}
		used := t.usage(namespace, out)
		hard := quotas[0].Spec.Hard
		for _, name := range []corev1.ResourceName{"requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "pods"} {
			if _, found := hard[name]; !found {
				out.add("%s: the quota of %s does not limit %s", t.Name, namespace, name)
			}
		}
		for _, name := range []corev1.ResourceName{"persistentvolumeclaims", "requests.storage"} {
			if need := used[name]; len(hard) > 0 && need.Sign() > 0 && hard.Name(name, resource.DecimalSI).IsZero() {
				out.add("%s: the quota of %s does not limit %s", t.Name, namespace, name)
			}
		}
		for _, name := range []corev1.ResourceName{"services.nodeports", "services.loadbalancers"} {
			need := used[name]
			if most, found := hard[name]; t.production() && !t.overridden(name) && (!found || most.Cmp(need) != 0) {
				out.add("%s: the quota of %s permits other %s than the %s that exist", t.Name, namespace, name, &need)
			}
		}
		for name, limit := range hard {
			need, known := used[name]
			if !known && !t.overridden(name) {
				out.add("%s: the quota of %s limits %s, which this check does not know", t.Name, namespace, name)
			}
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

// usage is what everything in a namespace can use at once.
func (t *target) usage(namespace string, out *report) corev1.ResourceList {
	used := corev1.ResourceList{}
	for _, name := range []corev1.ResourceName{
		"pods", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
		"limits.ephemeral-storage", "persistentvolumeclaims", "requests.storage", "services.nodeports", "services.loadbalancers",
	} {
		used[name] = resource.Quantity{}
	}
	for _, w := range t.workloads {
		if w.namespace != namespace {
			continue
		}
		pods := t.most(w, out)
		add(used, "pods", *resource.NewQuantity(1, resource.DecimalSI), pods)
		for _, name := range []corev1.ResourceName{"cpu", "memory", "ephemeral-storage"} {
			add(used, "requests."+name, w.footprint(name, func(r corev1.ResourceRequirements) corev1.ResourceList { return r.Requests }), pods)
			add(used, "limits."+name, w.footprint(name, func(r corev1.ResourceRequirements) corev1.ResourceList { return r.Limits }), pods)
		}
	}
	for _, s := range repo.Typed[corev1.Service](t.objects) {
		if s.Namespace == namespace && s.Spec.Type == corev1.ServiceTypeLoadBalancer {
			add(used, "services.loadbalancers", *resource.NewQuantity(1, resource.DecimalSI), 1)
		}
	}
	for _, claim := range repo.Typed[corev1.PersistentVolumeClaim](t.objects) {
		if claim.Namespace == namespace {
			addClaim(used, claim, 1)
		}
	}
	for _, set := range repo.Typed[appsv1.StatefulSet](t.objects) {
		for _, claim := range set.Spec.VolumeClaimTemplates {
			if set.Namespace == namespace {
				addClaim(used, &claim, ptr.Deref(set.Spec.Replicas, 1))
			}
		}
	}
	return used
}

func addClaim(used corev1.ResourceList, claim *corev1.PersistentVolumeClaim, times int32) {
	add(used, "persistentvolumeclaims", *resource.NewQuantity(1, resource.DecimalSI), times)
	add(used, "requests.storage", claim.Spec.Resources.Requests[corev1.ResourceStorage], times)
}

func add(used corev1.ResourceList, name corev1.ResourceName, one resource.Quantity, times int32) {
	sum := used[name]
	for range times {
		sum.Add(one)
	}
	used[name] = sum
}

// most is the largest number of pods of a workload at one time: all replicas while a
// rollout adds its surge.
func (t *target) most(w *workload, out *report) int32 {
	most := ptr.Deref(w.replicas, 1)
	if w.kind == "DaemonSet" {
		if most = t.nodes(); most == 0 {
			out.add("%s: how many pods it has depends on the cluster, so no quota can be proved", t.at(w.kind, w.namespace, w.name))
		}
	}
	if h := t.autoscaler(w); h != nil {
		most = h.Spec.MaxReplicas
	}
	if w.surge == nil {
		return most
	}
	extra, err := intstr.GetScaledValueFromIntOrPercent(w.surge, int(most), true)
	if err != nil {
		out.add("%s: maxSurge: %v", t.at(w.kind, w.namespace, w.name), err)
	}
	return most + int32(extra)
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

// footprint is what one pod counts for: its containers and sidecars, or its largest
// init container beside the sidecars if that is more.
func (w *workload) footprint(name corev1.ResourceName, list func(corev1.ResourceRequirements) corev1.ResourceList) resource.Quantity {
	var running, sidecars, largest resource.Quantity
	for _, c := range w.pod.Spec.InitContainers {
		one := list(c.Resources)[name]
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			sidecars.Add(one)
			continue
		}
		one.Add(sidecars)
		if one.Cmp(largest) > 0 {
			largest = one
		}
	}
	running.Add(sidecars)
	for _, c := range w.pod.Spec.Containers {
		running.Add(list(c.Resources)[name])
	}
	if largest.Cmp(running) > 0 {
		return largest
	}
	return running
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
		limits := func(r corev1.ResourceRequirements) corev1.ResourceList { return r.Limits }
		disk, memory := w.footprint(corev1.ResourceEphemeralStorage, limits), w.pod.Spec.Containers[0].Resources.Limits[corev1.ResourceMemory]
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
