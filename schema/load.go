package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Load reads the spec called name and everything it includes from fsys. The
// returned sources hold the bytes of all files read, for the printer. The spec is nil
// when the file is not YAML. With errors in the list it is good for finding more: what
// is faulty is marked in its trees and in Spec.Faults. An error is returned when a file cannot be read for a reason other than the user's
// text.
func Load(fsys fs.FS, name string) (*Spec, diag.Sources, diag.List, error) {
	strict := yamltree.NewDecoder(yamltree.DecodeOptions{Mark: true})
	l := loader{
		fsys: fsys, name: name, sources: diag.Sources{}, strict: strict, unusable: map[string]bool{},
		partial: strict.With(yamltree.DecodeOptions{Mark: true, Partial: true}),
	}
	spec, err := l.load()
	return spec, l.sources, l.list, err
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
	fsys    fs.FS
	name    string // of the spec
	sources diag.Sources
	// strict decodes complete values, partial decodes layers, which complete one another.
	strict, partial *yamltree.Decoder
	list            diag.List
	// unread is set when a file has no tree.
	unread bool
	// unusable are names of applications whose declaration is no workload.
	unusable map[string]bool
}

func (l *loader) load() (*Spec, error) {
	node, err := l.parse(l.name)
	if err != nil || node == nil {
		return nil, err
	}
	spec := &Spec{Applications: map[string]Application{}}
	l.decode(l.strict, node, spec)
	l.settings(spec)
	l.applications(spec, node, spec.ApplicationNodes, "")
	files, err := l.includes(spec)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := l.include(spec, file); err != nil {
			return nil, err
		}
	}
	l.list = append(l.list, validate(spec)...)
	spec.Faults = l.faults()
	return spec, nil
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

// parse reads one file and lists its faults. The tree holds the readable rest of the text,
// so that the same run reports faults of the content, or is nil.
func (l *loader) parse(name string) (*yamltree.Node, error) {
	src, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, err
	}
	l.sources[name] = src
	node, faults := yamltree.Parse(name, src)
	l.list = append(l.list, faults...)
	l.unread = l.unread || node == nil
	return node, nil
}

func (l *loader) decode(d *yamltree.Decoder, node *yamltree.Node, into any) {
	d.Decode(node, into)
	l.list = append(l.list, d.Findings()...)
}

// includes expands the include patterns, each file once, in sorted order.
func (l *loader) includes(spec *Spec) ([]string, error) {
	var files []string
	for i, pattern := range spec.Include {
		if pattern == "" && spec.Node.Get("include").Items[i].Faulty {
			continue
		}
		matches, err := l.glob(spec.Node.At("include", i), pattern)
		if err != nil {
			return nil, err
		}
		files = append(files, matches...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// glob returns the files that a pattern matches; folders do not count.
func (l *loader) glob(at diag.Range, pattern string) ([]string, error) {
	matches, err := fs.Glob(l.fsys, path.Join(path.Dir(l.name), pattern))
	if errors.Is(err, path.ErrBadPattern) || !fs.ValidPath(pattern) {
		l.list.Error(at, "include/pattern", "a pattern must stay below the folder of the spec").Hint =
			"Write a relative path without .., such as teams/*.yaml."
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	matches, err = l.filesOnly(matches)
	if err != nil {
		return nil, err
	}
	if len(matches) == 0 {
		l.noMatch(at, pattern)
	}
	if i := slices.Index(matches, l.name); i >= 0 {
		l.list.Error(at, "include/pattern", "this pattern matches the spec itself").Hint =
			"Keep the teams' files in a folder of their own, and write teams/*.yaml."
		matches = slices.Delete(matches, i, i+1)
	}
	return matches, nil
}

func (l *loader) filesOnly(matches []string) ([]string, error) {
	var files []string
	for _, name := range matches {
		info, err := fs.Stat(l.fsys, name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, name)
		}
	}
	return files, nil
}

func (l *loader) noMatch(at diag.Range, pattern string) {
	d := l.list.Error(at, "include/empty", "this pattern matches no file")
	d.Hint = "Create the file or take the pattern out."
	if strings.Contains(pattern, "**") {
		d.Detail = "A star matches names within one folder, and ** matches no more than * does."
		d.Hint = "Write one pattern for each depth, for example teams/*.yaml and teams/*/*.yaml."
	}
}

// include adds the applications of one team's file.
func (l *loader) include(spec *Spec, name string) error {
	node, err := l.parse(name)
	if err != nil || node == nil {
		return err
	}
	var file TeamFile
	l.decode(l.strict, node, &file)
	l.applications(spec, node, file.ApplicationNodes, file.Team)
	return nil
}

// applications adds the applications of one file, which may name their team.
func (l *loader) applications(spec *Spec, root *yamltree.Node, nodes map[string]*yamltree.Node, team string) {
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
		app.Name = at[name]
		app.teamAt = app.Name
		if app.Team != "" {
			app.teamAt = app.Node.At("team")
		}
		if team != "" {
			l.refuseTeam(&app, team)
			app.Team, app.teamAt = team, root.At("team")
		}
		app.teamUnclear = app.Node.FaultyAt("team") && app.Node.Get("team") != nil || root.Get("team").FaultyAt()
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
	app.Layer = node.Without("team", "profiles", "environments", "clusters")
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
