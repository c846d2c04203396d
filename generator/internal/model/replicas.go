package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// replicas warns about an application with several replicas that listens on a port which
// no policy opens: members of a cluster, as those of most databases, listen on such a port
// for each other.
func (r *resolver) replicas(app *Application) {
	if r.spec.Faults.Any {
		return // a part of the spec with an error may open the port, or set one replica
	}
	for _, in := range app.Instances {
		if in.Namespace.Exception != nil {
			continue
		}
		ports := in.unopened()
		if len(ports) == 0 {
			continue
		}
		d := r.list.Warning(r.keyPlace(in.Workload.Node, ports[0].path()...), "connection/replicas", "no network policy lets anything connect to port "+portText(ports))
		d.Detail = "The replicas of " + string(app.Name) + " cannot connect to each other there, and nothing else can."
		d.Hint = "If the replicas connect to each other, add connectsTo: {" + string(app.Name) + ": {}}; if they do not, add connectsTo: {" + string(app.Name) + ": null}."
		return
	}
}

// unopened lists the ports of an application with several replicas that no policy opens and
// that nothing is known to use. Of a Deployment they count only beside a port that is open:
// one whose port nobody names yet has no members to find. A pod of a DaemonSet serves its node.
func (in *Instance) unopened() []Port {
	w := in.Workload
	_, replicas := w.Replicas()
	if w.Source != nil || w.ends() || w.PerNode() || replicas < 2 || removed(w.Node, "connectsTo", string(in.App.Name)) {
		return nil
	}
	closed := slices.DeleteFunc(slices.Clone(w.PortList()), func(p Port) bool { return in.opens(p) || w.checks(p) })
	if !w.Stateful() && len(in.AllIngress) == 0 {
		return nil
	}
	return closed
}

// opens reports whether a rule lets anything connect to a port.
func (in *Instance) opens(port Port) bool {
	wanted := policyPort(port.Container, 0, port.Protocol)
	return slices.ContainsFunc(in.AllIngress, func(rule NetworkRule) bool {
		return slices.ContainsFunc(rule.Ports, func(open yamltree.Ordered) bool { return equal(open, wanted) })
	})
}

// checks reports whether a probe or a metrics endpoint names a port: it has a purpose that
// needs no connection of replicas.
func (w *Workload) checks(port Port) bool {
	for _, p := range []*schema.Probe{w.Probes.Readiness, w.Probes.Liveness, w.Probes.Startup} {
		if p != nil && p.Port == string(port.Name) {
			return true
		}
	}
	if w.Metrics == nil {
		return false
	}
	scraped, ok := w.port(w.Metrics.Port)
	return ok && scraped.Name == port.Name
}

func portText(ports []Port) string {
	var names []string
	for _, port := range ports {
		names = append(names, string(port.Name))
	}
	return strings.Join(names, " or ")
}
