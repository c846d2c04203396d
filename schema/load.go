package schema

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Load checks every layer of a spec strictly against its type. The spec is nil when the file is
// not YAML. With errors in the list it is good for finding more: what is faulty is marked in its
// trees, which are those of the files, and in Spec.Faults.
func Load(files *Files) (*Spec, diag.List) {
	way := Guide()
	strict := yamltree.NewDecoder(yamltree.DecodeOptions{Mark: true, Guide: way})
	l := loader{
		list: files.list, strict: strict, unusable: map[string]bool{}, used: map[diag.Range]bool{},
		partial: strict.With(yamltree.DecodeOptions{Mark: true, Partial: true, Guide: way}),
	}
	return l.load(files), l.list
}

// Faults lists, beyond the marks in its trees, the parts of a spec with errors that cannot
// be judged: findings about them would only follow from those errors.
type Faults struct {
	// Any error at all.
	Any bool
	// Applications that are declared but cannot be read, by name.
	Applications map[string]bool
	// Undeclared is set when some applications may not have been read.
	Undeclared bool
	// names that have an error, by position.
	names map[diag.Range]bool
}

// Name reports whether the name at a position has an error.
func (d *Faults) Name(at diag.Range) bool { return d.names[at] }

// Application reports whether there may be an application of this name that was not
// read.
func (d *Faults) Application(name string) bool { return d.Undeclared || d.Applications[name] }

// loader carries one run of Load.
type loader struct {
	// strict decodes complete values, partial decodes layers, which complete one another.
	strict, partial *yamltree.Decoder
	list            diag.List
	// unread is set when applications may be declared that were not read.
	unread bool
	// unusable are names of applications whose declaration is no workload.
	unusable map[string]bool
	// shared are the groups of all files; used has the positions of those that some application uses.
	shared []Group
	used   map[diag.Range]bool
}

func (l *loader) load(files *Files) *Spec {
	node := files.root()
	if node == nil {
		return nil
	}
	spec := &Spec{Applications: map[string]Application{}}
	l.decode(l.strict, node, spec)
	l.settings(spec)
	common := l.common(node, spec.Common, groups{})
	l.applications(spec, fileOf{node, "", common}, spec.ApplicationNodes)
	for _, included := range files.trees[1:] {
		l.include(spec, included, common)
	}
	l.unusedGroups()
	l.list = append(l.list, validate(spec)...)
	spec.Faults = l.faults()
	return spec
}

// faults summarizes the findings.
func (l *loader) faults() Faults {
	d := Faults{Any: l.list.HasErrors(), Applications: l.unusable, Undeclared: l.unread, names: map[diag.Range]bool{}}
	for _, found := range l.list {
		group, _, _ := strings.Cut(found.Code, "/")
		switch group {
		case "name":
			d.names[found.Subject] = true
		case "include":
			d.Undeclared = true
		}
	}
	return d
}

func (l *loader) decode(d *yamltree.Decoder, node *yamltree.Node, into any) {
	d.Decode(node, into)
	l.list = append(l.list, d.Findings()...)
}

// include adds the applications of one team's file, whose tree is nil when it is not YAML.
func (l *loader) include(spec *Spec, node *yamltree.Node, common groups) {
	if node == nil {
		l.unread = true
		return
	}
	var file TeamFile
	l.decode(l.strict, node, &file)
	l.applications(spec, fileOf{node, file.Team, l.common(node, file.Common, common)}, file.ApplicationNodes)
}

// fileOf is a file that declares applications.
type fileOf struct {
	root *yamltree.Node
	// team that the file names; empty when each application does.
	team string
	// common are the groups that its applications may use.
	common groups
}

// applications adds the applications of one file, which may name their team.
func (l *loader) applications(spec *Spec, file fileOf, nodes map[string]*yamltree.Node) {
	root, team := file.root, file.team
	checkDeclared(&l.list, root, "applications", "{image: NAME:TAG}")
	l.legible(root)
	at := make(map[string]diag.Range, len(nodes))
	if declared := root.Get("applications"); declared != nil {
		for _, e := range declared.Entries {
			at[e.Key] = e.KeyRange
		}
	}
	for _, name := range sortedKeys(nodes) {
		app := l.application(nodes[name])
		app.Name, app.name = at[name], name
		app.teamAt = app.Name
		if app.Team != "" {
			app.teamAt = app.Node.At("team")
		}
		if team != "" {
			l.refuseTeam(&app, team)
			app.Team, app.teamAt = team, root.At("team")
		}
		app.teamUnclear = app.Node.FaultyAt("team") && app.Node.Get("team") != nil || root.Get("team").FaultyAt()
		l.uses(&app, file.common)
		l.add(spec, name, app)
	}
}

// legible records the applications whose declaration cannot be read.
func (l *loader) legible(root *yamltree.Node) {
	declared := root.Get("applications")
	if root.Faulty || declared != nil && declared.Faulty || root.Get("include").FaultyAt() {
		l.unread = true
	}
	if declared == nil {
		return
	}
	for _, e := range declared.Entries {
		if e.Value.Kind != yamltree.Map {
			l.unusable[e.Key] = true
		}
	}
}

// application checks one application and each of its layers. A layer may omit required
// fields: only the merged workload has to be complete.
func (l *loader) application(node *yamltree.Node) Application {
	var app Application
	l.decode(l.partial, node, &app)
	app.Node = node
	app.Layer = node.Without("team", "uses", "sameEverywhere", "profiles", "environments", "clusters")
	for _, overrides := range []map[string]*yamltree.Node{app.Profiles, app.Environments, app.Clusters} {
		for _, name := range sortedKeys(overrides) {
			l.layer(overrides[name])
		}
	}
	return app
}

func (l *loader) refuseTeam(app *Application, team string) {
	if app.Team != "" {
		l.list.Error(app.Node.KeyAt("team"), "team/twice", "this file sets the team of all its applications already").Hint =
			"Take this line out: every application of this file belongs to team " + team + "."
	}
}

func (l *loader) add(spec *Spec, name string, app Application) {
	if other, ok := spec.Applications[name]; ok {
		d := l.list.Error(app.Name, "name/duplicate", fmt.Sprintf("application %s exists already", quoted(name)))
		d.Detail = fmt.Sprintf("It is declared in %s, line %d; the names of applications are global.", other.Name.File, other.Name.Line)
		d.Hint = "Rename one of them."
		return
	}
	spec.Applications[name] = app
}

// settings checks the workload layers of the spec, of profiles and of environments.
func (l *loader) settings(spec *Spec) {
	l.layer(spec.Workload)
	for _, name := range sortedKeys(spec.Profiles) {
		l.layer(spec.Profiles[name].Workload)
	}
	for _, env := range spec.Environments {
		l.layer(env.Workload)
	}
}

func (l *loader) layer(node *yamltree.Node) {
	if node != nil {
		l.decode(l.partial, node, &Workload{})
	}
}

// checkDeclared reports the entries of a map of declarations that have no value. Like
// any null they count as absent, so that a team called "storefront:" would not exist.
func checkDeclared(list *diag.List, root *yamltree.Node, field, example string) {
	declarations := root.Get(field)
	if declarations == nil {
		return
	}
	for _, e := range declarations.Entries {
		if e.Value.Kind == yamltree.Null {
			d := list.Error(e.KeyRange, "spec/type", quoted(e.Key)+" has no value")
			d.Detail = "An entry without a value declares nothing."
			d.Hint = fmt.Sprintf("Write %s: %s, or take it out.", e.Key, example)
		}
	}
}
