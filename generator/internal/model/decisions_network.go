package model

import (
	"cmp"
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// connections are the ports of those at a path that name none.
func (d *decisions) connections(to map[string]*schema.Connection, path ...string) {
	for _, name := range sortedKeys(to) {
		c, at := to[name], append(slices.Clone(path), name)
		callee := d.in.Target.Instance(Name(name))
		switch {
		case len(endsOf(c)) > 0 || c.CIDR != "" || c.Namespace != "":
		case name == internetName:
			d.fallback(internetPort, append(at, "port")...)
		case callee != nil:
			d.fallback(portWords(callee.Workload.PortList()), append(at, "ports")...)
		}
	}
}

func portWords(ports []Port) []string {
	var names []string
	for _, port := range ports {
		names = append(names, string(port.Name))
	}
	return names
}

// connected are the connections of a job: its own, or those of the application.
func (d *decisions) connected(run *Run) {
	to, path := d.in.connectsTo(run)
	if len(path) > 1 {
		d.connections(to, "jobs", string(run.short), "connectsTo")
		return
	}
	for _, name := range sortedKeys(to) {
		stated, note := any(d.w.Node.Get("connectsTo").Get(name)), "as the application"
		if _, ok := d.w.ConnectsTo[name]; !ok {
			stated, note = yamltree.Ordered{}, "a test connects to its application"
		}
		d.list = append(d.list, Decision{Path: []string{"jobs", string(run.short), "connectsTo", name}, Value: stated, By: DefaultLayer, Note: note})
	}
}

// routes completes the ways in from the outside.
func (d *decisions) routes() {
	for _, name := range sortedKeys(d.w.Expose) {
		route := d.w.Expose[name]
		if route.LoadBalancer != nil {
			d.balancer(name, route)
			continue
		}
		if port, ok := d.w.port(route.Port); ok {
			d.fallback(string(port.Name), "expose", name, "port")
		}
		d.fallback(cmp.Or(route.Path, "/"), "expose", name, "path")
		d.fallback(cmp.Or(route.PathType, "prefix"), "expose", name, "pathType")
		if way := d.in.Target.Cluster.through(route); way != nil {
			d.fallback(way.Name, "expose", name, "through")
		}
	}
}

// balancer completes a load balancer.
func (d *decisions) balancer(name string, declared schema.Expose) {
	if port, ok := d.w.port(declared.Port); ok && len(declared.Ports) == 0 {
		d.fallback(string(port.Name), "expose", name, "port")
	}
	if class := d.in.balancerClass(declared); class != "" {
		d.fallback(class, "expose", name, "loadBalancer", "class")
	}
}

// collection completes the endpoint that Prometheus reads.
func (d *decisions) collection() {
	if d.w.Metrics == nil {
		return
	}
	if port, ok := d.w.port(""); ok {
		d.fallback(string(port.Name), "metrics", "port")
	}
	d.fallback(cmp.Or(d.w.Metrics.Path, "/metrics"), "metrics", "path")
	if d.w.Source != nil {
		d.selection(d.in.labelled(), "metrics", "serviceLabels")
	}
}

// manifests says what has no effect on manifests and charts of the user's.
func (d *decisions) manifests() {
	for _, entry := range d.w.Node.Entries {
		if !slices.Contains(sourceFields(), entry.Key) {
			d.without("source", d.at("source"), "it brings its own manifests", []string{entry.Key})
		}
	}
	d.ports(d.w.Ports, "ports")
	if len(d.in.AllIngress)+len(d.in.AllEgress) > 0 {
		d.selection(d.in.labelled(), "podLabels")
	}
}

// selection are labels that select something when nobody states any.
func (d *decisions) selection(labels map[string]string, path ...string) {
	if d.missing(path) {
		for _, key := range sortedKeys(labels) {
			d.fallback(labels[key], append(slices.Clone(path), key)...)
		}
	}
}

// probes compares the probes at a path with those that are rendered.
func (d *decisions) probes(filled schema.Probes, path ...string) {
	if none := append(slices.Clone(path), "none"); !d.missing(none) {
		d.list = append(d.list, Decision{Path: none, Stands: true, Note: "no probes"})
	}
	for _, p := range []struct {
		name  string
		probe *schema.Probe
	}{{"readiness", filled.Readiness}, {"liveness", filled.Liveness}, {"startup", filled.Startup}} {
		at := append(slices.Clone(path), p.name)
		if p.probe == nil {
			d.unchecked(at, path)
			continue
		}
		if path[0] == sidecars && d.missing(at) {
			continue // only stated probes of a sidecar are rendered
		}
		d.probe(p.probe, at)
	}
}

// unchecked says why a probe that a layer states is not rendered.
func (d *decisions) unchecked(at, path []string) {
	if none := append(slices.Clone(path), "none"); !d.missing(none) {
		d.without("probes.none", d.at(keys(none)...), "", at)
		return
	}
	d.without("nothing says what to check", d.at(keys(at)...), "", at)
}

// probe lists the fields of a probe that no layer states.
func (d *decisions) probe(p *schema.Probe, at []string) {
	field := func(value any, key string) { d.fallback(value, append(slices.Clone(at), key)...) }
	switch {
	case p.HTTP != "":
		field(p.HTTP, "http")
	case p.GRPC != nil:
		field(*p.GRPC, "grpc")
	case p.Exec != nil:
		field(p.Exec, "exec")
		d.without("exec", d.at(keys(append(slices.Clone(at), "exec"))...), "a command has no port", append(slices.Clone(at), "port"))
	default:
		field(true, "tcp")
	}
	if p.Exec == nil && p.Port != "" {
		field(p.Port, "port")
	}
	for _, n := range numbers(p) {
		field(n.Value, n.Key)
	}
}
