package generator

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/wavewright/wavewright/generator/internal/release"
)

// ImpactSince lists what the files of the folder, as they are, mean for Applications
// compared with those of a commit. The result must be loaded.
func (p *Platform) ImpactSince(base string) ([]Impact, error) {
	if p.model == nil {
		return nil, ErrInvalid
	}
	repo, err := release.Open(p.folder.dir)
	if err != nil {
		return nil, err
	}
	commit, err := repo.Commit(base)
	if err != nil {
		return nil, err
	}
	if commit == "" {
		return nil, &UnknownCommitError{base, repo.Shallow}
	}
	root, err := os.OpenRoot(p.folder.dir)
	if err != nil {
		return nil, fmt.Errorf("impact: %w", err)
	}
	defer root.Close()
	changed, err := repo.ChangedSince(commit)
	if err != nil {
		return nil, err
	}
	return p.impactSince(repo, commit, root.FS(), changed)
}

func (p *Platform) impactSince(repo *release.Repo, commit string, disk fs.FS, changed []string) ([]Impact, error) {
	var fault error
	v := &versions{
		changed: changed, environments: p.environments(), renamed: p.renames.id,
		after: func(path string) []byte {
			text, _ := fs.ReadFile(disk, path) // no such file: nothing
			return text
		},
		before: func(path string) []byte {
			text, _, err := repo.ReadAt(commit, path)
			if err != nil && fault == nil {
				fault = err
			}
			return text
		},
	}
	return v.impact(), fault
}

// UnknownCommitError says that git does not know a commit.
type UnknownCommitError struct {
	Name    string
	shallow bool
}

// Error names the commit.
func (e *UnknownCommitError) Error() string { return "git knows no commit " + e.Name }

// Hint says what to do about it.
func (e *UnknownCommitError) Hint() string {
	if e.shallow {
		return "this clone has no history: git fetch --unshallow"
	}
	return "git fetch brings what is on the server; is it spelled right?"
}
