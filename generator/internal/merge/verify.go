package merge

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// verify compares the values of the four texts and returns the change that a clean merge
// lost, or "". It cannot verify a merge when one of the three inputs is no YAML, such as a
// template.
func verify(base, mine, theirs, result []byte) string {
	r := reader{ids: map[string]string{}}
	var nodes []*node
	for _, side := range [][]byte{base, mine, theirs} {
		n, err := r.read(side)
		if err != nil {
			return ""
		}
		nodes = append(nodes, n)
	}
	merged, err := r.read(result)
	if err != nil {
		return fmt.Sprintf("the merged file would not parse: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	return values{nodes[0], nodes[1], nodes[2], merged}.documents()
}

// readable reports whether all texts are YAML, so that a merge of them is verified.
func readable(texts ...[]byte) bool {
	r := reader{ids: map[string]string{}}
	return !slices.ContainsFunc(texts, func(text []byte) bool {
		_, err := r.read(text)
		return err != nil
	})
}

// values are one value in the three versions and in the merge, nil where it is absent.
type values struct{ base, mine, theirs, result *node }

func (v values) all() []*node { return []*node{v.base, v.mine, v.theirs, v.result} }

// equal reports whether two values are the same, or both not there.
func equal(a, b *node) bool { return a == b || a != nil && b != nil && a.id == b.id }

// documents compares the documents of a file, of which there mostly is one.
func (v values) documents() string {
	if len(v.mine.items) == 1 && v.sameLength() {
		return v.byIndex("")
	}
	return v.compare("")
}

// compare returns the lost change of the value at a path, or "".
func (v values) compare(path string) string {
	if equal(v.mine, v.theirs) && equal(v.mine, v.result) {
		return ""
	}
	if v.result.isMap() && v.mine.isMap() && v.theirs.isMap() {
		return v.mapping(path)
	}
	switch {
	case equal(v.mine, v.theirs):
		return lost(equal(v.result, v.mine), "%s would change although neither of you changed it", path)
	case equal(v.base, v.mine):
		return lost(equal(v.result, v.theirs), "the new rendering's change of %s would get lost", path)
	case equal(v.base, v.theirs):
		return lost(equal(v.result, v.mine), "your change of %s would get lost", path)
	case v.result.isSeq() && v.mine.isSeq() && v.theirs.isSeq():
		return v.sequence(path)
	}
	return lost(v.linesKept(), "both changed %s", path)
}

func lost(fine bool, format, path string) string {
	if fine {
		return ""
	}
	return fmt.Sprintf(format, called(path))
}

// root is the path of the only document of a file. The documents themselves, as a
// sequence, have the empty path.
const root = "."

// called names the value at a path in a message.
func called(path string) string {
	switch path {
	case "":
		return "the documents"
	case root:
		return "the document"
	}
	return strings.TrimSuffix(path, ": ")
}

// mapping compares the values of maps key by key.
func (v values) mapping(path string) string {
	seen := map[string]bool{}
	for _, n := range v.all() {
		if n == nil {
			continue
		}
		for _, e := range n.entries {
			if seen[e.id] {
				continue
			}
			seen[e.id] = true
			inner := values{v.base.get(e.id), v.mine.get(e.id), v.theirs.get(e.id), v.result.get(e.id)}
			if reason := inner.compare(extend(path, e.key)); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// extend adds a key to a path. Items of lists bring brackets, documents a colon.
func extend(path, key string) string {
	if path == root {
		path = ""
	}
	switch {
	case path == "" && strings.HasSuffix(key, ": "), strings.HasPrefix(key, "["):
		return path + key
	case key == "" || strings.ContainsAny(key, ". /[]:"):
		return fmt.Sprintf("%s[%q]", path, key)
	case path == "" || strings.HasSuffix(path, ": "):
		return path + key
	}
	return path + "." + key
}

// linesKept compares texts of several lines that both sides changed: the merge must have
// exactly the additions and the deletions of both.
func (v values) linesKept() bool {
	for _, n := range v.all() {
		if n == nil || n.kind != yaml.ScalarNode {
			return false
		}
	}
	base, mine, theirs, result := v.base.lines(), v.mine.lines(), v.theirs.lines(), v.result.lines()
	for line := range result {
		if mine[line]+theirs[line] == 0 {
			return false
		}
	}
	for _, lines := range []map[string]int{base, mine, theirs} {
		for line := range lines {
			if !between(result[line]-base[line], mine[line]-base[line], theirs[line]-base[line]) {
				return false
			}
		}
	}
	return v.result.several()
}

// between reports whether a line's count changed by what both sides together changed it, or by as
// much as the two are one change.
func between(change, mine, theirs int) bool {
	if mine < 0 && theirs < 0 {
		return between(-change, -mine, -theirs)
	}
	if mine > 0 && theirs > 0 {
		return max(mine, theirs) <= change && change <= mine+theirs
	}
	return change == mine+theirs
}

// lines counts the lines of a text or, as line breaks are no part of most, its words.
func (n *node) lines() map[string]int {
	counts := map[string]int{}
	for _, line := range n.split() {
		counts[line]++
	}
	return counts
}

func (n *node) split() []string {
	if n.literal {
		return strings.Split(n.text, "\n")
	}
	return strings.Fields(n.text)
}

// several reports whether a text has more than one line or word.
func (n *node) several() bool { return len(n.split()) > 1 }
