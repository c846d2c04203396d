package release

import "fmt"

// clusters wants what the clusters have for the environment. An environment that has
// such elements may follow one that has none: then the newest commit of all that moves
// counts.
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

// grounded refuses applications that come before what their cluster has for them: they
// may name a priority class that is not there, and would run without the policies.
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
