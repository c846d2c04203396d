//go:build !linux

package tree

import "os"

// swap gives a staged file its name. Where two files cannot change places, a save
// between the last stat and this is lost.
func (w *write) swap(root *os.Root, _ *os.File) error { return root.Rename(w.temp, base(w.path)) }
