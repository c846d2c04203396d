//go:build !linux

package tree

import "os"

// fastRead returns the records that have to be read in the common way: here, all of them.
func fastRead(_ *os.Root, records []*record) []*record { return records }
