package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/render"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/templates"
)

// A template that the user has exported is merged with the built-in one of later
// versions as generated files are with new renderings: the state keeps the text that it
// was copied from.

// exported are the templates that were copied from built-in ones and are still there, as
// they are built in now.
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
