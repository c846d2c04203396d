//go:build !linux

package tree

import "os"

// glance returns the folders that need a closer look: here, all of them.
func glance(_ *os.Root, top *folder[*record]) *folder[*record] { return top }
