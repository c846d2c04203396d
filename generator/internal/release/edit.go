package release

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
)

// Edit returns src, the bytes of releases/<env>.yaml, with pins set: one that is
// there has its lines replaced, a new one is inserted at its sorted place. Every
// other byte stays, so that comments survive and two branches that move different
// pins merge. An empty src gives a new file.
//
// Edit fails when pins hold values that Parse refuses, and when src has faults or is
// laid out (as a flow mapping, say) so that lines cannot be replaced. It never
// returns bytes that read back differently.
func Edit(file string, src []byte, pins []Pin) ([]byte, error) {
	fresh := (*Releases)(nil).With(environmentOf(file), pins).Encode()
	if _, list := Parse(file, fresh); list.HasErrors() {
		return nil, fmt.Errorf("edit %s: a pin cannot be written: %s: %s", file, list[0].Summary, list[0].Detail)
	}
	if len(bytes.TrimSpace(src)) == 0 {
		return fresh, nil
	}
	d, root := open(file, src)
	old := d.releases(root)
	if d.list.HasErrors() {
		return nil, fmt.Errorf("edit %s: the file has errors", file)
	}
	want := old.With(old.Environment, pins)
	out := splice(src, editsFor(newTextLines(src, root.Value), old, pins))
	if err := lost(src, out); err != nil {
		return nil, fmt.Errorf("edit %s: %w", file, err)
	}
	if got, list := Parse(file, out); list.HasErrors() || !got.Equal(want) {
		return nil, fmt.Errorf("edit %s: its layout cannot be edited in place: write every pin as an indented block with one field on a line", file)
	}
	return out, nil
}

// Record writes into pins what a person has decided about their objects: the objects by the path
// of the element.
func Record(file string, src []byte, decided map[string][]string) ([]byte, error) {
	old, list := Parse(file, src)
	if list.HasErrors() {
		return nil, fmt.Errorf("edit %s: the file has errors", file)
	}
	var pins []Pin
	for _, pin := range old.Pins {
		if objects := decided[pin.Element.Get("path")]; len(objects) > 0 {
			pin.Replaces = slices.Clone(objects)
			slices.Sort(pin.Replaces)
			pin.Replaces = slices.Compact(pin.Replaces)
			pins = append(pins, pin)
		}
	}
	if len(pins) == 0 {
		return src, nil
	}
	return Edit(file, src, pins)
}

// edit replaces lines [from, to) of a file; from equals to for an insertion.
type edit struct {
	from, to int
	text     string
}

// splice applies edits, which do not overlap and are in the order of their pins.
func splice(src []byte, edits []edit) []byte {
	eol := "\n"
	if bytes.Contains(src, []byte("\r\n")) {
		eol = "\r\n"
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var out bytes.Buffer
	lines, at := splitLines(src, eol), 0
	for _, e := range edits {
		out.WriteString(strings.Join(lines[min(at, e.from):e.from], ""))
		out.WriteString(strings.ReplaceAll(e.text, "\n", eol))
		at = e.to
	}
	out.WriteString(strings.Join(lines[at:], ""))
	return out.Bytes()
}

// splitLines returns the lines of src with their endings; the last one gets an
// ending when it has none.
func splitLines(src []byte, eol string) []string {
	text := string(src)
	if !strings.HasSuffix(text, "\n") {
		text += eol
	}
	lines := strings.SplitAfter(text, "\n")
	return lines[:len(lines)-1]
}

// editsFor finds the place of every pin. New pins that go to the same place are
// rendered together, because they may share keys that the file does not have yet.
func editsFor(l textLines, old *Releases, pins []Pin) []edit {
	pins = slices.Clone(pins)
	sortPins(pins)
	var edits []edit
	for i := 0; i < len(pins); {
		spot := l.locate(pins[i].keys())
		n := i + 1
		for n < len(pins) && !spot.exists && l.locate(pins[n].keys()).same(spot) {
			n++
		}
		edits = append(edits, spot.edit(l, old, pins[i:n]))
		i = n
	}
	return edits
}

// spot is the place of a pin in a file.
type spot struct {
	// parent is the path of the deepest keys that the file already has.
	parent []string
	// exists says that the file has the pin: lines [from, to) are its value.
	exists   bool
	from, to int
	// empty says that the deepest key has no value yet and stands on line from.
	empty bool
	// indent is the indentation of what is to be written.
	indent int
}

func (s spot) same(o spot) bool {
	return s.exists == o.exists && s.from == o.from && slices.Equal(s.parent, o.parent)
}

// emptyValue matches a key with an empty value: null in any spelling, or an empty map.
var emptyValue = lazyregexp.New(`^(\s*[^\s#]+:)[ \t]*(?:\{[ \t]*\}|null|Null|NULL|~)?([ \t]+#.*)?\r?\n$`)

func (s spot) edit(l textLines, old *Releases, pins []Pin) edit {
	var b bytes.Buffer
	if s.exists {
		writePin(&b, pins[0], s.indent)
		before, _ := old.Find(pins[0].Slot)
		return edit{s.from, s.to, keep(l.lines[s.from:s.to], before, pins[0], b.String())}
	}
	if s.empty {
		b.WriteString(emptyValue.ReplaceAllString(l.lines[s.from], "$1$2\n"))
	}
	writePins(&b, pins, len(s.parent), s.indent)
	return edit{s.from, s.to, b.String()}
}
