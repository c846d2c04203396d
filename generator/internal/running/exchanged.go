package running

import (
	"path"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// exchanged returns the name that an application of a source had before, when another one had its
// name; empty when no names have changed places.
func (c *Comparison) exchanged(p pair, source string) string {
	name := path.Base(p.next.Path())
	if path.Base(path.Dir(p.next.Path())) != layout.Apps || p.old.Path() != p.next.Path() {
		return ""
	}
	read := c.read(source)
	if source == files {
		read = nil
	}
	before, after := c.Swapped(c.read(p.before)), c.Swapped(read)
	if before[name] == after[name] {
		return ""
	}
	for was, now := range after {
		if now == name {
			return was
		}
	}
	return before[name] // a pin goes back to where the names had not changed places
}
