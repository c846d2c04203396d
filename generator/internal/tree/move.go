package tree

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/merge"
)

// move is a file whose rendering has another path now.
type move struct{ from, to *record }

// findMoves pairs wanted files that the state does not know with entries of the same
// ID whose path is not wanted any more, and wanted files that it knows with those of these entries
// whose files a person edited.
func findMoves(records []*record) []move {
	gone := map[string][]*record{}
	for _, r := range records {
		if r.want == nil {
			gone[r.entry.id] = append(gone[r.entry.id], r)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	var moves []move
	for _, r := range records {
		candidates := gone[r.newID()]
		if r.want != nil && r.entry != nil {
			candidates = slices.DeleteFunc(slices.Clone(gone[r.want.ID]), func(from *record) bool { return !from.strays() })
		}
		if len(candidates) > 0 {
			moves = append(moves, move{from: slices.MinFunc(candidates, byState), to: r})
		}
	}
	return moves
}

// strays reports whether a file that has another path now is at its old one with edits: one branch
// renamed what the other one edited.
func (r *record) strays() bool {
	return r.entry.state == managed && r.disk.kind == regular && !r.same(r.disk.data, r.entry.base)
}

// newID returns the ID of a wanted file that the state does not know, else "".
func (r *record) newID() string {
	if r.want == nil || r.entry != nil {
		return ""
	}
	return r.want.ID
}

// byState prefers the entry that is still managed: an orphan may have left its ID to
// the file that took its place.
func byState(a, b *record) int {
	rank := func(r *record) int {
		return slices.Index([]entryState{managed, deleted, orphan}, r.entry.state)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.path, b.path))
}

// move decides about both paths of a move, or leaves them to be decided one by one.
//
// Apply writes the new path and then deletes the old one, so an interrupted move
// shows as two equal files, or as the new one alone: both count as moved. A user who
// moves the file first, by hand, meets the same rules.
func (c *comparison) move(m move) {
	from, to := m.from.disk.kind, m.to.disk.kind
	if m.to.entry != nil {
		c.unite(m)
		return
	}
	switch {
	case from == obstructed || from == hidden:
		// The new path starts afresh; the old one is kept as an orphan.
	case to == obstructed || to == hidden:
		c.stay(m) // the new path is refused
	case to == absent && from == regular:
		c.carry(m)
	case to == absent && m.from.entry.state != orphan:
		c.arrive(m) // the user deleted it: it stays deleted
	case from == absent && m.from.entry.state == managed:
		c.arrive(m)
	case from == absent:
		// The old file was given up; the new path starts afresh.
	case bytes.Equal(m.to.disk.data, m.from.disk.data):
		c.arrive(m)
		c.clear(m)
	case m.to.same(m.to.disk.data, m.to.want.Content):
		c.arrive(m)
		m.from.settled = false // edited or not, what is left there is an orphan
	case m.to.decide(c.options).state == StateForeign:
		c.stay(m) // the plan is blocked
	default:
		// A rule of the user's, or his word, settles the new path by itself.
	}
}

// at returns the new path's record as if the state knew it, with what is on disk.
func (m move) at(d disk) *record {
	return &record{path: m.to.path, want: m.to.want, entry: m.from.entry, archive: m.from.archive, disk: d}
}

// stay keeps the old entry; the plan is blocked at the new path.
func (c *comparison) stay(m move) {
	m.from.settled = true
	c.keep(m.from, m.from.entry)
}

// arrive decides about the new path by what is there.
func (c *comparison) arrive(m move) {
	m.from.settled, m.to.settled = true, true
	r := m.at(m.to.disk)
	change := c.change(r, r.decide(c.options))
	change.From = m.from.path
	c.add(change)
}

// unite merges the edits that the old path holds into the file at the new one. Where both collide,
// a person decides, as with any other merge.
func (c *comparison) unite(m move) {
	v, policy := m.to.decide(c.options), c.options.policy(m.to.path)
	if (policy == PolicyKeep || policy == PolicyCreateOnly) && !c.options.Restore[m.to.path] {
		c.apart(m, policy)
		return
	}
	gives := policy == PolicyOverwrite || c.options.Restore[m.to.path] // edits would be gone with the next run
	if m.to.disk.kind != regular || v.data == nil || v.conflicts != nil || gives {
		return
	}
	out := m.join(normal(v.data), c.options.accept(m.to.path))
	m.from.settled, m.to.settled = true, true
	switch {
	case len(out.Conflicts) == 0:
		v.data = restyle(out.Text, m.to.disk.data)
		v.state, v.reason = m.to.judge(v)
	case c.options.Markers && out.Marked != nil:
		v.data, v.conflicts = restyle(out.Marked, m.to.disk.data), out.Conflicts
		v.state, v.reason = StateMarked, bothChanged
	default:
		c.keep(m.from, m.from.entry)
		c.add(c.change(m.to, verdict{state: StateConflict, keep: m.to.entry, conflicts: out.Conflicts,
			reason: "its former file " + m.from.path + " has edits of yours that collide with it; bring them here and delete that file"}))
		return
	}
	change := c.change(m.to, v)
	change.Reason += ", with what you changed in " + m.from.path
	c.add(change)
	c.clear(m)
}

// apart keeps the edits at the old path where they are: a rule makes the file at the new one a person's own, which
// wavewright never changes.
func (c *comparison) apart(m move, policy Policy) {
	m.from.settled = true
	v := m.from.decide(c.options)
	v.reason += "; it is generated at " + m.to.path + " now, which files." + string(policy) + " leaves as it is: bring your edits there yourself, and delete this file"
	c.add(c.change(m.from, v))
}

// join merges the edits at the old path with the text for the new one, which may have edits, too.
// What a person accepts is between his edits and the rendering: where edits collide with edits, he
// decides himself.
func (m move) join(text []byte, accept merge.Side) merge.Outcome {
	in := merge.Input{Path: m.to.path, Base: normal(m.from.entry.base), Mine: normal(m.from.disk.data), Theirs: text}
	if accept == merge.Neither {
		return merge.Merge(in)
	}
	in.Theirs, in.Accept = normal(m.to.want.Content), accept
	settled := merge.Merge(in)
	if len(settled.Conflicts) > 0 {
		return settled
	}
	return merge.Merge(merge.Input{Path: in.Path, Base: in.Theirs, Mine: settled.Text, Theirs: text})
}

// clear deletes the old file, whose text the one at the new path has.
func (c *comparison) clear(m move) {
	c.enterLeaving(m.from)
	c.add(Change{
		Path: m.from.path, ID: m.from.entry.id, State: StateOrphan, Action: ActionDelete,
		Reason: "moved to " + m.to.path, Disk: m.from.disk.data, Base: m.from.entry.base, seen: m.from.disk.stamp,
	})
}

// carry brings the file from its old path to its new one, where nothing is.
func (c *comparison) carry(m move) {
	m.from.settled, m.to.settled = true, true
	r := m.at(m.from.disk)
	v := r.decide(c.options)
	change := c.change(r, v)
	change.From, change.seen, change.seenFrom = m.from.path, stamp{}, m.from.disk.stamp
	if !change.Conflict() && !change.Refusal() {
		change.Reason = "moved from " + m.from.path
		if !r.same(v.data, m.to.want.Content) {
			change.Reason += ", with what you changed"
		}
		c.enter(r, v)
		c.enterLeaving(m.from)
		if change.Action = ActionMove; v.state != StateMarked {
			change.State = StateMoved
		}
		change.New, change.Disk, change.Base = v.data, m.from.disk.data, m.from.entry.base
	}
	c.add(change)
}
