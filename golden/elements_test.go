package golden

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestElementsCarryWhatIsPinned holds the ApplicationSets of an environment that follows the
// branch to its candidates: what a candidate says of a chart's release reaches Argo CD. Were it
// lost, every object of the chart would be named after the Application.
func TestElementsCarryWhatIsPinned(t *testing.T) {
	found := 0
	for _, name := range cases(t) {
		specs, err := filepath.Glob(filepath.Join(name, "want/argocd/*/applicationsets.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range specs {
			sets := releases(t, file)
			env := path.Base(path.Dir(filepath.ToSlash(file)))
			if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), "runs pins") {
				continue // what is not promoted yet is not there
			}
			candidates := releases(t, filepath.Join(name, "want/overlays", env, "applications.yaml"))
			if found += len(candidates); !slices.Equal(sets, candidates) {
				t.Errorf("%s: releases %v, candidates %v", file, sets, candidates)
			}
		}
	}
	if found == 0 {
		t.Error("no case has a chart")
	}
}

// releases lists the names of Helm releases in a file, sorted.
func releases(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "releaseName: "); ok && !strings.Contains(name, "{{") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
