package generator

import (
	"io/fs"
	"slices"
)

// overlayFS is a file system in which some files have another text, or exist although
// they do not: the folder as it will be after a command has written.
type overlayFS struct {
	fs.FS
	texts map[string][]byte
}

// withTexts lays texts over a file system; without any it is the file system itself.
func withTexts(fsys fs.FS, texts map[string][]byte) fs.FS {
	if len(texts) == 0 {
		return fsys
	}
	return overlayFS{fsys, texts}
}

// ReadFile implements [fs.ReadFileFS]. Files are read in no other way.
func (t overlayFS) ReadFile(name string) ([]byte, error) {
	if text, ok := t.texts[name]; ok {
		return slices.Clone(text), nil
	}
	return fs.ReadFile(t.FS, name)
}

// Stat implements [fs.StatFS], which spares opening each folder that is looked for.
func (t overlayFS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(t.FS, name) }

// noFiles is a folder that does not exist yet.
type noFiles struct{}

// Open implements [fs.FS].
func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
