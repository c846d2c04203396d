package merge

import (
	"slices"
	"strings"
)

// follow joins two additions at one position of which one appends to a list and the other
// adds a new key behind that list, and reports false for anything else. A kustomization
// gets both when the generator adds a resource and the user adds patches.
func (m *merger) follow(r region) ([]string, bool) {
	mine, theirs := run{m.mine.lines, r.mine}, run{m.theirs.lines, r.theirs}
	switch {
	case !blank(r.base.of(m.base.lines)):
		return nil, false
	case theirs.endedBy(mine):
		return slices.Concat(theirs.of(theirs.lines), mine.of(mine.lines)), true
	case mine.endedBy(theirs):
		return slices.Concat(mine.of(mine.lines), theirs.of(theirs.lines)), true
	}
	return nil, false
}

// endedBy reports whether a run is items of one list, which another run would end.
func (r run) endedBy(next run) bool {
	indent, ok := sameIndent(r)
	if !ok {
		return false
	}
	for _, line := range next.of(next.lines) {
		if text := strings.TrimLeft(line, " "); text != "" {
			return len(line)-len(text) <= indent && text != "-" && !strings.HasPrefix(text, "- ")
		}
	}
	return false
}

// join joins the changes of both sides to one list of scalars that is used like a set: the
// union of the additions, without the removals of either side, in the generated order and
// then in the user's. It reports false, for a conflict, for anything but whole items of
// such a list.
func (m *merger) join(r region) ([]string, bool) {
	base, mine, theirs := run{m.base.lines, r.base}, run{m.mine.lines, r.mine}, run{m.theirs.lines, r.theirs}
	indent, ok := sameIndent(base, mine, theirs)
	if !ok || base.continues(indent) || mine.continues(indent) || theirs.continues(indent) {
		return nil, false
	}
	list := mine.owner(indent)
	if list == "" || theirs.owner(indent) != list || len(base.items()) > 0 && base.owner(indent) != list {
		return nil, false
	}
	return union(base.items(), mine.items(), theirs.items())
}

// union returns the lines of the items of theirs that mine did not remove from base, then
// of the items that mine added. A list with equal items is no set, and an item that both
// sides replaced differently stays a conflict.
func union(base, mine, theirs []item) ([]string, bool) {
	added := func(it item) bool { return !has(base, it) }
	if repeats(base) || repeats(mine) || repeats(theirs) || bothReplaced(base, mine, theirs) {
		return nil, false
	}
	lines := []string{}
	for _, it := range theirs {
		if added(it) || has(mine, it) {
			lines = append(lines, it.line)
		}
	}
	for _, it := range mine {
		if added(it) && !has(theirs, it) {
			lines = append(lines, it.line)
		}
	}
	return lines, true
}

// bothReplaced reports whether both sides removed the same item and added one that
// the other side did not.
func bothReplaced(base, mine, theirs []item) bool {
	return lacks(base, mine, theirs) && lacks(mine, base, theirs) && lacks(theirs, base, mine)
}

// lacks reports whether there is an item that neither a nor b has.
func lacks(items, a, b []item) bool {
	return slices.ContainsFunc(items, func(it item) bool { return !has(a, it) && !has(b, it) })
}

func has(items []item, it item) bool {
	return slices.ContainsFunc(items, func(other item) bool { return other.value == it.value })
}

// item is one line of a list.
type item struct {
	line, value string
	indent      int
}

func repeats(items []item) bool {
	for i, it := range items {
		if has(items[:i], it) {
			return true
		}
	}
	return false
}

// run is some lines of one version.
type run struct {
	lines []string
	span
}

// items returns the items of a run, nil if it has any other line that is not empty.
func (r run) items() []item {
	var items []item
	for _, line := range r.of(r.lines) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		it, ok := readItem(line)
		if !ok {
			return nil
		}
		items = append(items, it)
	}
	return items
}

// sameIndent returns the indent of all items of the runs, of which there is at least
// one, and false if there is no such indent or anything else in the runs.
func sameIndent(runs ...run) (int, bool) {
	indent := -1
	for _, r := range runs {
		items := r.items()
		if items == nil && !blank(r.of(r.lines)) {
			return 0, false
		}
		for _, it := range items {
			if indent >= 0 && it.indent != indent {
				return 0, false
			}
			indent = it.indent
		}
	}
	return indent, indent >= 0
}

func blank(lines []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool { return strings.TrimSpace(line) != "" })
}

// continues reports whether the line after a run belongs to its last item.
func (r run) continues(indent int) bool {
	for _, line := range r.lines[r.to:] {
		if text := strings.TrimLeft(line, " "); text != "" {
			return len(line)-len(text) > indent
		}
	}
	return false
}

// owner returns the key of the list that has its items at indent, if it is one that
// is used like a set. It is found above the run.
func (r run) owner(indent int) string {
	for _, line := range slices.Backward(r.lines[:r.from]) {
		text := strings.TrimLeft(line, " ")
		at := len(line) - len(text)
		switch {
		case text == "", text[0] == '#', at > indent, at == indent && strings.HasPrefix(text, "- "):
			continue
		}
		for strings.HasPrefix(text, "- ") {
			text = strings.TrimLeft(text[1:], " ")
		}
		if len(line)-len(text) > indent {
			return ""
		}
		return setKey(text)
	}
	return ""
}

// setKey returns the key of a line that has only a key whose list is used like a set.
func setKey(line string) string {
	key, rest, _ := strings.Cut(line, ":")
	if rest = strings.TrimSpace(rest); rest != "" && rest[0] != '#' {
		return ""
	}
	switch key {
	case "resources", "components", "configurations", "crds", "generators", "transformers",
		"bases", "namespaces", "sourceRepos":
		return key
	}
	return ""
}

// readItem reads a line that is one item of a list: a plain or quoted scalar and nothing
// else. An ambiguous line is no item.
func readItem(line string) (item, bool) {
	text := strings.TrimLeft(line, " ")
	it := item{line: line, indent: len(line) - len(text)}
	value, ok := strings.CutPrefix(text, "- ")
	value = strings.TrimSpace(value)
	if !ok || value == "" {
		return it, false
	}
	if quote := value[0]; quote == '"' || quote == '\'' {
		it.value, ok = unquote(value, quote)
		return it, ok
	}
	it.value = value
	return it, isPlain(value)
}

// unquote returns the text between two quotes, if it needs no escapes.
func unquote(value string, quote byte) (string, bool) {
	if len(value) < 2 || value[len(value)-1] != quote {
		return "", false
	}
	value = value[1 : len(value)-1]
	return value, strings.IndexByte(value, quote) < 0 && strings.IndexByte(value, '\\') < 0
}

// isPlain reports whether a text without quotes is one scalar in any context.
func isPlain(value string) bool {
	switch {
	case strings.IndexByte("?:-,[]{}#&*!|>'\"%@`", value[0]) >= 0:
		return false
	case strings.Contains(value, ": "), strings.Contains(value, " #"), strings.HasSuffix(value, ":"):
		return false
	}
	return !strings.ContainsAny(value, "\t\r")
}
