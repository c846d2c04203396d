package release

import (
	"fmt"
	"slices"
	"strings"
)

// Rollback decides what a rollback changes: each pin that is meant goes back to its newest
// predecessor, which leaves the list. A rollback needs neither history nor network, so that it
// works during an outage. A rollback of all pins leaves pins without a predecessor alone;
// Rollback refuses a named pin without one.
func Rollback(in *Input, req RollbackRequest) (*Result, Refusals) {
	var refused Refusals
	env, ok := findEnvironment(in, req.In, "rollback", &refused)
	if !ok {
		return nil, refused
	}
	r := &rollback{in: in, env: env, targets: narrow(env, req.Targets, "rollback", &refused), refused: refused}
	if len(req.Applications)+len(req.Namespaces) == 0 && !req.Cluster {
		r.everything()
	} else {
		if req.Cluster {
			r.named(Cluster, []string{""})
		}
		r.named(Namespace, req.Namespaces)
		r.named(Application, req.Applications)
	}
	r.homes()
	if len(r.refused) > 0 {
		return nil, r.refused
	}
	return result(in, env, r.pins)
}

// rollback holds the state of one call of [Rollback].
type rollback struct {
	in      *Input
	env     Environment
	targets []string
	pins    []Pin
	refused Refusals
}

func (r *rollback) everything() {
	back := false
	for _, target := range r.targets {
		for _, pin := range r.in.Current.Of(target) {
			back = back || len(pin.Previous) > 0
			r.pins = append(r.pins, r.in.predecessor(pin))
		}
	}
	if !back {
		r.refused.add("rollback/no-predecessor", fmt.Sprintf("no pin of %s has a predecessor", r.env.Name),
			"Revert the commit on the branch of the first environment, and promote that revision.")
	}
}

func (r *rollback) named(k Kind, names []string) {
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		found := r.find(k, name)
		if len(found) == 0 {
			r.refused.add("rollback/no-pin", strings.TrimSpace(fmt.Sprintf("%s has no pin for %s %s", r.env.Name, k, name)), didYouMean(name, r.known(k)))
		}
		for _, pin := range found {
			if len(pin.Previous) == 0 {
				r.refused.add("rollback/no-predecessor", fmt.Sprintf("%s has no predecessor: it ran no revision before %s", pin.Slot, short(pin.Revision)),
					"Revert the commit on the branch of the first environment, and promote that revision.")
			}
			r.pins = append(r.pins, r.in.predecessor(pin))
		}
	}
}

func (r *rollback) find(k Kind, name string) []Pin {
	var out []Pin
	for _, target := range r.targets {
		if pin, ok := r.in.Current.Find(Slot{Target: target, Kind: k, Name: name}); ok {
			out = append(out, pin)
		}
	}
	return out
}

func (r *rollback) known(k Kind) []string {
	var names []string
	for _, pin := range r.in.Current.All() {
		if pin.Kind == k && slices.Contains(r.targets, pin.Target) {
			names = append(names, pin.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// homes refuses to send an application back into a namespace that is not pinned.
func (r *rollback) homes() {
	for _, pin := range r.pins {
		ns := Slot{Target: pin.Target, Kind: Namespace, Name: pin.Element.Get("namespace")}
		if _, pinned := r.in.Current.Find(ns); pin.Kind == Application && !pinned {
			r.refused.add("rollback/no-namespace", fmt.Sprintf("the previous revision of %s ran in %s, which has no pin", pin.Slot, ns),
				"Promote a revision whose namespace is pinned instead.")
		}
	}
}

// predecessor returns a pin as it is after going back once.
func (in *Input) predecessor(p Pin) Pin {
	if len(p.Previous) == 0 {
		return p
	}
	before := p.Previous[0]
	next := Pin{Slot: p.Slot, Run: in.run(before.Revision, before.Element)}
	next.Previous = slices.Clone(p.Previous[1:])
	return next
}
