package fetch

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/cache"
)

// algorithm is the beginning of a digest.
const algorithm = "sha256:"

// sum is the digest of a text.
func sum(text []byte) string { return fmt.Sprintf("%s%x", algorithm, sha256.Sum256(text)) }

// sumOf is the digest of files: the hash of a list of their hashes and names, as the sums of Go modules are.
func sumOf(files map[string][]byte) string {
	var list bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(files[name]), name)
	}
	return sum(list.Bytes())
}

// stored is the name of a content in the cache.
func (e Entry) stored() string { return cache.Key([]byte("fetched"), []byte(e.Kind), []byte(e.Digest)) }

// keep puts a content into the cache.
func (f *Fetcher) keep(digest string, c *Content) {
	raw := c.Raw
	switch c.Kind {
	case Git:
		raw = pack(c.Files)
	case File:
		raw = c.Files[baseName(c.Address)]
	case Chart:
	}
	f.cache.Put(c.entry(c.Version, digest).stored(), raw)
}

// stored takes a content from the cache; nil when it is not there, or not what it was.
func (f *Fetcher) stored(t Thing, e Entry) *Content {
	raw := f.cache.Get(e.stored())
	if raw == nil {
		return nil
	}
	c := &Content{Thing: t, Version: e.Resolved}
	digest, err := sum(raw), error(nil)
	switch t.Kind {
	case Git:
		if c.Files, err = unpack(raw); err == nil {
			digest = sumOf(c.Files)
		}
	case Chart:
		c.Raw = raw
		c.Files, err = unarchive(raw)
	case File:
		c.Files = map[string][]byte{baseName(t.Address): raw}
	}
	if err != nil || digest != e.Digest {
		return nil
	}
	return c
}

// pack makes an archive of files.
func pack(files map[string][]byte) []byte {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if entry, err := archive.Create(name); err == nil {
			_, _ = entry.Write(files[name]) // a buffer takes everything
		}
	}
	if archive.Close() != nil {
		return nil
	}
	return out.Bytes()
}

// unpack reads such an archive.
func unpack(raw []byte) (map[string][]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, entry := range archive.File {
		in, err := entry.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		files[entry.Name] = text
	}
	return files, nil
}
