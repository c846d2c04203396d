package release

import (
	"fmt"
	"maps"
	"slices"
)

// namespaces adds the namespaces of all applications of the promotion, each at the newest
// commit at which the previous environment runs the namespace.
func (p *promotion) namespaces() {
	commit, first := map[Slot]string{}, map[Slot]string{}
	for _, c := range p.wanted {
		if c.Kind != Application {
			continue
		}
		ns := Slot{Target: c.Target, Kind: Namespace, Name: c.Element.Get("namespace")}
		found := p.previous.hosts(c.Name)
		if len(found) == 0 {
			p.homeless(c.Name)
			continue
		}
		commit[ns] = newest(p.in.Pushed.Line, append(found, commit[ns])...)
		first[ns] = c.Name
	}
	for _, ns := range slices.SortedFunc(maps.Keys(commit), Slot.Compare) {
		if !p.want(ns, commit[ns]) {
			p.refused.add("promote/not-a-candidate",
				fmt.Sprintf("%s, which application %s needs, is not a candidate at revision %s", ns, first[ns], short(commit[ns])),
				fmt.Sprintf("Promote the namespaces to %s first: `wavewright promote %s --infra --to %s`.",
					p.previous.env.Name, first[ns], p.previous.env.Name))
		}
	}
}

// homeless refuses an application whose namespace the previous environment does not run. Only
// a manual edit of the pins leads to this.
func (p *promotion) homeless(app string) {
	from := p.previous.env.Name
	p.refused.add("promote/skipped",
		fmt.Sprintf("%s runs application %s, but has no pin for its namespace as pushed", from, app),
		fmt.Sprintf("Run `wavewright promote %s --infra --to %s` and push.", app, from))
}

// bareNamespaces adds the namespaces in which no application is declared to the promotion.
func (p *promotion) bareNamespaces(upcoming *Candidates) {
	bare := p.previous.bare(p.to.Name)
	if p.previous.first() {
		bare = bareCandidates(upcoming, p.in.Pushed.Revision)
	}
	for _, name := range slices.Sorted(maps.Keys(bare)) {
		for _, target := range p.targets {
			p.want(Slot{Target: target, Kind: Namespace, Name: name}, bare[name])
		}
	}
}

func bareCandidates(c *Candidates, commit string) map[string]string {
	out := map[string]string{}
	for _, e := range c.All() {
		if e.Kind == Namespace {
			out[e.Name] = commit
		}
	}
	for _, e := range c.All() {
		if e.Kind == Application {
			delete(out, e.Element.Get("namespace"))
		}
	}
	return out
}

// reachable refuses elements that the previous environment runs at commits outside the history
// of the pushed branch: the remote may lose such commits.
func (p *promotion) reachable() {
	for _, pin := range p.req.needs(p.in.Pushed.Previous) {
		if p.in.Pushed.Unreachable[pin.Revision] {
			p.refused.add("promote/unreachable",
				fmt.Sprintf("%s is pinned at %s, which is not in the history of %s", pin.Slot, short(pin.Revision), p.in.Pushed.Name),
				fmt.Sprintf("Promote a pushed revision to %s first.", p.previous.env.Name))
		}
	}
}

// homes refuses applications whose namespace neither has a pin nor gets one in this promotion.
// When namespaces move too, the rules for namespaces have reported the reason already.
func (p *promotion) homes() {
	if p.req.Infra || len(p.req.Applications) == 0 {
		return
	}
	p.grounded()
	for _, c := range p.wanted {
		ns := Slot{Target: c.Target, Kind: Namespace, Name: c.Element.Get("namespace")}
		if _, pinned := p.in.Current.Find(ns); !pinned {
			p.refused.add("promote/no-namespace", fmt.Sprintf("%s needs %s, which has no pin", c.Slot, ns),
				"Add --infra, or name no application to promote everything.")
		}
	}
}

// clusters adds the cluster elements of the environment to the promotion. When the previous
// environment has no such elements, they take the newest commit among all elements that move.
func (p *promotion) clusters() {
	commit, ok := p.agreed(Cluster, "")
	if !ok && len(p.previous.revisions(Cluster, "")) == 0 {
		for _, c := range p.wanted {
			commit = newest(p.in.Pushed.Line, commit, p.revision[c.Slot])
		}
	}
	for _, target := range p.targets {
		if commit != "" {
			p.want(Slot{Target: target, Kind: Cluster}, commit)
		}
	}
}

// grounded refuses applications whose cluster element has no pin: an application may name a
// PriorityClass that the cluster element deploys, and would run without admission policies.
func (p *promotion) grounded() {
	refused := map[string]bool{}
	for _, c := range p.wanted {
		ground := Slot{Target: c.Target, Kind: Cluster}
		_, exists := p.in.Pushed.Candidates[p.revision[c.Slot]].Find(ground)
		_, pinned := p.in.Current.Find(ground)
		if !exists || pinned || refused[c.Target] {
			continue
		}
		refused[c.Target] = true
		p.refused.add("promote/no-cluster", fmt.Sprintf("%s needs %s, which has no pin", c.Slot, ground),
			"Add --infra, or name no application to promote everything.")
	}
}
