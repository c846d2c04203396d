package schema

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/templates"
)

// TestFixedNamesAreReserved looks for files and folders of the generated repository that stand
// beside those of environments, targets, teams and applications: nothing in the spec can
// have the name of one, or two templates would write to the same place.
func TestFixedNamesAreReserved(t *testing.T) {
	reserved := map[string][]string{
		"{env}": reservedEnvironments(), "{fleet}": reservedEnvironments(), "{target}": reservedEnvironments(),
		"{team}": reservedTeams(), "{app}": reservedApplications(),
	}
	for placeholder, words := range reserved {
		for _, word := range beside(t, placeholder) {
			if !slices.Contains(words, word) {
				t.Errorf("a template stands where %s could be %q, which is not reserved", placeholder, word)
			}
		}
	}
	for _, word := range reservedEnvironments() {
		if !slices.Contains(beside(t, "{env}"), word) {
			t.Errorf("%q is reserved for environments, and no template stands there", word)
		}
	}
}

// beside lists the names that would make one of a placeholder's templates another template.
func beside(t *testing.T, placeholder string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(templates.FS(), ".", func(folder string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		entries, err := fs.ReadDir(templates.FS(), folder)
		for _, entry := range entries {
			if before, after, ok := strings.Cut(entry.Name(), placeholder); ok {
				names = append(names, between(entries, before, after)...)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// between lists the names that entries have between two texts.
func between(entries []fs.DirEntry, before, after string) []string {
	var names []string
	for _, entry := range entries {
		name, begins := strings.CutPrefix(entry.Name(), before)
		name, ends := strings.CutSuffix(name, after)
		if begins && ends && IsName(name) {
			names = append(names, name)
		}
	}
	return names
}
