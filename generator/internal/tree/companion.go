package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// A folder all of whose generated files move may hold files of a person's, too, such as a custom
// component or what he listed in the kustomization. They would have no effect at their old paths:
// so they go along. Each file or folder gets its new name at once, before anything else is
// written. A run that is interrupted finds them at their old or at their new paths, and the next
// one goes on with those that are left.

// companions enters what belongs to folders that move. moves are those that the plan carries out,
// left are folders that have moved before, with their new paths, and listed has the names on disk
// that the state does not know.
func (c *comparison) companions(moves []move, records []*record, left map[string]string, listed map[string][]string) {
	homes := homes(moves, records)
	for from, to := range left {
		if homes[from] == "" {
			homes[from] = to
		}
	}
	if len(homes) == 0 {
		return
	}
	a := along{c, homes, map[string]bool{}, map[string]bool{}}
	for _, r := range records {
		a.taken[r.path] = r.want != nil
		for folder := parent(r.path); r.want != nil && folder != ""; folder = parent(folder) {
			a.folders[folder] = true
		}
	}
	for _, from := range slices.Sorted(maps.Keys(homes)) {
		for _, name := range listed[from] {
			if !isTemp(name) {
				a.take(join2(from, name), join2(homes[from], name))
			}
		}
	}
}

// along takes a person's files along.
type along struct {
	*comparison
	homes          map[string]string
	taken, folders map[string]bool // by generated files
}

// take enters a file or a folder. Of a folder that is at both paths, it enters what is in it.
func (a along) take(old, now string) {
	root := a.plan.repository.root
	was, err := a.plan.shift.look(root, old)
	if err != nil || a.homes[old] != "" {
		return // it was seen by its name only, or is looked at by itself
	}
	there, err := a.plan.shift.look(root, now)
	absent, folder := errors.Is(err, fs.ErrNotExist), a.folders[now] || err == nil && there.IsDir()
	switch {
	case absent && !folder && !a.taken[now]:
		a.add(Change{Path: now, From: old, Yours: true, State: StateMoved, Action: ActionMove, Reason: "yours, in a folder that has another path now"})
	case was.IsDir() && folder:
		folder, _ := a.plan.shift.locate(old)
		entries, _ := fs.ReadDir(root.FS(), folder)
		for _, entry := range entries {
			a.take(join2(old, entry.Name()), join2(now, entry.Name()))
		}
	default:
		a.add(Change{
			Path: old, State: StateForeign, Action: ActionNone,
			Reason: "is yours, in a folder that moves to " + parent(now) + ", where " + now + " is as well: bring the two together by hand",
		})
	}
}

// homes are the folders that move as a whole, with their new paths. None becomes the repository
// itself: what is a person's stays where it is then.
func homes(moves []move, records []*record) map[string]string {
	homes, direct := map[string]string{}, map[string]bool{}
	for _, m := range moves {
		from, to := parent(m.from.path), parent(m.to.path)
		moves := m.from.settled && m.to.settled && from != "" && to != "" && from != to && m.from.disk.kind == regular
		if moves && (!direct[from] || base(m.to.path) == layout.Kustomization) {
			homes[from], direct[from] = to, true
		}
	}
	if len(homes) == 0 {
		return homes // mostly nothing moves, and there are thousands of records
	}
	for _, from := range slices.Sorted(maps.Keys(direct)) {
		// What is above moves with it, up to the folder that has another name.
		for to := homes[from]; base(from) == base(to) && parent(from) != "" && parent(to) != "" && parent(from) != parent(to); {
			from, to = parent(from), parent(to)
			if homes[from] == "" {
				homes[from] = to
			}
		}
	}
	for _, r := range records { // a folder with other files stays
		for folder := parent(r.path); r.want != nil && folder != ""; folder = parent(folder) {
			if !direct[folder] || folder == parent(r.path) {
				delete(homes, folder)
			}
		}
	}
	return homes
}

// leftBehind finds the folders of generated files under the names before, in which no generated
// file is any more and a person's files may be: another branch added them, or a run was
// interrupted.
func (s *Scan) leftBehind(want Tree, paths []string) (map[string]string, error) {
	if s.options.Formerly == nil {
		return nil, nil
	}
	stays := map[string]bool{}
	for _, path := range paths {
		for folder := parent(path); folder != "" && !stays[folder]; folder = parent(folder) {
			stays[folder] = true
		}
	}
	left := map[string]string{}
	var probes []*record
	for _, path := range paths {
		for _, was := range s.options.Formerly(want[path].ID) {
			from := parent(was)
			if from == "" || parent(path) == "" || left[from] != "" || stays[from] || s.knows(from) {
				continue
			}
			left[from] = parent(path)
			if now, there := s.shift.locate(was); there {
				probes = append(probes, &record{path: was, real: now})
			}
		}
	}
	return left, s.disk.scan(s.repository.root, probes)
}

// companion is a file or folder of a person's that goes along.
type companion struct{ from, to string }

// accompany gives the files and folders of a person their new names.
func (a *applier) accompany() error {
	for _, c := range a.companions {
		if err := a.carry(c.from, c.to); err != nil {
			return err
		}
		a.tidy(parent(c.from))
	}
	return nil
}

// carry gives a file or folder another name, which is free.
func (a *applier) carry(from, to string) error {
	if err := a.begin("rename", to); err != nil {
		return wrap("move", from, err)
	}
	if err := a.free(to); err != nil {
		return wrap("move", from, err)
	}
	return wrap("move", from, a.root.Rename(filepath.FromSlash(from), filepath.FromSlash(to)))
}

// tidy deletes a folder and those above it, as far as they are empty.
func (a *applier) tidy(folder string) {
	for folder != "" && a.root.Remove(filepath.FromSlash(folder)) == nil {
		folder = parent(folder)
	}
}

// free checks that nothing is at a path, and that its folder is a real one.
func (a *applier) free(path string) error {
	root := a.root
	for name := range strings.SplitSeq(parent(path), "/") {
		next, err := enter(root, name)
		if root != a.root {
			root.Close()
		}
		if err != nil {
			return err
		}
		root = next
	}
	defer root.Close()
	if _, err := root.Lstat(base(path)); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there: %w", path, errChanged)
	}
	return nil
}

// Former finds the files that the state knows and that are on disk.
type Former struct {
	scan  *Scan
	paths func() map[string]string // by the ID that a file has now; only files that move ask for it
}

// Former returns the files as they were before this run. It may be asked by several goroutines.
func (s *Scan) Former() *Former { return &Former{s, sync.OnceValue(s.formerPaths)} }

// Path returns the path of the file with an ID, which mostly is the one that it gets now, or nothing.
func (f *Former) Path(id, now string) string {
	if r := f.scan.recordAt(now); r != nil && r.present() && f.scan.idOf(r) == id {
		return now
	}
	return f.paths()[id]
}

// Content returns the last rendering of the file at a path, or nothing.
func (f *Former) Content(path string) []byte {
	if r := f.scan.recordAt(path); r != nil && r.entry != nil {
		return r.entry.base
	}
	return nil
}

func (s *Scan) formerPaths() map[string]string {
	paths := map[string]string{}
	for _, r := range s.records {
		if r.present() {
			paths[s.idOf(r)] = r.path
		}
	}
	return paths
}

// present reports whether a file that was generated is on disk.
func (r *record) present() bool {
	return r.entry != nil && r.entry.state == managed && r.disk.kind == regular
}

// idOf returns the ID that a file of the state has now.
func (s *Scan) idOf(r *record) string {
	if s.options.Renamed == nil {
		return r.entry.id
	}
	return s.options.Renamed(r.entry.id)
}
