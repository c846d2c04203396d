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

// The fields of the spec that declare containers beside the main one.
const (
	sidecars  = "sidecars"
	initGroup = "init"
)

// containers lists the containers beside the main one as Kubernetes starts them:
// sidecars first, so that init containers can use them, each group in the order of
// the spec.
func (w *Workload) containers() []container {
	return append(w.group(sidecars, w.Sidecars), w.group(initGroup, w.Init)...)
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

// The storage of the node that a container beside the main one may use, logs included, unless
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
func (w *Workload) initContainers(app Name, mounts []yamltree.Ordered) []yamltree.Ordered {
	var out []yamltree.Ordered
	for _, c := range w.containers() {
		v := w.variables(c)
		env, from := w.env(app, v), w.envFrom(app, v)
		item := yamltree.Ordered{pair("name", c.name)}
		add := func(key string, value any, present bool) {
			if present {
				item = append(item, pair(key, value))
			}
		}
		add("image", c.Image, c.Image != "")
		add("imagePullPolicy", pullPolicy, true)
		add("restartPolicy", "Always", c.group == sidecars)
		add("command", c.Command, len(c.Command) > 0)
		add("args", c.Args, len(c.Args) > 0)
		ports := w.containerPorts(c)
		add("ports", ports, len(ports) > 0)
		add("env", env, len(env) > 0)
		add("envFrom", from, len(from) > 0)
		add("resources", resources(c.Resources), len(c.Resources.Requests)+len(c.Resources.Limits) > 0)
		for _, probe := range w.sidecarProbes(c) {
			add(probe.Key, probe.Value, true)
		}
		add("securityContext", w.containerSecurity(c.Capabilities), true)
		add("volumeMounts", mounts, len(mounts) > 0)
		if c.Container.Container != nil {
			item = laidOver(item, c.Container.Container.Values)
		}
		out = append(out, item)
	}
	return out
}

// containerPorts lists the ports of a sidecar.
func (w *Workload) containerPorts(c container) []yamltree.Ordered {
	if len(c.Ports) == 0 || c.group != sidecars {
		return nil
	}
	var out []yamltree.Ordered
	for _, port := range w.portsOf(c.name) {
		out = append(out, containerPort(port))
	}
	return out
}

// sidecarProbes lists the stated probes of a sidecar by their fields. A sidecar has none by default: its
// failure would take the pod out of the Service.
func (w *Workload) sidecarProbes(c container) yamltree.Ordered {
	if c.group != sidecars || c.Probes == (schema.Probes{}) {
		return nil
	}
	readiness, liveness, startup := w.asMain(c).probes()
	var out yamltree.Ordered
	add := func(key string, stated *schema.Probe, probe yamltree.Ordered) {
		if stated != nil && len(probe) > 0 {
			out = append(out, pair(key, probe))
		}
	}
	add("startupProbe", c.Probes.Startup, startup)
	add("readinessProbe", c.Probes.Readiness, readiness)
	add("livenessProbe", c.Probes.Liveness, liveness)
	return out
}

// asMain is a sidecar as if it were the main container.
func (w *Workload) asMain(c container) *Workload {
	alone := &Workload{Workload: schema.Workload{Node: w.Node.Get(c.group).Get(c.name), Probes: c.Probes}}
	for _, port := range w.portsOf(c.name) {
		port.sidecar = ""
		alone.ports = append(alone.ports, port)
	}
	return alone
}

// Field is one field of an object, ready to print.
type Field struct {
	Name  Path
	Value any
}

// need is what one pod needs of a resource: its containers and sidecars at once, or
// the largest init container beside the sidecars if that is more.
func (w *Workload) need(resource string, amounts func(schema.Resources) map[string]schema.Amount) Quantity {
	main, always, largest := quantityOf(resource, amounts(w.Resources)), Quantity(0), Quantity(0)
	for _, c := range w.containers() {
		amount := quantityOf(resource, amounts(c.Resources))
		if c.group == sidecars {
			always += amount
		} else {
			largest = max(largest, amount)
		}
	}
	return always + max(main, largest)
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
		variableCheck{c, c.w.variables(beside), path}.all()
		c.onlySidecars(beside, path)
		c.capabilities(beside.Capabilities, path...)
		r := resourceCheck{c, beside.Resources, path}
		r.amounts()
		r.names()
		r.complete("The quota of the namespace counts every container, so state all four: resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {cpu: 200m, memory: 64Mi}}.")
	}
}

// onlySidecars refuses what Kubernetes has for no container that ends before the pod starts, and checks the
// probes of a sidecar.
func (c *checker) onlySidecars(beside container, path []any) {
	if beside.group != sidecars {
		for _, field := range []string{"ports", "probes"} {
			if c.node.Get(beside.group).Get(beside.name).Get(field) != nil {
				c.error(c.key(append(path, field)...), "container/init", "init container %s has no %s", beside.name, field).Hint =
					"It ends before the application starts. A container that keeps running belongs below sidecars:."
			}
		}
		return
	}
	probeCheck{c, beside.name, append(path, "probes")}.all(beside.Probes)
}
