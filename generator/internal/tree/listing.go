package tree

import (
	"errors"
	"io"
	"os"
	"slices"
)

// listing is a folder that is open for reading.
type listing struct {
	root   *os.Root
	handle *os.File
	names  []string // in no particular order
}

// list opens a folder and reads its names.
func list(root *os.Root) (*listing, error) {
	handle, err := root.OpenFile(".", os.O_RDONLY|unpolled, 0)
	if err != nil {
		return nil, cause(err)
	}
	names, err := handle.Readdirnames(-1)
	if err != nil {
		handle.Close()
		return nil, cause(err)
	}
	return &listing{root: root, handle: handle, names: names}, nil
}

func (l *listing) close() { l.handle.Close() }

// read reads a regular file of a known size into buffer, which grows as needed.
func (l *listing) read(buffer *[]byte, name string, size int64) ([]byte, error) {
	file, err := l.open(name)
	if err != nil {
		return nil, cause(err)
	}
	defer file.Close()
	b := slices.Grow((*buffer)[:0], int(size)+1)
	for {
		n, err := file.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		*buffer = b
		switch {
		case errors.Is(err, io.EOF) || err == nil && len(b) == int(size) && len(b) < cap(b):
			return b, nil // a full read that left room is the whole file
		case err != nil:
			return nil, cause(err)
		}
		b = slices.Grow(b, 1)
	}
}
