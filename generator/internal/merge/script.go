package merge

// hunk is one change: the base's lines [from, to) became the side's [start, end).
type hunk struct{ from, to, start, end int }

// version is a sequence of lines as numbers, the same for equal lines, and which of
// them the other version does not have.
type version struct {
	ids     []int
	changed []bool
}

// script returns the changes from base to side, in order, with at least one common line
// between two of them. Of several equally short scripts it returns the one that git finds,
// because the choice determines the merge of repeated lines.
func script(base, side []string) []hunk {
	known := map[string]int{}
	a, b := number(base, known), number(side, known)
	compare(a, b, len(known))
	compact(a, b)
	compact(b, a)
	return hunks(a, b)
}

// Origins returns, for each line of side, the index of the line of base that it is, or -1 for a
// line that base does not have there.
func Origins(base, side []string) []int {
	origins := make([]int, 0, len(side))
	at := 0 // in base
	common := func(to int) {
		for ; at < to; at++ {
			origins = append(origins, at)
		}
	}
	for _, h := range script(base, side) {
		common(h.from)
		for at = h.to; len(origins) < h.end; {
			origins = append(origins, -1)
		}
	}
	common(len(base))
	return origins
}

func number(lines []string, known map[string]int) version {
	v := version{ids: make([]int, len(lines)), changed: make([]bool, len(lines)+1)}
	for i, line := range lines {
		id, ok := known[line]
		if !ok {
			id = len(known)
			known[line] = id
		}
		v.ids[i] = id
	}
	return v
}

// hunks derives the changes from the lines that are marked as changed.
func hunks(a, b version) []hunk {
	var hunks []hunk
	for i, j := 0, 0; i < len(a.ids) || j < len(b.ids); i, j = i+1, j+1 {
		h := hunk{from: i, start: j}
		i, j = a.endOf(i), b.endOf(j)
		if h.to, h.end = i, j; h.to > h.from || h.end > h.start {
			hunks = append(hunks, h)
		}
	}
	return hunks
}

// endOf is the first line from i on that is not changed, or the end. There is a mark
// behind the last line, which is never set.
func (v version) endOf(i int) int {
	for v.changed[i] {
		i++
	}
	return i
}

// compact moves groups of changed lines between equal lines: "b" was added to "ab, ab" at
// either of two positions. A group moves down as far as possible, merging with the groups
// that it meets, or else to the last position where the other version has a change, too.
func compact(v, other version) {
	g := group{version: v, gaps: other.gaps()}
	for g.end = v.endOf(0); ; g.advance() {
		if g.start < g.end {
			g.settle()
		}
		if g.end == len(v.ids) {
			return
		}
	}
}

// gaps reports where a version has changed lines: before its first line in common
// with the other one, before its second, and so on.
func (v version) gaps() []bool {
	var gaps []bool
	for i := 0; i <= len(v.ids); i++ {
		end := v.endOf(i)
		gaps = append(gaps, end > i)
		i = end
	}
	return gaps
}

// group is a run of changed lines, possibly empty, that ends before a line in common.
type group struct {
	version
	start, end int
	gap        int    // how many lines in common are before it
	gaps       []bool // where the other version has changes
}

// advance goes on to the next group.
func (g *group) advance() {
	g.start, g.gap = g.end+1, g.gap+1
	g.end = g.endOf(g.start)
}

func (g *group) settle() {
	paired := -1
	for size := 0; size != g.end-g.start; {
		size = g.end - g.start
		for g.up() {
		}
		paired = -1
		for ok := true; ok; ok = g.down() {
			if g.gaps[g.gap] {
				paired = g.end
			}
		}
	}
	for paired >= 0 && !g.gaps[g.gap] && g.up() {
	}
}

// up moves the group up by a line, and takes in the group that it meets.
func (g *group) up() bool {
	if g.start == 0 || g.ids[g.start-1] != g.ids[g.end-1] {
		return false
	}
	g.start, g.end, g.gap = g.start-1, g.end-1, g.gap-1
	g.changed[g.start], g.changed[g.end] = true, false
	for g.start > 0 && g.changed[g.start-1] {
		g.start--
	}
	return true
}

// down moves the group down by a line, and takes in the group that it meets.
func (g *group) down() bool {
	if g.end == len(g.ids) || g.ids[g.start] != g.ids[g.end] {
		return false
	}
	g.changed[g.start], g.changed[g.end] = false, true
	g.start, g.gap = g.start+1, g.gap+1
	g.end = g.endOf(g.end)
	return true
}
