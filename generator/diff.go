package generator

import (
	"bytes"
	"fmt"

	"github.com/aymanbagabas/go-udiff"

	"github.com/wavewright/wavewright/generator/internal/tree"
)

// nowhere is the name of a file that does not exist, as patch programs know it.
const nowhere = "/dev/null"

// Diff returns the unified diff from the file on disk to what generate writes, or
// would write if nothing were in its way; empty when the file stays as it is. It is
// a patch that git apply takes.
func Diff(c Change) string {
	from, to := "a/"+c.Path, "b/"+c.Path
	switch {
	case c.Action == tree.ActionCreate:
		from = nowhere
	case c.Action == tree.ActionDelete:
		to = nowhere
	case c.Yours:
		return ""
	case c.Action == tree.ActionMove:
		from = "a/" + c.From
	case c.Action != tree.ActionUpdate && !c.Conflict() && c.State != tree.StateForeign:
		return ""
	}
	return unified(from, to, c.Disk, c.New)
}

func unified(from, to string, a, b []byte) string {
	switch {
	case bytes.Equal(a, b) && from != nowhere && to != nowhere:
		if from[1:] == to[1:] || from[0] != 'a' {
			return "" // an execute bit changes, or nothing
		}
		return fmt.Sprintf("--- %s\n+++ %s\n", from, to)
	case bytes.IndexByte(a, 0) >= 0 || bytes.IndexByte(b, 0) >= 0:
		return fmt.Sprintf("Binary files %s and %s differ\n", from, to)
	}
	return udiff.Unified(from, to, string(a), string(b))
}
