package tree

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// seek finds the files that a run left on their way when it was interrupted.
func (s *Scan) seek() {
	for _, r := range s.records {
		if r.entry == nil {
			continue
		}
		switch mark, id := cutMark(r.entry.id); {
		case mark != "" && s.isThere(parked(r.path)):
			r.real = parked(r.path)
		case mark == markIn:
			r.real = s.options.place(id)
		}
	}
}

func (s *Scan) isThere(path string) bool {
	_, err := s.repository.root.Lstat(filepath.FromSlash(path))
	return err == nil
}

// swap shows the repository as it is once names have changed places.
func (s *Scan) swap() {
	marked := slices.ContainsFunc(s.records, func(r *record) bool { return r.mark() != "" })
	pending, fresh := s.pending(marked)
	b := shiftBuilder{Scan: s, pending: pending, items: map[*record]*item{}, known: map[string]bool{}}
	if !slices.ContainsFunc(s.records, b.moves) {
		return
	}
	s.recover()
	s.shift = &shift{root: s.repository.root, arrivals: map[string]*item{}, away: map[string]bool{strings.TrimSuffix(layout.Parked, "/"): true}, records: s.swapRecords()}
	if !marked {
		s.shift.begun = s.swapsBegun()
	}
	if fresh {
		b.refuse(stateFolder+"/"+strings.TrimSuffix(swapArchives, "/"), "names were changing places when a run was interrupted, and now others are to: take the new lines out, generate, and add them again")
	}
	for _, r := range s.records {
		if b.moves(r) {
			b.file(r)
		}
	}
	b.beside()
	b.check()
	b.relabel()
}

// mark is that of a record's entry.
func (r *record) mark() string {
	if r.entry == nil {
		return ""
	}
	mark, _ := cutMark(r.entry.id)
	return mark
}

// moves reports whether a file gets another place.
func (b *shiftBuilder) moves(r *record) bool {
	return r.entry != nil && (r.mark() != "" || b.swapped(r.entry.id) != r.entry.id)
}

// swapped is an ID after names have changed places.
func (b *shiftBuilder) swapped(id string) string {
	for _, names := range b.pending {
		id = b.options.Swap(names, id)
	}
	return id
}

// recover brings what was read up to date by the journal of a run that was interrupted: what it was
// about was not swapped yet.
func (s *Scan) recover() {
	if s.journal.archive == nil {
		return
	}
	s.records = s.journal.recall(s.records, &Options{})
	s.archives, s.healed = s.journal.healed(s.records, s.archives)
	s.stale, s.journal = s.journal.seen(), journal{}
}

// shiftBuilder finds everything that gets another place.
type shiftBuilder struct {
	*Scan
	pending []map[string]string
	items   map[*record]*item
	known   map[string]bool // paths of the state and folders above them
}

// file enters a file that the state knows.
func (b *shiftBuilder) file(r *record) {
	mark, id := cutMark(r.entry.id)
	if mark == "" {
		if id = b.swapped(id); b.options.place(r.entry.id) != r.path {
			b.refuse(r.path, "has a name that changes places with another one, and its path does not tell its new one: move it by hand, or wavewright drop "+r.path)
			return
		}
	}
	i := &item{origin: r.path, dest: b.options.place(id), mark: mark, id: id, file: r}
	switch {
	case b.leftOut[r.path]:
		b.refuse(r.path, leftOutReason(r.path))
		return
	case r.disk.kind == absent || r.disk.kind == hidden:
	case mark == "" && b.isThere(parked(r.path)):
		b.refuse(parked(r.path), "was left there by a run that was interrupted and then taken back: delete it, or bring it back by hand")
		return
	default:
		i.place = r.place()
	}
	b.items[r] = i
	b.enter(i)
}

func (b *shiftBuilder) refuse(path, reason string) {
	b.shift.refused = append(b.shift.refused, Change{Path: path, State: StateForeign, Action: ActionNone, Reason: reason})
}

// enter enters what gets another place. In an archive that is about to lose it to another one, a file
// may have a second entry.
func (b *shiftBuilder) enter(i *item) {
	if i.mark != markIn {
		b.shift.away[i.origin] = true
	}
	if i.place == "" {
		b.shift.items = append(b.shift.items, i)
		return
	}
	if other := b.shift.arrivals[i.dest]; other != nil {
		if other.place != i.place {
			b.refuse(i.origin, "goes to "+i.dest+", where "+other.origin+" goes as well: bring the two together by hand")
		}
		return
	}
	b.shift.arrivals[i.dest] = i
	b.shift.items = append(b.shift.items, i)
}

// beside enters what people have in the folders that change places.
func (b *shiftBuilder) beside() {
	homes := b.homes()
	for _, r := range b.records {
		for _, path := range []string{r.path, r.place()} {
			for ; path != ""; path = parent(path) {
				b.known[path] = true
			}
		}
	}
	arriving := map[string]bool{} // folders at which files arrive already
	for _, i := range b.items {
		if i.mark == markIn {
			for folder := parent(i.dest); folder != ""; folder = parent(folder) {
				arriving[folder] = true
			}
		}
	}
	for _, from := range slices.Sorted(maps.Keys(homes)) {
		if !arriving[from] {
			b.strays(from, from, homes[from])
		}
		b.strays(parked(from), from, homes[from])
	}
}

// strays enters what people have in a folder.
func (b *shiftBuilder) strays(folder, origin, dest string) {
	for _, name := range b.names(folder) {
		if path := join2(folder, name); !isTemp(name) && !b.known[path] && !b.known[join2(origin, name)] {
			b.enter(&item{origin: join2(origin, name), dest: join2(dest, name), place: path})
		}
	}
}

// names are those in a folder, to which no link leads.
func (b *shiftBuilder) names(folder string) []string {
	root := b.repository.root
	for name := range strings.SplitSeq(folder, "/") {
		next, err := enter(root, name)
		if root != b.repository.root {
			root.Close()
		}
		if err != nil {
			return nil
		}
		root = next
	}
	defer root.Close()
	entries, err := list(root)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

// homes are the folders all of whose files get another place, with their new paths: also those
// above, up to the one that has another name.
func (b *shiftBuilder) homes() map[string]string {
	homes, direct := map[string]string{}, map[string]bool{}
	for _, i := range b.shift.items {
		from, to := parent(i.origin), parent(i.dest)
		if from != "" && to != "" && from != to && !direct[from] {
			homes[from], direct[from] = to, true
		}
	}
	for _, from := range slices.Sorted(maps.Keys(direct)) {
		for to := homes[from]; base(from) == base(to) && parent(from) != "" && parent(to) != "" && parent(from) != parent(to); {
			if from, to = parent(from), parent(to); homes[from] == "" {
				homes[from] = to
			}
		}
	}
	for _, r := range b.records {
		for folder := parent(r.path); b.items[r] == nil && r.disk.kind != absent && folder != ""; folder = parent(folder) {
			if !direct[folder] || folder == parent(r.path) {
				delete(homes, folder)
			}
		}
	}
	return homes
}

// check refuses what would come to the place of something that stays.
func (b *shiftBuilder) check() {
	for _, i := range b.shift.items {
		if i.place != "" && i.place != i.dest && b.isThere(i.dest) && !b.shift.leaves(i.dest) {
			b.refuse(i.origin, "goes to "+i.dest+", where something else is as well: bring the two together by hand")
		}
	}
	slices.SortFunc(b.shift.items, func(x, y *item) int { return cmp.Or(cmp.Compare(x.origin, y.origin), cmp.Compare(x.dest, y.dest)) })
}

// relabel gives records, archives and lists of names the paths of afterwards.
func (b *shiftBuilder) relabel() {
	touched := map[string]bool{}
	for r := range b.items {
		touched[r.archive] = true
	}
	after := map[string][]entry{}
	for at, r := range b.records {
		if r.entry == nil {
			continue
		}
		i := b.items[r]
		if touched[r.archive] {
			b.shift.members = append(b.shift.members, member{*r.entry, r.archive, i})
		}
		if i != nil {
			b.records[at] = i.moved(r)
		}
		if touched[r.archive] {
			after[r.archive] = append(after[r.archive], *b.records[at].entry)
		}
	}
	slices.SortStableFunc(b.records, func(x, y *record) int { return cmp.Compare(x.path, y.path) })
	b.archivesAfter(after)
	for folder, names := range b.disk.listed {
		b.disk.listed[folder] = b.shift.listing(folder, names)
	}
	for dest, i := range b.shift.arrivals { // folders from which all files are parked were not read
		folder := parent(dest)
		if _, listed := b.disk.listed[folder]; i.yours() && !listed {
			names := slices.DeleteFunc(b.names(folder), func(name string) bool { return b.knows(join2(folder, name)) })
			b.disk.listed[folder] = b.shift.listing(folder, names)
		}
	}
}

// moved is the record of a file at its new path.
func (i *item) moved(r *record) *record {
	e := *r.entry
	e.path, e.id = i.dest, i.id
	now := *r
	now.path, now.entry, now.real = i.dest, &e, r.place()
	i.file = &now
	return &now
}

// archivesAfter replaces the archives that change by those that Apply will have written.
func (b *shiftBuilder) archivesAfter(after map[string][]entry) {
	archives := slices.Clone(b.archives)
	for at, a := range archives {
		if entries := after[a.name]; entries != nil {
			slices.SortFunc(entries, func(x, y entry) int { return cmp.Compare(x.path, y.path) })
			archives[at] = &archive{name: a.name, seen: a.seen, entries: entries, again: true}
		}
	}
	b.shift.archives = b.archives
	b.archives = archives
}
