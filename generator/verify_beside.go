package generator

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layer"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// beside is what a request names beside the folder that is judged.
type beside struct {
	progress repo.Progress
	// contents is the cache of what was fetched; nil for none.
	contents   *cache.Cache
	kubernetes string
	clusters   []repo.Cluster
	// remotes are the addresses of the repository that is judged.
	remotes     []string
	definitions []*repo.Object
	// with are the folders of other repositories, and known what they hold once they have been read.
	with  []string
	known []*repo.Other
	// digest is a hash of all that was read.
	digest []byte
}

// beside reads what the request names.
func (r *VerifyRequest) beside(dir string) (*beside, error) {
	b := &beside{kubernetes: r.Kubernetes, with: r.With, progress: r.Progress, contents: r.contents()}
	b.note([]byte(r.Kubernetes))
	if err := b.know(r.Clusters); err != nil {
		return nil, err
	}
	for _, dir := range r.Definitions {
		if err := b.define(dir); err != nil {
			return nil, err
		}
	}
	for _, other := range r.With {
		if err := b.accompany(dir, other); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// know reads a file of clusters.
func (b *beside) know(file string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	b.note(text)
	b.clusters, err = repo.ReadClusters(text, filepath.ToSlash(file))
	return err
}

// locate notes the addresses of the repository that is judged.
func (b *beside) locate(dir string) {
	b.remotes = remotesOf(dir)
	b.note([]byte(strings.Join(b.remotes, "\n")))
}

// remotesOf asks git for the addresses of a repository. A folder inside one has none, because paths of
// Applications begin at the top; and without an answer the Applications have to do.
func remotesOf(dir string) []string {
	repository, err := git.Find(dir)
	if err != nil || repository.Prefix != "" {
		return nil
	}
	remotes, err := repository.Remotes()
	if err != nil {
		return nil
	}
	return remotes
}

// define reads a folder of CustomResourceDefinitions.
func (b *beside) define(dir string) error {
	return b.open(dir, func(files fs.FS) error {
		found, err := repo.ReadDefinitions(files, filepath.ToSlash(dir))
		b.definitions = append(b.definitions, found...)
		return err
	})
}

// open calls a step with the files of a folder, and notes what they hold.
func (b *beside) open(dir string, step func(fs.FS) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	files := plainFS{root.FS()}
	digest, err := layer.Digest(files)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	b.note([]byte(dir), digest)
	return step(files)
}

// note takes texts into the digest.
func (b *beside) note(texts ...[]byte) {
	b.digest = []byte(cache.Key(append([][]byte{b.digest}, texts...)...))
}

// options are those of reading the folder.
func (b *beside) options(in *cache.Cache) repo.Options {
	o := repo.Local()
	o.Cache, o.Definitions, o.Kubernetes, o.Clusters, o.Remotes, o.Progress = in, b.definitions, b.kubernetes, b.clusters, b.remotes, b.progress
	return o
}
