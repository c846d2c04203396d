package generator

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
)

// folder is where a spec is read from.
type folder struct {
	dir string
	// disk has what is in the folder when that is not there yet, else nil.
	disk fs.FS
	// replaced has texts that are about to be written, by path.
	replaced map[string][]byte
	// steps are the migrations of specs; tests have others than this version.
	steps []schema.Migration
}

// with is the folder with more texts that are about to be written.
func (in folder) with(texts map[string][]byte) folder {
	replaced := map[string][]byte{}
	maps.Copy(replaced, in.replaced)
	maps.Copy(replaced, texts)
	in.replaced = replaced
	return in
}

// read calls a step with the folder as it is going to be.
func (in folder) read(step func(fs.FS) error) error {
	if in.disk != nil {
		return step(withTexts(in.disk, in.replaced))
	}
	root, err := os.OpenRoot(in.dir)
	if err != nil {
		return fmt.Errorf("open %s: %w", in.dir, err)
	}
	defer root.Close()
	return step(withTexts(plainFS{root.FS()}, in.replaced))
}

// plainFS reads nothing but files and folders: to open a named pipe would wait for ever.
type plainFS struct{ fs.FS }

// Open implements [fs.FS].
func (p plainFS) Open(name string) (fs.File, error) {
	if info, err := p.Stat(name); err != nil || !info.IsDir() && !info.Mode().IsRegular() {
		return nil, cmp.Or(err, odd(name))
	}
	return p.FS.Open(name)
}

// ReadFile implements [fs.ReadFileFS].
func (p plainFS) ReadFile(name string) ([]byte, error) {
	if info, err := p.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, cmp.Or(err, odd(name))
	}
	return fs.ReadFile(p.FS, name)
}

// Stat implements [fs.StatFS], which opens nothing. It says of links where they may not lead.
func (p plainFS) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(p.FS, name)
	switch {
	case err == nil:
		return info, nil
	case strings.HasSuffix(err.Error(), "path escapes from parent"):
		return nil, fmt.Errorf("%s leads out of the folder of %s through a symbolic link: put the file itself there", name, schema.FileName)
	case errors.Is(err, fs.ErrNotExist):
		if link, _ := fs.Lstat(p.FS, name); link != nil && link.Mode()&fs.ModeSymlink != 0 {
			return nil, fmt.Errorf("%s is a symbolic link that leads to no file: %w", name, fs.ErrNotExist)
		}
	}
	return nil, err
}

// ReadDir implements [fs.ReadDirFS].
func (p plainFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(p.FS, name) }

// ReadLink implements [fs.ReadLinkFS].
func (p plainFS) ReadLink(name string) (string, error) { return fs.ReadLink(p.FS, name) }

// Lstat implements [fs.ReadLinkFS].
func (p plainFS) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(p.FS, name) }

// odd is the error of what is no file.
func odd(name string) error {
	return fmt.Errorf("%s is no file, but a folder, a named pipe, a socket or a device: put a file in its place", name)
}

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
