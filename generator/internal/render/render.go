// Package render turns a platform and templates into the output tree, all in
// memory.
//
// A template's path determines its output: overlays/{target}/apps/{app}/quota.yaml.tmpl is
// rendered once for each application on each target. A file without .tmpl is copied; files
// below _lib/ hold [[define]] blocks that every template can use; kustomization.yaml
// templates are rendered last and can list their siblings. When a template gives the same
// file for all clusters of an environment, Render writes it once, to the environment's
// folder, if that has a kustomization.yaml. Layers of the user override the built-in
// templates: the same path replaces, a new path adds.
//
// Escaping is by construction. Every printing action of every template gets a
// call of emit appended to its parse tree. In YAML and JSON, emit writes a token
// into the output and keeps the value aside. The text with tokens, the skeleton,
// is parsed once for each distinct one; a value that is not exactly one whole
// scalar there is an error of the template. Only then are values laid out in
// their places. So the structure of a file is decided before any byte of the
// user's spec is looked at, and a template author can neither forget escaping nor
// get around it. The text of a patch that a kustomization holds (patch: |-) is parsed
// as well, and takes values as the kustomization does. In all other files only texts that are harmless everywhere
// (model.Name and its kind, numbers, booleans) print.
//
// Invariants: the result depends on the input alone, not on scheduling; files and
// findings come in a fixed order; templates and model data are never changed.
package render

import (
	"io/fs"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/diag"
)

// Scope is one instance of a template: an application on a target, for example.
type Scope struct {
	// Values of the placeholders that Input.Scopes was asked for, in their order.
	Values []string
	// Data is the dot of the template.
	Data any
	// Archive names the state archive that the rendered file belongs to.
	Archive string
	// Fleet is an environment on several clusters, of which the target is one, and
	// Clusters the number of those that have the instance. Both are empty elsewhere.
	Fleet    string
	Clusters int
}

// Layer is a folder of templates that lies over the ones before it.
type Layer struct {
	Name string // as it is shown in diagnostics, e.g. "templates"
	FS   fs.FS
}

// Input determines the output tree.
type Input struct {
	// Builtin holds the templates of the program. Its root is the output's root.
	Builtin fs.FS
	// Layers are the user's folders; later ones win.
	Layers []Layer
	// Moved gives templates that changed their path the new one, both without .tmpl: a
	// layer that was written before still replaces them.
	Moved map[string]string
	// Gone are templates that are built in no more, without .tmpl. A layer's template with
	// the path of one is an error.
	Gone map[string]bool
	// Scopes returns the instances for a sorted set of placeholders, in a stable
	// order. The empty set stands for the repository as a whole. It is called once
	// for each distinct set.
	Scopes func(placeholders []string) ([]Scope, error)
	// Fleets is set when there are scopes with a fleet.
	Fleets bool
	// Exists reports whether the user has a folder at a path of the output, or is about to have
	// it there because it moves along with the file that has an ID; it finds the user's custom/
	// components. Nil means that there are none.
	Exists func(path, id string) bool
	// Last returns the last rendering of the file at a path, whose memory an equal one shares. Nil
	// means that nothing was rendered before.
	Last func(path string) []byte
	// Omit reports whether the file at a path of the output is not wanted. No
	// kustomization lists it then. Nil means that all are wanted.
	Omit func(path string) bool
	// Omitted is told the path of each file that is not wanted and would have been made:
	// most templates print nothing for most scopes.
	Omitted func(path string)
	// Missing returns those of the files that were rendered, kustomizations aside, that
	// are not in the folder and stay so. No kustomization lists them. Nil means that all
	// are there.
	Missing func(rendered tree.Tree) map[string]bool
}

// Render returns all files that the templates produce, and all mistakes in the templates.
// With errors the tree is incomplete, or nil when no template could be executed.
func Render(in Input) (tree.Tree, diag.List) {
	var list diag.List
	sources := load(in, &list)
	prog := compile(sources, &list)
	jobs, first := plan(in, sources, &list)
	if list.HasErrors() {
		return nil, advised(list).Sorted()
	}
	r := &run{prog: prog, exists: in.Exists, last: in.Last, cache: &frames{known: map[skeleton]*frame{}}}
	outcomes := make([]*outcome, len(jobs))
	r.all(jobs[:first], outcomes, nil)
	in.dropOmitted(jobs[:first], outcomes)
	if in.Fleets {
		share(in, jobs, first, outcomes)
	}
	r.all(jobs[first:], outcomes[first:], folders(jobs[:first], outcomes[:first], in.missing(outcomes[:first])))
	in.dropOmitted(jobs[first:], outcomes[first:])
	files := collect(jobs, outcomes, &list)
	report(jobs, outcomes, &list)
	return files, advised(list).Sorted()
}

// missing returns the paths of outcomes that are not in the folder and stay so.
func (in Input) missing(outcomes []*outcome) map[string]bool {
	if in.Missing == nil {
		return nil
	}
	rendered := tree.Tree{}
	for _, o := range outcomes {
		if o.made() {
			rendered[o.path] = o.file
		}
	}
	return in.Missing(rendered)
}

// dropOmitted removes the outcomes of omitted files, faults included.
func (in Input) dropOmitted(jobs []job, outcomes []*outcome) {
	if in.Omit == nil {
		return
	}
	for i := range jobs {
		path := jobs[i].path()
		if !in.Omit(path) {
			continue
		}
		if outcomes[i].made() {
			in.Omitted(path)
		}
		outcomes[i] = nil
	}
}

// Sources returns the text of every template under the name that diagnostics use,
// for the printer of diagnostics.
func Sources(in Input) diag.Sources {
	var ignored diag.List
	found := diag.Sources{}
	for _, s := range load(in, &ignored) {
		found[s.display] = s.content
	}
	return found
}

// Entry is one line of the list of templates.
type Entry struct {
	Path     string // of the template, placeholders and .tmpl included
	Layer    string // where it comes from: a layer's name, or "built-in"
	Replaces string // the layer whose template it replaces, or empty
}

// List returns all templates in the order of their paths.
func List(in Input) ([]Entry, diag.List) {
	var list diag.List
	var entries []Entry
	for _, s := range load(in, &list) {
		entries = append(entries, Entry{Path: s.path, Layer: s.layer, Replaces: s.replaces})
	}
	return entries, list.Sorted()
}
