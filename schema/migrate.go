package schema

import (
	"errors"
	"fmt"
	"maps"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Migration takes a spec from one apiVersion to the next one.
type Migration struct {
	// From and To are apiVersions.
	From, To string
	// Does describes the change: lower case, no full stop.
	Does string
	// Texts is a pure function from the text of each file of the spec, by name, to the
	// new texts of those that change. It leaves apiVersion alone.
	Texts func(texts map[string][]byte) (map[string][]byte, error)
}

// Migrations are all steps there are, the oldest first. The last one leads to
// [APIVersion].
//
// To change the format of the spec:
//
//   - Change [APIVersion], and the tag and the comment of Spec.APIVersion. Append a step from
//     the old one to the new one.
//   - Let the step edit texts in place, so that comments and layout stay the user's: take
//     places from the trees of yamltree.Parse, and yamltree.Replace. It gets texts that are
//     YAML, and nothing else is known of them: what the user got wrong stays wrong, and is
//     reported at its place in the new text.
//   - Two keys are the same in all formats: apiVersion, which Migrate changes itself, and
//     include.
//   - Put a spec of the old format, with its team files, into
//     testdata/migrations/OLD.txtar, where OLD is the last part of the old apiVersion, and
//     what the step makes of each file into the same archive, below want/. TestMigrations
//     compares.
func Migrations() []Migration { return nil }

// Steps returns the migrations that a spec needs, none when its apiVersion is current or
// unknown.
func (f *Files) Steps(all []Migration) []Migration {
	version := apiVersion(f.root())
	for i := range all {
		if all[i].From == version {
			return all[i:]
		}
	}
	return nil
}

func apiVersion(root *yamltree.Node) string {
	if node := root.Get("apiVersion"); node != nil {
		return node.Text
	}
	return ""
}

// Migrate applies steps to the texts of a spec, by name; name is the file with the
// apiVersion. Migrate reports texts that are not YAML and leaves them unchanged.
func Migrate(name string, texts map[string][]byte, steps []Migration) (map[string][]byte, diag.List, error) {
	if faults := faults(texts); faults.HasErrors() {
		return nil, faults, nil
	}
	texts = maps.Clone(texts)
	for _, step := range steps {
		if err := step.take(name, texts); err != nil {
			return nil, nil, fmt.Errorf("migrate the spec from %s to %s (%s): %w", step.From, step.To, step.Does, err)
		}
	}
	return texts, nil, nil
}

func faults(texts map[string][]byte) diag.List {
	var all diag.List
	for name, text := range texts {
		_, list := yamltree.Parse(name, text)
		all = append(all, list...)
	}
	return all.Sorted()
}

// take applies one step in place.
func (m *Migration) take(name string, texts map[string][]byte) error {
	changed, err := m.Texts(maps.Clone(texts))
	if err != nil {
		return err
	}
	for _, file := range sortedKeys(changed) {
		if _, known := texts[file]; !known {
			return fmt.Errorf("the migration returned %s, which is not a file of the spec", file)
		}
	}
	if faults := faults(changed); faults.HasErrors() {
		return fmt.Errorf("the migrated spec is not YAML: %s:%d: %s", faults[0].Subject.File, faults[0].Subject.Line, faults[0].Summary)
	}
	maps.Copy(texts, changed)
	root, _ := yamltree.Parse(name, texts[name])
	if apiVersion(root) != m.From {
		return errors.New("the migration changed apiVersion, which it has to leave alone")
	}
	texts[name] = yamltree.Replace(texts[name], root.At("apiVersion"), m.To)
	return nil
}
