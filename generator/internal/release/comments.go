package release

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
)

// anchor is where a comment stands in the lines of a pin: at a key of the pin, of its element,
// or of one of its predecessors.
type anchor struct {
	previous int // index of the predecessor; -1 for the pin itself
	key      string
}

// remark is one comment of a pin, with the place that it is at. An own remark has a line for
// itself, above the key.
type remark struct {
	anchor
	own  bool
	text string
}

// keep returns the lines of a changed pin with the comments that its former lines had. A comment
// stays at its key, and a comment of a predecessor goes where that predecessor goes. Where the new
// lines do not have the key any more, the comment stands above the pin's first line.
func keep(was []string, before, after Pin, text string) string {
	remarks, _ := remarksOf(was)
	if len(remarks) == 0 {
		return text
	}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	_, places := remarksOf(lines)
	first := places[0]
	for i := range remarks {
		if at := moved(remarks[i].anchor, before, after); slices.Contains(places, at) {
			remarks[i].anchor = at
		} else {
			remarks[i].anchor, remarks[i].own = first, true
		}
	}
	var b strings.Builder
	for i, line := range lines {
		code := strings.TrimRight(line, "\r\n")
		beside := ""
		for _, r := range remarks {
			switch {
			case r.anchor != places[i]:
			case r.own || beside != "":
				b.WriteString(code[:len(code)-len(strings.TrimLeft(code, " "))] + r.text + "\n")
			default:
				beside = " " + r.text
			}
		}
		b.WriteString(code + beside + "\n")
	}
	return b.String()
}

// moved returns the place that a comment has after its pin has changed.
func moved(at anchor, before, after Pin) anchor {
	if at.previous < 0 || at.previous >= len(before.Previous) {
		return at
	}
	run := before.Previous[at.previous]
	if i := slices.IndexFunc(after.Previous, run.same); i >= 0 {
		return anchor{i, at.key}
	}
	if run.same(after.Run) {
		return anchor{-1, at.key}
	}
	return anchor{-1, ""}
}

// same reports whether two runs are the same one.
func (r Run) same(o Run) bool { return r.Revision == o.Revision && r.At == o.At && r.By == o.By }

// keyed matches a line that begins with a key, or with a key in an item of a list.
var keyed = lazyregexp.New(`^( *)((?:- +)?)["']?([A-Za-z][A-Za-z0-9]*)["']?:(?:\s|$)`)

// remarksOf returns the comments in the lines of a pin, in their order, and the place of each
// line.
func remarksOf(lines []string) (remarks []remark, places []anchor) {
	at := anchor{-1, ""}
	base, item, element := -1, 0, 0 // the columns of the keys of the pin, of an item, and of the key "element"
	var own []string
	for _, line := range lines {
		code, comment := splitComment(line)
		if strings.TrimSpace(code) == "" {
			if comment != "" {
				own = append(own, comment)
			}
			places = append(places, at)
			continue
		}
		if m := keyed.FindStringSubmatch(code); m != nil {
			column, key := len(m[1])+len(m[2]), m[3]
			if base < 0 {
				base = column
			}
			switch {
			case m[2] != "":
				at, item, element = anchor{at.previous + 1, key}, column, 0
			case column == base && m[2] == "":
				at, element = anchor{-1, key}, 0
			case element > 0 && column > element:
				at.key = "element." + key
			default:
				at.key = key
			}
			if key == "element" && (column == base || column == item) {
				element = column
			}
		}
		for _, text := range own {
			remarks = append(remarks, remark{at, true, text})
		}
		own = nil
		if comment != "" {
			remarks = append(remarks, remark{at, false, comment})
		}
		places = append(places, at)
	}
	for _, text := range own {
		remarks = append(remarks, remark{at, true, text})
	}
	return remarks, places
}

// splitComment cuts a line of YAML before its comment, which begins with a number sign after a
// space outside of quotes.
func splitComment(line string) (code, comment string) {
	line = strings.TrimRight(line, "\r\n")
	quote, last := byte(0), byte(' ') // last is the last byte that is no space
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
			return line[:i], line[i:]
		case (c == '"' || c == '\'') && strings.IndexByte(" :,{[-", last) >= 0:
			quote = c
		}
		if c := line[i%len(line)]; c != ' ' && c != '\t' {
			last = c
		}
	}
	return line, ""
}

// lost returns the first comment of src that out does not have, or nil.
func lost(src, out []byte) error {
	count := map[string]int{}
	for line := range strings.Lines(string(out)) {
		if _, comment := splitComment(line); comment != "" {
			count[comment]++
		}
	}
	number := 0
	for line := range strings.Lines(string(src)) {
		number++
		_, comment := splitComment(line)
		if comment == "" {
			continue
		}
		if count[comment]--; count[comment] < 0 {
			return fmt.Errorf("line %d: the comment %q would be lost: move it above its pin", number, comment)
		}
	}
	return nil
}
