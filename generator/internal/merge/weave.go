package merge

import (
	"bytes"
	"strings"
)

// span is the run of lines [from, to).
type span struct{ from, to int }

func (s span) of(lines []string) []string { return lines[s.from:s.to] }

// region is a run of lines that belongs together in all three versions.
type region struct {
	base, mine, theirs span
	// byMine and byTheirs are set for the sides that changed it.
	byMine, byTheirs bool
}

// weave cuts the three versions into regions, given the number of lines of the base and the
// changes of both sides. As in git, changes of both sides that overlap or touch are one
// region: an unchanged line lies between two regions.
func weave(lines int, mine, theirs []hunk) []region {
	w := weaver{mine: cursor{hunks: mine}, theirs: cursor{hunks: theirs}}
	for at := 0; ; {
		from := min(w.mine.next(lines), w.theirs.next(lines))
		w.unchanged(at, from)
		if w.mine.done() && w.theirs.done() {
			return w.regions
		}
		at = w.changed(from)
	}
}

type weaver struct {
	mine, theirs cursor
	regions      []region
}

func (w *weaver) unchanged(from, to int) {
	if from < to {
		w.regions = append(w.regions, region{
			base:   span{from, to},
			mine:   span{from + w.mine.shift, to + w.mine.shift},
			theirs: span{from + w.theirs.shift, to + w.theirs.shift},
		})
	}
}

// changed adds the region that begins with the next change, and returns its end.
func (w *weaver) changed(from int) int {
	r := region{
		base:   span{from, from},
		mine:   span{from: from + w.mine.shift},
		theirs: span{from: from + w.theirs.shift},
	}
	for grown := true; grown; {
		mine, theirs := w.mine.take(&r.base.to), w.theirs.take(&r.base.to)
		r.byMine, r.byTheirs = r.byMine || mine, r.byTheirs || theirs
		grown = mine || theirs
	}
	r.mine.to, r.theirs.to = r.base.to+w.mine.shift, r.base.to+w.theirs.shift
	w.regions = append(w.regions, r)
	return r.base.to
}

// cursor iterates over the changes of one side.
type cursor struct {
	hunks []hunk // those that are left
	// shift is how many lines the side is ahead of the base.
	shift int
}

func (c *cursor) done() bool { return len(c.hunks) == 0 }

// next is the line of the base at which the next change begins.
func (c *cursor) next(end int) int {
	if c.done() {
		return end
	}
	return c.hunks[0].from
}

// take consumes the next change if it begins at to or before, and moves to to its end.
func (c *cursor) take(to *int) bool {
	if c.done() || c.hunks[0].from > *to {
		return false
	}
	h := c.hunks[0]
	c.hunks, c.shift, *to = c.hunks[1:], h.end-h.to, max(*to, h.to)
	return true
}

// text is a file as lines without their ends. A field of its own holds whether the last
// line has an end, so that an editor that drops it does not change the last line.
type text struct {
	lines []string
	// open is whether the last line lacks its end.
	open bool
}

func split(content []byte) text {
	if len(content) == 0 {
		return text{}
	}
	s, ended := strings.CutSuffix(string(content), "\n")
	return text{lines: strings.Split(s, "\n"), open: !ended}
}

func (t text) bytes() []byte {
	joined := join(t.lines)
	if t.open {
		joined = bytes.TrimSuffix(joined, []byte("\n"))
	}
	return joined
}

// join returns the lines, each with its end.
func join(lines []string) []byte {
	var joined []byte
	for _, line := range lines {
		joined = append(append(joined, line...), '\n')
	}
	return joined
}

// mergeOpen merges whether the last line lacks its end. Two changes of a bit are the
// same change.
func mergeOpen(base, mine, theirs text) bool {
	if mine.open != base.open {
		return mine.open
	}
	return theirs.open
}
