package model

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

func (c *checker) volumes() {
	mounts := map[string]string{}
	for _, name := range sortedKeys(c.w.Volumes) {
		v, at := c.w.Volumes[name], c.key("volumes", name)
		c.name(at, "a volume", name)
		if name == configVolume {
			c.error(at, "name/reserved", "%q is the volume of the configuration files", name).Hint = "Choose another name."
		}
		switch {
		case v.Mount == "/":
			c.error(at, "volume/mount", "a volume at / would hide the image").Hint = "Write mount: /data."
		case !strings.HasPrefix(v.Mount, "/") || strings.Contains(v.Mount, ":"):
			c.error(at, "volume/mount", "a volume needs an absolute path to be mounted at").Hint = "Write mount: /data."
		}
		if other, ok := mounts[v.Mount]; ok {
			c.error(at, "volume/mount", "%s and %s are mounted at the same path", other, name)
		}
		mounts[v.Mount] = name
		switch {
		case (v.Size == "") == (v.Scratch == ""):
			c.error(at, "volume/source", "a volume needs size or scratch, one of them").Hint =
				"size: 5Gi is a persistent volume; scratch: 64Mi is an empty folder that goes with the pod."
		case v.Size != "":
			c.quantity("storage", v.Size, "volumes", name, "size")
		default:
			c.quantity("ephemeral-storage", v.Scratch, "volumes", name, "scratch")
		}
		if v.Size != "" && c.w.Singleton == nil {
			c.error(at, "volume/singleton", "a persistent volume can be mounted by one pod only").Hint =
				"Write singleton: {reason: …}; then the pod is stopped before the next one starts."
		}
	}
}

func (c *checker) quantity(resource string, amount schema.Amount, path ...any) Quantity {
	q, err := ParseQuantity(resource, string(amount))
	if err != nil {
		c.error(c.at(path...), "quantity/invalid", "%s", err)
	}
	return q
}

func (c *checker) resources() {
	for _, resource := range sortedKeys(c.w.Resources.Requests) {
		if _, limited := c.w.Resources.Limits[resource]; !limited {
			c.quantity(resource, c.w.Resources.Requests[resource], "resources", "requests", resource)
		}
	}
	for _, resource := range sortedKeys(c.w.Resources.Limits) {
		limit, err := ParseQuantity(resource, string(c.w.Resources.Limits[resource]))
		if err != nil {
			c.error(c.at("resources", "limits", resource), "quantity/invalid", "%s", err)
			continue
		}
		c.belowMaximum(resource, limit)
		c.belowLimit(resource, limit)
	}
	c.resourceNames()
	for _, resource := range []string{"cpu", "memory"} {
		if c.w.Resources.Requests[resource] == "" || c.w.Resources.Limits[resource] == "" {
			c.error(c.at("resources"), "resources/missing", "request and limit of %s are needed", resource).Hint =
				"The namespace has a quota, so that a pod without them is refused. Do not remove what the profile states."
		}
	}
}

func (c *checker) belowMaximum(resource string, limit Quantity) {
	top, ok := c.in.Target.Env.Settings.LimitRange.Max[resource]
	if !ok {
		return
	}
	if most, err := ParseQuantity(resource, string(top)); err == nil && limit > most {
		d := c.error(c.at("resources", "limits", resource), "limits/exceeded", "%s allows a container at most %s of %s", c.in.Target.Env.Name, top, resource)
		d.Detail = fmt.Sprintf("The limit is %s.", c.w.Resources.Limits[resource])
		d.Hint = fmt.Sprintf("Lower it, or raise limitRange.max.%s of the environment.", resource)
	}
}

func (c *checker) belowLimit(resource string, limit Quantity) {
	amount, stated := c.w.Resources.Requests[resource]
	if !stated {
		return
	}
	request, err := ParseQuantity(resource, string(amount))
	at := c.at("resources", "requests", resource)
	switch {
	case err != nil:
		c.error(at, "quantity/invalid", "%s", err)
	case request > limit:
		if at == c.in.App.At {
			at = c.at("resources", "limits", resource)
		}
		d := c.error(at, "resources/order", "the request of %s is above its limit", resource)
		d.Detail = fmt.Sprintf("In %s the request is %s and the limit is %s.", c.in.Target.Env.Name, amount, c.w.Resources.Limits[resource])
	default:
		c.aboveMinimum(resource, request)
	}
}

func (c *checker) scale() {
	if c.w.Singleton != nil {
		if strings.TrimSpace(c.w.Singleton.Reason) == "" {
			c.error(c.at("singleton"), "reason/missing", "a singleton needs a reason")
		}
		return
	}
	if entry, removed := c.node.Entry("scale"); removed && entry.Value.Kind == yamltree.Null {
		c.error(entry.KeyRange, "scale/range", "this leaves application %s without a scale in %s", c.in.App.Name, c.in.Target.Name).Hint =
			"Write what it is to be instead, or singleton: {reason: …}."
		return
	}
	low, high, env := c.w.Scale.Min, c.w.Scale.Max, c.in.Target.Env
	switch {
	case low < 1 || high < low:
		c.error(c.at("scale"), "scale/range", "scale from %d to %d is not a range", low, high).Hint =
			"min is at least 1 and max at least min. To run nothing, write deploy: false."
	case low < env.Floor:
		d := c.error(c.at("scale", "min"), "scale/floor", "%s needs at least %d replicas", env.Name, env.Floor)
		d.Detail = fmt.Sprintf("Profile %s demands them; the application would have %d.", env.Profile, low)
		d.Hint = "Raise scale.min, or say why one replica is enough: singleton: {reason: …}."
	}
	nodes := c.in.Target.Cluster.Nodes
	if c.w.AntiAffinity == "required" && nodes > 0 && high > nodes {
		d := c.error(c.at("scale", "max"), "scale/nodes", "%d replicas of %s need more than %d nodes", high, c.in.App.Name, nodes)
		d.Detail = fmt.Sprintf("Each replica has a node of its own in %s, and cluster %s has %d nodes.", env.Name, c.in.Target.Cluster.Name, nodes)
		d.Hint = "Lower scale.max, add nodes, or write antiAffinity: preferred."
	}
}
