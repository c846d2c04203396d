//go:build !linux

package tree

import "os"

// glance finds nothing: every file needs a closer look.
func glance(*os.Root, []*archive) {}
