package model

import (
	"cmp"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// ScalingMetrics are what the autoscaler measures.
func (w *Workload) ScalingMetrics() []yamltree.Ordered {
	metrics := []yamltree.Ordered{utilization("cpu", w.TargetCPU())}
	if w.Scale.Memory > 0 {
		metrics = append(metrics, utilization("memory", w.Scale.Memory))
	}
	return metrics
}

func utilization(resource string, percent int) yamltree.Ordered {
	target := yamltree.Ordered{pair("type", "Utilization"), pair("averageUtilization", percent)}
	return yamltree.Ordered{pair("type", "Resource"), pair("resource", yamltree.Ordered{pair("name", resource), pair("target", target)})}
}

// Behavior is how fast the autoscaler may scale; empty when Kubernetes decides.
func (w *Workload) Behavior() yamltree.Ordered {
	var out yamltree.Ordered
	for _, direction := range []struct {
		name    string
		scaling schema.Scaling
	}{{"scaleUp", w.Scale.Behavior.ScaleUp}, {"scaleDown", w.Scale.Behavior.ScaleDown}} {
		if rules := scalingRules(direction.scaling); len(rules) > 0 {
			out = append(out, pair(direction.name, rules))
		}
	}
	return out
}

// scalingPeriod is the period of a bound that states none, in seconds.
const scalingPeriod = 60

func scalingRules(s schema.Scaling) yamltree.Ordered {
	var out yamltree.Ordered
	if s.StabilizationWindowSeconds != nil {
		out = append(out, pair("stabilizationWindowSeconds", *s.StabilizationWindowSeconds))
	}
	var policies []yamltree.Ordered
	add := func(kind string, value int) {
		if value > 0 {
			policies = append(policies, yamltree.Ordered{pair("type", kind), pair("value", value), pair("periodSeconds", cmp.Or(s.PeriodSeconds, scalingPeriod))})
		}
	}
	add("Pods", s.Pods)
	add("Percent", s.Percent)
	if len(policies) > 0 {
		out = append(out, pair("policies", policies))
	}
	return out
}

// behavior checks the bounds of the autoscaler by the rules of Kubernetes.
func (c *checker) behavior() {
	c.value(c.w.Scale.Memory < 0, "the target utilization of an autoscaler is a percentage above 0", "Write for example memory: 80.", "scale", "memory")
	for direction, s := range map[string]schema.Scaling{"scaleUp": c.w.Scale.Behavior.ScaleUp, "scaleDown": c.w.Scale.Behavior.ScaleDown} {
		at := func(field string) []any { return []any{"scale", "behavior", direction, field} }
		window := s.StabilizationWindowSeconds
		c.value(window != nil && (*window < 0 || *window > 3600), "stabilizationWindowSeconds is between 0 and 3600",
			"Write for example stabilizationWindowSeconds: 300.", at("stabilizationWindowSeconds")...)
		c.value(s.PeriodSeconds < 0 || s.PeriodSeconds > 1800, "periodSeconds is between 1 and 1800",
			"Write for example periodSeconds: 60.", at("periodSeconds")...)
		for field, value := range map[string]int{"pods": s.Pods, "percent": s.Percent} {
			c.value(value < 0, "the bound of a scaling policy is not negative",
				"Write how many pods, or what percentage, a period may add or remove, or take the bound out.", at(field)...)
		}
	}
}

// strictZones reports whether all replicas can be kept in all zones: the cluster says
// how many there are, each zone has a replica at least, and the nodes of a zone are
// enough for its share at the highest scale. Where they are not, a strict rule would
// leave replicas without a node at full load, so that zones are a wish then. They stay a
// wish for a StatefulSet too: its volumes pin replicas to zones, wherever those were
// when the replicas were made.
func (in *Instance) strictZones() bool {
	cluster, w := in.Target.Cluster, in.Workload
	low, high := w.Replicas()
	if w.AntiAffinity != "required" || !w.replicated() || w.Stateful() || cluster.Zones < 2 || low < cluster.Zones {
		return false
	}
	share := (high + cluster.Zones - 1) / cluster.Zones
	return cluster.Nodes == 0 || share <= cluster.Nodes/cluster.Zones
}
