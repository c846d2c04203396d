//go:build !unix

package tree

import "os"

// unpolled is a flag that is of use on Unix only.
const unpolled = 0

// open opens a file of the folder for reading.
func (l *listing) open(name string) (*os.File, error) { return l.root.Open(name) }
