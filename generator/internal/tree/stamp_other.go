//go:build !unix

package tree

import (
	"io/fs"
	"os"
)

// identity is the file itself, whatever its name and text.
type identity struct{ info fs.FileInfo }

func identify(info fs.FileInfo) identity { return identity{info} }

func (i identity) same(o identity) bool {
	return i.info == nil && o.info == nil || i.info != nil && o.info != nil && os.SameFile(i.info, o.info)
}
