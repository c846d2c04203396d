package generator

import (
	"io/fs"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layer"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/schema"
)

// completed is what adds to a base what its own spec says; nil for a base whose spec is missing or has errors.
func (v *verifier) completed(base fs.FS) func(*repo.Repository) {
	if v.complete == nil {
		return nil
	}
	platform, err := load(folder{dir: v.dir, disk: base, steps: schema.Migrations()})
	if err != nil || platform.model == nil {
		return nil
	}
	return platform.declare
}

// former is the base. What its own lock does not have, it takes from that of the folder: a branch may be the first
// one with a lock.
func (v *verifier) former(base fs.FS, shard VerifyShard, now *subject) (*subject, error) {
	fetcher, err := v.aside(base, now)
	if err != nil {
		return nil, err
	}
	s, err := v.subject(base, fetcher, v.completed(base), shard)
	if err == nil {
		s.base = true
	}
	return s, err
}

// base are the files of the commit that the request names.
func (v *verifier) base() (fs.FS, error) {
	repository, commit, err := openAt(v.dir, v.request.Base)
	if err != nil {
		return nil, err
	}
	return committed(repository, commit)
}

// committed are the files of a commit.
func committed(repository *git.Repo, commit string) (fs.FS, error) {
	snapshot, err := repository.Snapshot(commit)
	if err != nil {
		return nil, err
	}
	files, err := snapshot.Read(snapshot.Below(""))
	if err != nil {
		return nil, err
	}
	texts := map[string][]byte{}
	for name, file := range files {
		if !file.Special {
			texts[name] = []byte(file.Content)
		}
	}
	return layer.New(nil, texts), nil
}
