package rename

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
)

// circle is names that change places: each gets the next one, and the last one gets the first.
type circle struct {
	kind  string
	names []string // begins with the smallest one
}

// circles finds the renames that lead back to where they begin.
func circles(spec *schema.Spec) []circle {
	next := map[string]string{}
	for _, move := range spec.Moved {
		if _, again := next[move.From]; !again {
			next[move.From] = move.To
		}
	}
	var found []circle
	for _, move := range spec.Moved {
		kind, _, _ := strings.Cut(move.From, "/")
		if names := around(next, move.From); len(names) > 1 && names[0] == slices.Min(names) && !inCircle(found, move.From) {
			found = append(found, circle{kind, names})
		}
	}
	return found
}

// around follows renames from an address, and returns the names on the way when they lead back.
func around(next map[string]string, from string) []string {
	kind, _, _ := strings.Cut(from, "/")
	var names []string
	for at := from; len(names) <= len(next); at = next[at] {
		name, same := strings.CutPrefix(at, kind+"/")
		switch {
		case at == from && len(names) > 0:
			return names
		case !same:
			return nil
		}
		names = append(names, name)
	}
	return nil
}

// inCircle reports whether an address changes places with others.
func inCircle(swaps []circle, address string) bool {
	kind, name, _ := strings.Cut(address, "/")
	return slices.ContainsFunc(swaps, func(c circle) bool { return c.kind == kind && slices.Contains(c.names, name) })
}

// Swaps returns the names that change places, done or not.
func (n *Renames) Swaps() []tree.Swap {
	var swaps []tree.Swap
	for _, c := range n.swaps {
		names := map[string]string{}
		for i, name := range c.names {
			names[c.kind+"/"+name] = c.kind + "/" + c.names[(i+1)%len(c.names)]
		}
		swaps = append(swaps, tree.Swap{Name: c.kind + "/" + c.names[0], Names: names})
	}
	return swaps
}

// Swapped returns the ID that a file has after names have changed places.
func Swapped(names map[string]string, id string) string {
	template, values, scoped := strings.Cut(id, "?")
	if !scoped {
		return id
	}
	pairs := strings.Split(values, "&")
	for i, pair := range pairs {
		placeholder, value, _ := strings.Cut(pair, "=")
		for kind, of := range model.MovedKinds() {
			if now, changes := strings.CutPrefix(names[kind+"/"+value], kind+"/"); changes && of == placeholder {
				pairs[i] = placeholder + "=" + now
			}
		}
	}
	return template + "?" + strings.Join(pairs, "&")
}

// SwappedPath returns a path, or a pattern of paths, with the names that took the places of those in it.
func (n *Renames) SwappedPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		stem, ending, dotted := strings.Cut(segment, ".")
		if dotted {
			ending = "." + ending
		}
		for _, c := range n.swaps {
			if at := slices.Index(c.names, stem); at >= 0 {
				segments[i] = c.names[(at+1)%len(c.names)] + ending
			}
		}
	}
	return strings.Join(segments, "/")
}

// Place returns the path at which a run writes the file of an ID.
func Place(id string) string {
	path, values, scoped := strings.Cut(id, "?")
	for pair := range strings.SplitSeq(values, "&") {
		if placeholder, value, _ := strings.Cut(pair, "="); scoped {
			path = fill(path, placeholder, value)
		}
	}
	return path
}
