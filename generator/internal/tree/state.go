package tree

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// archive is a state archive as it is on disk.
type archive struct {
	name     string
	seen     stamp // as it was found on disk
	entries  []entry
	outdated int  // the number of its format on disk, when that is an older one
	again    bool // the run itself has written it before
}

// archiveFile is an archive that was found and not read yet.
type archiveFile struct {
	folder *os.Root
	name   string // of the archive
	base   string // of the file
}

// readState reads all archives, sorted by name.
func (r *Repository) readState(f format, leftovers *scanner) ([]*archive, error) {
	s := stateReader{format: f, leftovers: leftovers}
	defer s.close()
	top, err := r.stateRoot()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := s.find(top, ""); err != nil {
		return nil, err
	}
	return s.read()
}

// stateRoot opens the state's folder.
func (r *Repository) stateRoot() (*os.Root, error) {
	root := r.root
	for name := range strings.SplitSeq(stateFolder, "/") {
		next, err := enter(root, name)
		if root != r.root {
			root.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", stateFolder, err)
		}
		root = next
	}
	return root, nil
}

type stateReader struct {
	format    format
	leftovers *scanner
	opened    []*os.Root
	files     []archiveFile
}

func (s *stateReader) close() {
	for _, folder := range s.opened {
		folder.Close()
	}
}

// find collects the archives of a folder and of those below it. prefix is the
// folder's part of archive names. Files with another ending are none of ours.
func (s *stateReader) find(root *os.Root, prefix string) error {
	s.opened = append(s.opened, root)
	entries, err := list(root)
	if err != nil {
		return fmt.Errorf("read %s: %w", stateFolder+"/"+prefix, err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if stem, ok := strings.CutSuffix(name, archiveEnding); ok {
			s.files = append(s.files, archiveFile{folder: root, base: name, name: prefix + stem})
			continue
		}
		if err := s.other(root, prefix, name); err != nil {
			return err
		}
	}
	return nil
}

// other looks at what is no archive: a folder, a temporary file, or somebody's file,
// which is left alone. A link is an error: behind it, the state would seem empty.
func (s *stateReader) other(root *os.Root, prefix, name string) error {
	path := stateFolder + "/" + prefix + name
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		return fmt.Errorf("read %s: %w", path, cause(err))
	case info.Mode().IsRegular() && isTemp(name):
		s.leftovers.leftover(path, info)
		return nil
	case info.Mode().IsRegular():
		return nil
	}
	sub, err := enter(root, name)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	return s.find(sub, prefix+name+"/")
}

// read reads the archives side by side and returns them sorted by name.
func (s *stateReader) read() ([]*archive, error) {
	archives := make([]*archive, len(s.files))
	errs := make([]error, len(s.files))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(parallel(), len(s.files)) {
		group.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(s.files); i = next.Add(1) - 1 {
				archives[i], errs[i] = s.archive(&s.files[i])
			}
		})
	}
	group.Wait()
	if err := joinSorted(errs); err != nil {
		return nil, err
	}
	sortArchives(archives)
	return archives, nil
}

// archive reads one archive.
func (s *stateReader) archive(f *archiveFile) (*archive, error) {
	path := archivePath(f.name)
	if reason := archiveProblem(f.name); reason != "" {
		return nil, fmt.Errorf("%s: the name %s", path, reason)
	}
	info, err := f.folder.Lstat(f.base)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: %s is in the place of a state archive", path, kindOf(info.Mode()))
	}
	src, err := readRegular(f.folder, info)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	a := &archive{name: f.name, seen: stampOf(info)}
	a.entries, a.outdated, err = s.format.decode(path, withoutCRLF(src))
	if err != nil && f.name == journalName && !errors.Is(err, ErrNewer) {
		err = fmt.Errorf("%w; or delete it: it is only about a run that was interrupted", err)
	}
	return a, err
}

// withoutCRLF undoes a checkout with CRLF line ends. An archive itself never holds a
// carriage return, so nothing is lost.
func withoutCRLF(src []byte) []byte {
	line, _, _ := bytes.Cut(src, []byte("\n"))
	if !bytes.HasSuffix(line, []byte("\r")) {
		return src
	}
	return bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
}

// readArchive reads one archive; without entries when there is none.
func (r *Repository) readArchive(name, version string) (*archive, error) {
	top, err := r.stateRoot()
	if errors.Is(err, fs.ErrNotExist) {
		return &archive{name: name}, nil
	}
	if err != nil {
		return nil, err
	}
	defer top.Close()
	s := stateReader{format: r.format(version)}
	a, err := s.archive(&archiveFile{folder: top, name: name, base: name + archiveEnding})
	if errors.Is(err, fs.ErrNotExist) {
		return &archive{name: name}, nil
	}
	return a, err
}

// Remember enters files into an archive of the state as if they had been written by a
// run: later renderings are merged into them. The files themselves are the caller's
// to write.
func (r *Repository) Remember(name string, files []Recorded, version string) error {
	unlock, err := r.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	before, err := r.readArchive(name, version)
	if err != nil {
		return err
	}
	final := slices.Clone(before.entries)
	for _, f := range files {
		final = slices.DeleteFunc(final, func(e entry) bool { return e.path == f.Path })
		final = append(final, entry{path: f.Path, id: f.ID, state: managed, base: f.Base})
	}
	slices.SortFunc(final, func(a, b entry) int { return cmp.Compare(a.path, b.path) })
	change := archiveChange{name: name, old: before.entries, final: final, seen: before.seen}
	return r.Apply(&Plan{repository: r, format: r.format(version), archives: []archiveChange{change}})
}
