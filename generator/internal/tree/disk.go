package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"sync"
	"syscall"
)

// disk is what is at a path.
type disk struct {
	kind diskKind
	stamp
	data []byte // of a file; shares memory with the rendering or the base when equal
	exec bool
	// leftOut says that a sparse checkout leaves the file out; data is its text in Git.
	leftOut bool
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
	// known reports whether the state knows a path, or something below it.
	known func(path string) bool
	// listing returns the names in a folder that the state does not know as they are once names
	// have changed places.
	listing func(folder string, names []string) []string

	mu        sync.Mutex
	obstacles map[string]string   // folder that cannot be entered → why
	spelled   map[string]string   // path that is on disk in other letters → what to do
	listed    map[string][]string // folder of which all names were read → those that the state does not know
	leftovers []Change
}

// remember records the names in a folder that the state does not know, and finds the temporary
// files among them.
func (s *scanner) remember(root *os.Root, f *folder[*record], names []string) error {
	s.mu.Lock()
	s.listed[f.path] = s.listing(f.path, names)
	s.mu.Unlock()
	var errs []error
	for _, name := range names {
		if isTemp(name) {
			errs = append(errs, s.temporary(root, join2(f.path, name)))
		}
	}
	return errors.Join(errs...)
}

// scan reads what is on disk at the paths of records.
func (s *scanner) scan(root *os.Root, records []*record) error {
	w := walker[*record]{enter: s.enter, visit: s.visit, spare: make(chan struct{}, parallel())}
	return w.run(root, plant(records, (*record).place))
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

// obstruct hides what is below a folder.
func (s *scanner) obstruct(f *folder[*record], reason string) {
	f.all(func(r *record) { r.disk = disk{kind: hidden} })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.obstacles[f.path] = reason
}

// obstacle returns the folder that hides a path, and why it cannot be entered.
func (s *scanner) obstacle(path string) (folder, reason string) {
	for folder = parent(path); folder != ""; folder = parent(folder) {
		if reason = s.obstacles[folder]; reason != "" {
			break
		}
	}
	return folder, reason
}

// misspell hides a file that is on disk in other letters.
func (s *scanner) misspell(r *record, reason string) {
	r.disk = disk{kind: hidden}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spelled[r.path] = reason
}

// visit reads the files of one folder.
func (s *scanner) visit(root *os.Root, f *folder[*record]) error {
	entries, err := list(root)
	if err != nil {
		return fmt.Errorf("read %s: %w", f.label(), err)
	}
	present, err := s.match(root, f, entries)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range f.items {
		entry := present[base(r.place())]
		if r.disk.kind != absent || entry == nil {
			continue
		}
		if r.disk, err = r.read(root, entry); err != nil {
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

// match finds what f needs among the entries of its folder. Another spelling of a name that
// is not there is refused, on every system: it would be the same file on some.
func (s *scanner) match(root *os.Root, f *folder[*record], entries []fs.DirEntry) (present map[string]fs.DirEntry, err error) {
	present = make(map[string]fs.DirEntry, len(f.items)+len(f.sub))
	for _, r := range f.items {
		present[base(r.place())] = nil
	}
	for _, sub := range f.sub {
		present[sub.name] = nil
	}
	var strange []string
	for _, entry := range entries {
		if _, needed := present[entry.Name()]; needed {
			present[entry.Name()] = entry
		} else if !s.known(join2(f.path, entry.Name())) {
			strange = append(strange, entry.Name())
		}
	}
	err = s.remember(root, f, strange)
	if len(strange) > 0 {
		s.matchFolded(f, strange, present)
	}
	return present, err
}

// matchFolded refuses names on disk that differ only in letter case from wanted ones.
// Where both are on disk, the system tells them apart.
func (s *scanner) matchFolded(f *folder[*record], strange []string, present map[string]fs.DirEntry) {
	folded := make(map[string]string, len(present))
	for name := range present {
		folded[fold(name)] = name
	}
	slices.Sort(strange)
	for _, name := range strange {
		wanted, ok := folded[fold(name)]
		if !ok || present[wanted] != nil {
			continue
		}
		reason := fmt.Sprintf("%s is on disk and differs only in letter case; rename it by hand (git mv) or remove it", join2(f.path, name))
		for _, r := range f.items {
			if base(r.place()) == wanted && r.disk.kind == absent {
				s.misspell(r, reason)
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

// leftover records a temporary file of a run that was killed.
func (s *scanner) leftover(path string, info fs.FileInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.leftovers, func(c Change) bool { return c.Path == path }) {
		return // its folder was read before
	}
	s.leftovers = append(s.leftovers, Change{
		Path: path, State: StateLeftover, Action: ActionDelete, seen: stampOf(info),
		Reason: "a temporary file of a run that was interrupted",
	})
}

// unpolled spares the system calls with which package os finds out whether a file can be polled,
// and keeps the opening of a pipe that has just taken a file's place from waiting for a writer.
const unpolled = syscall.O_NONBLOCK

// list returns what is in a folder, in no particular order.
func list(root *os.Root) ([]fs.DirEntry, error) {
	folder, err := root.OpenFile(".", os.O_RDONLY|unpolled, 0)
	if err != nil {
		return nil, cause(err)
	}
	defer folder.Close()
	entries, err := folder.ReadDir(-1)
	return entries, cause(err)
}

// read reads what is at a record's path, in the folder root whose list has the entry.
func (r *record) read(root *os.Root, entry fs.DirEntry) (disk, error) {
	info, err := entry.Info()
	if err != nil {
		return disk{}, cause(err)
	}
	if !info.Mode().IsRegular() {
		return disk{kind: obstructed, stamp: stampOf(info)}, nil
	}
	data, err := readRegular(root, info)
	return disk{kind: regular, stamp: stampOf(info), data: r.share(data), exec: r.executable(info)}, err
}

// readRegular returns the text of a regular file as large as its entry says: what is written to it
// since changes its stamp.
func readRegular(root *os.Root, info fs.FileInfo) ([]byte, error) {
	file, err := root.OpenFile(info.Name(), os.O_RDONLY|unpolled, 0)
	if err != nil {
		return nil, cause(err)
	}
	defer file.Close()
	data := make([]byte, info.Size())
	n, err := io.ReadFull(file, data)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return data[:n], cause(err)
}

// share returns memory that is there already and equal to data, or else data.
func (r *record) share(data []byte) []byte {
	switch {
	case r.want != nil && bytes.Equal(data, r.want.Content):
		return r.want.Content
	case r.entry != nil && bytes.Equal(data, r.entry.base):
		return r.entry.base
	}
	return data
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
