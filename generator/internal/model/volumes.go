package model

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// volumeSource returns the source of a volume.
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
	return pair("emptyDir", with(yamltree.Ordered{pair("sizeLimit", string(v.Scratch))}, "medium", v.Medium))
}

// claimNames are the volumes that a StatefulSet makes of its claim templates, by name only.
func (w *Workload) claimNames() (out []yamltree.Ordered) {
	for _, name := range sortedKeys(w.Volumes) {
		if w.Stateful() && w.Volumes[name].Size != "" {
			out = append(out, yamltree.Ordered{pair("name", name)})
		}
	}
	return out
}

// volumeField is the field of the spec that makes the volume of this name.
func (w *Workload) volumeField(name string) string {
	secret, _ := strings.CutPrefix(name, secretPrefix)
	switch _, stated := w.Volumes[name]; {
	case stated:
		return "volumes." + name
	case name == configVolume:
		return "The volume of config"
	}
	return "The volume of secrets." + secret
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
		source := yamltree.Ordered{pair("secretName", secretName(app, name, secret.SecretRef)), pair("items", items)}
		volumes = append(volumes, yamltree.Ordered{pair("name", secretPrefix+name), pair("secret", source)})
		mounts = append(mounts, yamltree.Ordered{pair("name", secretPrefix+name), pair("mountPath", secret.Mount), pair("readOnly", true)})
	}
	return volumes, mounts
}

// fileOf is the path of a file in a folder.
func fileOf(folder, file string) string { return strings.TrimSuffix(folder, "/") + "/" + file }

const (
	memory           = "memory"
	ephemeralStorage = "ephemeral-storage"
)

// scratch checks that the pods of the application and of its jobs survive full scratch
// folders.
func (c *checker) scratch() {
	if c.faulty("resources") || c.faulty("sidecars") || c.faulty("init") || c.faulty("volumes") {
		return
	}
	reported := c.scratchFits(scratchCheck{c, c.w, string(c.in.App.Name), nil})
	for _, run := range c.in.Runs {
		// A job without resources and fields of its own has those of the application, and the same finding.
		if run.ownResources || run.workload.Pod != nil || !reported {
			c.scratchFits(scratchCheck{c, run.workload, "job " + string(run.short), []any{"jobs", string(run.short)}})
		}
	}
}

func (c *checker) scratchFits(s scratchCheck) bool {
	if len(s.w.Volumes) == 0 && s.w.Pod == nil {
		return false
	}
	onDisk, inMemory := s.onDisk(), s.inMemory()
	return onDisk || inMemory
}

// scratchCheck compares the scratch folders of one pod with the limits of the pod.
type scratchCheck struct {
	*checker
	w    *Workload
	name string
	// place of the workload in the application.
	place []any
}

// share is a part of a sum, as a person reads it.
type share struct {
	name   string
	amount Quantity
}

func total(shares []share) (sum Quantity) {
	for _, s := range shares {
		sum = sum.plus(s.amount)
	}
	return sum
}

// addition writes the sum, and its parts when there are several.
func addition(shares []share, resource string) string {
	if len(shares) == 1 {
		return fmt.Sprintf("%s (%s)", shares[0].amount.Format(resource), shares[0].name)
	}
	parts := make([]string, len(shares))
	for i, s := range shares {
		parts[i] = s.name + " " + s.amount.Format(resource)
	}
	return fmt.Sprintf("%s (%s)", total(shares).Format(resource), strings.Join(parts, " + "))
}

// folders lists the scratch folders of a medium by name, and where the largest of them stands.
func (s scratchCheck) folders(medium string) (folders []share, largest []any) {
	most := Quantity(-1)
	add := func(name string, size Quantity, place ...any) {
		folders = append(folders, share{name, size})
		if size > most {
			most, largest = size, place
		}
	}
	for _, name := range sortedKeys(s.w.Volumes) {
		v := s.w.Volumes[name]
		if size, err := ParseQuantity(ephemeralStorage, string(v.Scratch)); v.Scratch != "" && v.Medium == medium && err == nil {
			add(name, size, "volumes", name, "scratch")
		}
	}
	if s.w.Pod == nil || s.faulty(append(s.place[:len(s.place):len(s.place)], "pod")...) {
		return folders, largest
	}
	for i, v := range s.w.Pod.Spec.Volumes {
		if v.EmptyDir != nil && v.EmptyDir.SizeLimit != nil && string(v.EmptyDir.Medium) == medium {
			size, _ := ParseQuantity(ephemeralStorage, v.EmptyDir.SizeLimit.String()) // a text of Kubernetes
			add(v.Name, size, append(s.place[:len(s.place):len(s.place)], "pod", "volumes", i, "emptyDir", "sizeLimit")...)
		}
	}
	return folders, largest
}

// limit is the limit of a container: its own, or the environment's default.
func (s scratchCheck) limit(r schema.Resources, resource string) Quantity {
	if r.Limits[resource] != "" {
		return quantityOf(resource, r.Limits)
	}
	return quantityOf(resource, s.in.Target.Env.Settings.LimitRange.Default)
}

// disk lists what the containers of a pod may use of the node's disk. As Kubernetes adds
// it: the main container or the largest init container, whichever is more, and the
// sidecars.
func (s scratchCheck) disk() []share {
	largest, always := share{"the main container", s.limit(s.w.Resources, ephemeralStorage)}, []share(nil)
	for _, beside := range s.w.containers() {
		amount := s.limit(beside.Resources, ephemeralStorage)
		switch {
		case beside.group == sidecars:
			always = append(always, share{beside.name, amount})
		case amount > largest.amount:
			largest = share{beside.name, amount}
		}
	}
	return append([]share{largest}, always...)
}

// ceilings says what else of the environment is below a limit that has room for need: what
// one container may have, and what the quota has for all pods of the workload.
func (s scratchCheck) ceilings(resource string, need Quantity) string {
	env, text := s.in.Target.Env, ""
	if most := env.Settings.LimitRange.Max[resource]; most != "" && quantityOf(resource, env.Settings.LimitRange.Max) <= need {
		text += fmt.Sprintf("\nlimitRange.max of %s permits a container %s.", env.Name, most)
	}
	bound, pods := "limits."+resource, s.w.pods()
	for _, quota := range []struct {
		name    string
		amounts map[string]schema.Amount
	}{{"hard", env.Settings.Quota.Hard}, {"budget", env.Settings.Quota.Budget}, {"override", env.Settings.Quota.Override}} {
		if most := quota.amounts[bound]; most != "" && quantityOf(bound, quota.amounts) <= need.times(pods) {
			text += fmt.Sprintf("\nquota.%s of %s has %s for all, and %s of it would have more than %s.",
				quota.name, env.Name, most, Count(pods, "pod"), need.times(pods).Format(resource))
		}
	}
	return text
}

// onDisk reports folders that the limits of the pod leave no room for: the kubelet evicts
// a pod that uses more of the disk than its containers may together. Without any limit it
// evicts for the size of each folder alone.
func (s scratchCheck) onDisk() bool {
	folders, largest := s.folders("")
	limits := s.disk()
	if most := total(limits); most == 0 || total(folders) <= most {
		return false
	}
	d := s.error(s.at(largest...), "volume/evicted", "pods of %s are evicted in %s when their scratch folders are full", s.name, s.in.Target.Env.Name)
	d.Detail = fmt.Sprintf("The scratch folders may take %s of the node's disk, but limits.ephemeral-storage of the containers is %s.",
		addition(folders, ephemeralStorage), addition(limits, ephemeralStorage)) + s.ceilings(ephemeralStorage, total(folders))
	d.Hint = fmt.Sprintf("Raise resources.limits.ephemeral-storage above %s, as logs count, too; or lower scratch there; or write size instead of scratch, for a persistent volume.",
		total(folders).Format(ephemeralStorage))
	return true
}

// inMemory reports folders that leave the main container no memory: what it writes there
// is its memory, and it is killed above its limit.
func (s scratchCheck) inMemory() bool {
	folders, largest := s.folders("Memory")
	most := s.limit(s.w.Resources, memory)
	if len(folders) == 0 || most == 0 || total(folders) < most {
		return false
	}
	d := s.error(s.at(largest...), "volume/evicted", "%s is killed in %s when its scratch folders are full", s.name, s.in.Target.Env.Name)
	d.Detail = fmt.Sprintf("The scratch folders may take %s of its memory, but its limits.memory is %s.", addition(folders, memory), most.Format(memory)) +
		s.ceilings(memory, total(folders))
	d.Hint = fmt.Sprintf("Raise resources.limits.memory above %s by what the process itself needs, or lower scratch there, or take medium: Memory out.",
		total(folders).Format(memory))
	return true
}
