package release

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// APIVersion is the version of both formats of this package.
const APIVersion = "wavewright.dev/v1alpha1"

// ParseCandidates reads overlays/<env>/applications.yaml. The folder in file must
// name the environment that the content names. Everything that is wrong is
// reported; the result is complete only when the list has no errors.
func ParseCandidates(file string, src []byte) (*Candidates, diag.List) {
	d, root := open(file, src)
	out := &Candidates{Environment: path.Base(path.Dir(file))}
	d.targets(root, "Candidates", out.Environment, func(s Slot, e yamltree.Entry) {
		out.Elements = append(out.Elements, Candidate{Slot: s, Element: d.element(s.Kind, e)})
	})
	slices.SortFunc(out.Elements, func(a, b Candidate) int { return a.Slot.Compare(b.Slot) })
	return out, d.list
}

// Parse reads releases/<env>.yaml. The name of file must be the environment that
// the content names, so that a copied file cannot be taken for another. Everything
// that is wrong is reported; the result is complete only when the list has no errors.
func Parse(file string, src []byte) (*Releases, diag.List) {
	d, root := open(file, src)
	return d.releases(root), d.list
}

func (d *decoder) releases(root yamltree.Entry) *Releases {
	out := &Releases{Environment: environmentOf(root.Key)}
	d.targets(root, "Releases", out.Environment, func(s Slot, e yamltree.Entry) {
		out.Pins = append(out.Pins, d.pin(s, e))
	})
	sortPins(out.Pins)
	return out
}

func environmentOf(file string) string { return strings.TrimSuffix(path.Base(file), ".yaml") }

// open parses src; the root is an entry, with the file as its key, so that faults
// have a place to point at. Its value is nil when src is not YAML.
func open(file string, src []byte) (*decoder, yamltree.Entry) {
	n, list := yamltree.Parse(file, src)
	d := &decoder{list: list}
	if list.HasErrors() {
		n = nil
	}
	return d, yamltree.Entry{Key: file, KeyRange: diag.Range{File: file}, Value: n}
}

// targets checks the head of a file and calls each for every element in it.
func (d *decoder) targets(root yamltree.Entry, kind, environment string, each func(Slot, yamltree.Entry)) {
	if root.Value == nil {
		return
	}
	in := d.fields(root, "apiVersion", "kind", "environment", "targets")
	d.exactly(root, in, "apiVersion", APIVersion, "A newer format needs a newer wavewright.")
	d.exactly(root, in, "kind", kind, "")
	d.exactly(root, in, "environment", environment, "The file's place names the environment: "+root.Key+".")
	for _, t := range d.mapping(in["targets"]) {
		d.key(t)
		d.target(t, each)
	}
}

func (d *decoder) target(t yamltree.Entry, each func(Slot, yamltree.Entry)) {
	groups := d.fields(t, Cluster.group(), Namespace.group(), Application.group())
	for _, k := range kinds() {
		group, ok := groups[k.group()]
		if !ok {
			continue
		}
		if k == Cluster {
			each(Slot{Target: t.Key, Kind: k}, group)
			continue
		}
		for _, e := range d.mapping(group) {
			d.key(e)
			each(Slot{Target: t.Key, Kind: k, Name: e.Key}, e)
		}
	}
}

// key checks the name of a target, a namespace or an application.
func (d *decoder) key(e yamltree.Entry) {
	if err := label(e.Key); err != nil {
		d.list.Error(e.KeyRange, "release/value", "invalid name").Detail = fmt.Sprintf("The name is %q: %s.", e.Key, err)
	}
}

func (d *decoder) pin(s Slot, e yamltree.Entry) Pin {
	in := d.fields(e, "revision", "by", "at", "replaces", "element", "previous")
	return Pin{Slot: s, Run: d.run(s.Kind, e, in), Previous: d.previous(s.Kind, in["previous"])}
}

func (d *decoder) run(k Kind, e yamltree.Entry, in map[string]yamltree.Entry) Run {
	r := Run{
		Revision: d.text(e, in, "revision", revision),
		By:       d.text(e, in, "by", line),
		At:       d.text(e, in, "at", instant),
		Replaces: d.replaces(in["replaces"]),
	}
	if f, ok := d.required(e, in, "element"); ok {
		r.Element = d.element(k, f)
	}
	return r
}

// replaces reads the names of objects, each a kind and a name.
func (d *decoder) replaces(e yamltree.Entry) []string {
	if e.Value == nil {
		return nil
	}
	if e.Value.Kind != yamltree.List {
		d.list.Error(place(e), "release/type", `"replaces" must be a list`)
		return nil
	}
	var out []string
	for i, item := range e.Value.Items {
		out = append(out, d.value(yamltree.Entry{Key: fmt.Sprintf("replaces[%d]", i), KeyRange: item.Range, Value: item}, object))
	}
	return out
}

func (d *decoder) previous(k Kind, e yamltree.Entry) []Run {
	if e.Value == nil {
		return nil
	}
	if e.Value.Kind != yamltree.List {
		d.list.Error(place(e), "release/type", `"previous" must be a list`)
		return nil
	}
	if len(e.Value.Items) > MaxPrevious {
		d.list.Error(e.KeyRange, "release/value", "too many predecessors").Detail =
			fmt.Sprintf("There are %d predecessors; a pin keeps the newest %d.", len(e.Value.Items), MaxPrevious)
	}
	var out []Run
	for i, item := range e.Value.Items {
		entry := yamltree.Entry{Key: fmt.Sprintf("previous[%d]", i), KeyRange: item.Range, Value: item}
		out = append(out, d.run(k, entry, d.fields(entry, "revision", "by", "at", "replaces", "element")))
	}
	return out
}

// element reads the fields of an element in the order in which they are written.
func (d *decoder) element(k Kind, e yamltree.Entry) Element {
	var out Element
	for _, f := range d.mapping(e) {
		if f.Value == nil || f.Value.Kind == yamltree.Null {
			d.list.Error(f.KeyRange, "release/type", quote(f.Key)+" must be text").Hint = `Write "" for an empty text.`
			continue
		}
		if f.Key == "revision" || !fieldPattern.MatchString(f.Key) {
			d.fieldName(f)
			continue
		}
		out = append(out, Field{Name: f.Key, Value: d.value(f, fieldCheck(f.Key))})
	}
	if e.Value.Kind == yamltree.Map {
		d.complete(k, e)
	}
	return out
}

func (d *decoder) fieldName(f yamltree.Entry) {
	found := d.list.Error(f.KeyRange, "release/unknown-key", quote(f.Key)+" is not a field of an element")
	found.Detail = "The name of a field is made of letters and digits and begins with a letter."
	if f.Key == "revision" {
		found.Detail = "The revision belongs to the pin; the element does not carry one."
	}
}

// complete reports the fields that every element needs. The element of a cluster
// needs no namespace.
func (d *decoder) complete(k Kind, e yamltree.Entry) {
	for _, name := range []string{"name", "project", "path", "namespace", "cluster"} {
		has := e.Value.Get(name) != nil
		if !has && !(k == Cluster && name == "namespace") {
			d.list.Error(e.KeyRange, "release/missing", "missing key "+quote(name))
		}
	}
}
