package generator

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/layout"
)

// SparseError says that a sparse checkout leaves out files that wavewright reads.
type SparseError struct{ Paths []string }

// Error names the first of them.
func (e *SparseError) Error() string {
	text := "a sparse checkout leaves out what wavewright reads: " + e.Paths[0]
	if len(e.Paths) > 1 {
		text += " and more"
	}
	return text
}

// Hint says how they come back.
func (e *SparseError) Hint() string {
	return "git sparse-checkout disable, or add the folders of these files: " + strings.Join(e.Paths[:min(len(e.Paths), 5)], ", ")
}

// checkSparse refuses a folder from which a sparse checkout leaves out the state, or what people
// write: the spec would mean something else without it.
func (p *Platform) checkSparse() error {
	return p.refuseSparse(func(path string) bool {
		return p.input(path) || strings.HasPrefix(path, layout.State) || strings.Contains(path, "/"+layout.Custom+"/")
	})
}

// checkSparseInputs refuses a folder from which a sparse checkout leaves out what the platform is
// read from, for commands that read nothing else.
func (p *Platform) checkSparseInputs() error { return p.refuseSparse(p.input) }

func (p *Platform) refuseSparse(reads func(path string) bool) error {
	if !git.MaySparse(p.folder.dir) {
		return nil
	}
	leftOut, err := p.sparse()
	if err != nil {
		return err
	}
	var read []string
	for _, path := range slices.Sorted(maps.Keys(leftOut)) {
		if reads(path) {
			read = append(read, path)
		}
	}
	if len(read) > 0 {
		return &SparseError{read}
	}
	return nil
}

// sparse returns the files that a sparse checkout leaves out, with the ids of their texts.
func (p *Platform) sparse() (map[string]string, error) {
	repo, err := git.Find(p.folder.dir)
	if errors.Is(err, git.ErrNoRepository) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return repo.LeftOut()
}

// onDisk reads files of the folder. What a sparse checkout leaves out is as the index has it.
func (p *Platform) onDisk(root *os.Root) kustomize.Read {
	absent := sync.OnceValues(func() (map[string]string, error) {
		if !git.MaySparse(p.folder.dir) {
			return nil, nil
		}
		return p.sparse()
	})
	return func(path string) ([]byte, error) {
		if info, err := root.Stat(path); err == nil && info.Mode().IsRegular() {
			return fs.ReadFile(root.FS(), path)
		}
		if ids, err := absent(); err != nil || ids[path] == "" {
			return nil, err // what cannot be built without it says so
		}
		texts, err := p.leftOut([]string{path})
		return texts[path], err
	}
}

// leftOut returns the texts of those of some files that a sparse checkout leaves out.
func (p *Platform) leftOut(paths []string) (map[string][]byte, error) {
	all, err := p.sparse()
	if err != nil && !git.MaySparse(p.folder.dir) {
		return nil, nil // there is no sparse checkout, whatever else is wrong with the repository
	}
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var found, ids []string
	for _, path := range paths {
		if id := all[path]; id != "" {
			found, ids = append(found, path), append(ids, id)
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	repo, err := git.Find(p.folder.dir)
	if err != nil {
		return nil, err
	}
	blobs, err := repo.Objects(ids)
	if err != nil {
		return nil, err
	}
	texts := map[string][]byte{}
	for i, path := range found {
		texts[path] = blobs[i].Data
	}
	return texts, nil
}
