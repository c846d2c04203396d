package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// ConfigFile is a configuration file of an application.
type ConfigFile struct {
	// Name of the file and of its key in the ConfigMap.
	Name    Path
	Content Raw
}

// configVolume is the volume of the configuration files; users cannot take its name.
const configVolume = "config-files"

// ConfigMap is the name of the ConfigMap that holds the application's files. Kustomize
// appends a hash of the content, so that a change is a rollout.
func (a *Application) ConfigMap() Name { return a.Name + "-config" }

// configFiles lists the files by name.
func (w *Workload) configFiles() []ConfigFile {
	var files []ConfigFile
	for _, name := range sortedKeys(w.Config) {
		files = append(files, ConfigFile{Path(name), Raw(w.Config[name].Content)})
	}
	return files
}

// configMounts mounts each file alone, read-only: the folder beside it stays the image's.
func (w *Workload) configMounts(app Name) (volumes, mounts []yamltree.Ordered) {
	if len(w.Config) == 0 {
		return nil, nil
	}
	source := yamltree.Ordered{pair("name", string((&Application{Name: app}).ConfigMap()))}
	volumes = []yamltree.Ordered{{pair("name", configVolume), pair("configMap", source)}}
	for _, name := range sortedKeys(w.Config) {
		mounts = append(mounts, yamltree.Ordered{
			pair("name", configVolume), pair("mountPath", w.Config[name].Mount),
			pair("subPath", name), pair("readOnly", true),
		})
	}
	return volumes, mounts
}

// shareConfig gives the base the files that are the same on every target.
func (a *Application) shareConfig() {
	for i, in := range a.Instances {
		in.Config = in.Workload.configFiles()
		if i == 0 {
			a.Base.Config = slices.Clone(in.Config)
			continue
		}
		a.Base.Config = slices.DeleteFunc(a.Base.Config, func(f ConfigFile) bool { return !slices.Contains(in.Config, f) })
	}
	for _, in := range a.Instances {
		in.Config = slices.DeleteFunc(in.Config, func(f ConfigFile) bool { return slices.Contains(a.Base.Config, f) })
	}
}
