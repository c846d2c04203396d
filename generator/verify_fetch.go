package generator

import (
	"io/fs"
	"os"
	"path"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// FetchMode says what verify may fetch.
type FetchMode = fetch.Mode

// What verify may fetch.
const (
	// FetchNothing takes what was fetched before, and uses no network.
	FetchNothing = fetch.Locked
	// FetchMissing fetches what was not fetched before.
	FetchMissing = fetch.Missing
	// FetchUpdate follows branches, tags and ranges of versions to what they mean now.
	FetchUpdate = fetch.Update
)

// contents is the cache of what was fetched.
func (r *VerifyRequest) contents() *cache.Cache {
	if r.NoCache {
		return nil
	}
	return cache.Contents()
}

// fetcher has what a repository uses of other places, as far as its lock and the cache have it.
func (b *beside) fetcher(files fs.FS) *fetch.Fetcher { return b.fetches(FetchNothing, files) }

// fetches makes a fetcher. With a lock that cannot be read, which is a finding, it has nothing.
func (b *beside) fetches(mode FetchMode, files fs.FS) *fetch.Fetcher {
	lock, err := fetch.ReadLock(files)
	if err != nil {
		mode = FetchNothing
	}
	return fetch.New(fetch.Options{Mode: mode, Cache: b.contents, Helm: b.options(nil).Helm}, lock)
}

// aside makes the fetcher of a base: one that does not follow branches, and takes from the lock of the folder, or what
// was fetched for it, what the lock of the base does not have.
func (v *verifier) aside(base fs.FS, now *subject) (*fetch.Fetcher, error) {
	if v.request.Fetch == FetchNothing {
		return v.beside.fetcher(base).Over(now.fetcher), nil
	}
	_, err := now.read()
	return v.beside.fetches(FetchMissing, base).Over(now.fetcher), err
}

// settle writes the lock after the repository was read, and tells what could not be fetched.
func (v *verifier) settle(s *subject) error {
	if v.request.Fetch == FetchNothing {
		return nil
	}
	v.beside.contents.Clean()
	failed, asked := s.fetcher.Failed()
	s.unsettled = len(failed) > 0
	if s.base {
		return nil // whose lock is never written
	}
	if v.request.Fetched != nil {
		v.request.Fetched(asked, failed)
	}
	text := s.fetcher.NewLock(v.request.Shard.Of == 0 && len(failed) == 0)
	if text == nil {
		return nil
	}
	s.unsettled = true
	return writeLock(v.dir, text)
}

// writeLock puts the lock into the folder, whole or not at all.
func writeLock(dir string, text []byte) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(layout.FetchLock), 0o755); err != nil {
		return err
	}
	const fresh = layout.FetchLock + ".new"
	if err := root.WriteFile(fresh, text, 0o644); err != nil {
		return err
	}
	return root.Rename(fresh, layout.FetchLock)
}
