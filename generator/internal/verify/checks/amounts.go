package checks

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// amount is what one pod counts for, as the scheduler and quotas compute it: its containers and
// sidecars, or its largest init container beside the sidecars if that is more; what the pod as
// a whole states instead of that; and the overhead of its runtime. name is that of quotas, such
// as requests.cpu. There is none when nothing of the pod states one.
func amount(s *corev1.PodSpec, name corev1.ResourceName) (sum resource.Quantity, stated bool) {
	kind, resourceName := split(name)
	list := func(r *corev1.ResourceRequirements) corev1.ResourceList {
		if kind == "limits" {
			return r.Limits
		}
		return r.Requests
	}
	var running, sidecars, largest resource.Quantity
	for i := range s.InitContainers {
		c := &s.InitContainers[i]
		one, found := list(&c.Resources)[resourceName]
		stated = stated || found
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			sidecars.Add(one)
			continue
		}
		one = one.DeepCopy()
		one.Add(sidecars)
		if one.Cmp(largest) > 0 {
			largest = one
		}
	}
	running.Add(sidecars)
	for i := range s.Containers {
		one, found := list(&s.Containers[i].Resources)[resourceName]
		stated = stated || found
		running.Add(one)
	}
	if largest.Cmp(running) > 0 {
		running = largest
	}
	if s.Resources != nil {
		if whole, found := list(s.Resources)[resourceName]; found {
			running, stated = whole.DeepCopy(), true
		}
	}
	if more, found := s.Overhead[resourceName]; found && (stated || kind == "requests") {
		running.Add(more)
	}
	return running, stated
}

// split parts the name that a quota gives to a resource. Without a prefix it means requests.
func split(name corev1.ResourceName) (kind string, resourceName corev1.ResourceName) {
	kind, rest, found := strings.Cut(string(name), ".")
	if found && (kind == "requests" || kind == "limits") {
		return kind, corev1.ResourceName(rest)
	}
	return "requests", name
}

// times multiplies without changing the factor.
func times(one resource.Quantity, n int64) resource.Quantity {
	product := one.DeepCopy()
	product.Mul(n)
	return product
}

// one is the quantity of a thing that is counted.
func one() resource.Quantity { return *resource.NewQuantity(1, resource.DecimalSI) }
