package generator

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/templates"
)

// A file of the state is known by its ID: the path of its template and what the
// placeholders in it stand for. Both may be renamed: templates by moved.txt, beside the
// built-in ones and in the user's folder, instances by moved: in the spec.

// renames are all renames that a result knows.
type renames struct {
	templates map[string]string            // old template path → new one
	values    map[string]map[string]string // placeholder → old value → new one
	last      map[string]map[string]string // placeholder → end of an old value → end of the new one
}

// placeholders says by which address in moved: the value of a placeholder is renamed.
func placeholders() map[string]string {
	return map[string]string{
		"applications": "app", "environments": "env", "clusters": "cluster", "targets": "target", "teams": "team", "namespaces": "namespace",
	}
}

// newRenames reads the renames of the spec and of both template folders.
func (r *Result) newRenames(in []fs.FS) *renames {
	n := &renames{templates: movedTemplates(in), values: map[string]map[string]string{}, last: map[string]map[string]string{}}
	for _, move := range r.spec.Moved {
		kind, from, _ := strings.Cut(move.From, "/")
		_, to, _ := strings.Cut(move.To, "/")
		n.value(n.values, placeholders()[kind], from, to)
		if kind == "environments" {
			// Its targets and namespaces carry its name.
			n.value(n.values, "target", from, to)
			n.value(n.last, "namespace", "-"+from, "-"+to)
		}
	}
	return n
}

func (n *renames) value(to map[string]map[string]string, placeholder, old, now string) {
	if to[placeholder] == nil {
		to[placeholder] = map[string]string{}
	}
	to[placeholder][old] = now
}

// movedTemplates reads the files moved.txt, of which later ones win.
func movedTemplates(folders []fs.FS) map[string]string {
	moved := map[string]string{}
	texts := []string{templates.Moved()}
	for _, folder := range folders {
		if src, err := fs.ReadFile(folder, "moved.txt"); err == nil {
			texts = append(texts, string(src))
		}
	}
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if words := strings.Fields(line); len(words) == 2 && !strings.HasPrefix(line, "#") {
				moved[strings.TrimSuffix(words[0], ".tmpl")] = strings.TrimSuffix(words[1], ".tmpl")
			}
		}
	}
	return moved
}

// id returns the ID that a file of the state has now.
func (n *renames) id(id string) string {
	template, values, scoped := strings.Cut(id, "?")
	for range len(n.templates) {
		now, ok := n.templates[template]
		if !ok {
			break
		}
		template = now
	}
	if !scoped {
		return template
	}
	pairs := strings.Split(values, "&")
	for i, pair := range pairs {
		placeholder, value, _ := strings.Cut(pair, "=")
		pairs[i] = placeholder + "=" + n.renamed(placeholder, value)
	}
	return template + "?" + strings.Join(pairs, "&")
}

// renamed is what a placeholder stands for now.
func (n *renames) renamed(placeholder, value string) string {
	if now, ok := n.values[placeholder][value]; ok {
		return now
	}
	if placeholder == "target" { // an environment on one of several clusters
		for env, now := range n.values["env"] {
			if rest, ok := strings.CutPrefix(value, env+"-"); ok {
				return now + "-" + rest
			}
		}
	}
	for end, now := range n.last[placeholder] {
		if rest, ok := strings.CutSuffix(value, end); ok {
			return rest + now
		}
	}
	return value
}

// empty reports whether nothing is renamed.
func (n *renames) empty() bool { return len(n.templates)+len(n.values) == 0 }

// checkMoved reports renames that cannot be meant.
func (r *Result) checkMoved(platform *model.Platform) {
	seen := map[string]bool{}
	for i, move := range r.spec.Moved {
		at := func(field string) diag.Range { return r.spec.Node.At("moved", i, field) }
		kind, from, ok := strings.Cut(move.From, "/")
		toKind, to, also := strings.Cut(move.To, "/")
		switch {
		case !ok || placeholders()[kind] == "" || !schema.IsName(from) && kind != "namespaces":
			r.movedError(at("from"), "moved/address", fmt.Sprintf("%q does not say what was renamed", move.From))
		case !also || toKind != kind:
			r.movedError(at("to"), "moved/address", fmt.Sprintf("%q is not the new name of %s", move.To, move.From))
		case exists(platform, kind, from):
			r.Diagnostics.Error(at("from"), "moved/from", fmt.Sprintf("%s is still there", move.From)).Hint =
				"Take it out of the spec, or this rename."
		case !exists(platform, kind, to):
			r.Diagnostics.Error(at("to"), "moved/to", fmt.Sprintf("there is no %s", move.To)).Hint =
				"Declare it under its new name, or correct the name here."
		case seen[move.From]:
			r.Diagnostics.Error(at("from"), "moved/from", fmt.Sprintf("%s was renamed already", move.From)).Hint =
				"One rename for each old name is enough."
		}
		seen[move.From] = true
	}
}

func (r *Result) movedError(at diag.Range, code, message string) {
	r.Diagnostics.Error(at, code, message).Hint = "Write a kind and a name, for example {from: applications/web, to: applications/shop}. Kinds are " +
		"applications, environments, clusters, targets, teams and namespaces."
}

// exists reports whether the platform has something of a kind under a name.
func exists(platform *model.Platform, kind, name string) bool {
	return slices.Contains(platform.NamesOf(placeholders()[kind]), name)
}
