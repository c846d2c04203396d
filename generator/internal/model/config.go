package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
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
// appends a hash of the content, so that a change is a rollout; the ConfigMap of a CronJob
// keeps its name, so that each Job finds it.
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

// fileName is the name of a configuration file; each of its parts is safe on any
// file system.
var fileName = lazyregexp.New(`^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$`)

// maxConfig is the capacity of a ConfigMap without its own fields.
const maxConfig = 1000 << 10

func (c *checker) config() {
	mounts := map[string]string{}
	for _, name := range sortedKeys(c.w.Volumes) {
		mounts[strings.TrimRight(c.w.Volumes[name].Mount, "/")] = name
	}
	size := 0
	for _, name := range sortedKeys(c.w.Config) {
		file := c.w.Config[name]
		size += len(file.Content)
		c.configName(name)
		switch other, taken := mounts[file.Mount]; {
		case !c.stated("config", name, "mount"):
		case !strings.HasPrefix(file.Mount, "/") || strings.HasSuffix(file.Mount, "/") || strings.Contains(file.Mount, ":"):
			c.error(c.at("config", name, "mount"), "volume/mount", "a file needs an absolute path to be mounted at").Hint = "Write mount: /etc/app/" + name + "."
		case taken:
			c.error(c.at("config", name, "mount"), "volume/mount", "%s and %s are mounted at the same path", other, name).Hint =
				"Give one of them another path."
		}
		mounts[file.Mount] = name
		if secretValue.MatchString(string(file.Content)) {
			c.error(c.at("config", name, "content"), "secret/literal", "%s looks like it holds a secret", name).Hint =
				"Secrets never stand in Git. Refer to one: secrets: {NAME: {key: PATH-IN-THE-STORE, env: {VARIABLE: PROPERTY}}}."
		}
	}
	if size > maxConfig {
		d := c.error(c.at("config"), "config/size", "the files of %s are too large for a ConfigMap", c.in.App.Name)
		d.Detail = "A ConfigMap holds 1 MiB at most."
		d.Hint = "Keep large files in the image or on a volume."
	}
}

func (c *checker) configName(name string) {
	stem, _, _ := strings.Cut(name, ".")
	if fileName.MatchString(name) && !strings.Contains(name, "..") && stem != "kustomization" && !schema.IsDevice(stem) {
		return
	}
	c.error(c.key("config", name), "config/name", "%q cannot be the name of a file", name).Hint =
		"Use lower-case letters, digits, hyphens and dots, for example nginx.conf; the name kustomization is taken."
}
