// Package layer lays texts over a file system: a folder as it will be after a command has written,
// or the files of a commit over nothing. Layers are read-only, and any number of goroutines may read.
package layer

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// FS is a file system with texts over it.
type FS struct {
	below fs.FS
	texts map[string][]byte
	// folders hold the names that the texts add to each folder.
	folders map[string]map[string]bool
	// listed are the folders below that were read, each once: most questions are about what is not there.
	listed sync.Map
}

// listing is what a folder below holds.
type listing struct {
	entries []fs.DirEntry
	names   map[string]bool
	err     error
}

// New lays texts over a file system, which may be nil. A text of nil takes the file away.
func New(below fs.FS, texts map[string][]byte) *FS {
	l := &FS{below: below, texts: texts, folders: map[string]map[string]bool{".": {}}}
	for name, text := range texts {
		if text == nil {
			continue
		}
		for name != "." {
			folder := path.Dir(name)
			if l.folders[folder] == nil {
				l.folders[folder] = map[string]bool{}
			}
			l.folders[folder][path.Base(name)] = true
			name = folder
		}
	}
	return l
}

// Open implements [fs.FS].
func (l *FS) Open(name string) (fs.File, error) {
	info, err := l.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		entries, err := l.ReadDir(name)
		return &folder{node: info, entries: entries}, err
	}
	text, err := l.ReadFile(name)
	return &file{info, bytes.NewReader(text)}, err
}

// ReadFile implements [fs.ReadFileFS].
func (l *FS) ReadFile(name string) ([]byte, error) {
	text, laid := l.texts[name]
	switch {
	case text != nil:
		return slices.Clone(text), nil
	case laid || l.below == nil:
		return nil, absent("read", name)
	}
	return fs.ReadFile(l.below, name)
}

// Stat implements [fs.StatFS].
func (l *FS) Stat(name string) (fs.FileInfo, error) {
	text, laid := l.texts[name]
	switch {
	case text != nil:
		return node{path.Base(name), int64(len(text)), 0o444}, nil
	case l.folders[name] != nil:
		return node{path.Base(name), 0, fs.ModeDir | 0o555}, nil
	case laid || l.below == nil || l.lacks(name):
		return nil, absent("stat", name)
	}
	return fs.Stat(l.below, name)
}

// lacks reports whether there is certainly nothing of a name below.
func (l *FS) lacks(name string) bool {
	if name == "." || !fs.ValidPath(name) {
		return false
	}
	in := l.list(path.Dir(name))
	return errors.Is(in.err, fs.ErrNotExist) || in.err == nil && !in.names[path.Base(name)]
}

// list reads a folder below.
func (l *FS) list(name string) *listing {
	if known, ok := l.listed.Load(name); ok {
		return known.(*listing)
	}
	in := &listing{names: map[string]bool{}}
	if in.err = absent("open", name); !l.lacks(name) {
		in.entries, in.err = fs.ReadDir(l.below, name)
	}
	for _, entry := range in.entries {
		in.names[entry.Name()] = true
	}
	l.listed.Store(name, in)
	return in
}

// ReadDir implements [fs.ReadDirFS].
func (l *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	found := map[string]fs.DirEntry{}
	if l.below != nil {
		in := l.list(name)
		if in.err != nil && (l.folders[name] == nil || !errors.Is(in.err, fs.ErrNotExist)) {
			return nil, in.err
		}
		for _, entry := range in.entries {
			if text, laid := l.texts[path.Join(name, entry.Name())]; !laid || text != nil {
				found[entry.Name()] = entry
			}
		}
	} else if l.folders[name] == nil {
		return nil, absent("open", name)
	}
	for base := range l.folders[name] {
		info, err := l.Stat(path.Join(name, base))
		if err != nil {
			return nil, err
		}
		found[base] = fs.FileInfoToDirEntry(info)
	}
	return slices.SortedFunc(maps.Values(found), func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) }), nil
}

func absent(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }

// node is what is known of a file or folder of a layer.
type node struct {
	name string
	size int64
	mode fs.FileMode
}

func (n node) Name() string      { return n.name }
func (n node) Size() int64       { return n.size }
func (n node) Mode() fs.FileMode { return n.mode }
func (node) ModTime() time.Time  { return time.Time{} }
func (n node) IsDir() bool       { return n.mode.IsDir() }
func (node) Sys() any            { return nil }

type file struct {
	info fs.FileInfo
	*bytes.Reader
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (*file) Close() error                 { return nil }

type folder struct {
	node    fs.FileInfo
	entries []fs.DirEntry
}

func (f *folder) Stat() (fs.FileInfo, error) { return f.node, nil }
func (*folder) Close() error                 { return nil }
func (f *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.node.Name(), Err: errors.New("is a folder")}
}

// ReadDir implements [fs.ReadDirFile].
func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(f.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(f.entries) {
		n = len(f.entries)
	}
	head := f.entries[:n]
	f.entries = f.entries[n:]
	return head, nil
}

// Digest is a hash of the names and contents of all files. Those of git are left out. The folders at the top are
// hashed beside one another.
func Digest(files fs.FS) ([]byte, error) {
	top, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	sums, errs := make([][]byte, len(top)), make([]error, len(top))
	var all sync.WaitGroup
	for i, d := range top {
		all.Go(func() { sums[i], errs[i] = digest(files, d.Name()) })
	}
	all.Wait()
	sum := sha256.New()
	for i := range top {
		sum.Write(sums[i])
	}
	return sum.Sum(nil), errors.Join(errs...)
}

// digest is the hash of a file, or of all files of a folder.
func digest(files fs.FS, root string) ([]byte, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case !d.Type().IsRegular():
			fmt.Fprintf(sum, "%s\x00%s\x00", name, d.Type())
			return nil
		}
		text, err := fs.ReadFile(files, name)
		fmt.Fprintf(sum, "%s\x00%d\x00", name, len(text))
		sum.Write(text)
		return err
	})
	return sum.Sum(nil), err
}
