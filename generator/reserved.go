package generator

import (
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// reserve reports generated files that would be read as input by the next run: a
// template of the user's may not write the spec, pins or templates.
func (p *Platform) reserve(rendered tree.Tree, list *diag.List) {
	var taken []string
	for name := range rendered {
		if p.input(name) {
			taken = append(taken, name)
		}
	}
	slices.Sort(taken)
	for _, name := range taken {
		d := list.Error(diag.Range{File: p.spec.Templates}, "template/reserved", "a template writes "+name)
		d.Detail = "That file is read by wavewright: the next run would read its own output."
		d.Hint = "Give the template another path."
	}
}

// input reports whether wavewright reads a path as hand-written input.
func (p *Platform) input(name string) bool {
	if name == schema.FileName || strings.HasPrefix(name, layout.Releases) {
		return true
	}
	if folder := p.spec.Templates; folder != "" && strings.HasPrefix(name, folder+"/") {
		return true
	}
	return slices.ContainsFunc(p.spec.Include, func(pattern string) bool {
		matched, err := path.Match(pattern, name)
		return err == nil && matched
	})
}
