package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/render"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/templates"
)

// Template is one line of the list of templates.
type Template = render.Entry

// TemplateFunction describes a function that templates can call.
type TemplateFunction = render.Function

// defaultTemplates is the user's template folder when the spec names none.
const defaultTemplates = "templates"

// TemplateFunctions lists all functions for templates.
func TemplateFunctions() []TemplateFunction { return render.Functions() }

// Templates lists the templates of a folder's spec: the built-in ones, with those of
// the user's over them. Faults of the templates join the diagnostics.
func (p *Platform) Templates() ([]Template, error) {
	if p.model == nil {
		return nil, ErrInvalid
	}
	var entries []Template
	err := p.folder.read(func(fsys fs.FS) error {
		var list diag.List
		entries, list = render.List(p.layers(fsys))
		p.Diagnostics = append(p.Diagnostics, list...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	return entries, nil
}

// BuiltinTemplates lists the templates that wavewright comes with.
func BuiltinTemplates() []Template {
	entries, _ := render.List(render.Input{Builtin: templates.FS()})
	return entries
}

// TemplatesFolder returns the folder of the user's templates, and whether the spec in
// dir names it. A spec with errors is good enough: that the folder does not exist yet
// is one of them.
func TemplatesFolder(dir string) (folder string, named bool, err error) {
	p, err := Load(dir)
	if err != nil {
		return "", false, err
	}
	name := defaultTemplates
	if p.spec != nil && fs.ValidPath(p.spec.Templates) {
		name, named = p.spec.Templates, true
	}
	return filepath.Join(dir, filepath.FromSlash(name)), named, nil
}

// ExistsError says that files are in the way of new ones.
type ExistsError struct{ Paths []string }

// Error lists the files.
func (e *ExistsError) Error() string { return "would overwrite " + strings.Join(e.Paths, ", ") }

// ExportTemplates copies built-in templates into a folder and returns their paths. A
// name is the path of a template, or of a folder of templates. Nothing is
// overwritten: when one of the files exists, none is written and the error is an
// [*ExistsError]. What does not exist is an [*UnknownError].
func ExportTemplates(names []string, folder string) ([]string, error) {
	chosen, err := chooseTemplates(names)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, fmt.Errorf("export templates: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("export templates: %w", err)
	}
	defer root.Close()
	if there := existing(root, chosen); len(there) > 0 {
		return nil, &ExistsError{there}
	}
	for _, name := range chosen {
		if err := exportTemplate(root, name); err != nil {
			return nil, fmt.Errorf("export templates: %w", err)
		}
	}
	if err := rememberTemplates(folder, chosen); err != nil {
		return nil, fmt.Errorf("export templates: %w", err)
	}
	return chosen, nil
}

// chooseTemplates finds the templates that names stand for.
func chooseTemplates(names []string) ([]string, error) {
	var all, folders, chosen []string
	for _, t := range BuiltinTemplates() {
		all = append(all, t.Path)
		for dir := path.Dir(t.Path); dir != "."; dir = path.Dir(dir) {
			folders = append(folders, dir)
		}
	}
	for _, name := range names {
		name = path.Clean(filepath.ToSlash(name))
		before := len(chosen)
		for _, p := range all {
			if p == name || strings.HasPrefix(p, name+"/") || strings.TrimSuffix(p, ".tmpl") == name {
				chosen = append(chosen, p)
			}
		}
		if len(chosen) == before {
			slices.Sort(folders)
			return nil, &UnknownError{"built-in template", name, append(all, slices.Compact(folders)...)}
		}
	}
	slices.Sort(chosen)
	return slices.Compact(chosen), nil
}

// existing returns the files that are there already: the template itself, or the
// plain file that would stand for the same output.
func existing(root *os.Root, names []string) []string {
	var there []string
	for _, name := range names {
		for _, p := range slices.Compact([]string{name, strings.TrimSuffix(name, ".tmpl")}) {
			if _, err := root.Lstat(p); err == nil {
				there = append(there, path.Join(filepath.ToSlash(root.Name()), p))
			}
		}
	}
	return there
}

func exportTemplate(root *os.Root, name string) error {
	content, err := fs.ReadFile(templates.FS(), name)
	if err != nil {
		return err
	}
	if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// exported are the templates that were copied from built-in ones and are still there, as they
// are built in now. wavewright merges them like generated files: the state keeps the text that
// each was copied from.
func (p *Platform) exported(scan *tree.Scan) (tree.Tree, error) {
	files := tree.Tree{}
	for _, file := range scan.Recorded(tree.SourceArchive) {
		if file.Deleted {
			continue // the user went back to the built-in one
		}
		name, layer, _ := strings.Cut(file.ID, "?")
		name = render.Renamed(p.renames.Templates, name)
		content, err := fs.ReadFile(templates.FS(), name)
		if errors.Is(err, fs.ErrNotExist) {
			content = file.Base // not built in any more: it is the user's as it stands
		} else if err != nil {
			return nil, err
		}
		files[file.Path] = tree.File{ID: name + "?" + layer, Archive: tree.SourceArchive, Content: content}
	}
	return files, nil
}

// rememberTemplates notes what exported templates were copied from, when the folder
// belongs to a platform.
func rememberTemplates(folder string, names []string) error {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	dir, err := Find(abs)
	if errors.Is(err, ErrNoSpec) {
		return nil
	}
	if err != nil {
		return err
	}
	below, err := filepath.Rel(dir, abs)
	if err != nil || !filepath.IsLocal(below) {
		return err
	}
	repository, err := tree.Open(dir)
	if err != nil {
		return err
	}
	defer repository.Close()
	var files []tree.Recorded
	for _, name := range names {
		content, err := fs.ReadFile(templates.FS(), name)
		if err != nil {
			return err
		}
		files = append(files, tree.Recorded{Path: filepath.ToSlash(filepath.Join(below, name)), ID: name + "?layer=" + filepath.ToSlash(below), Base: content})
	}
	if err := repository.Remember(tree.SourceArchive, files, build.Read().Version); err != nil {
		return fmt.Errorf("remember what was copied: %w", err)
	}
	return nil
}

// layers is the built-in templates with the user's folder over them.
func (p *Platform) layers(fsys fs.FS) render.Input {
	in := render.Input{Builtin: templates.FS()}
	if p.templates == "" {
		return in
	}
	layer, err := fs.Sub(fsys, p.templates)
	if err != nil {
		panic("templates: a checked path is not valid: " + p.templates)
	}
	in.Layers = []render.Layer{{Name: p.templates, FS: layer}}
	return in
}

// isFolder reports whether there is a folder, to which no link leads from the outside.
func isFolder(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}
