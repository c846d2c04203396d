package rename

import (
	"cmp"
	"maps"
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
	// also leads from addresses that are made of those of the circle to the new ones.
	also map[string]string
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
			found = append(found, circle{kind: kind, names: names})
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

// follow completes circles with the names that are made of theirs.
func (n *Renames) follow(platform *model.Platform) {
	for i, c := range n.swaps {
		names := model.Renamed{}
		for from, to := range c.addresses() {
			names.Add(model.MovedKinds()[c.kind], strings.TrimPrefix(from, c.kind+"/"), strings.TrimPrefix(to, c.kind+"/"))
		}
		platform.Exchange(names, n.values)
		n.swaps[i].also = map[string]string{}
		for _, kind := range []string{"targets", "namespaces"} {
			for from, to := range names[model.MovedKinds()[kind]] {
				if from = kind + "/" + from; !inCircle(n.swaps, from) {
					n.swaps[i].also[from] = kind + "/" + to
				}
			}
		}
	}
}

// addresses lead from each address of a circle to the next one.
func (c circle) addresses() map[string]string {
	names := map[string]string{}
	for i, name := range c.names {
		names[c.kind+"/"+name] = c.kind + "/" + c.names[(i+1)%len(c.names)]
	}
	return names
}

// Swaps returns the names that change places, done or not.
func (n *Renames) Swaps() []tree.Swap {
	var swaps []tree.Swap
	for _, c := range n.swaps {
		swaps = append(swaps, tree.Swap{Name: c.kind + "/" + c.names[0], Names: c.addresses(), Also: c.also})
	}
	return swaps
}

// Swapped returns the ID that a file has after names have changed places.
func Swapped(names map[string]string, id string) string {
	return withValues(id, func(placeholder, value string) string {
		for kind, of := range model.MovedKinds() { // each has a placeholder of its own
			if now, changes := strings.CutPrefix(names[kind+"/"+value], kind+"/"); changes && of == placeholder {
				return now
			}
		}
		return value
	})
}

// SwappedPath returns a path, or a pattern of paths, with the names that took the places of those in it.
func (n *Renames) SwappedPath(path string) string {
	swaps, kinds := n.Swaps(), slices.Sorted(maps.Keys(model.MovedKinds()))
	return withStems(path, func(stem string) string {
		for _, w := range swaps {
			for _, kind := range kinds {
				address := kind + "/" + stem
				if now := cmp.Or(w.Names[address], w.Also[address]); now != "" {
					return strings.TrimPrefix(now, kind+"/")
				}
			}
		}
		return stem
	})
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
