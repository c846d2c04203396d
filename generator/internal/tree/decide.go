package tree

import "bytes"

// verdict is the decision about one file.
type verdict struct {
	state  State
	reason string
	// data and exec are what is to be on disk afterwards; meaningless when blocked
	// and where there is to be no file.
	data []byte
	exec bool
	// keep is the entry afterwards; nil for none.
	keep *entry
}

// decide compares the three versions of the file at r's path. It is pure.
func (r *record) decide() verdict {
	switch {
	case r.want == nil:
		return decideOrphan(r.entry, r.disk)
	case r.disk.kind == obstructed:
		return verdict{state: StateObstructed, keep: r.entry, reason: kindOf(r.disk.info.Mode()) +
			" is in the place of this file; it is never followed or replaced: remove it, or stop generating the file"}
	case r.entry == nil, r.entry.state == orphan && r.disk.kind == absent:
		return r.decideUnknown() // an orphan that was cleaned away is as good as unknown
	case r.disk.kind == absent:
		return r.decideDeleted()
	}
	return r.decideKnown()
}

// decideOrphan is about a file that is no longer generated.
func decideOrphan(e *entry, d disk) verdict {
	kept := *e
	kept.state = orphan
	switch {
	case d.kind == absent || d.kind == hidden:
		return verdict{state: StateForgotten, reason: "no longer generated, and gone already"}
	case d.kind == obstructed:
		return verdict{state: StateOrphanEdited, keep: &kept, reason: "no longer generated; kept, because " + kindOf(d.info.Mode()) + " is in its place"}
	case same(d.data, e.base) && d.exec == e.exec:
		return verdict{state: StateOrphan, reason: "no longer generated"}
	}
	return verdict{state: StateOrphanEdited, keep: &kept, reason: "no longer generated; kept, because you edited it"}
}

// decideUnknown is about a wanted file that is not in the state.
func (r *record) decideUnknown() verdict {
	kept := r.managed()
	v := verdict{keep: &kept, data: r.want.Content, exec: r.want.Executable}
	switch {
	case r.disk.kind == absent:
		v.state, v.reason = StateNew, "new"
	case same(r.disk.data, r.want.Content):
		v.state, v.reason = StateAdopted, "was here already with this text"
		v.data, v.exec = r.disk.data, r.disk.exec
	default:
		v = verdict{state: StateForeign, reason: "exists and was not written by wavewright; it is never overwritten"}
	}
	return v
}

// decideDeleted is about a file that the user deleted. Its base stays as it was, so
// that the file is recognised should it come back.
func (r *record) decideDeleted() verdict {
	kept := *r.entry
	kept.path, kept.id, kept.state = r.path, r.want.ID, deleted
	reason := "you deleted it; it stays deleted"
	if !same(r.want.Content, kept.base) {
		reason = "you deleted it; it stays deleted, although its rendering has changed since"
	}
	return verdict{state: StateUserDeleted, keep: &kept, reason: reason}
}

// decideKnown is about a wanted file that is in the state and on disk. Text and
// execute bit are merged each by itself: a bit that both sides changed is equal.
func (r *record) decideKnown() verdict {
	n, b, d := r.want, r.entry, r.disk
	if edited := !same(d.data, b.base) && !same(d.data, n.Content); edited {
		switch {
		case unresolved(d.data) && !unresolved(b.base) && !unresolved(n.Content):
			return verdict{state: StateUnresolved, keep: b, reason: "holds git conflict markers; resolve them first"}
		case !same(n.Content, b.base):
			return verdict{state: StateConflict, keep: b, reason: "changed by you and by its new rendering"}
		}
	}
	kept := r.managed()
	if bytes.Equal(kept.base, b.base) {
		kept.next = b.next
	}
	v := verdict{keep: &kept, data: mergeText(n.Content, b.base, d.data), exec: n.Executable}
	if d.exec != b.exec {
		v.exec = d.exec
	}
	v.state, v.reason = r.judge(v)
	return v
}

// mergeText returns the text that belongs on disk when at most one side changed it.
func mergeText(n, b, d []byte) []byte {
	switch {
	case bytes.Equal(d, b):
		return n // untouched: even a change of line ends is ours to make
	case same(d, n):
		return d
	case same(d, b):
		return restyle(n, d)
	}
	return d
}

// judge names what mergeText and the execute bit come to.
func (r *record) judge(v verdict) (State, string) {
	n, b, d := r.want, r.entry, r.disk
	edited := !same(v.data, n.Content) || v.exec != n.Executable
	switch {
	case !bytes.Equal(v.data, d.data) || v.exec != d.exec:
		if edited {
			return StateUpdate, "its rendering changed; what you changed is kept"
		}
		return StateUpdate, "its rendering changed"
	case edited:
		return StateUserModified, "you edited it; your version is kept"
	case !bytes.Equal(n.Content, b.base) || n.Executable != b.exec:
		return StateConverged, "has its new text already"
	}
	return StateUnchanged, ""
}
