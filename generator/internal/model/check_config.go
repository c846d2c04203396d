package model

import (
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
)

// fileName is the name of a configuration file; each of its parts is safe on any
// file system.
var fileName = lazyregexp.New(`^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$`)

// maxConfig is what a ConfigMap can hold, with room for its own fields.
const maxConfig = 1000 << 10

func (c *checker) config() {
	mounts := map[string]string{}
	for _, name := range sortedKeys(c.w.Volumes) {
		mounts[strings.TrimRight(c.w.Volumes[name].Mount, "/")] = name
	}
	size := 0
	for _, name := range sortedKeys(c.w.Config) {
		file, at := c.w.Config[name], c.key("config", name)
		size += len(file.Content)
		c.configName(name)
		c.placeholders(c.at("config", name, "mount"), file.Mount)
		switch other, taken := mounts[file.Mount]; {
		case !c.stated("config", name, "mount"):
		case !strings.HasPrefix(file.Mount, "/") || strings.HasSuffix(file.Mount, "/") || strings.Contains(file.Mount, ":"):
			c.error(at, "volume/mount", "a file needs an absolute path to be mounted at").Hint = "Write mount: /etc/app/" + name + "."
		case taken:
			c.error(at, "volume/mount", "%s and %s are mounted at the same path", other, name).Hint =
				"Give one of them another path."
		}
		mounts[file.Mount] = name
		if secretValue.MatchString(file.Content) {
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
