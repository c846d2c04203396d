//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package tree

import "os"

// lockHandle does nothing: folders cannot be locked here. Apply still checks each
// file right before it replaces it.
func lockHandle(*os.File) error { return nil }

// unlockHandle does nothing.
func unlockHandle(*os.File) {}
