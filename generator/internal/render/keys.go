package render

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// keyName is a key of one of the mappings of a skeleton.
type keyName struct {
	mapping int
	text    string
}

// duplicateKey reports a key that a template itself writes twice into one map.
func duplicateKey(scalars []yamltree.Scalar) *yamltree.SkeletonError {
	seen := map[keyName]bool{}
	for _, s := range scalars {
		if !s.Key || hasToken(s.Text) {
			continue
		}
		k := keyName{s.Mapping, s.Text}
		if seen[k] {
			return &yamltree.SkeletonError{Line: s.Line, Message: fmt.Sprintf("the key %q is there twice", cut(s.Text, 30))}
		}
		seen[k] = true
	}
	return nil
}

// keyGroup holds the keys of a mapping of which the template prints some; whether two are
// equal is known only once they are filled in.
type keyGroup []keyText

// keyText is the text of a key with its tokens, the first of which has the index
// token; -1 when there is none.
type keyText struct {
	text  string
	token int
}

// keyGroups returns the groups of a skeleton.
func (b *frameBuilder) keyGroups(scalars []yamltree.Scalar) []keyGroup {
	groups, printed := map[int]keyGroup{}, map[int]bool{}
	for _, s := range scalars {
		if !s.Key {
			continue
		}
		k := keyText{s.Text, -1}
		if hasToken(s.Text) {
			k.token, printed[s.Mapping] = b.firstToken(b.offset(s.Line, s.Column)), true
		}
		groups[s.Mapping] = append(groups[s.Mapping], k)
	}
	var found []keyGroup
	for _, mapping := range slices.Sorted(maps.Keys(groups)) {
		if g := groups[mapping]; printed[mapping] && len(g) > 1 {
			found = append(found, g)
		}
	}
	return found
}

func (b *frameBuilder) firstToken(offset int) int {
	i, _ := slices.BinarySearchFunc(b.tokens, offset, func(t token, offset int) int { return t.offset - offset })
	return i
}

// duplicate returns the index of a token of a key that is equal to another key once
// the values are known, or -1.
func (g keyGroup) duplicate(values []printed) int {
	seen := make(map[string]bool, len(g))
	for _, k := range g { // fixed keys first: the printed one is to blame
		if k.token < 0 {
			seen[k.text] = true
		}
	}
	for _, k := range g {
		if k.token < 0 {
			continue
		}
		text := string(appendFilled(nil, k.text, values[k.token:]))
		if seen[text] {
			return k.token
		}
		seen[text] = true
	}
	return -1
}
