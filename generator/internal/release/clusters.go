package release

import "fmt"

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
