//go:build unix

package tree

import (
	"io/fs"
	"syscall"
)

// identity is the file itself, whatever its name and text.
type identity struct{ device, inode uint64 }

func identify(info fs.FileInfo) identity {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return identity{uint64(stat.Dev), uint64(stat.Ino)} //nolint:unconvert // narrower on other systems
	}
	return identity{}
}

func (i identity) same(o identity) bool { return i == o }
