package repo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/schema/diag"
)

// product is what a source makes, with what was wrong with it.
type product struct {
	objects []*Object
	chart   bool
	faults  []fault
	// read are the folders and files that it was made of.
	read []string
}

// fault is a mistake, or without a code the reason why nothing could be judged.
type fault struct {
	at            Origin
	code, message string
}

func (p *product) fail(at Origin, code, format string, args ...any) *product {
	p.faults = append(p.faults, fault{at, code, fmt.Sprintf(format, args...)})
	return p
}

// omit notes why something was not judged.
func (p *product) omit(format string, args ...any) *product {
	return p.fail(Origin{}, "", format, args...)
}

// order is a source to build, for one release.
type order struct {
	source             Source
	release, namespace string
	// refs are the roots of the repositories that value files refer to by name.
	refs map[string]string
	// stand says that the folder stands for an Application: nobody says with which values it is
	// rendered, or whether another tool fills in its files first.
	stand bool
}

// key is equal for orders that make the same.
func (o order) key() string {
	s := o.source
	s.RepoURL, s.TargetRevision = "", ""
	encoded, err := json.Marshal(s)
	if err != nil {
		return fmt.Sprintf("%+v", o)
	}
	return fmt.Sprintf("%s %s %s %v %v", encoded, o.release, o.namespace, o.refs, o.stand)
}

// orders are what has to be built for an Application. A source that is not of this repository
// is a fault.
func (d *discovery) orders(n *node, stand bool) ([]order, []fault) {
	var orders []order
	var faults []fault
	omit := func(code, format string, args ...any) {
		faults = append(faults, fault{code: code, message: fmt.Sprintf(format, args...)})
	}
	a := n.Application
	refs, lacking := d.valueRoots(n, stand)
	faults = append(faults, lacking...)
	for _, s := range a.sources() {
		switch {
		case s.Path == "" && s.Chart == "" && s.Ref != "":
		case stand:
			orders = append(orders, order{source: s, release: d.chartName(s.Path), namespace: "default", stand: true})
		case d.foreign(&s):
			source, fault := d.elsewhereOrder(n, s)
			if fault != nil {
				faults = append(faults, *fault)
				continue
			}
			orders = append(orders, order{source: source, release: a.Name, namespace: a.Spec.Destination.Namespace, refs: refs})
		case s.Path == "":
			omit("", "the source has no path")
		case s.RepoURL == "":
			omit("", "the source names no repository")
		case path.IsAbs(s.Path) || !fs.ValidPath(path.Clean(s.Path)):
			omit("build/failed", "the path %s leads out of the repository: Argo CD refuses it", s.Path)
		case !d.isFolder(s.Path):
			omit("", "the path %s is not a folder of the repository", s.Path)
		default:
			s.Path = path.Clean(s.Path)
			orders = append(orders, order{source: s, release: a.Name, namespace: a.Spec.Destination.Namespace, refs: refs})
		}
	}
	return orders, faults
}

// valueRoots are the roots of the repositories that the value files of an Application refer to by name.
func (d *discovery) valueRoots(n *node, stand bool) (roots map[string]string, faults []fault) {
	roots = map[string]string{}
	for _, s := range n.sources() {
		if s.Ref == "" {
			continue
		}
		if stand || d.own[sameRepository(s.RepoURL)] {
			roots["$"+s.Ref] = "."
			continue
		}
		at, err := d.elsewhere.mount(".", gitThing(s.RepoURL, s.TargetRevision), n.Made)
		if err == nil {
			roots["$"+s.Ref] = at
		} else if s.Path == "" && s.Chart == "" {
			faults = append(faults, absence(err, "value files are in another repository, %s", redacted(s.RepoURL)))
		}
	}
	return roots, faults
}

// redacted is an address without credentials.
func redacted(address string) string { return diag.RedactSource(address) }

// ordersOf are those of a node. What a chart makes that nobody says how to render may lack values too.
func (d *discovery) ordersOf(n *node) ([]order, []fault) {
	orders, faults := d.orders(n, n.stands())
	for i := range orders {
		orders[i].stand = orders[i].stand || n.loose
	}
	return orders, faults
}

// build makes what the sources of Applications make, in parallel, each once.
func (d *discovery) build(wave []*node) {
	var fresh []order
	for _, n := range wave {
		orders, _ := d.ordersOf(n)
		for _, o := range orders {
			if _, known := d.products[o.key()]; !known {
				d.products[o.key()] = nil
				fresh = append(fresh, o)
			}
		}
	}
	d.produce(fresh)
}

func (d *discovery) produce(orders []order) {
	d.bringAll(orders)
	made := make([]*product, len(orders))
	d.options.Progress.parallel("build sources", len(orders), func(i int) { made[i] = d.product(orders[i]) })
	for i, o := range orders {
		d.products[o.key()] = made[i]
		for _, name := range made[i].read {
			d.covered[name] = true
		}
	}
}

// stands reports whether a node stands for a folder.
func (n *node) stands() bool { return strings.HasPrefix(n.key, "folder ") }

// complete puts what its sources make into an Application.
func (d *discovery) complete(n *node) {
	orders, faults := d.ordersOf(n)
	for _, o := range orders {
		made := d.products[o.key()]
		d.deployed[o.source.Path] = true
		faults = append(faults, made.faults...)
		n.Chart = n.Chart || made.chart
		for _, object := range made.objects {
			n.Objects = append(n.Objects, d.placed(n.Deployed, object))
		}
	}
	for _, f := range faults {
		d.blame(n, f)
	}
}

// fault passes a fault on to the report.
func (d *discovery) fault(n *node, f fault) {
	if f.at.File == "" {
		f.at = n.Made
	}
	switch f.code {
	case "":
		d.skip(f.at, n.Name, f.message)
	default:
		d.problem(f.at, n.Name, f.code, f.message)
	}
}

// buildEntries builds the kustomizations and charts that begin with Applications.
func (d *discovery) buildEntries(entries []*entry) {
	orders := make([]order, len(entries))
	for i, e := range entries {
		orders[i] = order{source: *e.source, release: path.Base(e.name), namespace: "argocd"}
	}
	d.produce(orders)
	for i, e := range entries {
		made := d.products[orders[i].key()]
		e.objects, e.faults = made.objects, made.faults
	}
}

// product makes what a source makes.
func (d *discovery) product(o order) *product {
	p := &product{read: []string{o.source.Path}}
	source, err := d.overridden(o.source, o.release)
	if err != nil {
		return p.fail(Origin{}, "build/failed", "%v", err)
	}
	o.source = source
	by, found, err := o.source.explicit()
	if err != nil {
		return p.fail(Origin{}, "build/failed", "%v", err)
	}
	if !found {
		by = d.tool(o.source.Path)
	}
	switch by {
	case kustomized:
		return d.kustomized(p, o)
	case helmed:
		return d.chart(p, o)
	case plugged:
		return p.omit("a plugin of Argo CD makes the objects")
	}
	return d.directory(p, o)
}

// tool is what Argo CD takes for a folder whose source names none.
func (d *discovery) tool(folder string) tool {
	switch {
	case d.kustomizations[folder] != "":
		return kustomized
	case d.charts[folder]:
		return helmed
	}
	return directory
}

// overridden is a source with what the files .argocd-source.yaml of its folder change in it.
func (d *discovery) overridden(s Source, application string) (Source, error) {
	for _, name := range []string{".argocd-source.yaml", ".argocd-source-" + application + ".yaml"} {
		text, err := d.reader.Text(path.Join(s.Path, name))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			continue
		}
		var patch map[string]any
		if err == nil {
			err = yaml.Unmarshal(text, &patch)
		}
		if err == nil {
			err = s.merge(patch)
		}
		if err != nil {
			return s, fmt.Errorf("read %s: %w", path.Join(s.Path, name), err)
		}
	}
	return s, nil
}

// merge applies a JSON merge patch; where the source lies stays.
func (s *Source) merge(patch map[string]any) error {
	encoded, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var fields map[string]any
	if err := json.Unmarshal(encoded, &fields); err != nil {
		return err
	}
	mergePatch(fields, patch)
	encoded, err = json.Marshal(fields)
	if err != nil {
		return err
	}
	merged := Source{}
	if err := json.Unmarshal(encoded, &merged); err != nil {
		return err
	}
	merged.RepoURL, merged.Path, merged.TargetRevision, merged.Chart = s.RepoURL, s.Path, s.TargetRevision, s.Chart
	*s = merged
	return nil
}

// mergePatch applies a JSON merge patch (RFC 7396) to an object.
func mergePatch(fields, patch map[string]any) {
	for key, value := range patch {
		inner, isMap := value.(map[string]any)
		switch {
		case value == nil:
			delete(fields, key)
		case isMap:
			into, ok := fields[key].(map[string]any)
			if !ok {
				into = map[string]any{}
			}
			mergePatch(into, inner)
			fields[key] = into
		default:
			fields[key] = value
		}
	}
}
