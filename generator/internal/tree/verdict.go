package tree

import (
	"bytes"

	"github.com/wavewright/wavewright/generator/internal/merge"
)

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
	// conflicts are the places that both sides changed.
	conflicts []merge.Conflict
	// behind marks a kept file whose rendering has changed since.
	behind bool
}

// decide compares the three versions of the file at r's path. It is pure.
func (r *record) decide(o *Options) verdict {
	policy := o.policy(r.path)
	switch {
	case r.want == nil:
		return r.decideOrphan(o, policy)
	case r.disk.kind == obstructed:
		return verdict{state: StateObstructed, keep: r.entry, reason: kindOf(r.disk.mode) +
			" is in the place of this file; it is never followed or replaced: remove it, or stop generating the file"}
	case policy == PolicyOverwrite, o.Restore[r.path] && (r.entry != nil || r.disk.kind == absent):
		return r.rewrite(o)
	case policy == PolicyKeep, policy == PolicyCreateOnly && (r.entry != nil || r.disk.kind == regular):
		return r.leave(policy)
	case r.entry == nil, r.entry.state == orphan && r.disk.kind == absent:
		return r.decideUnknown(o) // an orphan that was cleaned away is as good as unknown
	case r.disk.kind == absent:
		return r.decideDeleted()
	}
	return r.decideKnown(o)
}

// missing reports whether a wanted file is not on disk and stays so, which its content has
// no say in.
func (r *record) missing(o *Options) bool {
	policy := o.policy(r.path)
	switch {
	case r.want == nil || r.disk.kind != absent || policy == PolicyOverwrite || o.Restore[r.path]:
		return false
	case policy == PolicyKeep:
		return true
	case r.entry == nil:
		return false
	}
	return r.entry.state != orphan || policy == PolicyCreateOnly
}

// decideOrphan is about a file that is no longer generated.
func (r *record) decideOrphan(o *Options, policy Policy) verdict {
	e, d := r.entry, r.disk
	kept := *e
	kept.state = orphan
	switch {
	case d.kind == absent || d.kind == hidden:
		return verdict{state: StateForgotten, reason: "no longer generated, and gone already"}
	case o.Drop[r.path]:
		return verdict{state: StateDropped, reason: "no longer generated; it is yours from now on"}
	case policy == PolicyKeep || policy == PolicyCreateOnly:
		return verdict{state: StateDropped, reason: "no longer generated; files." + string(policy) + " makes it yours"}
	case d.kind == obstructed:
		return verdict{state: StateOrphanEdited, keep: &kept, reason: "no longer generated; kept, because " + kindOf(d.mode) + " is in its place"}
	case r.same(d.data, e.base) && d.exec == e.exec:
		return verdict{state: StateOrphan, reason: "no longer generated"}
	}
	return verdict{state: StateOrphanEdited, keep: &kept, reason: "no longer generated; kept, because you edited it"}
}

// rewrite is about a file that gets its rendering whatever is there.
func (r *record) rewrite(o *Options) verdict {
	kept, n, d := r.managed(), r.want, r.disk
	v := verdict{keep: &kept, data: n.Content, exec: n.Executable, state: StateUpdate, reason: "its rendering changed"}
	switch {
	case d.kind == absent:
		v.state, v.reason = StateNew, "new"
		if r.entry != nil {
			v.reason = "written again, though you deleted it"
		}
	case r.same(d.data, n.Content) && d.exec == n.Executable && r.entry == nil:
		return r.decideUnknown(o)
	case r.same(d.data, n.Content) && d.exec == n.Executable:
		v.data = d.data
		v.state, v.reason = r.judge(v)
	case r.entry == nil || !r.same(d.data, r.entry.base) || d.exec != r.entry.exec:
		v.state, v.reason = StateOverwritten, "files.overwrite: what was there gives way"
		if o.Restore[r.path] {
			v.reason = "restored: what was there gives way"
		}
	default:
		v.data = r.mergeText(n.Content, r.entry.base, d.data)
	}
	return v
}

// leave is about a file that stays as it is. The entry keeps the base as it was, so
// that all that was missed is merged once the rule is gone.
func (r *record) leave(policy Policy) verdict {
	v := verdict{state: StateKept, reason: "files." + string(policy) + ": left as it is", data: r.disk.data, exec: r.disk.exec}
	if r.entry != nil {
		kept := *r.entry
		kept.path, kept.id = r.path, r.want.ID
		v.keep = &kept
	}
	if r.disk.kind == absent {
		v.reason = "files." + string(policy) + ": not there, and not written"
		return v
	}
	switch {
	case r.entry != nil && r.same(r.entry.base, r.want.Content) && r.same(r.disk.data, r.want.Content) && r.disk.exec == r.want.Executable:
		v.state, v.reason = StateUnchanged, ""
	case r.entry != nil && !r.same(r.entry.base, r.want.Content) && !r.same(r.disk.data, r.want.Content):
		v.behind = true
		v.reason += "; its rendering has changed since"
	}
	return v
}

// decideUnknown is about a wanted file that is not in the state.
func (r *record) decideUnknown(o *Options) verdict {
	kept := r.managed()
	v := verdict{keep: &kept, data: r.want.Content, exec: r.want.Executable}
	switch {
	case r.disk.kind == absent:
		v.state, v.reason = StateNew, "new"
	case r.same(r.disk.data, r.want.Content):
		v.state, v.reason = StateAdopted, "was here already with this text"
		v.data, v.exec = r.disk.data, r.disk.exec
	case o.Adopt[r.path]:
		v.state, v.reason = StateAdopted, "adopted; what you have counts as your edit"
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
	if !r.same(r.want.Content, kept.base) {
		reason = "you deleted it; it stays deleted, although its rendering has changed since"
	}
	return verdict{state: StateUserDeleted, keep: &kept, reason: reason}
}

// decideKnown is about a wanted file that is in the state and on disk. Text and
// execute bit are merged each by itself: a bit that both sides changed is equal.
func (r *record) decideKnown(o *Options) verdict {
	n, b, d := r.want, r.entry, r.disk
	edited := !r.same(d.data, b.base) && !r.same(d.data, n.Content)
	if edited && unresolved(d.data) && !unresolved(b.base) && !unresolved(n.Content) {
		if kept := r.managed(); r.recalled && kept.equal(b) {
			return verdict{state: StateMarked, reason: bothChanged, keep: &kept, data: d.data, exec: d.exec}
		}
		return verdict{state: StateUnresolved, keep: b, reason: "holds conflict markers; resolve them first"}
	}
	kept := r.managed()
	v := verdict{keep: &kept, exec: n.Executable}
	if d.exec != b.exec {
		v.exec = d.exec
	}
	if edited && !r.same(n.Content, b.base) {
		return r.mergeInto(v, o)
	}
	v.data = r.mergeText(n.Content, b.base, d.data)
	v.state, v.reason = r.judge(v)
	return v
}

// bothChanged is the reason of a file that gets markers.
const bothChanged = "changed by you and by its new rendering; the markers in it show both"

// mergeInto is about a text that both sides changed.
func (r *record) mergeInto(v verdict, o *Options) verdict {
	d := r.disk.data
	out := merge.Merge(merge.Input{
		Path: r.path, Base: r.normal(r.entry.base), Mine: r.normal(d), Theirs: r.normal(r.want.Content), Accept: o.accept(r.path),
	})
	switch {
	case len(out.Conflicts) == 0:
		v.data = r.restyle(out.Text, d)
		v.state, v.reason = r.judge(v)
	case o.Markers && out.Marked != nil:
		v.data, v.conflicts = r.restyle(out.Marked, d), out.Conflicts
		v.state, v.reason = StateMarked, bothChanged
	default:
		return verdict{state: StateConflict, keep: r.entry, reason: "changed by you and by its new rendering", conflicts: out.Conflicts}
	}
	return v
}

// mergeText returns the text that belongs on disk when at most one side changed it.
func (r *record) mergeText(n, b, d []byte) []byte {
	switch {
	case bytes.Equal(d, b):
		return n // untouched: even a change of line ends is ours to make
	case r.same(d, n):
		return d
	case r.same(d, b):
		return r.restyle(n, d)
	}
	return d
}

// judge names what the new text and the execute bit come to.
func (r *record) judge(v verdict) (State, string) {
	n, b, d := r.want, r.entry, r.disk
	edited := !r.same(v.data, n.Content) || v.exec != n.Executable
	switch {
	case !bytes.Equal(v.data, d.data) || v.exec != d.exec:
		if edited {
			return StateMerged, "its rendering changed; what you changed is kept"
		}
		return StateUpdate, "its rendering changed"
	case edited:
		return StateUserModified, "you edited it; your version is kept"
	case !bytes.Equal(n.Content, b.base) || n.Executable != b.exec:
		return StateConverged, "has its new text already"
	}
	return StateUnchanged, ""
}
