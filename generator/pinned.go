package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// pinReader reads the commits of pins.
type pinReader struct {
	repo *git.Repo
	// line is the first-parent line of the pushed branch; nil when nothing is pushed.
	line  map[string]bool
	tip   string
	files map[string]fs.FS
	// problems and skipped are what was wrong with commits.
	problems []repo.Problem
	skipped  []repo.Skipped
}

// pinned reads a repository in which every environment with pins runs them.
func (p *Platform) pinned(o repo.Options, files fs.FS) (*repo.Repository, error) {
	r, err := o.Generated(files)
	if err != nil {
		return nil, err
	}
	reader, err := p.pinReader()
	if err != nil {
		return nil, err
	}
	for i, env := range p.model.Environments {
		if i == 0 {
			continue // it follows the branch
		}
		var pins []repo.Pin
		for _, pin := range p.pins[string(env.Name)].All() {
			one, err := reader.pin(pin, p.placeOfPin(string(env.Name), pin))
			if err != nil {
				return nil, err
			}
			pins = append(pins, one)
		}
		r.Run(string(env.Name), p.model.Repository.Prefix, pins, o)
	}
	r.Problems, r.Skipped = append(r.Problems, reader.problems...), append(r.Skipped, reader.skipped...)
	return r, nil
}

func (p *Platform) pinReader() (*pinReader, error) {
	opened, err := git.Open(p.folder.dir)
	if err != nil {
		return nil, err
	}
	reader := &pinReader{repo: opened, files: map[string]fs.FS{}}
	ref, err := opened.Pushed(p.model.Repository.Branch, string(p.model.Repository.URL))
	if _, none := errors.AsType[*git.NotPushedError](err); none {
		return reader, nil
	}
	if err != nil {
		return nil, err
	}
	commits, err := opened.Line(ref.Commit)
	reader.line, reader.tip = map[string]bool{}, ref.Commit
	for _, commit := range commits {
		reader.line[commit] = true
	}
	return reader, err
}

// placeOfPin is the line of the name of a pin's Application.
func (p *Platform) placeOfPin(env string, pin release.Pin) repo.Origin {
	at := repo.Origin{File: layout.Pins(env), Line: 1, Original: pin.Element.Get("name")}
	line := 0
	for text := range bytes.Lines(p.Sources[at.File]) {
		line++
		if strings.TrimSpace(string(text)) == "name: "+at.Original {
			at.Line = line
		}
	}
	return at
}

// pin reads what a pin runs, and notes what is wrong with its commit.
func (r *pinReader) pin(pin release.Pin, at repo.Origin) (repo.Pin, error) {
	one := repo.Pin{Target: pin.Target, Path: pin.Element.Get("path"), Element: map[string]any{}, At: at, Commit: pin.Revision}
	for _, field := range pin.Element {
		one.Element[field.Name] = field.Value
	}
	known, err := r.repo.Commit(pin.Revision)
	switch {
	case err != nil:
		return one, err
	case known == "" && r.repo.Shallow:
		r.skipped = append(r.skipped, repo.Skipped{Origin: at, Application: at.Original, Reason: fmt.Sprintf("this shallow clone does not have commit %.12s: git fetch --unshallow", pin.Revision)})
		return one, nil
	case known == "":
		r.problems = append(r.problems, repo.MissingCommit(at, pin.Revision))
		return one, nil
	}
	if err := r.place(known, at); err != nil {
		return one, err
	}
	one.Files, err = r.at(known)
	return one, err
}

// place notes a commit that is not on the line of the pushed branch.
func (r *pinReader) place(commit string, at repo.Origin) error {
	if r.line == nil || r.line[commit] || r.repo.Shallow {
		return nil
	}
	reached, err := r.repo.Contains(r.tip, commit)
	r.problems = append(r.problems, repo.OffBranch(at, commit, reached))
	return err
}

// at are the files of a commit.
func (r *pinReader) at(commit string) (fs.FS, error) {
	if r.files[commit] == nil {
		files, err := committed(r.repo, commit)
		if err != nil {
			return nil, err
		}
		r.files[commit] = files
	}
	return r.files[commit], nil
}
