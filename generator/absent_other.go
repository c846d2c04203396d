//go:build !unix

package generator

import "os"

// absent reports whether nothing at all is at a path below a folder.
func absent(folder *os.File, name string) bool {
	_, err := os.Lstat(folder.Name() + "/" + name)
	return os.IsNotExist(err)
}
