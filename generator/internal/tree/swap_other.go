//go:build !linux

package tree

import (
	"io/fs"
	"os"
)

// swap gives the staged file temp its name. Where two files cannot change places, a save
// between the last look at the file and this is lost.
func swap(root *os.Root, temp, name string, _ fs.FileInfo) error { return root.Rename(temp, name) }
