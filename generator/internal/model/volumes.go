package model

import (
	"cmp"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// volumeSource says what a volume is.
func volumeSource(app Name, name string, v schema.Volume) yamltree.Pair {
	claim := func(name string) yamltree.Pair {
		return pair("persistentVolumeClaim", yamltree.Ordered{pair("claimName", name)})
	}
	switch {
	case v.Claim != "":
		return claim(v.Claim)
	case v.Size != "":
		return claim(string(app) + "-" + name)
	}
	folder := yamltree.Ordered{pair("sizeLimit", string(v.Scratch))}
	if v.Medium != "" {
		folder = append(folder, pair("medium", v.Medium))
	}
	return pair("emptyDir", folder)
}

// accessMode is how a persistent volume can be mounted.
func accessMode(v schema.Volume) string { return cmp.Or(v.AccessMode, "ReadWriteOnce") }

// shared reports whether many pods can mount a volume at once.
func shared(v schema.Volume) bool { return v.AccessMode == "ReadWriteMany" }

// secretPrefix begins the names of volumes that hold secrets.
const secretPrefix = "secret-"

// secretMounts mounts the secrets that are read as files, each as a folder: Kubernetes
// renews the files in it when the secret changes.
func (w *Workload) secretMounts(app Name) (volumes, mounts []yamltree.Ordered) {
	for _, name := range sortedKeys(w.Secrets) {
		secret := w.Secrets[name]
		if len(secret.Files) == 0 {
			continue
		}
		var items []yamltree.Ordered
		for _, file := range sortedKeys(secret.Files) {
			items = append(items, yamltree.Ordered{pair("key", secret.Files[file]), pair("path", file)})
		}
		source := yamltree.Ordered{pair("secretName", SecretName(app, name, secret)), pair("items", items)}
		volumes = append(volumes, yamltree.Ordered{pair("name", secretPrefix+name), pair("secret", source)})
		mounts = append(mounts, yamltree.Ordered{pair("name", secretPrefix+name), pair("mountPath", secret.Mount), pair("readOnly", true)})
	}
	return volumes, mounts
}
