package generator

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/schema"
)

// Spec is what the files say that people write, in the format of today. An older format is
// migrated in memory as soon as it is read, and everything works with the new text. What
// writes generated files writes that text as well; what only reads leaves the files as they
// are.
type Spec struct {
	Findings
	// Migrations are the steps that the spec has taken in memory, oldest first.
	Migrations []Migration

	folder   folder // as it is going to be
	spec     *schema.Spec
	rewrites []tree.Rewrite // what the migrations make of files
}

// Migration is a step from one format to the next one, of the spec or of the state.
type Migration struct {
	// What is migrated: the name of the spec, or "state".
	What string `json:"what"`
	From string `json:"from"`
	To   string `json:"to"`
	// Does says in words what changes.
	Does string `json:"does"`
}

// readSpec reads the spec of a folder. Without a spec among it there are errors.
func readSpec(in folder) (*Spec, error) {
	s := &Spec{folder: in}
	files, err := in.files()
	if err != nil {
		return nil, err
	}
	if steps := files.Steps(in.steps); len(steps) > 0 {
		if err := s.migrate(files.Sources, steps); err != nil || s.Diagnostics.HasErrors() {
			return s, err
		}
		if files, err = s.folder.files(); err != nil {
			return nil, err
		}
	}
	s.Sources = files.Sources
	s.spec, s.Diagnostics = schema.Load(files)
	return s, nil
}

// files reads the texts of the spec.
func (in folder) files() (files *schema.Files, err error) {
	err = in.read(func(fsys fs.FS) error {
		files, err = schema.Read(fsys, schema.FileName)
		return err
	})
	return files, err
}

// migrate replaces the texts of the spec, which were read. Those that are not YAML stay as they
// are, with an error among the diagnostics.
func (s *Spec) migrate(read map[string][]byte, steps []schema.Migration) error {
	old, err := recalled(s.folder.dir, read)
	if err != nil {
		return err
	}
	texts, faults, err := schema.Migrate(schema.FileName, old, steps)
	if err != nil {
		return err
	}
	if faults.HasErrors() {
		s.Sources, s.Diagnostics = old, faults
		return nil
	}
	for _, step := range steps {
		s.Migrations = append(s.Migrations, Migration{schema.FileName, step.From, step.To, step.Does})
	}
	s.rewrites = rewrites(old, read, texts)
	s.folder = s.folder.with(texts)
	return nil
}

// recalled are the texts of a spec as they were before a run that was interrupted, while it
// wrote them. The file with the apiVersion is written last: it is as it was, or edited.
func recalled(dir string, read map[string][]byte) (map[string][]byte, error) {
	repository, err := tree.Open(dir)
	if err != nil {
		return nil, err
	}
	defer repository.Close()
	others := maps.Clone(read)
	delete(others, schema.FileName)
	old, err := repository.Recall(others, build.Read().Version)
	if err != nil {
		return nil, err
	}
	old[schema.FileName] = read[schema.FileName]
	return old, nil
}

// rewrites are the files that get another text, the one with the apiVersion last.
func rewrites(old, read, now map[string][]byte) []tree.Rewrite {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(now)), func(name string) bool { return name == schema.FileName })
	var out []tree.Rewrite
	for _, name := range append(names, schema.FileName) {
		if !bytes.Equal(now[name], old[name]) || !bytes.Equal(now[name], read[name]) {
			out = append(out, tree.Rewrite{Path: name, Old: old[name], Read: read[name], New: now[name]})
		}
	}
	return out
}
