package kustomize

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// BuildOnDisk builds a folder below root, with charts rendered by a helm command. The folder is
// one that nobody else uses: kustomize may write there.
func BuildOnDisk(root, folder, helm string) (built *Built, err error) {
	global.Lock()
	defer global.Unlock()
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("build %s: kustomize panicked: %v", folder, problem)
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	options.PluginConfig.HelmConfig.Enabled = true
	options.PluginConfig.HelmConfig.Command = helm
	result, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), filepath.Join(root, filepath.FromSlash(folder)))
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", folder, err)
	}
	built = &Built{text: result.AsYaml}
	for _, r := range result.Resources() {
		text, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", folder, err)
		}
		built.Resources = append(built.Resources, Resource{JSON: text, Origin: folder, Original: r.OrgId().Name})
	}
	return built, nil
}
