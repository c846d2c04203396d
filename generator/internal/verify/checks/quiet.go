package checks

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Quiet remembers judgements that found nothing, by a hash of all that they read: whoever meets the same again need
// not judge it again. There are two kinds. What looks at one object alone is remembered for each object, with what it
// reads beside it. A rule that compares objects is remembered for the whole repository, but for the tags of images. A nil
// Quiet knows and notes nothing. Any number of goroutines may use it.
type Quiet struct {
	before map[mark]bool
	lock   sync.Mutex
	now    map[mark]bool
}

// mark is a hash of what a judgement reads.
type mark [16]byte

// markOf is the mark of some texts, in order.
func markOf(texts ...[]byte) mark {
	sum := sha256.New()
	for _, text := range texts {
		sum.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
		sum.Write(text)
	}
	return mark(sum.Sum(nil)[:len(mark{})])
}

// NewQuiet reads what [Quiet.Text] wrote.
func NewQuiet(text []byte) *Quiet {
	q := &Quiet{before: map[mark]bool{}, now: map[mark]bool{}}
	for part := range slices.Chunk(text, len(mark{})) {
		if len(part) == len(mark{}) {
			q.before[mark(part)] = true
		}
	}
	return q
}

// Text is what this run has met, to be read by the next one.
func (q *Quiet) Text() []byte {
	all := slices.SortedFunc(maps.Keys(q.now), func(a, b mark) int { return slices.Compare(a[:], b[:]) })
	text := make([]byte, 0, len(all)*len(mark{}))
	for _, m := range all {
		text = append(text, m[:]...)
	}
	return text
}

// knows reports whether a run before has found nothing there.
func (q *Quiet) knows(m mark) bool { return q != nil && q.before[m] }

// note notes that nothing is found there.
func (q *Quiet) note(m mark) {
	if q == nil {
		return
	}
	q.lock.Lock()
	q.now[m] = true
	q.lock.Unlock()
}

// unless judges what was not met before. The judgement reports whether it found nothing.
func (q *Quiet) unless(m mark, judge func() bool) {
	if q.knows(m) || judge() {
		q.note(m)
	}
}

// Judge runs rules on a repository, as [Judge] does. The run before must have run the same rules.
func (q *Quiet) Judge(r *repo.Repository, rules []Rule, progress repo.Progress) []Finding {
	return newWorld(r, q).judgeAll(rules, progress)
}

// lone is an object with its target, for rules that read nothing else.
type lone struct {
	target *target
	object *repo.Object
	mark   mark
}

// lone are the objects about which something may be found.
func (w *world) lone() []lone {
	var all []lone
	everyObject(func(t *target, o *repo.Object, _ *judge) {
		version, declared := t.version()
		l := lone{t, o, markOf([]byte("schema"), fmt.Append(nil, version, declared), o.Digest[:])}
		if w.quiet.knows(l.mark) {
			w.quiet.note(l.mark)
			return
		}
		all = append(all, l)
	})(w, nil)
	return all
}

// everyLone runs a rule that reads an object and the version of its cluster on each object.
func everyLone(rule func(*target, *repo.Object, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		w.lonesome = true
		for _, l := range w.lonely() {
			before := len(out.findings)
			rule(l.target, l.object, out)
			if len(out.findings) > before {
				w.blamed[l.mark] = true
			}
		}
	}
}

// acquit notes the objects about which no rule that looks at them alone has found anything.
func (w *world) acquit() {
	if !w.lonesome {
		return
	}
	for _, l := range w.lonely() {
		if !w.blamed[l.mark] {
			w.quiet.note(l.mark)
		}
	}
}
