package generator

import (
	"fmt"
	"io/fs"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/layer"
	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// subject is what is judged: the files of the folder, or those of the base.
type subject struct {
	files fs.FS
	// digest is that of the files; empty without a cache.
	digest []byte
	// fetcher has what the repository uses of other places.
	fetcher *fetch.Fetcher
	// read reads the repository, once.
	read func() (*repo.Repository, error)
	// base says that it is what the folder is compared with.
	base bool
	// unsettled says that another run may find something else, whatever the files are: something was fetched,
	// or could not be.
	unsettled bool
}

// subject adds to files what the spec says of them.
func (v *verifier) subject(files fs.FS, fetcher *fetch.Fetcher, complete func(*repo.Repository), shard VerifyShard) (*subject, error) {
	s := &subject{files: files, fetcher: fetcher}
	s.read = sync.OnceValues(func() (*repo.Repository, error) {
		o := v.beside.options(v.cache)
		o.Shard, o.Fetcher = shard, s.fetcher
		r, err := v.read(o, files)
		if err != nil {
			return nil, fmt.Errorf("verify %s: %w", v.dir, err)
		}
		if err := v.settle(s); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
		if r.Others, err = v.beside.others(v.cache); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
		if complete != nil {
			complete(r)
		}
		return r, nil
	})
	if v.cache == nil {
		return s, nil
	}
	digest, err := layer.Digest(files)
	if err != nil {
		return nil, fmt.Errorf("verify %s: %w", v.dir, err)
	}
	s.digest = fmt.Appendf(nil, "%v %s %s %s", complete != nil, v.beside.digest, s.fetcher.State(), digest)
	return s, nil
}

// shareOf is the share of a base that this machine judges: what goes to the clusters of its share of the folder.
func (s *subject) shareOf(shard VerifyShard) (VerifyShard, error) {
	if shard.Of == 0 {
		return shard, nil
	}
	r, err := s.read()
	if err != nil {
		return shard, err
	}
	clusters, _ := r.Share()
	return shard.As(clusters), nil
}
