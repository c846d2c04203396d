package kustomize

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// Files is a read-only file system for kustomize over the files of a repository. Each file is
// read once, whatever number of builds needs it. Nothing outside the repository can be named:
// the fs.FS decides about links, and a kustomization that names anything else is refused
// before kustomize would fetch it.
type Files struct {
	source fs.FS
	// Elsewhere leads a name in the kustomization of a folder, which is none of a file of the repository, to the
	// path at which the source has it: relative to the folder, and empty for a name that is to be taken as it is.
	// Without the function, and with an error, the kustomization is refused.
	Elsewhere func(folder, name string) (string, error)

	lock  sync.Mutex
	files map[string]*file
	// known are what is known of paths: most builds look for the same ones.
	known sync.Map
}

// found is what a file system says of a path.
type found struct {
	info fs.FileInfo
	err  error
}

func (f *Files) stat(name string) (fs.FileInfo, error) {
	if known, ok := f.known.Load(name); ok {
		return known.(found).info, known.(found).err
	}
	info, err := fs.Stat(f.source, name)
	f.known.Store(name, found{info, err})
	return info, err
}

// file is a file that was read.
type file struct {
	once sync.Once
	text []byte
	err  error
	// inspected says that refused and schema are known.
	inspected sync.Once
	// refused says why kustomize may not read it: it is a kustomization that names what is
	// not in the repository.
	refused error
	// moved are where names lead that are none of files of the repository, and rewritten is the kustomization
	// with these names; nil when it has none.
	moved     map[string]string
	rewritten []byte
	// schema says that it is a kustomization with a schema of its own.
	schema bool
	// holds are the objects of the file, or those that the kustomization generates.
	indexed sync.Once
	holds   []held
	// resources are the paths that the kustomization takes objects from, in order.
	resources []string
	// prefix and suffix are what it adds to names.
	prefix, suffix string
	hashed         sync.Once
	hash           string
}

// NewFiles makes the file system of a repository.
func NewFiles(source fs.FS) *Files { return &Files{source: source, files: map[string]*file{}} }

// Text returns the content of a file by its path from the root of the repository.
func (f *Files) Text(name string) ([]byte, error) {
	read := f.file(name)
	return read.text, read.err
}

// Hash is the hash of the content of a file; empty when it cannot be read.
func (f *Files) Hash(name string) string {
	read := f.file(name)
	if read.err != nil {
		return ""
	}
	read.hashed.Do(func() {
		sum := sha256.Sum256(read.text)
		read.hash = string(sum[:])
	})
	return read.hash
}

func (f *Files) file(name string) *file {
	f.lock.Lock()
	known := f.files[name]
	if known == nil {
		known = &file{}
		f.files[name] = known
	}
	f.lock.Unlock()
	known.once.Do(func() {
		known.text, known.err = read(f.source, name)
	})
	return known
}

// input is a file that a build reads.
func (f *Files) input(name string) *file {
	read := f.file(name)
	read.inspected.Do(func() {
		if read.err == nil && isKustomization(name) {
			f.inspect(path.Dir(name), read)
		}
	})
	return read
}

// ErrTooLarge says that a file is larger than any manifest may be.
var ErrTooLarge = fmt.Errorf("the file is larger than %d MB", largest>>20)

// largest is the size up to which a file is read. Argo CD itself takes 10 MB for all manifests
// of an Application together.
const largest = 10 << 20

// read returns the content of a regular file. Anything else could keep the reader waiting for ever.
func read(source fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(source, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	case info.Size() > largest:
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	return fs.ReadFile(source, name)
}

// inspect notes whether a kustomization has a schema of its own, where names lead that are none of the repository,
// and why it is refused when they lead nowhere. What is no YAML is left to kustomize's own message.
func (f *Files) inspect(folder string, read *file) {
	var fields map[string]any
	if yaml.Unmarshal(read.text, &fields) != nil {
		return // kustomize says what is wrong.
	}
	for _, name := range Named(fields) {
		if strings.Contains(name, "\n") {
			continue // an object in place
		}
		to, err := f.lead(folder, name)
		if err != nil {
			read.refused = err
			return
		}
		if to != "" {
			if read.moved == nil {
				read.moved = map[string]string{}
			}
			read.moved[name] = to
		}
	}
	read.schema = fields["openapi"] != nil
	if read.moved != nil {
		read.rewritten, read.refused = renamed(read.text, read.moved)
	}
}

// lead is where a name leads that is none of a file of the repository; empty for one that is.
func (f *Files) lead(folder, name string) (string, error) {
	if f.Elsewhere != nil {
		to, err := f.Elsewhere(folder, name)
		if err != nil {
			return "", &OutsideError{folder, name, err}
		}
		if to != "" {
			return to, nil
		}
	}
	at := path.Join(folder, name)
	if strings.Contains(name, "://") || path.IsAbs(name) || !fs.ValidPath(at) {
		return "", &OutsideError{Folder: folder, Name: name}
	}
	if _, err := f.stat(at); err != nil {
		return "", &OutsideError{Folder: folder, Name: name}
	}
	return "", nil
}

// Rewritten is the kustomization in a file with the paths of what it names elsewhere; nil for one that names
// nothing elsewhere.
func (f *Files) Rewritten(name string) ([]byte, error) {
	read := f.input(name)
	return read.rewritten, read.refused
}

// view is what one build reads.
type view struct {
	*Files
	// top is the folder that is built.
	top string
	// alone says that no other build runs, so that a schema may be set.
	alone bool
	// schema says that a kustomization has a schema, and moved that one names what is elsewhere.
	schema, moved bool
	// outside is what a kustomization names elsewhere that could not be had. Kustomize does not pass such an error on.
	outside *OutsideError
	// read are the paths that were read or looked for; the value says whether they exist.
	read map[string]bool
}

// errSchema ends a build that has to run alone.
var errSchema = errors.New("a kustomization sets openapi, which is global in kustomize")

// errReadOnly is the answer to anything that writes.
var errReadOnly = errors.New("the files of the repository are read-only")

// local is the path from the root of the repository.
func local(name string) string {
	name = strings.TrimPrefix(path.Clean(filepath.ToSlash(name)), "/")
	if name == "" {
		return "."
	}
	return name
}

// ReadFile returns the content of a file.
func (v *view) ReadFile(name string) ([]byte, error) {
	name = local(name)
	read := v.input(name)
	v.read[name] = read.err == nil
	switch {
	case read.err != nil:
		return nil, read.err
	case read.refused != nil:
		if outside, is := errors.AsType[*OutsideError](read.refused); is && outside.Why != nil && v.outside == nil {
			v.outside = outside
		}
		return nil, read.refused
	case read.schema && !v.alone:
		v.schema = true
		return nil, errSchema
	}
	if read.rewritten != nil {
		v.moved = true
		return read.rewritten, nil
	}
	return read.text, nil
}

func (v *view) stat(name string) (fs.FileInfo, error) {
	name = local(name)
	info, err := v.Files.stat(name)
	v.read[name] = err == nil
	return info, err
}

// Exists reports whether there is a file or folder.
func (v *view) Exists(name string) bool {
	_, err := v.stat(name)
	return err == nil
}

// IsDir reports whether there is a folder.
func (v *view) IsDir(name string) bool {
	info, err := v.stat(name)
	return err == nil && info.IsDir()
}

// ReadDir returns the names in a folder.
func (v *view) ReadDir(name string) ([]string, error) {
	entries, err := fs.ReadDir(v.source, local(name))
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names, err
}

// CleanedAbs splits a path into a folder and, unless it is one, a file.
func (v *view) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	info, err := v.stat(name)
	if err != nil {
		return "", "", fmt.Errorf("'%s' doesn't exist", local(name))
	}
	whole := path.Join(root, local(name))
	if info.IsDir() {
		return filesys.ConfirmedDir(filepath.FromSlash(whole)), "", nil
	}
	return filesys.ConfirmedDir(filepath.FromSlash(path.Dir(whole))), path.Base(whole), nil
}

// Glob returns the files that fit a pattern.
func (v *view) Glob(pattern string) ([]string, error) {
	names, err := fs.Glob(v.source, local(pattern))
	for i := range names {
		names[i] = root + names[i]
	}
	return names, err
}

// Walk visits the files below a folder.
func (v *view) Walk(folder string, visit filepath.WalkFunc) error {
	return fs.WalkDir(v.source, local(folder), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return visit(root+name, nil, err)
		}
		info, err := entry.Info()
		return visit(root+name, info, err)
	})
}

// Open is not needed to build.
func (*view) Open(string) (filesys.File, error) { return nil, errReadOnly }

// Create refuses.
func (*view) Create(string) (filesys.File, error) { return nil, errReadOnly }

// Mkdir refuses.
func (*view) Mkdir(string) error { return errReadOnly }

// MkdirAll refuses.
func (*view) MkdirAll(string) error { return errReadOnly }

// RemoveAll refuses.
func (*view) RemoveAll(string) error { return errReadOnly }

// WriteFile refuses.
func (*view) WriteFile(string, []byte) error { return errReadOnly }
