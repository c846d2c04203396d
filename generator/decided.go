package generator

import (
	"strings"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
)

// decided reads files as a person has decided about them: what a run wrote passed the guards, and what is
// committed was reviewed. What somebody has edited since then, such as a generated file, a manifest of
// an application or a custom component, is read as the commit has it.
func decided(w pushedWorld, edits map[string]bool, disk kustomize.Read) kustomize.Read {
	return func(path string) ([]byte, error) {
		if !edits[path] {
			return disk(path)
		}
		text, _, err := w.repo.ReadAt(w.repo.Head(), path)
		return text, err
	}
}

// byHand are those of the files that differ from the commit which a person has edited.
func byHand(changed []string, rendered tree.Tree, changes []tree.Change) map[string]bool {
	touched := map[string]tree.Change{}
	for _, c := range changes {
		touched[c.Path] = c
		if c.From != "" {
			touched[c.From] = c
		}
	}
	edits := map[string]bool{}
	for _, path := range changed {
		if path == schema.FileName || strings.HasPrefix(path, layout.Releases) || strings.HasPrefix(path, layout.Own) {
			continue // nothing is built of them
		}
		c, isTouched := touched[path]
		_, generated := rendered[path]
		if isTouched && c.EditedByHand() || !isTouched && !generated {
			edits[path] = true
		}
	}
	return edits
}
