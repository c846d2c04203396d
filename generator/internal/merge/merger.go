package merge

import (
	"slices"
	"strings"
)

// merger is one merge line by line.
type merger struct {
	in                 Input
	base, mine, theirs text
	regions            []region
	yaml               bool
}

func newMerger(in Input) *merger {
	m := &merger{in: in, base: split(in.Base), mine: split(in.Mine), theirs: split(in.Theirs)}
	m.yaml = strings.HasSuffix(in.Path, ".yaml") || strings.HasSuffix(in.Path, ".yml")
	m.regions = weave(len(m.base.lines), script(m.base.lines, m.mine.lines), script(m.base.lines, m.theirs.lines))
	return m
}

// piece is the result of one region: lines of the merge, or a conflict between common
// lines.
type piece struct {
	before, after []string // of a piece without conflict all its lines are before
	clash         *region  // the lines in between, nil for no conflict
	joined        bool     // the lines are not one side's, but joined of a list's items
	accepted      bool     // the lines are those of the side that wins
}

// run merges. When verification rejects joined lists, they stay conflicts.
func (m *merger) run() Outcome {
	pieces := m.settle(m.yaml)
	if slices.ContainsFunc(pieces, piece.isJoined) && !m.joins() {
		pieces = m.settle(false)
	}
	return m.checked(pieces, m.assemble(pieces))
}

// joins reports whether joined lists pass verification, whichever side wins the conflicts beside
// them: a text with markers holds the same lists as the text for which a person takes one side.
func (m *merger) joins() bool {
	if !readable(m.in.Base, m.in.Mine, m.in.Theirs) {
		return false // nobody could verify what was joined
	}
	for _, side := range []Side{Mine, Theirs} {
		with := *m
		with.in.Accept = side
		pieces := with.settle(true)
		if with.checked(pieces, with.assemble(pieces)).Text == nil {
			return false
		}
	}
	return true
}

func (p piece) isJoined() bool { return p.joined }

// checked returns an outcome, or a conflict when its text fails verification.
func (m *merger) checked(pieces []piece, out Outcome) Outcome {
	if out.Text == nil || !m.yaml {
		return out
	}
	if reason := m.check(pieces, out.Text); reason != "" {
		return Outcome{Conflicts: []Conflict{{Reason: reason}}}
	}
	return out
}

// settle resolves each region.
func (m *merger) settle(joining bool) []piece {
	pieces := make([]piece, len(m.regions))
	for i, r := range m.regions {
		pieces[i] = m.piece(r, joining)
	}
	return pieces
}

func (m *merger) piece(r region, joining bool) piece {
	mine, theirs := r.mine.of(m.mine.lines), r.theirs.of(m.theirs.lines)
	switch {
	case !r.byMine, slices.Equal(mine, theirs):
		return piece{before: theirs}
	case !r.byTheirs:
		return piece{before: mine}
	}
	p := m.tighten(r)
	if joining {
		lines, ok := m.join(*p.clash)
		if !ok {
			lines, ok = m.follow(*p.clash)
		}
		if ok {
			return piece{before: slices.Concat(p.before, lines, p.after), joined: true}
		}
	}
	switch m.in.Accept {
	case Mine:
		return piece{before: mine, accepted: true}
	case Theirs:
		return piece{before: theirs, accepted: true}
	}
	return p
}

// tighten removes the lines from a conflict that both sides begin or end with. The base
// loses those that it shares with them.
func (m *merger) tighten(r region) piece {
	base, mine, theirs := r.base.of(m.base.lines), r.mine.of(m.mine.lines), r.theirs.of(m.theirs.lines)
	head := commonHead(mine, theirs)
	p := piece{before: mine[:head]}
	baseHead := commonHead(base, p.before)
	mine, theirs, base = mine[head:], theirs[head:], base[baseHead:]
	tail := commonTail(mine, theirs)
	p.after = mine[len(mine)-tail:]
	baseTail := commonTail(base, p.after)
	r.mine = span{r.mine.from + head, r.mine.to - tail}
	r.theirs = span{r.theirs.from + head, r.theirs.to - tail}
	r.base = span{r.base.from + baseHead, r.base.to - baseTail}
	p.clash = &r
	return p
}

func commonHead(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonTail(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// assemble joins the pieces to a text, or to conflicts and a marked text.
func (m *merger) assemble(pieces []piece) Outcome {
	var out Outcome
	result := text{open: mergeOpen(m.base, m.mine, m.theirs)}
	for _, p := range pieces {
		result.lines = append(result.lines, p.before...)
		if p.clash != nil {
			out.Conflicts = append(out.Conflicts, m.conflict(*p.clash))
			result.lines = append(result.lines, m.marked(*p.clash)...)
			result.lines = append(result.lines, p.after...)
		}
	}
	if len(out.Conflicts) == 0 {
		return clean(result.bytes())
	}
	if last := pieces[len(pieces)-1]; last.clash != nil && len(last.after) == 0 {
		result.open = false // the last line is a marker
	}
	out.Marked = result.bytes()
	return out
}

func (m *merger) conflict(r region) Conflict {
	return Conflict{
		Reason: "both changed these lines",
		Base:   excerpt(r.base, m.base),
		Mine:   excerpt(r.mine, m.mine),
		Theirs: excerpt(r.theirs, m.theirs),
	}
}

func excerpt(s span, t text) Excerpt {
	return Excerpt{Line: s.from + 1, Text: join(s.of(t.lines))}
}

// marked returns the three versions of a region with markers around them.
func (m *merger) marked(r region) []string {
	return slices.Concat(
		[]string{"<<<<<<< yours"}, r.mine.of(m.mine.lines),
		[]string{"||||||| last rendering"}, r.base.of(m.base.lines),
		[]string{"======="}, r.theirs.of(m.theirs.lines),
		[]string{">>>>>>> new rendering"},
	)
}

// check verifies a clean merge and returns the reason when it fails, else "". Where one
// side won, check treats the other side's lines as unchanged, because its changes were
// dropped.
func (m *merger) check(pieces []piece, result []byte) string {
	return verify(m.in.Base, m.without(Theirs, m.mine, pieces), m.without(Mine, m.theirs, pieces), result)
}

// without returns a side's version, without its changes where winner is the side
// whose version was accepted.
func (m *merger) without(winner Side, side text, pieces []piece) []byte {
	if m.in.Accept != winner {
		return side.bytes()
	}
	var rest text
	for i, r := range m.regions {
		at := r.mine
		if winner == Mine {
			at = r.theirs
		}
		lines := at.of(side.lines)
		if pieces[i].accepted {
			lines = r.base.of(m.base.lines)
		}
		rest.lines = append(rest.lines, lines...)
	}
	return rest.bytes()
}
