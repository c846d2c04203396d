package tree

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Scan is what the state says about the files that were generated, and what is on disk in
// their places: which of them a person edited, and which he deleted. It is complete before
// anything is rendered, and answers what rendering has to know.
type Scan struct {
	repository *Repository
	options    Options
	format     format
	migrations []Migration // of the state
	archives   []*archive  // without the journal, and without those of circles
	swapped    []*archive  // of circles of names
	journal    journal
	stale      stamp           // the journal, when it was taken into account already,
	healed     []archiveChange // with what it changes
	shift      *shift          // nil when no names change places
	records    []*record       // of what the state and the journal know, by path; none is wanted yet
	rewritten  []*record       // of files that people write
	disk       *scanner
	leftOut    map[string]bool // paths that a sparse checkout leaves out
	others     map[string]disk // what is on disk where the state knows no file, as far as it was read
}

// Scan reads the state and the files that it knows, and writes nothing. An error means that
// the repository could not be read or that its state is damaged or newer.
func (r *Repository) Scan(o Options) (*Scan, error) {
	if _, err := semver.StrictNewVersion(o.Version); err != nil {
		return nil, fmt.Errorf("version %q: %w", o.Version, err)
	}
	s := &Scan{repository: r, options: o, format: r.format(o.Version), rewritten: o.rewritten(), others: map[string]disk{}, leftOut: map[string]bool{}}
	s.disk = &scanner{known: s.knows, obstacles: map[string]string{}, spelled: map[string]string{}, listed: map[string][]string{}}
	s.disk.listing = func(folder string, names []string) []string { return s.shift.listing(folder, names) }
	archives, err := r.readState(s.format, s.disk)
	if err != nil {
		return nil, err
	}
	s.migrations = s.format.taken(archives)
	archives, s.swapped = takeSwapped(archives)
	s.archives, s.journal = takeJournal(archives)
	s.records = s.journal.expect(knownRecords(s.archives))
	s.seek()
	if err := s.disk.scan(r.root, append(slices.Clip(s.records), s.rewritten...)); err != nil {
		return nil, err
	}
	if err := s.readLeftOut(); err != nil {
		return nil, err
	}
	s.swap()
	return s, nil
}

// readLeftOut takes files that a sparse checkout leaves out as they are in Git: nobody deleted
// them.
func (s *Scan) readLeftOut() error {
	var gone []string
	for _, r := range s.records {
		if r.disk.kind == absent && r.entry != nil && r.entry.state == managed {
			gone = append(gone, r.path)
		}
	}
	if len(gone) == 0 || s.options.LeftOut == nil {
		return nil
	}
	texts, err := s.options.LeftOut(gone)
	if err != nil {
		return fmt.Errorf("files are missing, such as %s, and nobody knows whether a sparse checkout leaves them out: %w", gone[0], err)
	}
	for _, r := range s.records {
		if text, ok := texts[r.path]; ok && r.entry != nil {
			r.disk = disk{kind: regular, data: r.share(text), exec: r.entry.exec, leftOut: true}
			s.leftOut[r.path] = true
		}
	}
	return nil
}

// knownRecords returns a record for each entry of the state, by path. An entry that was
// about to go from one archive to another, when a run was interrupted, has two.
func knownRecords(archives []*archive) []*record {
	size := 0
	for _, a := range archives {
		size += len(a.entries)
	}
	records, pointers := make([]record, 0, size), make([]*record, 0, size)
	for _, a := range archives {
		for i := range a.entries {
			records = append(records, record{path: a.entries[i].path, entry: &a.entries[i], archive: a.name})
			pointers = append(pointers, &records[len(records)-1])
		}
	}
	slices.SortStableFunc(pointers, func(a, b *record) int { return cmp.Compare(a.path, b.path) })
	return pointers
}

// search returns the index of the first record that is at a path or behind it.
func (s *Scan) search(path string) int {
	i, _ := slices.BinarySearchFunc(s.records, path, func(r *record, path string) int { return cmp.Compare(r.path, path) })
	return i
}

// recordAt returns what the state knows at a path, or nil.
func (s *Scan) recordAt(path string) *record {
	if i := s.search(path); i < len(s.records) && s.records[i].path == path {
		return s.records[i]
	}
	return nil
}

// knows reports whether the state knows a file, or files in a folder.
func (s *Scan) knows(path string) bool {
	i := s.search(path)
	return i < len(s.records) && (s.records[i].path == path || strings.HasPrefix(s.records[i].path, path+"/")) || s.shift.leaves(path)
}

// MayExist reports whether something that the state does not know can be at a path. It spares
// asking for each of the folders that users may add.
func (s *Scan) MayExist(path string) bool {
	strange, listed := s.disk.listed[parent(path)]
	return !listed || slices.Contains(strange, base(path))
}

// Recorded is a file as an archive of the state knows it.
type Recorded struct {
	Path, ID string
	// Base is the last rendering.
	Base []byte
	// Deleted says that nothing is at its path.
	Deleted bool
}

// Recorded returns the files of one archive of the state, sorted by path.
func (s *Scan) Recorded(archive string) []Recorded {
	var out []Recorded
	for _, r := range s.records {
		if r.entry != nil && r.archive == archive {
			out = append(out, Recorded{r.path, r.entry.id, r.entry.base, r.disk.kind == absent})
		}
	}
	return out
}

// Texts returns the texts that some files get of those that are on disk and change, by
// path. It lets what these files decide be decided before everything else is rendered.
func (s *Scan) Texts(some Tree) (map[string][]byte, error) {
	texts := map[string][]byte{}
	if len(some) == 0 {
		return texts, nil
	}
	j, err := s.join(some, some.paths())
	if err != nil {
		return nil, err
	}
	s.refuse(j.records)
	for _, r := range s.journal.recall(j.records, &s.options) {
		if r.want == nil {
			continue
		}
		if v := r.decide(&s.options); v.state != StateMarked && v.action(r.disk) == ActionUpdate {
			texts[r.path] = v.data
		}
	}
	return texts, nil
}

// MayMiss reports whether Missing may find anything, for any files at all.
func (s *Scan) MayMiss() bool {
	return s.options.Policy != nil || slices.ContainsFunc(s.records, func(r *record) bool { return r.disk.kind == absent })
}

// Missing returns those of some files, whose contents need not be known yet, that are not on
// disk and stay so: the user deleted them, or a rule of his keeps them away.
func (s *Scan) Missing(some Tree) (map[string]bool, error) {
	j, err := s.join(some, some.paths())
	if err != nil {
		return nil, err
	}
	if err := s.readEarly(j); err != nil {
		return nil, err
	}
	s.refuse(j.records)
	records := s.journal.recall(j.records, &s.options)
	missing := map[string]bool{}
	for _, m := range findMoves(records) {
		if m.to.disk.kind != absent || m.to.entry != nil {
			continue // what the state knows at the new path is decided by itself
		}
		switch from := m.from; {
		case from.disk.kind == regular:
			m.to.settled = true // the file goes there
		case from.disk.kind == absent && from.entry.state != orphan:
			m.to.settled = true
			missing[m.to.path] = m.at(m.to.disk).missing(&s.options)
		}
	}
	for _, r := range records {
		if !r.settled && r.missing(&s.options) {
			missing[r.path] = true
		}
	}
	return missing, nil
}

// readEarly reads what Missing has to know: whether files of the state are where they move to,
// and files there that a rule keeps as they are. Decide does not read them again.
func (s *Scan) readEarly(j *pairing) error {
	early := j.unknown
	if s.journal.archive == nil { // else what moves is known after it was read
		moved := map[*record]bool{}
		for _, m := range findMoves(j.records) {
			moved[m.to] = true
		}
		early = slices.DeleteFunc(slices.Clone(early), func(r *record) bool {
			return !moved[r] && s.options.policy(r.path) != PolicyKeep
		})
	}
	if err := s.read(early); err != nil {
		return err
	}
	for _, r := range early {
		s.others[r.path] = r.disk
	}
	return nil
}

// pairing is the files of a tree with what was found out about them.
type pairing struct {
	records []*record         // of the tree and of the state, by path
	unknown []*record         // those of them that the state does not know
	homes   map[string]string // path → archive, of files that a run was about to move there
}

// join pairs the files of a tree, whose sorted paths are paths, with what the scan found.
func (s *Scan) join(want Tree, paths []string) (*pairing, error) {
	j := &pairing{homes: s.journal.homes(), records: make([]*record, 0, len(paths))}
	rest, chosen := s.records, make([]record, 0, len(s.records))
	take := func(path string, want *File) error {
		n := 1
		for n < len(rest) && rest[n].path == path {
			n++
		}
		chosen = append(chosen, *rest[0])
		r := &chosen[len(chosen)-1]
		err := j.choose(r, rest[1:n], want)
		j.records, rest = append(j.records, r), rest[n:]
		return err
	}
	files := make([]File, len(paths))
	for i, path := range paths {
		for len(rest) > 0 && rest[0].path < path {
			if err := take(rest[0].path, nil); err != nil {
				return nil, err
			}
		}
		files[i] = want[path]
		if len(rest) > 0 && rest[0].path == path {
			if err := take(path, &files[i]); err != nil {
				return nil, err
			}
			continue
		}
		r := &record{path: path, want: &files[i]}
		j.records, j.unknown = append(j.records, r), append(j.unknown, r)
	}
	for len(rest) > 0 {
		if err := take(rest[0].path, nil); err != nil {
			return nil, err
		}
	}
	s.options.rename(j.records)
	return j, nil
}

// choose completes the record of a path. There are others of the same path when a run was
// interrupted that moved the file's entry to another archive.
func (j *pairing) choose(r *record, others []*record, want *File) error {
	for _, other := range others {
		switch {
		case j.homes[r.path] == other.archive:
		case j.homes[r.path] == r.archive:
			continue // the entry has arrived there already
		case want != nil && want.Archive == r.archive:
			continue // the other entry is dead
		case want == nil || want.Archive != other.archive:
			return fmt.Errorf("%s: %s is in %s too; delete its block in one of the two", archivePath(other.archive), r.path, archivePath(r.archive))
		}
		r.entry, r.archive = other.entry, other.archive
	}
	r.want = want
	return nil
}

// read reads what is on disk at paths that the state does not know.
func (s *Scan) read(unknown []*record) error {
	var unread []*record
	for _, r := range unknown {
		found, done := s.others[r.path]
		now, there := s.shift.locate(r.path)
		if r.disk = found; !done && there {
			r.real = now
			unread = append(unread, r)
		}
	}
	if len(unread) == 0 {
		return nil
	}
	return s.disk.scan(s.repository.root, unread)
}

// refuse returns what is in the way of wanted files. Files that are not wanted and that
// something hides are gone.
func (s *Scan) refuse(records []*record) []Change {
	var refused []Change
	folders := map[string]bool{}
	for _, r := range records {
		switch {
		case r.disk.kind != hidden:
		case r.want == nil:
			r.disk = disk{}
		case s.disk.spelled[r.path] != "":
			refused = append(refused, Change{Path: r.path, ID: r.want.ID, State: StateForeign, Action: ActionNone, Reason: s.disk.spelled[r.path]})
		default:
			folder, reason := s.disk.obstacle(r.place())
			if !folders[folder] {
				folders[folder] = true
				refused = append(refused, Change{Path: folder, State: StateObstructed, Action: ActionNone, Reason: reason})
			}
		}
	}
	return refused
}

// record is everything known about one path.
type record struct {
	path    string
	want    *File  // nil: not generated
	entry   *entry // nil: not in the state
	archive string // where entry is
	real    string // where the file is until names have changed places; empty when it is at its path
	disk    disk
	settled bool // decided with the record that it moved to or from

	recalled bool // a run that was interrupted wrote just what is on disk
}

// place is where the file of a record is on disk.
func (r *record) place() string { return cmp.Or(r.real, r.path) }

// managed returns the entry of a wanted file that has been written.
func (r *record) managed() entry {
	return entry{
		path: r.path, id: r.want.ID, exec: r.want.Executable, state: managed, base: r.want.Content,
	}
}

func sortArchives(archives []*archive) {
	slices.SortFunc(archives, func(a, b *archive) int { return cmp.Compare(a.name, b.name) })
}
