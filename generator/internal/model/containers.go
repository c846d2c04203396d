package model

import (
	"maps"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// container is a container beside the main one.
type container struct {
	name string
	// group is the field of the spec that declares it: init or sidecars.
	group string
	schema.Container
}

// containers lists the containers beside the main one as Kubernetes starts them:
// sidecars first, so that init containers can use them, each group in the order of
// the spec.
func (w *Workload) containers() []container {
	return append(w.group("sidecars", w.Sidecars), w.group("init", w.Init)...)
}

func (w *Workload) group(name string, declared map[string]schema.Container) []container {
	if len(declared) == 0 {
		return nil
	}
	var list []container
	for _, entry := range w.Node.Get(name).Entries {
		if c, ok := declared[entry.Key]; ok {
			c.Resources = withScratch(c.Resources)
			list = append(list, container{entry.Key, name, c})
		}
	}
	return list
}

// What a container beside the main one may write to the node, logs included, unless
// it says so itself.
const (
	scratchRequest = "32Mi"
	scratchLimit   = "256Mi"
)

// withScratch bounds the writes of a container without bounds of its own.
func withScratch(r schema.Resources) schema.Resources {
	const resource = "ephemeral-storage"
	if r.Requests[resource] != "" || r.Limits[resource] != "" || len(r.Requests) == 0 || len(r.Limits) == 0 {
		return r
	}
	r.Requests, r.Limits = maps.Clone(r.Requests), maps.Clone(r.Limits)
	r.Requests[resource], r.Limits[resource] = scratchRequest, scratchLimit
	return r
}

// initContainers translates them. They see the volumes and files of the main container
// at the same paths, and give up what it gives up.
func (w *Workload) initContainers(mounts []yamltree.Ordered) []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, c := range w.containers() {
		item := yamltree.Ordered{pair("name", c.name)}
		add := func(key string, value any, present bool) {
			if present {
				item = append(item, pair(key, value))
			}
		}
		add("image", c.Image, c.Image != "")
		add("imagePullPolicy", "Always", true)
		add("restartPolicy", "Always", c.group == "sidecars")
		add("command", c.Command, len(c.Command) > 0)
		add("args", c.Args, len(c.Args) > 0)
		add("env", plainEnv(c.Env), len(c.Env) > 0)
		add("resources", resources(c.Resources), len(c.Resources.Requests)+len(c.Resources.Limits) > 0)
		add("securityContext", w.containerSecurity(), true)
		add("volumeMounts", mounts, len(mounts) > 0)
		out = append(out, item)
	}
	return out
}

// plainEnv lists variables by name.
func plainEnv(env map[string]string) []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, name := range sortedKeys(env) {
		out = append(out, yamltree.Ordered{pair("name", name), pair("value", env[name])})
	}
	return out
}

// Field is one field of an object, ready to print.
type Field struct {
	Name  Path
	Value any
}

// need is what one pod needs of a resource: its containers and sidecars at once, or
// the largest init container beside the sidecars if that is more.
func (w *Workload) need(resource string, amounts func(schema.Resources) map[string]schema.Amount) Quantity {
	main, sidecars, largest := quantityOf(resource, amounts(w.Resources)), Quantity(0), Quantity(0)
	for _, c := range w.containers() {
		amount := quantityOf(resource, amounts(c.Resources))
		if c.group == "sidecars" {
			sidecars += amount
		} else {
			largest = max(largest, amount)
		}
	}
	return sidecars + max(main, largest)
}

func requests(r schema.Resources) map[string]schema.Amount { return r.Requests }

func limits(r schema.Resources) map[string]schema.Amount { return r.Limits }

// containers checks the containers beside the main one, by the rules of the main one.
func (c *checker) containers(requireDigest bool) {
	seen := map[string]string{string(c.in.App.Name): "the main container"}
	for _, beside := range c.w.containers() {
		at := c.key(beside.group, beside.name)
		c.name(at, "a container", beside.name)
		if other, taken := seen[beside.name]; taken {
			c.error(at, "container/duplicate", "%s and %s have the same name", other, beside.group+"."+beside.name).Hint = "Choose another name."
		}
		seen[beside.name] = beside.group + "." + beside.name
		path := []any{beside.group, beside.name}
		if beside.Image == "" && c.stated(beside.group, beside.name, "image") {
			c.error(c.at(path...), "workload/image", "container %s has no image", beside.name).Hint = "Write image: NAME:TAG."
		}
		if beside.Image != "" {
			c.imageIs(beside.Image, requireDigest, c.at(beside.group, beside.name, "image"))
		}
		c.variables(beside.Env, beside.group, beside.name, "env")
		r := resourceCheck{c, beside.Resources, path}
		r.amounts()
		r.names()
		r.complete("The quota of the namespace counts every container, so state all four: resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {cpu: 200m, memory: 64Mi}}.")
	}
}
