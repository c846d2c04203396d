package render

import (
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
)

// Siblings is the result of the function siblings of kustomization.yaml templates: the
// files of the folder, by the field of a kustomization that lists them.
type Siblings struct {
	Resources  []model.Path
	Patches    []model.Path
	Components []model.Path
	// Files are the configuration files in the folders below, from here.
	Files []model.Path
}

// folders sorts the rendered YAML files by folder, without those that are missing in the
// folder: a kustomization must not list what is not there.
func folders(jobs []job, outcomes []*outcome, missing map[string]bool) map[string]*Siblings {
	found := map[string]*Siblings{}
	for i, o := range outcomes {
		if !o.made() || missing[o.path] {
			continue
		}
		file := o.path
		config := slices.Contains(jobs[i].names, "config")
		dir, name := path.Split(file)
		if !config && (path.Ext(name) != ".yaml" || name == layout.Kustomization) {
			continue
		}
		if config {
			dir, _ = path.Split(strings.TrimSuffix(dir, "/"))
			name = file[len(dir):]
		}
		s := found[dir]
		if s == nil {
			s = &Siblings{}
			found[dir] = s
		}
		switch {
		case config:
			s.Files = append(s.Files, model.Path(name))
		case strings.HasSuffix(name, ".patch.yaml"):
			s.Patches = append(s.Patches, model.Path(name))
		default:
			s.Resources = append(s.Resources, model.Path(name))
		}
	}
	for _, s := range found {
		slices.Sort(s.Resources)
		slices.Sort(s.Patches)
		slices.Sort(s.Files)
	}
	return found
}

// siblingsOf returns the siblings of one kustomization.
func siblingsOf(all map[string]*Siblings, j *job, exists func(path, id string) bool) Siblings {
	dir, _ := path.Split(j.path())
	var s Siblings
	if found := all[dir]; found != nil {
		s = *found
	}
	if exists != nil && exists(dir+layout.Custom, j.id()) {
		s.Components = []model.Path{layout.Custom}
	}
	return s
}
