package impact

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Application is what tells one Application of an environment from another one, by the names
// that elements of ApplicationSets have: name, project, path, revision, cluster, namespace and
// what not every Application has.
type Application map[string]string

// Applications are those of one environment, by name.
type Applications map[string]Application

// Path is the folder that the Application deploys.
func (a Application) Path() string { return a["path"] }

// Pin is the commit that the Application stays at, empty when it follows a branch.
func (a Application) Pin() string {
	if revision := a["revision"]; git.IsID(revision) {
		return revision
	}
	return ""
}

// pinned reports whether the Application stays at one commit.
func (a Application) pinned() bool { return a.Pin() != "" }

// Add enters an element of an ApplicationSet.
func (all Applications) Add(project string, element yamltree.Ordered) {
	app := Application{"project": project}
	for _, field := range element {
		app.put(field.Key, fmt.Sprint(field.Value))
	}
	all[app["name"]] = app
}

// listField is the field of an element whose text is a list in YAML.
const listField = "ignoreDifferences"

// put enters a field that has a value. The same list is the same text, however it is written.
func (a Application) put(field, value string) {
	if field == listField {
		if list, faults := yamltree.Parse("", []byte(value)); !faults.HasErrors() {
			value = yamltree.EncodeFlow(list)
		}
	}
	if value != "" {
		a[field] = value
	}
}

// Parse reads the Applications of a file, and those that the list generators of its
// ApplicationSets make.
func Parse(file string, src []byte) (Applications, error) {
	all := Applications{}
	for document := range bytes.SplitSeq(src, []byte("\n---\n")) {
		object, list := yamltree.Parse(file, document)
		switch {
		case object == nil && slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == "yaml/empty" }):
			continue // comments, or no file at all
		case list.HasErrors():
			return nil, fmt.Errorf("%s cannot be read: %s", file, list[0].Summary)
		}
		switch text(object, "kind") {
		case "ApplicationSet":
			all.set(object.Get("spec"))
		case "Application":
			all.application(object)
		}
	}
	return all, nil
}

// set enters the elements of an ApplicationSet.
func (all Applications) set(spec *yamltree.Node) {
	project := text(spec, "template", "spec", "project")
	for _, generator := range items(spec, "generators") {
		for _, element := range items(generator, "list", "elements") {
			app := Application{"project": project}
			for _, field := range element.Entries {
				app.put(field.Key, field.Value.Text)
			}
			all[app["name"]] = app
		}
	}
}

// application enters an Application under the names that fields of elements have.
func (all Applications) application(object *yamltree.Node) {
	app, spec := Application{}, object.Get("spec")
	for field, path := range map[string][]string{
		"project": {"project"}, "path": {"source", "path"}, "revision": {"source", "targetRevision"},
		"releaseName": {"source", "helm", "releaseName"}, "cluster": {"destination", "name"}, "namespace": {"destination", "namespace"},
	} {
		app.put(field, text(spec, path...))
	}
	if list := spec.Get(listField); list != nil {
		app.put(listField, yamltree.EncodeFlow(list))
	}
	app.put("name", text(object, "metadata", "name"))
	all[app["name"]] = app
}

func text(n *yamltree.Node, path ...string) string {
	if entry, found := n.Find(path); found && entry.Value != nil {
		return entry.Value.Text
	}
	return ""
}

func items(n *yamltree.Node, path ...string) []*yamltree.Node {
	if entry, found := n.Find(path); found && entry.Value != nil {
		return entry.Value.Items
	}
	return nil
}
