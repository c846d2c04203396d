package merge

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// person edits YAML as people do: so that it stays what it was.
type person struct {
	*rand.Rand
	name  string
	lines []string
	kinds int // of edits, by their numbers
}

const (
	plainEdits = 6
	allEdits   = 9
)

var (
	scalarLine = regexp.MustCompile(`^( *)(- )?([\w./-]+): ([\w./:-]+)$`)
	anyLine    = regexp.MustCompile(`^( *)\S`)
	scalarItem = regexp.MustCompile(`^( *)- [\w./-]+$`)
	anyItem    = regexp.MustCompile(`^ *- \S`)
	namedItem  = regexp.MustCompile(`^( *- name: )`)
)

func (p *person) edit(base string) string {
	p.lines = strings.Split(strings.TrimSuffix(base, "\n"), "\n")
	for range 1 + p.IntN(4) {
		p.once()
	}
	return strings.Join(p.lines, "\n") + "\n"
}

// pick returns the index of a random line that matches, and the parts that match.
func (p *person) pick(re *regexp.Regexp) (int, []string) {
	start := p.IntN(max(1, len(p.lines)))
	for i := range p.lines {
		at := (start + i) % len(p.lines)
		if m := re.FindStringSubmatch(p.lines[at]); m != nil {
			return at, m
		}
	}
	return -1, nil
}

// block is the end of the item that begins at a line.
func (p *person) block(at int) int {
	indent := indentOf(p.lines[at])
	for at++; at < len(p.lines) && indentOf(p.lines[at]) > indent; at++ {
	}
	return at
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func (p *person) once() {
	switch p.IntN(p.kinds) {
	case 0, 1:
		if at, m := p.pick(scalarLine); at >= 0 {
			p.lines[at] = fmt.Sprintf("%s%s%s: %s%d", m[1], m[2], m[3], p.name, p.IntN(100))
		}
	case 2:
		if at, m := p.pick(scalarLine); at >= 0 {
			pad := m[1] + strings.Repeat(" ", len(m[2]))
			p.lines = slices.Insert(p.lines, at+1, fmt.Sprintf("%s%s%d: null", pad, p.name, p.IntN(1000)))
		}
	case 3:
		if at, m := p.pick(anyLine); at >= 0 {
			p.lines = slices.Insert(p.lines, at, m[1]+"# a word of "+p.name)
		}
	case 8: // the order of scalars
		at, m := p.pick(scalarItem)
		if at > 0 && strings.HasPrefix(p.lines[at-1], m[1]+"- ") && p.block(at-1) == at {
			p.lines[at], p.lines[at-1] = p.lines[at-1], p.lines[at]
		}
	case 5:
		if at, m := p.pick(scalarItem); at >= 0 {
			p.lines = slices.Insert(p.lines, at+p.IntN(2), fmt.Sprintf("%s- %s%d", m[1], p.name, p.IntN(1000)))
		}
	case 4: // an item goes
		if at, _ := p.pick(anyItem); at > 0 {
			p.lines = slices.Delete(p.lines, at, p.block(at))
		}
	case 7: // another item like this one
		if at, m := p.pick(namedItem); at >= 0 {
			to := p.block(at)
			another := slices.Clone(p.lines[at:to])
			another[0] = fmt.Sprintf("%s%s%d", m[1], p.name, p.IntN(1000))
			p.lines = slices.Insert(p.lines, to, another...)
		}
	case 6: // an item goes up
		at, _ := p.pick(anyItem)
		if at < 0 {
			return
		}
		to := p.block(at)
		if to < len(p.lines) && indentOf(p.lines[to]) == indentOf(p.lines[at]) && strings.HasPrefix(strings.TrimLeft(p.lines[to], " "), "- ") {
			end := p.block(to)
			p.lines = slices.Concat(p.lines[:at], p.lines[to:end], p.lines[at:to], p.lines[end:])
		}
	}
}

// TestSensibleEdits has two people edit real files so that they stay valid. What is
// clean line by line then is next to always right and must not be doubted, unless one
// moves or copies lines and the other changes them.
func TestSensibleEdits(t *testing.T) {
	texts, pairs := golden(t), 2000
	if testing.Short() {
		pairs = 400
	}
	for name, test := range map[string]struct{ kinds, permille int }{
		"values, keys, comments and items": {plainEdits, 4},
		"moves and copies too":             {allEdits, 14},
	} {
		t.Run(name, func(t *testing.T) {
			doubts := 0
			for i := range pairs {
				r := rand.New(rand.NewPCG(11, uint64(i)))
				base := texts[r.IntN(len(texts))]
				me, you := person{Rand: r, name: "me", kinds: test.kinds}, person{Rand: r, name: "you", kinds: test.kinds}
				mine, theirs := me.edit(base), you.edit(base)
				out := merge(base, mine, theirs)
				if out.Text == nil && out.Marked == nil {
					doubts++
					t.Logf("pair %d: %s", i, out.Conflicts[0].Reason)
				}
				if out.Text != nil && test.kinds == plainEdits {
					noticed(t, i, base, mine, theirs, string(out.Text))
				}
			}
			if doubts*1000 > test.permille*pairs {
				t.Errorf("%d of %d merges are in doubt", doubts, pairs)
			}
		})
	}
}

// noticed wants the check to notice when what one side alone did is not in the merge.
func noticed(t *testing.T, i int, base, mine, theirs, merged string) {
	t.Helper()
	r := reader{ids: map[string]string{}}
	id := map[string]string{}
	for _, text := range []string{base, mine, theirs, merged} {
		n, err := r.read([]byte(text))
		if err != nil {
			return
		}
		id[text] = n.id
	}
	for _, wrong := range []string{base, mine, theirs} {
		if id[wrong] != id[merged] && verify([]byte(base), []byte(mine), []byte(theirs), []byte(wrong)) == "" {
			t.Errorf("pair %d: nobody misses a change", i)
		}
	}
}

// TestSensibleEditsOfBlocks has two people edit the lines of one block scalar, which is a single
// value: that a line of either is missing, or that one is back that either took away, is noticed.
func TestSensibleEditsOfBlocks(t *testing.T) {
	clean := 0
	for i := range 500 {
		r := rand.New(rand.NewPCG(12, uint64(i)))
		lines := make([]string, 24)
		for at := range lines {
			lines[at] = []string{fmt.Sprintf("    key-%d = 1", at), "    end", ""}[max(0, at%4-1)]
		}
		text := func(lines []string) string {
			return "data:\n  app.conf: |\n" + strings.Join(lines, "\n") + "\n  last: x\n"
		}
		edited := func(name string) string {
			mine := slices.Clone(lines)
			for range 1 + r.IntN(3) {
				switch at := r.IntN(len(mine)); {
				case !strings.Contains(mine[at], "key"):
				case r.IntN(3) == 0:
					mine = slices.Delete(mine, at, at+1)
				case r.IntN(2) == 0:
					mine[at] = "    " + name + "-" + mine[at][4:]
				default:
					mine = slices.Insert(mine, at, fmt.Sprintf("    # %s %d", name, r.IntN(1000)))
				}
			}
			return text(mine)
		}
		base, mine, theirs := text(lines), edited("me"), edited("you")
		out := merge(base, mine, theirs)
		if out.Text == nil && out.Marked == nil {
			t.Errorf("pair %d is in doubt: %s", i, out.Conflicts[0].Reason)
		}
		if out.Text != nil {
			clean++
			noticed(t, i, base, mine, theirs, string(out.Text))
		}
	}
	if clean < 100 {
		t.Errorf("only %d merges are clean", clean)
	}
}
