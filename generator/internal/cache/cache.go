// Package cache keeps what was computed before, by a hash of everything that it was computed of, in
// the user's cache folder. It is safe under concurrent runs: an entry is written beside its place and
// renamed. An entry that is not whole is ignored. The folder is bounded: the entries that were used
// least recently are deleted. Nothing depends on the cache but time; whatever fails is a miss.
package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// most is how many bytes the cache may hold, and least what it holds after it was cleaned.
const (
	most  = 512 << 20
	least = 384 << 20
)

// Cache is a folder of entries. A nil cache has none and keeps none.
type Cache struct{ dir, program string }

// Open opens the cache in the user's cache folder; nil when there is none. Its entries are those of a
// version of this program, and of this very file of it, because a build of a developer has the same
// version as the one before.
func Open(version string) *Cache {
	dir, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	c := In(filepath.Join(dir, "wavewright", "verify"))
	if c == nil {
		return nil
	}
	c.program = version
	if name, err := os.Executable(); err == nil {
		if info, err := os.Stat(name); err == nil {
			c.program = fmt.Sprintf("%s %d %d", version, info.Size(), info.ModTime().UnixNano())
		}
	}
	return c
}

// Contents opens the cache of what was fetched, in the user's cache folder; nil when there is none. Its entries are
// those of every version of this program.
func Contents() *Cache {
	dir, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	return In(filepath.Join(dir, "wavewright", "fetched"))
}

// In opens the cache in a folder, which is made; nil when it cannot be.
func In(dir string) *Cache {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil
	}
	return &Cache{dir: dir}
}

// Key is the hash of some texts, in order.
func Key(texts ...[]byte) string {
	sum := sha256.New()
	for _, text := range texts {
		one := sha256.Sum256(text)
		sum.Write(one[:])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Get returns an entry; nil when there is none, or it is not whole.
func (c *Cache) Get(key string) []byte {
	if c == nil {
		return nil
	}
	name := c.file(key)
	entry, err := os.ReadFile(name)
	if err != nil || len(entry) < sha256.Size {
		return nil
	}
	sum := sha256.Sum256(entry[sha256.Size:])
	if !bytes.Equal(sum[:], entry[:sha256.Size]) {
		return nil
	}
	now := time.Now()              //nolint:forbidigo // The cache keeps what was used last; nothing else depends on it.
	_ = os.Chtimes(name, now, now) // the entries that were used least recently go first
	return entry[sha256.Size:]
}

// Has reports whether there is an entry, whole or not.
func (c *Cache) Has(key string) bool {
	if c == nil {
		return false
	}
	_, err := os.Stat(c.file(key))
	return err == nil
}

// Put keeps an entry.
func (c *Cache) Put(key string, content []byte) {
	if c == nil {
		return
	}
	file, err := os.CreateTemp(c.dir, ".new-")
	if err != nil {
		return
	}
	defer os.Remove(file.Name()) // which does nothing after the rename
	sum := sha256.Sum256(content)
	_, err = file.Write(slices.Concat(sum[:], content))
	if err = cmp.Or(err, file.Close()); err != nil {
		return
	}
	name := c.file(key)
	if os.MkdirAll(filepath.Dir(name), 0o700) == nil {
		_ = os.Rename(file.Name(), name)
	}
}

func (c *Cache) file(key string) string {
	key = Key([]byte(c.program), []byte(key))
	return filepath.Join(c.dir, key[:2], key[2:])
}

// kept is an entry on disk.
type kept struct {
	name string
	size int64
	used time.Time
}

// Clean deletes the entries that were used least recently when the cache holds too much.
func (c *Cache) Clean() {
	if c == nil {
		return
	}
	entries, total := c.entries()
	if total <= most {
		return
	}
	slices.SortFunc(entries, func(a, b kept) int { return a.used.Compare(b.used) })
	for _, entry := range entries {
		if total <= least {
			return
		}
		if os.Remove(entry.name) == nil {
			total -= entry.size
		}
	}
}

func (c *Cache) entries() (all []kept, total int64) {
	_ = filepath.WalkDir(c.dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // What cannot be read is not counted.
		}
		if info, err := d.Info(); err == nil {
			all, total = append(all, kept{name, info.Size(), info.ModTime()}), total+info.Size()
		}
		return nil
	})
	return all, total
}
