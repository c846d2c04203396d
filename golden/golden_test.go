// Package golden holds whole generated repositories. Each case is a folder with a
// spec and, under want, exactly the files that it generates. The cases that are
// examples too have the same spec as the example of their name.
package golden

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema/diag"
)

// cases lists the folders that hold a spec.
func cases(t *testing.T) []string {
	t.Helper()
	specs, err := filepath.Glob("*/environments.yaml")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	names := make([]string, len(specs))
	for i, spec := range specs {
		names[i] = filepath.Dir(spec)
	}
	return names
}

// generate renders a case, which must have no findings but that a pin outlives its
// application.
func generate(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	platform, err := generator.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	result, err := platform.Render()
	if err != nil {
		t.Fatal(err)
	}
	others := slices.DeleteFunc(result.Diagnostics, func(d diag.Diagnostic) bool { return d.Code == "release/left" })
	if len(others) > 0 {
		var text strings.Builder
		_ = diag.WriteText(&text, others, result.Sources)
		t.Fatalf("findings:\n%s", text.String())
	}
	return result.Files()
}

// TestGolden compares path sets both ways, then every file. Update with
// GOLDIE_UPDATE=true after removing the want folder: a stale golden is an error.
func TestGolden(t *testing.T) {
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			files := generate(t, name)
			want := filepath.Join(name, "want")
			g := goldie.New(t, goldie.WithFixtureDir(want), goldie.WithNameSuffix(""), goldie.WithDiffEngine(goldie.ColoredDiff))
			for _, path := range slices.Sorted(maps.Keys(files)) {
				g.Assert(t, path, files[path])
			}
			for _, path := range tree(t, want) {
				if _, ok := files[path]; !ok {
					t.Errorf("%s is not generated any more: remove it", path)
				}
			}
		})
	}
}

// tree lists the files below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestExamplesAreCases holds the examples, which people copy, to what is tested.
func TestExamplesAreCases(t *testing.T) {
	examples, err := filepath.Glob("../examples/*/environments.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples found: %v", err)
	}
	for _, example := range examples {
		name := filepath.Base(filepath.Dir(example))
		for _, path := range tree(t, filepath.Dir(example)) {
			ours, err := os.ReadFile(filepath.Join(filepath.Dir(example), path))
			if err != nil {
				t.Fatal(err)
			}
			cased, err := os.ReadFile(filepath.Join(name, path))
			if err != nil || string(ours) != string(cased) {
				t.Errorf("example %s: %s differs from the golden case: %v", name, path, err)
			}
		}
	}
}
