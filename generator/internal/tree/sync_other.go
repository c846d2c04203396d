//go:build !linux

package tree

import (
	"os"
	"runtime"
)

// syncsOneByOne is true where each file and each folder has to be made durable by
// itself.
const syncsOneByOne = true

// syncAll does nothing here: it was done one by one.
func syncAll(*os.File) error { return nil }

// syncFolder makes the names in a folder durable, where a system can do that.
func syncFolder(root *os.Root) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	handle, err := root.Open(".")
	if err != nil {
		return cause(err)
	}
	defer handle.Close()
	return cause(handle.Sync())
}
