package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"sync"
)

// disk is what is at a path.
type disk struct {
	kind diskKind
	info fs.FileInfo // nil when nothing is there, and when a glance was enough
	data []byte      // of a file; shares memory with the rendering or the base when equal
	exec bool
}

type diskKind uint8

const (
	absent diskKind = iota
	regular
	// obstructed is something that is no file, or another spelling of the name.
	obstructed
	// hidden is a path below an obstructed folder; nothing is known about it.
	hidden
)

// scanner reads the disk into records.
type scanner struct {
	mu        sync.Mutex
	refused   []Change // obstructed folders and files
	leftovers []Change
}

// scan reads what is on disk at the paths of records. After a run that was interrupted
// a glance is not enough.
func (s *scanner) scan(root *os.Root, records []*record, interrupted bool) error {
	rest := records
	if !interrupted {
		rest = glance(root, records)
	}
	if len(rest) == 0 {
		return nil
	}
	w := walker[*record]{
		enter: s.enter,
		visit: s.visit,
		spare: make(chan struct{}, parallel()),
	}
	return w.run(root, plant(rest, func(r *record) string { return r.path }))
}

// enter opens a folder; when that is impossible, what lies below it is hidden.
func (s *scanner) enter(parent *os.Root, f *folder[*record]) (*os.Root, error) {
	root, err := enter(parent, f.name)
	var inTheWay obstruction
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.As(err, &inTheWay):
		s.obstruct(f, err.Error()+"; it is never followed or replaced: remove it, or stop generating what lies below it")
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", f.path, err)
	}
	return root, nil
}

// obstruct hides what is wanted below a folder and refuses it once. When nothing is
// wanted there, the files of ours that were there are simply gone.
func (s *scanner) obstruct(f *folder[*record], reason string) {
	wanted := false
	f.all(func(r *record) {
		if r.want != nil {
			r.disk, wanted = disk{kind: hidden}, true
		}
	})
	if wanted {
		s.refuse(Change{Path: f.path, State: StateObstructed, Action: ActionNone, Reason: reason})
	}
}

func (s *scanner) refuse(c Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = append(s.refused, c)
}

// visit reads the files of one folder.
func (s *scanner) visit(root *os.Root, f *folder[*record], buffer *[]byte) error {
	l, err := list(root)
	if err != nil {
		return fmt.Errorf("read %s: %w", f.label(), err)
	}
	defer l.close()
	present, err := s.match(root, f, l.names)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range f.items {
		if r.disk.kind != absent || !present[base(r.path)] {
			continue
		}
		if r.disk, err = l.disk(r, buffer); err != nil {
			errs = append(errs, fmt.Errorf("read %s: %w", r.path, err))
		}
	}
	return errors.Join(errs...)
}

func (f *folder[T]) label() string {
	if f.path == "" {
		return "the repository's folder"
	}
	return f.path
}

// match finds the names that f needs among those on disk. Another spelling of one that
// is not there is refused, on every system: it would be the same file on some.
func (s *scanner) match(root *os.Root, f *folder[*record], names []string) (present map[string]bool, err error) {
	present = make(map[string]bool, len(f.items)+len(f.sub))
	for _, r := range f.items {
		present[base(r.path)] = false
	}
	for _, sub := range f.sub {
		present[sub.name] = false
	}
	for _, name := range names {
		if _, needed := present[name]; needed {
			present[name] = true
		}
		if isTemp(name) {
			err = errors.Join(err, s.temporary(root, join2(f.path, name)))
		}
	}
	s.matchFolded(f, names, present)
	return present, err
}

// matchFolded refuses names on disk that differ only in letter case from wanted ones.
// Where both are on disk, the system tells them apart.
func (s *scanner) matchFolded(f *folder[*record], names []string, present map[string]bool) {
	folded := make(map[string]string, len(present))
	for name := range present {
		folded[fold(name)] = name
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		wanted, ok := folded[fold(name)]
		if _, exact := present[name]; exact || !ok || present[wanted] {
			continue
		}
		reason := fmt.Sprintf("%s is on disk and differs only in letter case; rename it by hand (git mv) or remove it", join2(f.path, name))
		for _, r := range f.items {
			if r.want != nil && base(r.path) == wanted && r.disk.kind == absent {
				r.disk.kind = hidden
				s.refuse(Change{Path: r.path, ID: r.want.ID, State: StateForeign, Action: ActionNone, Reason: reason})
			}
		}
		for _, sub := range f.sub {
			if sub.name == wanted {
				s.obstruct(sub, reason)
			}
		}
	}
}

func join2(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// temporary looks at a name that only temporary files of Apply have.
func (s *scanner) temporary(root *os.Root, path string) error {
	info, err := root.Lstat(base(path))
	if err != nil {
		return fmt.Errorf("read %s: %w", path, cause(err))
	}
	if info.Mode().IsRegular() {
		s.leftover(path, info)
	}
	return nil
}

// leftover notes a temporary file of a run that was killed.
func (s *scanner) leftover(path string, info fs.FileInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leftovers = append(s.leftovers, Change{
		Path: path, State: StateLeftover, Action: ActionDelete, seen: info,
		Reason: "a temporary file of a run that was interrupted",
	})
}

// disk reads what is at a record's path.
func (l *listing) disk(r *record, buffer *[]byte) (disk, error) {
	name := base(r.path)
	info, err := l.root.Lstat(name)
	if err != nil {
		return disk{}, cause(err)
	}
	d := disk{kind: obstructed, info: info}
	if !info.Mode().IsRegular() {
		return d, nil
	}
	data, err := l.read(buffer, name, info.Size())
	if err != nil {
		return disk{}, err
	}
	d.kind, d.data, d.exec = regular, r.share(data), r.executable(info)
	return d, nil
}

// share returns data as memory that is there already, or a copy of it: data is in a
// buffer that is used again.
func (r *record) share(data []byte) []byte {
	switch {
	case r.want != nil && bytes.Equal(data, r.want.Content):
		return r.want.Content
	case r.entry != nil && bytes.Equal(data, r.entry.base):
		return r.entry.base
	}
	return append([]byte{}, data...)
}

// executable returns the owner's execute bit, as git does; where there is none, that
// which the state or the rendering has.
func (r *record) executable(info fs.FileInfo) bool {
	if runtime.GOOS != "windows" {
		return info.Mode()&0o100 != 0
	}
	if r.entry != nil {
		return r.entry.exec
	}
	return r.want != nil && r.want.Executable
}
