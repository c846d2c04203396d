package tree

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
)

// Version is one side's version of a file in a Git merge; nil when that side has no
// such file.
type Version struct {
	Content    []byte
	Executable bool
	// Special says that it is no file, but a symbolic link or a submodule, which has no content.
	Special bool
}

// Unmerged is a path that Git could not merge, with the three versions that it
// keeps in its index.
type Unmerged struct {
	Path               string
	Base, Ours, Theirs *Version
	// Absent says that Git itself left no file there: nobody took it away.
	Absent bool
}

// AddedByOne reports whether only one side has a file there, and the other side neither changed nor
// deleted it.
func (u Unmerged) AddedByOne() bool {
	one := cmp.Or(u.Ours, u.Theirs)
	return u.Base == nil && (u.Ours == nil) != (u.Theirs == nil) && !one.Special
}

// Commit is one side of a Git merge as a whole.
type Commit struct {
	// Archives of the state, by path.
	Archives map[string][]byte
	// Read returns the files at some paths; those that the commit does not have are missing.
	Read func(paths []string) (map[string]*Version, error)
}

// MergeInput is what Remerge decides about.
type MergeInput struct {
	Unmerged []Unmerged
	// Ours and Theirs are the commits that are merged, and Base is what both are compared with; nil
	// when Git does not know them any more. What Git has in its index then stands for them.
	Base, Ours, Theirs *Commit
	// Astray are unmerged paths at which Git merged files that the sides have elsewhere.
	Astray map[string]bool
	// Settled are paths that a person has resolved, and has told Git.
	Settled map[string]bool
	// Merge merges three texts line by line, as Git did.
	Merge func(base, ours, theirs []byte) ([]byte, error)
	// Version of wavewright.
	Version string
}

// Resolution says how generated files and the state come out of a Git merge.
type Resolution struct {
	// Files to write by path; nil means that the file is deleted.
	Files map[string]*Version
	// Left are paths that a person has to resolve, sorted: files that are not
	// generated, and generated files that both sides edited by hand.
	Left []string
}

// Remerge decides about what Git could not merge of generated files and of the state, so
// that a following run can generate them anew. For every file it takes one side, file
// and state entry together: a side that a person edited wins over one that only the
// generator changed, and a file of a person's own wins over a generated one. A file that one side
// renamed and the other one edited comes back at its old path, from where the following run
// carries it to the new one. What remains for a person is what both edited. Nothing is written.
func (r *Repository) Remerge(in MergeInput) (*Resolution, error) {
	m := &remerge{
		MergeInput: in, root: r.root, format: r.format(in.Version), unmerged: map[string]Unmerged{},
		out: &Resolution{Files: map[string]*Version{}}, archives: map[string][]entry{}, merging: map[string]bool{}, traced: map[string]bool{},
	}
	if err := m.load(); err != nil {
		return nil, err
	}
	for _, path := range m.paths() {
		if err := m.decide(path); err != nil {
			return nil, err
		}
	}
	for name, entries := range m.archives {
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.path, b.path) })
		text := &Version{Content: m.format.encode(entries)}
		if len(entries) == 0 {
			text = nil
		}
		m.out.Files[name] = text
	}
	slices.Sort(m.out.Left)
	m.out.Left = slices.Compact(m.out.Left)
	return m.out, nil
}

// remerge carries one run of Remerge.
type remerge struct {
	MergeInput
	root     *os.Root
	format   format
	unmerged map[string]Unmerged // by path, without archives
	// sides hold the entries of archives by path: base, ours, theirs.
	sides [3]map[string]owned
	// merging are the archives that Git did not merge, or that a rename made vanish; all of their
	// entries are decided about.
	merging  map[string]bool
	archives map[string][]entry // that are written anew, by path
	files    [3]map[string]*Version
	// traced are unmerged paths for which Git took a text that one side has at another path, which
	// is decided about, too.
	traced map[string]bool
	out    *Resolution
}

// owned is an entry and the archive that it stands in.
type owned struct {
	entry
	archive string
}

// load reads both sides of the state and of the files that are decided about.
func (m *remerge) load() error {
	for i := range m.sides {
		m.sides[i] = map[string]owned{}
	}
	for _, u := range m.Unmerged {
		if strings.HasPrefix(u.Path, stateFolder+"/") {
			m.merging[u.Path] = true
		} else {
			m.unmerged[u.Path] = u
		}
	}
	if err := m.loadStates(); err != nil {
		return err
	}
	if m.known() {
		for i, side := range []*Commit{m.Ours, m.Theirs} {
			if err := m.follow(i+1, side); err != nil {
				return err
			}
		}
	}
	for path := range m.unmerged { // its entry goes with the file, also where Git merged the archive
		for _, side := range m.sides[1:] {
			if e, known := side[path]; known && !m.merging[e.archive] {
				if err := m.reopen(e.archive); err != nil {
					return err
				}
			}
		}
	}
	return m.loadFiles()
}

// loadStates reads the archives of both sides.
func (m *remerge) loadStates() error {
	stages := [3]map[string][]byte{{}, {}, {}}
	for _, u := range m.Unmerged {
		for i, version := range []*Version{u.Base, u.Ours, u.Theirs} {
			if version != nil && m.merging[u.Path] {
				stages[i][u.Path] = version.Content
			}
		}
	}
	if m.known() {
		stages[1], stages[2] = m.Ours.Archives, m.Theirs.Archives
		for _, side := range stages[1:] {
			for name := range side {
				there, err := readVersion(m.root, name)
				if err != nil {
					return err
				}
				if there == nil && !m.Settled[name] || there != nil && m.broken(name, there.Content) {
					m.merging[name] = true
				}
			}
		}
	}
	for name := range m.merging {
		m.archives[name] = nil
	}
	for i, side := range stages {
		for name, text := range side {
			if name == archivePath(journalName) {
				continue // it is about a run on one side, which is over
			}
			entries, _, err := m.format.decode(name, text)
			switch {
			case err != nil && i == 0 && m.known():
				continue // markers: Git merges the bases of criss-cross merges
			case errors.Is(err, ErrNewer):
				return err
			case err != nil:
				return &UnreadableError{Side: []string{"base", "ours", "theirs"}[i], Known: m.known(), Err: err}
			}
			for _, e := range entries {
				m.sides[i][e.path] = owned{e, name}
			}
		}
	}
	return nil
}

// broken reports whether an archive is none any more: Git may follow a rename that there was not,
// and merge lines of two archives.
func (m *remerge) broken(name string, text []byte) bool {
	_, _, err := m.format.decode(name, text)
	return err != nil && name != archivePath(journalName)
}

func (m *remerge) known() bool { return m.Ours != nil && m.Theirs != nil }

// reopen takes the entries of an archive that Git merged, but for those of unmerged files.
func (m *remerge) reopen(name string) error {
	if _, open := m.archives[name]; open {
		return nil
	}
	m.archives[name] = nil
	text, err := readVersion(m.root, name)
	if err != nil || text == nil {
		return err
	}
	entries, _, err := m.format.decode(name, text.Content)
	if err != nil {
		return &UnreadableError{Side: "working tree", Known: m.known(), Err: err}
	}
	for _, e := range entries {
		if _, unmerged := m.unmerged[e.path]; !unmerged {
			m.archives[name] = append(m.archives[name], e)
		}
	}
	return nil
}

// loadFiles reads what both sides have at the paths that are decided about.
func (m *remerge) loadFiles() error {
	paths := m.paths()
	for i, side := range []*Commit{m.Base, m.Ours, m.Theirs} {
		m.files[i] = map[string]*Version{}
		if m.known() {
			files, err := side.Read(paths)
			if err != nil {
				return err
			}
			m.files[i] = files
			continue
		}
		for path, u := range m.unmerged {
			m.files[i][path] = []*Version{u.Base, u.Ours, u.Theirs}[i]
		}
	}
	return nil
}

// paths lists what has to be decided.
func (m *remerge) paths() []string {
	paths := slices.Collect(maps.Keys(m.unmerged))
	for _, side := range m.sides[1:] {
		for path, e := range side {
			if m.merging[e.archive] {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// decide takes a side for one path.
func (m *remerge) decide(path string) error {
	ours, inOurs := m.sides[1][path]
	theirs, inTheirs := m.sides[2][path]
	_, inBase := m.sides[0][path]
	u, conflicted := m.unmerged[path]
	mine, other := m.files[1][path], m.files[2][path]
	switch {
	case conflicted && (u.special() || m.hidden(path)):
		m.out.Left = append(m.out.Left, path)
	case !conflicted:
		return m.merged(path, ours, inOurs, theirs, inTheirs)
	case m.Astray[path] && inOurs && !sameVersion(u.Base, u.Theirs):
		m.out.Left = append(m.out.Left, path)
		m.keep(ours)
	case mine == nil && other == nil && (m.known() || inBase):
		return m.brought(u, inOurs || inTheirs)
	case !inOurs && !inTheirs:
		m.out.Left = append(m.out.Left, path)
	case !inTheirs:
		m.against(ours, mine, other, u.Theirs)
	case !inOurs:
		m.against(theirs, other, mine, u.Ours)
	case !edited(theirs, other):
		m.take(ours, mine)
	case !edited(ours, mine) || sameVersion(mine, other):
		m.take(theirs, other)
	default:
		m.out.Left = append(m.out.Left, path)
		m.keep(ours)
	}
	return nil
}

// against decides between a generated file of one side and what the other side has at its path,
// without knowing it as a generated one: a file of a person's own, or nothing. staged is what Git
// took for the other side's version, which comes from another path when the side has nothing at this one.
func (m *remerge) against(e owned, file, own, staged *Version) {
	switch {
	case own == nil && (staged == nil || m.traced[e.path]):
		m.take(e, file) // what Git took for the other side stays where that side has it
	case own == nil || edited(e, file):
		m.out.Left = append(m.out.Left, e.path)
		m.keep(e)
	default:
		m.out.Files[e.path] = own
	}
}

// merged settles a file that Git merged although its state entry was not: the text
// on disk is compared with what Git made of the pure renderings.
func (m *remerge) merged(path string, ours owned, inOurs bool, theirs owned, inTheirs bool) error {
	disk, err := readVersion(m.root, path)
	if err != nil {
		return err
	}
	if !inOurs || !inTheirs {
		return m.alone(path, disk, inOurs)
	}
	if ours.equal(&theirs.entry) {
		m.keep(ours)
		return nil
	}
	pure, err := m.Merge(m.sides[0][path].base, ours.base, theirs.base)
	if err != nil {
		return err
	}
	switch {
	case disk == nil || disk.Special:
		m.keep(ours)
	case bytes.Equal(normal(disk.Content), normal(theirs.base)):
		m.keep(theirs)
	case bytes.Equal(normal(disk.Content), normal(pure)):
		m.take(ours, &Version{Content: ours.base, Executable: ours.exec})
	default:
		m.keep(ours)
	}
	return nil
}

// alone settles a file that only one side's state has. The other side may have deleted or renamed
// it, in which case Git takes what a person edited elsewhere, or away.
func (m *remerge) alone(path string, disk *Version, inOurs bool) error {
	side, other := 1, 2
	if !inOurs {
		side, other = 2, 1
	}
	e, file := m.sides[side][path], m.files[side][path]
	followed, err := m.followed(e, file, disk, side, other)
	switch {
	case err != nil:
		return err
	case followed:
		m.take(e, file)
	case disk != nil && m.files[other][path] != nil && m.known():
		// The other side's state gave the file up: what is there is a person's own.
	case disk != nil || m.Settled[path]:
		m.keep(e)
	case strings.HasPrefix(e.archive, stateFolder+"/"+swapArchives):
		m.keep(e) // it is about no file
	case e.state != managed:
		m.keep(e) // a person deleted it, or gave it up
	case file != nil && !file.Special && edited(e, file) && !sameVersion(file, m.files[0][path]):
		m.take(e, file)
	}
	return nil
}

// take keeps an entry and writes its file, or deletes it when that side had none.
func (m *remerge) take(e owned, file *Version) {
	m.out.Files[e.path] = file
	m.keep(e)
}

// keep keeps an entry; the file stays as it is.
func (m *remerge) keep(e owned) {
	m.archives[e.archive] = append(m.archives[e.archive], e.entry)
}

// edited reports whether a person changed a side's file.
func edited(e owned, file *Version) bool {
	return file == nil || file.Special || e.state != managed || e.exec != file.Executable || !bytes.Equal(normal(e.base), normal(file.Content))
}

func sameVersion(a, b *Version) bool {
	return a == b || a != nil && b != nil && a.Executable == b.Executable && a.Special == b.Special && bytes.Equal(a.Content, b.Content)
}
