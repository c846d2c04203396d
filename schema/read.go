package schema

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Files are the texts of a spec: the file with the apiVersion and those that it includes.
type Files struct {
	// Sources has the bytes of all files, for the printer.
	Sources diag.Sources

	fsys  fs.FS
	name  string           // of the file with the apiVersion
	trees []*yamltree.Node // that of this file, then those of the included ones by name; nil for what is not YAML
	list  diag.List
}

// Read reads the spec called name and everything it includes from fsys. An error is returned
// when a file cannot be read for a reason other than the user's text, which Load reports.
func Read(fsys fs.FS, name string) (*Files, error) {
	f := &Files{Sources: diag.Sources{}, fsys: fsys, name: name}
	if err := f.parse(name); err != nil {
		return nil, err
	}
	included, err := f.includes()
	if err != nil {
		return nil, err
	}
	for _, file := range included {
		if err := f.parse(file); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// root is the tree of the file with the apiVersion.
func (f *Files) root() *yamltree.Node { return f.trees[0] }

// parse reads one file and lists its faults. The tree holds the readable rest of the text,
// so that the same run reports faults of the content, or is nil.
func (f *Files) parse(name string) error {
	src, err := fs.ReadFile(f.fsys, name)
	if err != nil {
		return err
	}
	f.Sources[name] = src
	node, faults := yamltree.Parse(name, src)
	f.list = append(f.list, faults...)
	f.trees = append(f.trees, node)
	return nil
}

// includes expands the include patterns, each file once, in sorted order. Load reports what is
// no text among them.
func (f *Files) includes() ([]string, error) {
	include := f.root().Get("include")
	if include == nil || f.root().Faulty || include.Faulty {
		return nil, nil
	}
	var files []string
	for _, pattern := range include.Items {
		if pattern.Kind != yamltree.String || pattern.Faulty {
			continue
		}
		matches, err := f.glob(pattern.Range, pattern.Text)
		if err != nil {
			return nil, err
		}
		files = append(files, matches...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// glob returns the files that a pattern matches; folders do not count.
func (f *Files) glob(at diag.Range, pattern string) ([]string, error) {
	matches, err := fs.Glob(f.fsys, path.Join(path.Dir(f.name), pattern))
	if errors.Is(err, path.ErrBadPattern) || !fs.ValidPath(pattern) {
		f.list.Error(at, "include/pattern", "a pattern must stay below the folder of the spec").Hint =
			"Write a relative path without .., such as teams/*.yaml."
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	matches, err = f.filesOnly(matches)
	if err != nil {
		return nil, err
	}
	if len(matches) == 0 {
		f.noMatch(at, pattern)
	}
	if i := slices.Index(matches, f.name); i >= 0 {
		f.list.Error(at, "include/pattern", "this pattern matches the spec itself").Hint =
			"Keep the teams' files in a folder of their own, and write teams/*.yaml."
		matches = slices.Delete(matches, i, i+1)
	}
	return matches, nil
}

func (f *Files) filesOnly(matches []string) ([]string, error) {
	var files []string
	for _, name := range matches {
		info, err := fs.Stat(f.fsys, name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, name)
		}
	}
	return files, nil
}

func (f *Files) noMatch(at diag.Range, pattern string) {
	d := f.list.Error(at, "include/empty", "this pattern matches no file")
	d.Hint = "Create the file or take the pattern out."
	if strings.Contains(pattern, "**") {
		d.Detail = "A star matches names within one folder, and ** matches no more than * does."
		d.Hint = "Write one pattern for each depth, for example teams/*.yaml and teams/*/*.yaml."
	}
}
