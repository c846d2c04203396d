package rename

import (
	"maps"
	"slices"
	"strings"
)

// Formerly returns the paths that a file had under the names before, sorted; nil when nothing in its
// path was renamed.
func (n *Renames) Formerly(id string) []string {
	template, values, scoped := strings.Cut(id, "?")
	if !scoped || len(n.values) == 0 {
		return nil
	}
	paths := []string{template}
	for pair := range strings.SplitSeq(values, "&") {
		placeholder, value, _ := strings.Cut(pair, "=")
		var next []string
		for _, path := range paths {
			for _, was := range append(n.former(placeholder, value), value) {
				next = append(next, fill(path, placeholder, was))
			}
		}
		paths = next
	}
	paths = paths[:len(paths)-1] // the last one has the names of today
	slices.Sort(paths)
	return slices.Compact(paths)
}

// fill puts a value into a path. What a target's template writes once for clusters that share it has the
// environment in the place of the target, and so have the paths of templates of shared files.
func fill(path, placeholder, value string) string {
	if placeholder == "fleet" {
		path = strings.ReplaceAll(path, "{target}", value)
	}
	return strings.ReplaceAll(path, "{"+placeholder+"}", value)
}

// former returns what a placeholder stood for before, sorted.
func (n *Renames) former(placeholder, value string) []string {
	var names []string
	for was, now := range n.values[placeholder] {
		if now == value && was != value {
			names = append(names, was)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Path returns a path, or a pattern of paths, with the names of today in the place of those
// before.
func (n *Renames) Path(path string) string {
	placeholders := slices.Sorted(maps.Keys(n.values))
	return withStems(path, func(stem string) string {
		for _, placeholder := range placeholders {
			if now := n.renamed(placeholder, stem); now != stem {
				return now
			}
		}
		return stem
	})
}

// withStems returns a path in which each segment has another name before its first dot.
func withStems(path string, name func(stem string) string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		stem, _, _ := strings.Cut(segment, ".")
		segments[i] = name(stem) + strings.TrimPrefix(segment, stem)
	}
	return strings.Join(segments, "/")
}
