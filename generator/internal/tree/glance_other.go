//go:build !linux

package tree

import "os"

// glance returns the records that need a closer look: here, all of them.
func glance(_ *os.Root, records []*record) []*record { return records }
