package golden

import (
	"path"
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
		files := generate(t, name)
		for file, text := range files {
			if path.Base(file) != "applicationsets.yaml" || strings.Contains(string(text), "runs pins") {
				continue // what is not promoted yet is not there
			}
			candidates := releases(files["overlays/"+path.Base(path.Dir(file))+"/applications.yaml"])
			if found += len(candidates); !slices.Equal(releases(text), candidates) {
				t.Errorf("%s of %s: releases %v, candidates %v", file, name, releases(text), candidates)
			}
		}
	}
	if found == 0 {
		t.Error("no case has a chart")
	}
}

// releases lists the names of Helm releases in a file, sorted.
func releases(text []byte) []string {
	var names []string
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "releaseName: "); ok && !strings.Contains(name, "{{") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
