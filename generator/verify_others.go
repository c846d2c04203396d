package generator

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// accompany notes what another repository holds, which is read only when nothing is known of the judgement.
func (b *beside) accompany(dir, other string) error {
	own, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info, err := os.Stat(other); err == nil && os.SameFile(own, info) {
		return fmt.Errorf("%s is the repository that is judged: --with names another one", other)
	}
	return b.open(other, func(files fs.FS) error {
		b.note([]byte(b.fetcher(files).State()))
		return nil
	})
}

// others reads the other repositories, once.
func (b *beside) others(in *cache.Cache) ([]*repo.Other, error) {
	for _, dir := range b.with[len(b.known):] {
		other, err := b.other(dir, in)
		if err != nil {
			return nil, err
		}
		b.known = append(b.known, other)
	}
	return b.known, nil
}

// other reads a repository as it is on disk.
func (b *beside) other(dir string, in *cache.Cache) (*repo.Other, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	found := &repo.Other{Name: filepath.ToSlash(dir)}
	options := b.options(in)
	options.Fetcher = b.fetcher(plainFS{root.FS()})
	if options.Remotes = nil; HasSpec(dir) {
		found.Repository, err = options.Generated(plainFS{root.FS()})
	} else {
		options.Remotes = remotesOf(dir)
		found.Repository, err = options.Discover(plainFS{root.FS()})
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return found, nil
}
