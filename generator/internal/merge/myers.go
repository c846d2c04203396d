package merge

// maxCost bounds the search for a shortest script: two long texts without much in
// common are compared roughly.
const maxCost = 1 << 9

// compare marks the lines that are not in a common subsequence of two versions, which
// is a longest one but for the lines that shorten leaves out.
func compare(a, b version, known int) {
	left := shorten(a, b.occurrences(known))
	right := shorten(b, a.occurrences(known))
	size := len(left) + len(right) + 3
	m := myers{
		a: a, b: b, left: left, right: right,
		forward: make([]int, size), backward: make([]int, size), zero: len(right) + 1,
	}
	m.compare(box{0, len(left), 0, len(right)})
}

func (v version) occurrences(known int) []int {
	counts := make([]int, known)
	for _, id := range v.ids {
		counts[id]++
	}
	return counts
}

// shorten returns the indexes of the lines that are worth comparing, and marks the
// others as changed: lines that the other version does not have at all, and lines
// among those that it has so often that finding them there says nothing.
func shorten(v version, occurrences []int) []int {
	often := roughRoot(len(v.ids))
	var left []int
	for i, id := range v.ids {
		n := occurrences[id]
		if n == 0 || n >= often && v.lost(i, occurrences, often) {
			v.changed[i] = true
			continue
		}
		left = append(left, i)
	}
	return left
}

// roughRoot is a power of two, between one and two times the square root or so.
func roughRoot(n int) int {
	root := 1
	for ; n > 0; n >>= 2 {
		root <<= 1
	}
	return min(root, 1<<10)
}

// lost reports whether a line that occurs often is amid lines that do not occur: on
// both sides some, before the next line that occurs seldom, and three times as many
// as there are lines that occur often.
func (v version) lost(at int, occurrences []int, often int) bool {
	none, many := 0, 0
	for _, step := range []int{-1, 1} {
		before := none
		for i := at + step; i >= max(0, at-100) && i < min(len(v.ids), at+101); i += step {
			n := occurrences[v.ids[i]]
			if n > 0 && n < often {
				break
			}
			if n == 0 {
				none++
			} else {
				many++
			}
		}
		if none == before {
			return false
		}
	}
	return 4*(many+2) < none+many+2
}

// myers finds a longest common subsequence in linear space (Myers, "An O(ND)
// difference algorithm and its variations", 1986). A point (x, y) is before line x of
// left and line y of right; it is on the diagonal x-y.
type myers struct {
	a, b        version
	left, right []int // indexes of lines
	// forward and backward are how far x got on each diagonal, counted from zero on.
	forward, backward []int
	zero              int
}

// box is a part of both versions to compare.
type box struct{ x0, x1, y0, y1 int }

func (m *myers) same(x, y int) bool { return m.a.ids[m.left[x]] == m.b.ids[m.right[y]] }

func (m *myers) compare(b box) {
	for b.x0 < b.x1 && b.y0 < b.y1 && m.same(b.x0, b.y0) {
		b.x0, b.y0 = b.x0+1, b.y0+1
	}
	for b.x0 < b.x1 && b.y0 < b.y1 && m.same(b.x1-1, b.y1-1) {
		b.x1, b.y1 = b.x1-1, b.y1-1
	}
	if b.x0 == b.x1 || b.y0 == b.y1 {
		mark(m.a.changed, m.left[b.x0:b.x1])
		mark(m.b.changed, m.right[b.y0:b.y1])
		return
	}
	x, y := m.split(b)
	m.compare(box{b.x0, x, b.y0, y})
	m.compare(box{x, b.x1, y, b.y1})
}

func mark(changed []bool, lines []int) {
	for _, i := range lines {
		changed[i] = true
	}
}

// fan is a range of diagonals that a search has reached.
type fan struct{ low, high int }

// widen extends a fan by one diagonal on both ends, or narrows it by one at the border of
// the box. The diagonals beyond get a value from which no path continues.
func (f *fan) widen(b box, reached []int, zero, never int) {
	if f.low > b.x0-b.y1 {
		f.low--
		reached[zero+f.low-1] = never
	} else {
		f.low++
	}
	if f.high < b.x1-b.y0 {
		f.high++
		reached[zero+f.high+1] = never
	} else {
		f.high--
	}
}

// split returns a point in the middle of a shortest script for the box.
func (m *myers) split(b box) (x, y int) {
	start, end := b.x0-b.y0, b.x1-b.y1
	m.forward[m.zero+start], m.backward[m.zero+end] = b.x0, b.x1
	ahead, back := fan{start, start}, fan{end, end}
	odd := (start-end)%2 != 0
	for range maxCost {
		ahead.widen(b, m.forward, m.zero, -1)
		for k := ahead.high; k >= ahead.low; k -= 2 {
			x := m.stepForward(b, k)
			if odd && back.low <= k && k <= back.high && m.backward[m.zero+k] <= x {
				return x, x - k
			}
		}
		back.widen(b, m.backward, m.zero, b.x1+1)
		for k := back.high; k >= back.low; k -= 2 {
			x := m.stepBackward(b, k)
			if !odd && ahead.low <= k && k <= ahead.high && x <= m.forward[m.zero+k] {
				return x, x - k
			}
		}
	}
	return m.farthest(b, ahead)
}

// stepForward extends the paths from the start by one change, onto diagonal k.
func (m *myers) stepForward(b box, k int) int {
	at := m.zero + k
	x := m.forward[at+1]
	if m.forward[at-1] >= x {
		x = m.forward[at-1] + 1
	}
	for x < b.x1 && x-k < b.y1 && m.same(x, x-k) {
		x++
	}
	m.forward[at] = x
	return x
}

// stepBackward extends the paths from the end by one change, onto diagonal k.
func (m *myers) stepBackward(b box, k int) int {
	at := m.zero + k
	x := m.backward[at+1] - 1
	if m.backward[at-1] <= x {
		x = m.backward[at-1]
	}
	for x > b.x0 && x-k > b.y0 && m.same(x-1, x-k-1) {
		x--
	}
	m.backward[at] = x
	return x
}

// farthest returns the farthest point of the search from the start.
func (m *myers) farthest(b box, ahead fan) (x, y int) {
	for k := ahead.high; k >= ahead.low; k -= 2 {
		px := min(m.forward[m.zero+k], b.x1)
		if py := min(px-k, b.y1); px+py > x+y {
			x, y = py+k, py
		}
	}
	return x, y
}
