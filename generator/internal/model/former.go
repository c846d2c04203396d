package model

import (
	"slices"
	"strings"
)

// Renamed leads, by placeholder, from the name that something had to the one that it has now.
type Renamed map[string]map[string]string

// Add adds a rename, unless there is one of that name already.
func (r Renamed) Add(placeholder, was, now string) {
	if was == now {
		return
	}
	if r[placeholder] == nil {
		r[placeholder] = map[string]string{}
	}
	if _, known := r[placeholder][was]; !known {
		r[placeholder][was] = now
	}
}

// former returns a name of today and those before it, sorted behind it.
func (r Renamed) former(placeholder string, now Name) []Name {
	var before []Name
	for was, is := range r[placeholder] {
		if is == string(now) && was != is {
			before = append(before, Name(was))
		}
	}
	slices.Sort(before)
	return append([]Name{now}, before...)
}

// Follow adds the renames of targets, fleets and namespaces, whose names are made of others that were
// renamed. What has such a name today was not renamed.
func (p *Platform) Follow(renamed Renamed) {
	if len(renamed) == 0 {
		return
	}
	namespaces := map[Name]bool{}
	for _, ns := range namespacesOn(p.Targets()) {
		namespaces[ns.Name] = true
	}
	for _, target := range p.Targets() {
		for _, was := range target.former(renamed) {
			renamed.Add("target", string(was.Name), string(target.Name))
			renamed.Add("fleet", string(was.Env.Name), string(target.Env.Name))
			for _, in := range target.Instances {
				for _, name := range p.formerNamespaces(in, was, renamed) {
					if !namespaces[name] {
						renamed.Add("namespace", string(name), string(in.Namespace.Name))
					}
				}
			}
		}
	}
}

// former returns a target under its name of today and under those that it had.
func (t *Target) former(renamed Renamed) []*Target {
	var all []*Target
	for _, env := range renamed.former("env", t.Env.Name) {
		for _, cluster := range renamed.former("cluster", t.Cluster.Name) {
			was, wasEnv, wasCluster := *t, *t.Env, *t.Cluster
			wasEnv.Name, wasCluster.Name = env, cluster
			was.Env, was.Cluster = &wasEnv, &wasCluster
			if rest, ok := strings.CutPrefix(string(t.Name), string(t.Env.Name)); ok {
				was.Name = env
				if rest == "-"+string(t.Cluster.Name) {
					was.Name += "-" + cluster
				}
			}
			all = append(all, &was)
		}
	}
	return all
}

// formerNamespaces returns the names that the namespace of an instance had on a target.
func (p *Platform) formerNamespaces(in *Instance, on *Target, renamed Renamed) []Name {
	var names []Name
	for _, app := range renamed.former("app", in.App.Name) {
		was := *in.App
		was.Name = app
		if in.App.Team == nil {
			names = append(names, Name(p.namespaceName(&was, on)))
			continue
		}
		for _, team := range renamed.former("team", in.App.Team.Name) {
			of := *in.App.Team
			of.Name = team
			was.Team = &of
			names = append(names, Name(p.namespaceName(&was, on)))
		}
	}
	return names
}

// Exchange adds to names that change places the targets and namespaces whose names are made of them,
// also under the names that these have before other renames.
func (p *Platform) Exchange(names, others Renamed) {
	for _, target := range p.Targets() {
		for _, now := range target.former(others) {
			for _, was := range now.former(names) {
				names.Add("target", string(was.Name), string(now.Name))
				for _, in := range target.Instances {
					is := p.namespaceName(in.App, now)
					for _, name := range p.formerNamespaces(in, was, names) {
						names.Add("namespace", string(name), is)
					}
				}
			}
		}
	}
}
