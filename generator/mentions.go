package generator

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/diag"
)

// checkMentions warns of lines of a person's that have the old name of what a plan renames: the patch of a
// custom component that selects an object by its name, or a path in a list. wavewright does not
// change them, and Kustomize says nothing of a patch without a target.
func (p *Platform) checkMentions(files tree.Tree, plan *Plan) error {
	old := p.oldNames()
	if old == nil || !slices.ContainsFunc(plan.Changes(), func(c Change) bool { return c.From != "" }) {
		return nil
	}
	return p.folder.read(func(fsys fs.FS) error {
		for _, c := range plan.Changes() {
			texts := map[string][]byte{}
			switch {
			case c.Yours && c.From != "":
				texts = yamlBelow(fsys, c.From, c.Path)
			case c.New != nil && c.TakesEdits():
				texts[c.Path] = c.New
			}
			for _, name := range slices.Sorted(maps.Keys(texts)) {
				mentions(name, texts[name], files[name].Content, old, plan)
			}
		}
		return nil
	})
}

// oldNames matches the old names of what the spec renames, as whole words; nil when it renames nothing.
func (p *Platform) oldNames() *regexp.Regexp {
	var names []string
	for _, move := range p.spec.Moved {
		if _, name, ok := strings.Cut(move.From, "/"); ok && move.From != move.To {
			names = append(names, regexp.QuoteMeta(name))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return regexp.MustCompile(`(?:^|[^A-Za-z0-9-])(` + strings.Join(names, "|") + `)(?:$|[^A-Za-z0-9-])`)
}

// yamlBelow reads the YAML files of a person's at or below a path, by the paths that they get.
func yamlBelow(fsys fs.FS, from, to string) map[string][]byte {
	const most = 1 << 20 // more than any manifest that somebody writes by hand
	texts := map[string][]byte{}
	_ = fs.WalkDir(fsys, from, func(name string, d fs.DirEntry, err error) error {
		ext := path.Ext(name)
		if err != nil || !d.Type().IsRegular() || ext != ".yaml" && ext != ".yml" {
			return nil //nolint:nilerr // what cannot be read is not looked at
		}
		info, err := d.Info()
		if err == nil && info.Size() <= most {
			text, _ := fs.ReadFile(fsys, name)
			texts[to+strings.TrimPrefix(name, from)] = text
		}
		return nil
	})
	return texts
}

// mentions warns of the lines of a text that are not those of its rendering.
func mentions(name string, text, rendered []byte, old *regexp.Regexp, plan *Plan) {
	lines := map[string]bool{}
	for line := range bytes.Lines(rendered) {
		lines[string(line)] = true
	}
	var numbers []string
	said, number, first := "", 0, 0
	for line := range bytes.Lines(text) {
		number++
		found := old.FindSubmatch(bytes.TrimSpace(line))
		if found == nil || lines[string(line)] {
			continue
		}
		if first == 0 {
			said, first = string(found[1]), number
		}
		numbers = append(numbers, strconv.Itoa(number))
	}
	if first == 0 {
		return
	}
	d := plan.Diagnostics.Warning(diag.Range{File: name, Line: first, Column: 1}, "moved/mention", fmt.Sprintf("this file of yours still says %s, which has another name now", said))
	d.Detail = "Line " + strings.Join(numbers, ", ") + ". wavewright does not change what you wrote, and Kustomize says nothing of a patch whose target does not exist."
	d.Hint = "Write the new name wherever these lines mean what was renamed, and build the overlay."
}
