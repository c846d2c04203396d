package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/render"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/templates"
)

// A template that the user has exported is merged with the built-in one of later
// versions as generated files are with new renderings: the state keeps the text that it
// was copied from.

// exported adds the templates that were copied from built-in ones, as they are built in
// now, to the tree.
func (r *Result) exported(fsys fs.FS, rendered tree.Tree, moved map[string]string) error {
	repository, err := tree.Open(r.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // init renders before there is a folder
	}
	if err != nil {
		return err
	}
	defer repository.Close()
	recorded, err := repository.Recorded(tree.SourceArchive, ReadBuild().Version)
	if err != nil {
		return err
	}
	for _, file := range recorded {
		if _, err := fs.Stat(fsys, file.Path); err != nil {
			continue // the user went back to the built-in one
		}
		name, layer, _ := strings.Cut(file.ID, "?")
		name = render.Renamed(moved, name)
		content, err := fs.ReadFile(templates.FS(), name)
		if errors.Is(err, fs.ErrNotExist) {
			content = file.Base // not built in any more: it is the user's as it stands
		} else if err != nil {
			return err
		}
		rendered[file.Path] = tree.File{ID: name + "?" + layer, Archive: tree.SourceArchive, Content: content}
	}
	return nil
}

// upgraded are the texts that user templates get by a plan, by path.
func (r *Result) upgraded(plan *tree.Plan) map[string][]byte {
	var texts map[string][]byte
	for _, c := range plan.Changes() {
		if c.Action != tree.ActionUpdate || c.State == tree.StateMarked || r.tree[c.Path].Archive != tree.SourceArchive {
			continue
		}
		if texts == nil {
			texts = map[string][]byte{}
			maps.Copy(texts, r.replaced)
		}
		texts[c.Path] = c.New
	}
	return texts
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
	if err := repository.Remember(tree.SourceArchive, files, ReadBuild().Version); err != nil {
		return fmt.Errorf("remember what was copied: %w", err)
	}
	return nil
}
