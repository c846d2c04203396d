package release

import (
	"maps"
	"slices"
	"strings"
)

// previous describes what the environment before the one to change runs. The first environment
// runs everything it has at one revision; a later one runs its pins.
type previous struct {
	env  Environment
	push Pushed
}

// first reports whether the environment follows the branch.
func (p previous) first() bool { return p.env.From == "" }

// pins returns the pins that the environment runs in its targets.
func (p previous) pins(k Kind, name string) []Pin {
	var out []Pin
	for _, target := range p.env.Targets {
		if pin, ok := p.push.Previous.Find(Slot{Target: target, Kind: k, Name: name}); ok {
			out = append(out, pin)
		}
	}
	return out
}

// names returns what the environment runs of one kind, sorted; upcoming is asked
// when the first environment has no list of its own.
func (p previous) names(k Kind, upcoming *Candidates) []string {
	found := map[string]bool{}
	switch {
	case !p.first():
		for _, pin := range p.push.Previous.All() {
			found[pin.Name] = found[pin.Name] || pin.Kind == k && slices.Contains(p.env.Targets, pin.Target)
		}
	default:
		listed := p.push.Runs
		if listed == nil {
			listed = upcoming
		}
		for _, c := range listed.All() {
			found[c.Name] = found[c.Name] || c.Kind == k
		}
	}
	maps.DeleteFunc(found, func(_ string, yes bool) bool { return !yes })
	return slices.Sorted(maps.Keys(found))
}

// revisions returns the distinct commits at which the environment runs something:
// one, unless its targets disagree, and none when it does not run it.
func (p previous) revisions(k Kind, name string) []string {
	if p.first() {
		runs := func(c Candidate) bool { return c.Kind == k && c.Name == name }
		if p.push.Runs == nil || slices.ContainsFunc(p.push.Runs.Elements, runs) {
			return []string{p.push.Revision}
		}
		return nil
	}
	return distinct(p.pins(k, name))
}

// hosts returns the commits of the namespaces in which the environment runs an
// application. Namespaces are found through their applications because an
// environment may name them differently.
func (p previous) hosts(app string) []string {
	if p.first() {
		return []string{p.push.Revision}
	}
	var found []Pin
	for _, pin := range p.pins(Application, app) {
		host := Slot{Target: pin.Target, Kind: Namespace, Name: pin.Element.Get("namespace")}
		if ns, ok := p.push.Previous.Find(host); ok {
			found = append(found, ns)
		}
	}
	return distinct(found)
}

// needs returns the pins of the previous environment that decide a request: all of
// them, or those of the named applications, of the namespaces they live in and of the
// clusters.
func (req Request) needs(r *Releases) []Pin {
	if len(req.Applications) == 0 {
		return r.All()
	}
	var out []Pin
	homes := map[Slot]bool{}
	for _, p := range r.All() {
		if p.Kind == Application && slices.Contains(req.Applications, p.Name) {
			out = append(out, p)
			homes[Slot{Target: p.Target, Kind: Namespace, Name: p.Element.Get("namespace")}] = req.Infra
		}
	}
	for _, p := range r.All() {
		if homes[p.Slot] || req.Infra && p.Kind == Cluster {
			out = append(out, p)
		}
	}
	return out
}

// bare returns the pinned namespaces in which no application is pinned, under the
// names that they have in environment to.
func (p previous) bare(to string) map[string]string {
	out := map[string]string{}
	for _, pin := range p.push.Previous.All() {
		if pin.Kind != Namespace || housed(p.push.Previous.Of(pin.Target), pin.Name) {
			continue
		}
		name := pin.Name
		if stem, ok := strings.CutSuffix(name, "-"+p.env.Name); ok {
			name = stem + "-" + to
		}
		out[name] = newest(p.push.Line, out[name], pin.Revision)
	}
	return out
}

func housed(pins []Pin, namespace string) bool {
	return slices.ContainsFunc(pins, func(p Pin) bool {
		return p.Kind == Application && p.Element.Get("namespace") == namespace
	})
}

func distinct(pins []Pin) []string {
	var out []string
	for _, p := range pins {
		if !slices.Contains(out, p.Revision) {
			out = append(out, p.Revision)
		}
	}
	return out
}

// newest returns the commit that is nearest to the tip of line; a commit that is
// not on the line loses against one that is.
func newest(line []string, commits ...string) string {
	best, at := "", -1
	commits = slices.DeleteFunc(commits, func(c string) bool { return c == "" })
	if len(commits) == 1 {
		return commits[0] // the usual case, and the line may be long
	}
	for _, c := range commits {
		i := slices.Index(line, c)
		if best == "" || i >= 0 && (at < 0 || i < at) {
			best, at = c, i
		}
	}
	return best
}
