package checks

import (
	"fmt"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// edge is what a rule of a policy means by one of its peers: connections between the pods that
// the policy selects and those that the peer names.
type edge struct {
	guard       *guard
	side        side
	index       int
	own, others []*network.Pod
}

// edges are those that name pods by their labels, and about which everything is known.
func (t *traffic) edges() []edge {
	var all []edge
	for _, g := range t.policies {
		if len(network.Validate(g.NetworkPolicy)) > 0 {
			continue
		}
		for _, s := range sides(g.NetworkPolicy) {
			for i, p := range s.peers {
				if p.IPBlock != nil || p.PodSelector == nil || selectsAll(p.PodSelector) {
					continue
				}
				e := edge{g, s, i, t.onPods(t.net.Selected(g.NetworkPolicy)), t.net.Peers(g.Namespace, p)}
				if len(e.own) > 0 && len(e.others) > 0 {
					all = append(all, e)
				}
			}
		}
	}
	return all
}

// onPods leaves out the pods on the network of their node.
func (t *traffic) onPods(pods []*network.Pod) []*network.Pod {
	return slices.DeleteFunc(slices.Clone(pods), func(p *network.Pod) bool { return p.HostNetwork })
}

// through are the ports that an edge opens between two pods, and those of them that the other
// end lets through, too.
func (t *traffic) through(e edge, own, other *network.Pod) (opened, passed []network.Range) {
	from, to := own, other
	if e.side.ingress() {
		from, to = other, own
	}
	opened = network.Opened(e.side.ports, to)
	v := t.net.Between(network.In(from), network.In(to))
	far := v.Ingress
	if e.side.ingress() {
		far = v.Egress
	}
	if !t.certain(other.Namespace) {
		return opened, opened
	}
	return opened, network.Intersect(opened, far.Ports(network.Maybe))
}

// oneSided wants each edge to let something through between some of its pods.
func oneSided(t *traffic, out *judge) {
	for _, e := range t.edges() {
		ports, dead := t.dead(e)
		if !dead {
			continue
		}
		own, other := e.own[0], e.others[0]
		names := t.deniers(e, own, other)
		if e.side.ingress() {
			f := t.report(out, e.guard, e.side.peer(e.index), "nothing comes through: %s lets %s in on %s, and no egress policy of %s lets that out", who(e.own), who(e.others), network.Ranges(ports), who(e.others))
			f.Hint = fmt.Sprintf("The egress of %s is restricted by %s. Allow the connection there, or take the peer out here.", other.Name, strings.Join(names, ", "))
			continue
		}
		f := t.report(out, e.guard, e.side.peer(e.index), "nothing comes through: %s may send to %s on %s, and no ingress policy of %s lets that in", who(e.own), who(e.others), network.Ranges(ports), who(e.others))
		f.Hint = fmt.Sprintf("The ingress of %s is restricted by %s. Allow the connection there, or take the peer out here.", other.Name, strings.Join(names, ", "))
	}
}

// mostPairs bounds how many pairs of pods an edge is judged by: one that means more is no edge
// between particular pods.
const mostPairs = 64

// dead reports whether an edge opens ports and lets nothing through, and which ports.
func (t *traffic) dead(e edge) ([]network.Range, bool) {
	var ports []network.Range
	if len(e.own)*len(e.others) > mostPairs {
		return nil, false
	}
	for _, own := range e.own {
		for _, other := range e.others {
			opened, passed := t.through(e, own, other)
			if len(passed) > 0 {
				return nil, false
			}
			ports = append(ports, opened...)
		}
	}
	ports = network.Join(ports)
	return ports, len(ports) > 0
}

// deniers are the policies of the other end.
func (t *traffic) deniers(e edge, own, other *network.Pod) []string {
	if e.side.ingress() {
		return t.net.Between(network.In(other), network.In(own)).Egress.Policies
	}
	return t.net.Between(network.In(own), network.In(other)).Ingress.Policies
}

// oneSidedPorts wants each port that an edge between two workloads opens, and that the receiver
// has, to be open at the other end, too.
func oneSidedPorts(t *traffic, out *judge) {
	for _, e := range t.edges() {
		if len(e.own) != 1 || len(e.others) != 1 || len(e.side.ports) == 0 {
			continue
		}
		opened, passed := t.through(e, e.own[0], e.others[0])
		if len(passed) == 0 {
			continue // network/one-sided
		}
		receiver := e.others[0]
		if e.side.ingress() {
			receiver = e.own[0]
		}
		for _, port := range receiver.Ports {
			if opensTo(opened, port) && !opensTo(passed, port) {
				t.report(out, e.guard, e.side.peer(e.index), "port %d/%s of %s is open here, and the other end, %s, denies it", port.Number, port.Protocol, receiver.Name, e.others[0].Name).
					Hint = fmt.Sprintf("The other end is restricted by %s. Open the port there, or take it out here.", strings.Join(t.deniers(e, e.own[0], e.others[0]), ", "))
			}
		}
	}
}

func opensTo(ranges []network.Range, port network.Port) bool {
	return slices.ContainsFunc(ranges, func(r network.Range) bool { return r.Holds(port.Number, port.Protocol) })
}

// blockedDeclared wants each connection that the spec declares to be allowed at both ends.
func blockedDeclared(t *traffic, out *judge) {
	for _, home := range t.homes() {
		for _, c := range home.Declared {
			t.blocked(home, c, out)
		}
	}
}

// homes are the targets of the cluster.
func (t *traffic) homes() []*target {
	var all []*target
	for _, o := range t.objects {
		if home := t.home[o]; !slices.Contains(all, home) {
			all = append(all, home)
		}
	}
	return all
}

func (t *traffic) blocked(home *target, c repo.Connection, out *judge) {
	from, to := t.ofApplication(home, c.From), t.ofApplication(home, c.To)
	if len(from) == 0 || len(to) == 0 {
		return
	}
	protocol := c.Protocol
	if protocol == "" {
		protocol = corev1.ProtocolTCP
	}
	var reason string
	for _, sender := range from {
		for _, receiver := range to {
			v := t.net.Between(network.In(sender), network.In(receiver))
			if v.Answer(c.Port, protocol) != network.No || !t.certain(sender.Namespace) || !t.certain(receiver.Namespace) {
				return
			}
			reason = v.Reason(c.Port, protocol)
		}
	}
	f := out.place(c.At, "%s is declared to connect to %s on %d/%s, and %s", c.From, c.To, c.Port, protocol, reason)
	f.Target, f.Application = home.Name, t.workload[from[0]].object.Application.Name
	f.Hint = "Take the policy that denies it out of what was written by hand, or declare the connection otherwise."
}

// ofApplication are the pods of an application of a target that serve or work all the time; those
// of its tasks when there are no others.
func (t *traffic) ofApplication(home *target, name string) []*network.Pod {
	var servers, tasks []*network.Pod
	for _, w := range t.owned()[owner{home, name}] {
		if w.task {
			tasks = append(tasks, t.of[w])
			continue
		}
		servers = append(servers, t.of[w])
	}
	if len(servers) == 0 {
		return tasks
	}
	return servers
}

// owner is an application of a target, by the name of its Application or that of its overlay.
type owner struct {
	home *target
	name string
}

func (t *traffic) readOwned() map[owner][]*workload {
	found := map[owner][]*workload{}
	for _, w := range t.workloads {
		d := w.object.Application
		if d == nil {
			continue
		}
		home := t.home[w.object]
		found[owner{home, d.Name}] = append(found[owner{home, d.Name}], w)
		if short := path.Base(d.Overlay); short != d.Name {
			found[owner{home, short}] = append(found[owner{home, short}], w)
		}
	}
	return found
}
