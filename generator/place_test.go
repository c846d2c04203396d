package generator

import (
	"path/filepath"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/rename"
)

// TestPlace holds that the ID of every file in the goldens tells its path: by it, the files of names
// that change places find their way.
func TestPlace(t *testing.T) {
	specs, err := filepath.Glob(filepath.Join("..", "golden", "*", "environments.yaml"))
	if err != nil || len(specs) < 3 {
		t.Fatalf("%d cases: %v", len(specs), err)
	}
	for _, spec := range specs {
		p, err := Load(filepath.Dir(spec))
		if err != nil {
			t.Fatal(err)
		}
		rendered, err := p.Render()
		if err != nil || len(rendered.files) == 0 {
			t.Fatalf("%s: %d files: %v", spec, len(rendered.files), err)
		}
		for path, file := range rendered.files {
			if got := rename.Place(file.ID); got != path {
				t.Errorf("%s: %s is at %s, and its ID says %s", spec, file.ID, path, got)
			}
		}
	}
}
