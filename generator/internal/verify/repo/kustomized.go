package repo

import (
	"crypto/sha256"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// kustomized builds a kustomization.
func (d *discovery) kustomized(p *product, o order) *product {
	folder := o.source.Path
	if d.kustomizations[folder] == "" {
		return p.fail(Origin{}, "build/failed", "%s has no kustomization", folder)
	}
	if faults := d.unbuildable(p, o); faults {
		return p
	}
	builder, charts, err := d.builderFor(o, folder)
	if err != nil {
		return p.fail(Origin{}, "build/failed", "%v", err)
	}
	if charts {
		return d.inflated(p, o)
	}
	built, err := builder.Build(folder)
	return d.taken(p, folder, built, err)
}

// taken takes over what kustomize built.
func (d *discovery) taken(p *product, folder string, built *kustomize.Built, err error) *product {
	at := Origin{File: d.kustomizations[folder], Line: 1}
	var beyond *kustomize.OutsideError
	switch {
	case errors.As(err, &beyond):
		p.faults = append(p.faults, outside(at, beyond))
		return p
	case err != nil && strings.Contains(err.Error(), "external plugins disabled"), err != nil && strings.Contains(err.Error(), "--enable-helm"):
		return p.omit("the kustomization %s runs a plugin", folder)
	case err != nil && strings.Contains(err.Error(), "no template ") && !d.extensions[".tpl"]:
		return p.omit("the kustomization %s renders a chart with templates that are not here, and no file with the ending .tpl is", folder)
	case err != nil:
		return p.fail(at, "build/failed", "%s", shortened(err.Error()))
	}
	for _, name := range built.Read {
		p.read = append(p.read, name, path.Dir(name))
	}
	among := &Files{built.Read}
	for _, r := range built.Resources {
		if r.Origin == folder {
			r.Origin = at.File
		}
		object, err := d.object(&r, Origin{File: r.Origin, Original: r.Original, Among: among})
		if errors.Is(err, errEncrypted) {
			p.fail(Origin{File: r.Origin, Line: 1}, "", "%v", err)
			continue
		}
		if err != nil || object == nil {
			p.fail(Origin{File: r.Origin}, "build/unreadable", "%s holds no object: %v", r.Origin, err)
			continue
		}
		p.objects = append(p.objects, object)
	}
	return p
}

// largeObject is from where on an object is read once, however many overlays hold it: definitions of custom
// resources have megabytes, and most overlays of a repository hold the same ones.
const largeObject = 16 << 10

// object reads an object that was built.
func (d *discovery) object(r *kustomize.Resource, at Origin) (*Object, error) {
	if len(r.JSON) < largeObject {
		return builtObject(r, at)
	}
	key := sha256.Sum256(r.JSON)
	if known, ok := d.large.Load(key); ok {
		same := *known.(*Object)
		same.Origin = at
		return &same, nil
	}
	o, err := builtObject(r, at)
	if err == nil && o != nil {
		d.large.Store(key, o)
	}
	return o, err
}

// shortened takes the configuration of transformers, which kustomize repeats whole, and the
// length of what it cannot build out of a message.
func shortened(message string) string {
	const most = 600
	if len(message) > most {
		return strings.ToValidUTF8(message[:most], "") + "…"
	}
	return message
}

// unbuildable looks for names in a kustomization, and in those that it uses, that cannot be
// built; it reports whether there are any.
func (d *discovery) unbuildable(p *product, o order) bool {
	n, folder := len(p.faults), o.source.Path
	for _, part := range d.closure(folder) {
		k := d.named[part]
		if k == nil {
			if d.kustomizations[part] == "" && part != folder {
				p.fail(d.naming(folder, part), "build/failed", "%s has no kustomization", part)
			}
			continue
		}
		at := func(name string) Origin {
			return Origin{File: d.kustomizations[part], Line: d.lineOf(d.kustomizations[part], name)}
		}
		for _, name := range k.outside {
			p.fail(at(name), "build/failed", "the kustomization names %s, which is outside the repository", name)
		}
		for _, name := range k.missing {
			p.missing(d, at(name), part, name, o.stand)
		}
		for _, name := range k.remote {
			p.absent(at(name), k.why[name], "the kustomization %s names %s, which is in another repository", part, redacted(name))
		}
	}
	if len(p.faults) == n {
		if cycle := d.cycle(folder, nil, map[string]bool{}); cycle != "" {
			p.fail(Origin{File: d.kustomizations[folder], Line: 1}, "build/failed", "kustomizations use each other in a cycle: %s", cycle)
		}
	}
	return len(p.faults) > n
}

// cycle describes a cycle of kustomizations; empty without one. done are those that lead to none.
func (d *discovery) cycle(folder string, way []string, done map[string]bool) string {
	if slices.Contains(way, folder) {
		return strings.Join(append(way[slices.Index(way, folder):], folder), " → ")
	}
	k := d.named[folder]
	if k == nil || done[folder] {
		return ""
	}
	for _, next := range k.folders {
		if found := d.cycle(next, append(slices.Clone(way), folder), done); found != "" {
			return found
		}
	}
	done[folder] = true
	return ""
}

// naming is where a kustomization below another names a folder.
func (d *discovery) naming(top, folder string) Origin {
	for _, part := range d.closure(top) {
		if k := d.named[part]; k != nil && slices.Contains(k.folders, folder) {
			return Origin{File: d.kustomizations[part], Line: d.lineOf(d.kustomizations[part], path.Base(folder))}
		}
	}
	return Origin{File: d.kustomizations[top], Line: 1}
}

// lineOf is the first line of a file that holds a text.
func (d *discovery) lineOf(name, text string) int {
	content, err := d.reader.Text(name)
	if err != nil {
		return 1
	}
	before, _, found := strings.Cut(string(content), text)
	if !found {
		return 1
	}
	return 1 + strings.Count(before, "\n")
}
