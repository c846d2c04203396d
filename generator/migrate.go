package generator

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
)

// A spec of an older format is migrated in memory as soon as it is read, and everything
// works with the new text. What writes generated files writes that text as well; what only
// reads leaves the files as they are.

// Migration is a step from one format to the next one, of the spec or of the state.
type Migration struct {
	// What is migrated: the name of the spec, or "state".
	What string `json:"what"`
	From string `json:"from"`
	To   string `json:"to"`
	// Does says in words what changes.
	Does string `json:"does"`
}

// migrated is what the migration of a spec comes to.
type migrated struct {
	steps    []schema.Migration
	rewrites []tree.Rewrite
}

// readSpec reads the spec in the format of today. It returns the folder as it is to be read
// from here on.
func (r *Result) readSpec(disk fs.FS) (fs.FS, error) {
	fsys := withTexts(disk, r.replaced)
	if err := r.loadSpec(fsys); err != nil {
		return nil, err
	}
	steps := r.spec.Steps(r.steps)
	if len(steps) == 0 {
		return fsys, nil
	}
	if err := r.migrate(steps); err != nil || r.spec == nil {
		return nil, err
	}
	fsys = withTexts(disk, r.replaced)
	return fsys, r.loadSpec(fsys)
}

func (r *Result) loadSpec(fsys fs.FS) (err error) {
	r.spec, r.Sources, r.Diagnostics, err = schema.Load(fsys, schema.FileName)
	return err
}

// migrate replaces the texts of the spec, of which the sources are all. A spec that is not
// YAML is none afterwards.
func (r *Result) migrate(steps []schema.Migration) error {
	read := r.Sources
	old, err := r.recalled(read)
	if err != nil {
		return err
	}
	texts, faults, err := schema.Migrate(schema.FileName, old, steps)
	if err != nil {
		return err
	}
	if faults.HasErrors() {
		r.spec, r.Sources, r.Diagnostics = nil, old, faults
		return nil
	}
	replaced := map[string][]byte{}
	maps.Copy(replaced, r.replaced)
	maps.Copy(replaced, texts)
	r.replaced = replaced
	r.migrated = &migrated{steps, rewrites(old, read, texts)}
	return nil
}

// recalled are the texts of a spec as they were before a run that was interrupted, while it
// wrote them. The file with the apiVersion is written last: it is as it was, or edited.
func (r *Result) recalled(read map[string][]byte) (map[string][]byte, error) {
	repository, err := tree.Open(r.dir)
	if err != nil {
		return nil, err
	}
	defer repository.Close()
	others := maps.Clone(read)
	delete(others, schema.FileName)
	old, err := repository.Recall(others, ReadBuild().Version)
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

// Migrations are the steps that the spec has taken in memory, oldest first.
func (r *Result) Migrations() []Migration {
	if r.migrated == nil {
		return nil
	}
	var out []Migration
	for _, step := range r.migrated.steps {
		out = append(out, Migration{schema.FileName, step.From, step.To, step.Does})
	}
	return out
}

// migrations are all steps that a plan takes.
func (r *Result) migrations(plan *tree.Plan) []Migration {
	out := r.Migrations()
	for _, step := range plan.Migrations() {
		out = append(out, Migration{"state", strconv.Itoa(step.From), strconv.Itoa(step.To), step.Does})
	}
	return out
}
