package generator

import (
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/render"
)

// share lets the folders of environments on several clusters hold what these have in
// common, where the templates know about such folders.
func share(platform *model.Platform, in render.Input) {
	replaced := map[string]bool{}
	entries, _ := render.List(in) // whose faults are those of the rendering
	for _, entry := range entries {
		replaced[strings.TrimSuffix(entry.Path, ".tmpl")] = entry.Replaces != ""
	}
	// Who replaces a template of targets gets all of its data there, unless that of
	// environments is replaced as well.
	knows := func(file string) bool {
		return !replaced[layout.TargetOverlays+file] || replaced[layout.FleetOverlays+file]
	}
	platform.Share(model.Sharing{
		Applications: knows("apps/{app}/kustomization.yaml"),
		Namespaces:   knows("infra/{namespace}/kustomization.yaml"),
		ClusterWide:  knows("infra/_cluster/kustomization.yaml"),
		Patches:      knows("apps/{app}/workload.patch.yaml"),
		Policies:     knows("apps/{app}/network.yaml"),
		Routes:       knows("apps/{app}/route.yaml"),
	})
}
