package schema

import (
	"fmt"
	"slices"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Group is a named part of a workload that applications share: a layer below their own.
type Group struct {
	Name string
	// At is the position of the name.
	At   diag.Range
	Node *yamltree.Node
}

// groups are what the applications of a file may use.
type groups struct {
	list []Group
	// unclear is set when there may be more, because a declaration cannot be read.
	unclear bool
}

func (g groups) find(name string) (Group, bool) {
	i := slices.IndexFunc(g.list, func(group Group) bool { return group.Name == name })
	if i < 0 {
		return Group{}, false
	}
	return g.list[i], true
}

func (g groups) names() []string {
	var names []string
	for _, group := range g.list {
		names = append(names, group.Name)
	}
	slices.Sort(names)
	return names
}

// common adds the groups of a file to those of the spec.
func (l *loader) common(root *yamltree.Node, nodes map[string]*yamltree.Node, above groups) groups {
	checkDeclared(&l.list, root, "common", "{env: {NAME: VALUE}}")
	declared := root.Get("common")
	illegible := root.FaultyAt("common") && (declared == nil || declared.Faulty)
	all := groups{slices.Clone(above.list), above.unclear || illegible}
	for _, name := range sortedKeys(nodes) {
		group := Group{name, root.KeyAt("common", name), nodes[name]}
		checkName(&l.list, group.At, "a group", name, maxName)
		l.layer(group.Node)
		if other, twice := above.find(name); twice {
			d := l.list.Error(group.At, "name/duplicate", fmt.Sprintf("group %s exists already", quoted(name)))
			d.Detail = fmt.Sprintf("It is declared in %s, line %d, for the applications of all files.", other.At.File, other.At.Line)
			d.Hint = "Rename one of them."
			continue
		}
		l.shared = append(l.shared, group)
		all.list = append(all.list, group)
	}
	return all
}

// uses finds the groups that an application uses, each once.
func (l *loader) uses(app *Application, known groups) {
	app.UsesUnclear = app.Node.FaultyAt("uses")
	for i, name := range app.Uses {
		group, found := known.find(name)
		switch {
		case app.Node.FaultyAt("uses", i):
		case !found:
			app.UsesUnclear = true
			l.unknownGroup(app.Node.At("uses", i), name, known)
		case slices.ContainsFunc(app.Groups, func(g Group) bool { return g.Name == name }):
		default:
			l.used[group.At] = true
			app.UsesUnclear = app.UsesUnclear || group.Node.Kind != yamltree.Map
			app.Groups = append(app.Groups, group)
		}
	}
	l.disagreements(app)
}

func (l *loader) unknownGroup(at diag.Range, name string, known groups) {
	if !known.unclear {
		unknownName(&l.list, at, "group", name, known.names(), "Declare it under common: {NAME: {…}}, or take this out.")
	}
}

// disagreements reports the values that the groups of an application state differently, unless
// the application states the value itself.
func (l *loader) disagreements(app *Application) {
	for i, second := range app.Groups {
		for _, first := range app.Groups[:i] {
			l.compare(comparison{app, first, second}, first.Node, second.Node, app.Layer, "")
		}
	}
}

// comparison is of two groups of an application.
type comparison struct {
	app           *Application
	first, second Group
}

// compare compares what two groups, and the application, state at a path.
func (l *loader) compare(c comparison, first, second, own *yamltree.Node, path string) {
	for _, entry := range second.Entries {
		other, both := first.Entry(entry.Key)
		mine := own.Get(entry.Key)
		if !both || mine != nil && mine.Kind != yamltree.Map {
			continue
		}
		if other.Value.Kind == yamltree.Map && entry.Value.Kind == yamltree.Map {
			l.compare(c, other.Value, entry.Value, mine, path+entry.Key+".")
			continue
		}
		if !other.Value.Faulty && !entry.Value.Faulty && !alike(other.Value, entry.Value) {
			l.disagree(c, other, entry, path+entry.Key)
			entry.Value.Faulty = true
		}
	}
}

// alike reports whether two values are the same.
func alike(a, b *yamltree.Node) bool {
	return a.Kind == b.Kind && yamltree.EncodeFlow(a) == yamltree.EncodeFlow(b)
}

func (l *loader) disagree(c comparison, first, second yamltree.Entry, path string) {
	at, other := second.Value.Range, first.Value.Range
	d := l.list.Error(at, "common/conflict", fmt.Sprintf("groups %s and %s disagree about %s", c.first.Name, c.second.Name, path))
	d.Detail = fmt.Sprintf("Application %s uses both. %s says %s (%s, line %d, column %d), and %s says %s.",
		c.app.name, c.first.Name, shown(first.Value), other.File, other.Line, other.Column, c.second.Name, shown(second.Value))
	d.Hint = "State the value in the application, which overrides its groups, or in one of the groups only."
}

// shown is a value in one short line.
func shown(n *yamltree.Node) string { return shortened(yamltree.EncodeFlow(n)) }

// unusedGroups warns about the groups that no application uses.
func (l *loader) unusedGroups() {
	if l.unread || len(l.unusable) > 0 || l.list.HasErrors() {
		return
	}
	for _, group := range l.shared {
		if !l.used[group.At] {
			d := l.list.Warning(group.At, "common/unused", fmt.Sprintf("no application uses group %s", quoted(group.Name)))
			d.Hint = fmt.Sprintf("Write uses: [%s] in an application, or take the group out. The top-level workload: {…} is for all applications.", group.Name)
		}
	}
}
