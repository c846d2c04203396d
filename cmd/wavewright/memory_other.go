//go:build !linux || (!amd64 && !arm64)

package main

// useLargePages does nothing here: the system chooses.
func useLargePages() {}
