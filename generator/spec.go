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
	if err := s.load(); err != nil {
		return nil, err
	}
	if steps := s.spec.Steps(in.steps); len(steps) > 0 {
		return s, s.migrate(steps)
	}
	return s, nil
}

func (s *Spec) load() error {
	return s.folder.read(func(fsys fs.FS) (err error) {
		s.spec, s.Sources, s.Diagnostics, err = schema.Load(fsys, schema.FileName)
		return err
	})
}

// migrate replaces the texts of the spec, of which the sources are all, and reads it again. The
// spec is nil afterwards when it is not YAML.
func (s *Spec) migrate(steps []schema.Migration) error {
	read := s.Sources
	old, err := recalled(s.folder.dir, read)
	if err != nil {
		return err
	}
	texts, faults, err := schema.Migrate(schema.FileName, old, steps)
	if err != nil {
		return err
	}
	if faults.HasErrors() {
		s.spec, s.Sources, s.Diagnostics = nil, old, faults
		return nil
	}
	for _, step := range steps {
		s.Migrations = append(s.Migrations, Migration{schema.FileName, step.From, step.To, step.Does})
	}
	s.rewrites = rewrites(old, read, texts)
	s.folder = s.folder.with(texts)
	return s.load()
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
