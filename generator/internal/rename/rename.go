// Package rename knows what was renamed: templates by moved.txt, beside the built-in ones and in
// the user's folder, and what the spec declares by moved: in it. A file of the state is known by
// its ID, the path of its template and what the placeholders in it stand for; a rename gives
// it the ID that it has now, so that edits travel with the file.
package rename

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/render"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/templates"
)

// Renames are all renames of a platform.
type Renames struct {
	// Templates leads from the old path of a template to the new one.
	Templates map[string]string
	// Gone are the paths of templates that do not exist any more and that no other one continues.
	Gone map[string]bool

	values model.Renamed
	swaps  []circle
}

// New reads the renames of a spec, of the built-in templates and of the user's folders. The platform
// adds the names that are made of others.
func New(spec *schema.Spec, platform *model.Platform, layers []render.Layer) *Renames {
	n := &Renames{Templates: map[string]string{}, Gone: map[string]bool{}, values: model.Renamed{}}
	n.readTemplates(layers)
	n.swaps = circles(spec)
	for _, move := range spec.Moved {
		if inCircle(n.swaps, move.From) {
			continue
		}
		kind, from, _ := strings.Cut(move.From, "/")
		n.values.Add(model.MovedKinds()[kind], from, lastName(spec, move))
	}
	platform.Follow(n.values)
	n.follow(platform)
	return n
}

// readTemplates reads the files moved.txt, of which later ones win.
func (n *Renames) readTemplates(layers []render.Layer) {
	texts := []string{templates.Moved()}
	for _, layer := range layers {
		if src, err := fs.ReadFile(layer.FS, movedList); err == nil {
			texts = append(texts, string(src))
		}
	}
	for _, text := range texts {
		for line := range strings.Lines(text) {
			switch old, now, ok := movedTemplate(line); {
			case !ok || old == "":
			case now == gone:
				n.Gone[old] = true
			default:
				n.Templates[old] = now
			}
		}
	}
}

// gone stands in moved.txt in the place of the new path.
const gone = "-"

// movedList is the file of a template folder that says which templates were renamed.
const movedList = "moved.txt"

// movedTemplate reads a line of moved.txt, which may say nothing.
func movedTemplate(line string) (old, now string, ok bool) {
	words := strings.Fields(line)
	if len(words) == 0 || strings.HasPrefix(words[0], "#") {
		return "", "", true
	}
	if len(words) != 2 {
		return "", "", false
	}
	return strings.TrimSuffix(words[0], ".tmpl"), strings.TrimSuffix(words[1], ".tmpl"), true
}

// CheckTemplates reports lines of the user's moved.txt that cannot be read, and adds the texts
// that it points at to the sources.
func CheckTemplates(layers []render.Layer, list *diag.List, sources diag.Sources) {
	for _, layer := range layers {
		src, err := fs.ReadFile(layer.FS, movedList)
		name, number := layer.Name+"/"+movedList, 0
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				list.Error(diag.Range{File: name}, "moved/template", "this file cannot be read").Detail = err.Error()
			}
			continue
		}
		for line := range strings.Lines(string(src)) {
			number++
			if _, _, ok := movedTemplate(line); ok {
				continue
			}
			sources[name] = src
			at := diag.Range{File: name, Line: number, Column: 1, EndColumn: len(strings.TrimRight(line, "\r\n")) + 1}
			list.Error(at, "moved/template", "this line does not say which template was renamed").Hint =
				"Write the old path, a space and the new path, as they are below " + layer.Name + "/."
		}
	}
}

// ID returns the ID that a file of the state has now.
func (n *Renames) ID(id string) string {
	template, _, _ := strings.Cut(id, "?")
	return withValues(render.Renamed(n.Templates, template)+strings.TrimPrefix(id, template), n.renamed)
}

// withValues returns an ID whose placeholders stand for other values.
func withValues(id string, now func(placeholder, value string) string) string {
	template, values, scoped := strings.Cut(id, "?")
	if !scoped {
		return id
	}
	pairs := strings.Split(values, "&")
	for i, pair := range pairs {
		placeholder, value, _ := strings.Cut(pair, "=")
		pairs[i] = placeholder + "=" + now(placeholder, value)
	}
	return template + "?" + strings.Join(pairs, "&")
}

// renamed is what a placeholder stands for now.
func (n *Renames) renamed(placeholder, value string) string {
	if now, ok := n.values[placeholder][value]; ok {
		return now
	}
	return value
}

// Empty reports whether nothing is renamed.
func (n *Renames) Empty() bool { return len(n.Templates)+len(n.values) == 0 }

// Check reports renames in the spec that cannot be meant; dir is the folder of the spec.
func Check(spec *schema.Spec, platform *model.Platform, dir string, list *diag.List) {
	c := checker{spec: spec, platform: platform, dir: dir, swaps: circles(spec), seen: map[string]bool{}, List: list}
	for i, move := range spec.Moved {
		c.check(i, move)
		c.seen[move.From] = true
	}
}

// checker looks at one rename after the other.
type checker struct {
	*diag.List
	spec     *schema.Spec
	platform *model.Platform
	dir      string
	swaps    []circle
	seen     map[string]bool // old names
}

func (c *checker) check(i int, move schema.Move) {
	at := func(field string) diag.Range { return c.spec.Node.At("moved", i, field) }
	kind, from, ok := strings.Cut(move.From, "/")
	toKind, to, also := strings.Cut(move.To, "/")
	swaps := inCircle(c.swaps, move.From)
	switch {
	case !ok || model.MovedKinds()[kind] == "" || !schema.IsName(from) && kind != "namespaces":
		addressError(c.List, at("from"), fmt.Sprintf("%q does not say what was renamed", move.From))
	case !also || toKind != kind:
		addressError(c.List, at("to"), fmt.Sprintf("%q is not the new name of %s", move.To, move.From))
	case c.seen[move.From]:
		d := c.Error(at("from"), "moved/from", fmt.Sprintf("%s was renamed already", move.From))
		d.Hint = "One rename for each old name is enough."
		if swaps {
			d.Hint = "Above, it changes places with other names: when all branches and clones have that, take those lines out; then declare this rename."
		}
	case swaps && kind == "environments":
		d := c.Error(at("from"), "moved/swap", fmt.Sprintf("%s and %s cannot change places", move.From, move.To))
		d.Detail = "Pins stay in releases/ under the name of their environment, with cluster, namespace and commit: each of the two would deploy what the other one was promoted to."
		d.Hint = "Leave the names, and exchange what the spec says about the two environments: their clusters, profiles and values. Then promote."
	case swaps:
		if !c.exists(kind, to) && !c.stale(kind, from) && !c.done(move) {
			c.Error(at("to"), "moved/to", fmt.Sprintf("there is no %s", move.To)).Hint =
				"Names change places only where the spec has all of them: declare it under its new name, or correct the name here."
		}
	case c.exists(kind, from):
		c.Error(at("from"), "moved/from", fmt.Sprintf("%s is still there", move.From)).Hint =
			"Take it out of the spec, or this rename. Where names change places, each of them needs a line."
	case !c.exists(kind, lastName(c.spec, move)) && !c.stale(kind, from):
		c.Error(at("to"), "moved/to", fmt.Sprintf("there is no %s", move.To)).Hint =
			"Declare it under its new name, or correct the name here."
	}
	if kind == "environments" && !swaps {
		c.pins(at("from"), from, to)
	}
}

// pins warns about pins of an environment that stay behind.
func (c *checker) pins(at diag.Range, from, to string) {
	if onDisk(c.dir, layout.Pins(from)) && !onDisk(c.dir, layout.Pins(to)) {
		d := c.Warning(at, "moved/pins", "the pins of "+from+" do not come along")
		d.Detail = layout.Pins(from) + " holds names and commits of " + from + ", which " + to + " does not have: it runs nothing until its first promotion."
		d.Hint = "Generate with --allow-delete, promote to " + to + ", then delete that file. What " + from + " runs is deleted when its root Application is."
	}
}

// exists reports whether the platform has something of a kind under a name.
func (c *checker) exists(kind, name string) bool {
	return slices.Contains(c.platform.NamesOf(model.MovedKinds()[kind]), name)
}

// done reports whether the state says that a name has changed places.
func (c *checker) done(move schema.Move) bool {
	repository, err := tree.Open(c.dir)
	if err != nil {
		return false
	}
	defer repository.Close()
	names, err := repository.Swapped(build.Read().Version)
	return err == nil && names[move.From] == move.To
}

// stale reports whether a rename whose new name does not exist has nothing left to move: what it
// moved once is gone, or has another name since.
func (c *checker) stale(kind, name string) bool {
	placeholder := model.MovedKinds()[kind]
	repository, err := tree.Open(c.dir)
	if err != nil {
		return false
	}
	defer repository.Close()
	ids, err := repository.IDs(build.Read().Version)
	return err == nil && len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool {
		_, values, _ := strings.Cut(id, "?")
		return slices.Contains(strings.Split(values, "&"), placeholder+"="+name)
	})
}

// lastName is the name that later renames lead to from the one that a rename gives. One that has
// changed places since did so once.
func lastName(spec *schema.Spec, move schema.Move) string {
	swaps := circles(spec)
	for range spec.Moved {
		i := slices.IndexFunc(spec.Moved, func(next schema.Move) bool { return next.From == move.To })
		if i < 0 {
			break
		}
		if move = spec.Moved[i]; inCircle(swaps, move.From) {
			break
		}
	}
	_, name, _ := strings.Cut(move.To, "/")
	return name
}

// onDisk reports whether there is a file in a folder.
func onDisk(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil
}

func addressError(list *diag.List, at diag.Range, message string) {
	list.Error(at, "moved/address", message).Hint = "Write a kind and a name, for example {from: applications/web, to: applications/shop}. Kinds are " +
		strings.Join(slices.Sorted(maps.Keys(model.MovedKinds())), ", ") + "."
}
