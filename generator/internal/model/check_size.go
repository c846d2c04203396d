package model

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

func (c *checker) volumes() {
	mounts := map[string]string{}
	for _, name := range sortedKeys(c.w.Volumes) {
		v, at, mount := c.w.Volumes[name], c.key("volumes", name), c.at("volumes", name, "mount")
		c.name(at, "a volume", name)
		if name == configVolume {
			c.error(at, "name/reserved", "%q is the volume of the configuration files", name).Hint = "Choose another name."
		}
		if secret, ok := strings.CutPrefix(name, secretPrefix); ok && len(c.w.Secrets[secret].Files) > 0 {
			c.error(at, "name/reserved", "%q is the volume of secret %s", name, secret).Hint = "Choose another name."
		}
		switch {
		case !c.stated("volumes", name, "mount"):
		case v.Mount == "/":
			c.error(mount, "volume/mount", "a volume at / would hide the image").Hint = "Write mount: /data."
		case !strings.HasPrefix(v.Mount, "/") || strings.Contains(v.Mount, ":"):
			c.error(mount, "volume/mount", "a volume needs an absolute path to be mounted at").Hint = "Write mount: /data."
		}
		if other, ok := mounts[path.Clean(v.Mount)]; ok {
			c.error(mount, "volume/mount", "%s and %s are mounted at the same path", other, name).Hint =
				"Give one of them another path."
		}
		mounts[path.Clean(v.Mount)] = name
		c.volumeFields(name, v)
		switch {
		case c.faulty("volumes", name):
		case !oneOf(v.Size != "", v.Scratch != "", v.Claim != ""):
			c.error(c.key(c.latest("volumes", name, "size", "scratch", "claim")...), "volume/source", "a volume needs size, scratch or claim, one of them").Hint =
				"size: 5Gi is a persistent volume; scratch: 64Mi is an empty folder that goes with the pod; claim: NAME is a claim that exists."
		case v.Claim != "" && !isSubdomain(v.Claim):
			c.error(c.at("volumes", name, "claim"), "reference/name", "%q cannot be a PersistentVolumeClaim", v.Claim).Hint =
				"Use lower-case letters, digits, hyphens and dots, as Kubernetes does."
		case v.Claim != "":
		case v.Size != "":
			c.positive("storage", v.Size, "volumes", name, "size")
		default:
			c.positive("ephemeral-storage", v.Scratch, "volumes", name, "scratch")
		}
		if v.Size != "" && !shared(v) && !c.w.mountsOnce() && !c.faulty("volumes", name) && !c.faulty("singleton") && !c.faulty("kind") {
			c.mountedTwice(c.key("volumes", name, "size"))
		}
	}
}

// latest is the path of the field, of several of a named value, that the last layer states; that of the
// value itself when no layer states any.
func (c *checker) latest(group, name string, fields ...string) []any {
	for _, layer := range slices.Backward(c.in.Layers) {
		for _, field := range slices.Backward(fields) {
			if stated := layer.Node.Get(group).Get(name).Get(field); stated != nil && stated.Kind != yamltree.Null {
				return []any{group, name, field}
			}
		}
	}
	return []any{group, name}
}

// oneOf reports whether exactly one of the statements holds.
func oneOf(statements ...bool) bool {
	n := 0
	for _, holds := range statements {
		if holds {
			n++
		}
	}
	return n == 1
}

// volumeFields checks that a volume sets only the fields of its kind.
func (c *checker) volumeFields(name string, v schema.Volume) {
	if v.Scratch == "" && v.Medium != "" && !c.faulty("volumes", name) {
		c.error(c.key("volumes", name, "medium"), "volume/source", "only a scratch folder has a medium").Hint =
			"Take it out, or write scratch: 64Mi."
	}
	if v.Size != "" || c.faulty("volumes", name) {
		return
	}
	for _, field := range []struct{ key, value string }{{"storageClass", v.StorageClass}, {"accessMode", v.AccessMode}} {
		if field.value != "" {
			c.error(c.key("volumes", name, field.key), "volume/source", "only a volume with a size has a %s", field.key).Hint =
				"Take it out, or write size."
		}
	}
}

func (c *checker) mountedTwice(at diag.Range) {
	d := c.error(at, "volume/singleton", "a persistent volume can be mounted by one pod only")
	d.Hint = "Write singleton: {reason: …}; then the pod is stopped before the next one starts. Or write kind: StatefulSet; then each replica has a volume of its own. Or accessMode: ReadWriteMany, if the storage class has it."
	if c.w.PerNode() {
		d.Hint = "Each node has a pod of a DaemonSet. Write scratch: 1Gi for a folder that Kubernetes deletes with the pod; or accessMode: ReadWriteMany, if the storage class has it."
	}
	if c.w.Scheduled() {
		d.Hint = "Let a run wait for the one before it: schedule: {concurrencyPolicy: Forbid}."
	}
}

// positive checks an amount of storage, of which none would be no volume.
func (c *checker) positive(resource string, amount schema.Amount, path ...any) {
	if q, err := ParseQuantity(resource, string(amount)); err == nil && q == 0 {
		c.error(c.at(path...), "quantity/invalid", "the size of a volume is above 0").Hint = "Write an amount such as 1Gi."
		return
	}
	c.quantity(resource, amount, path...)
}

// quantity parses an amount and reports one that is not a quantity at its place.
func (c *checker) quantity(resource string, amount schema.Amount, path ...any) Quantity {
	q, err := ParseQuantity(resource, string(amount))
	if err != nil {
		c.error(c.at(path...), "quantity/invalid", "%s", err).Hint = quantityHint
	}
	return q
}

// maxReplicas is far above the need of an application, and low enough that no sum
// overflows.
const maxReplicas = 10000

func (c *checker) scale() {
	if c.w.ends() || c.w.PerNode() {
		return // a scale of what has none is reported with its kind
	}
	if c.w.Singleton != nil {
		if strings.TrimSpace(c.w.Singleton.Reason) == "" && c.stated("singleton", "reason") {
			c.error(c.at("singleton"), "reason/missing", "a singleton needs a reason").Hint =
				"Write reason: TEXT; wavewright keeps the text in an annotation, for reviewers."
		}
		return
	}
	if c.faulty("singleton") {
		return
	}
	if entry, removed := c.node.Entry("scale"); removed && !entry.Value.Faulty && entry.Value.Kind == yamltree.Null {
		c.error(entry.KeyRange, "scale/range", "this leaves application %s without a scale in %s", c.in.App.Name, c.in.Target.Name).Hint =
			"Write scale: {min: N, max: N} in place of null, or singleton: {reason: …}."
		return
	}
	low, high, env := c.w.Scale.Min, c.w.Scale.Max, c.in.Target.Env
	switch {
	case low < 1 || high < low || high > maxReplicas:
		c.error(c.at("scale"), "scale/range", "scale from %d to %d is not a range", low, high).Hint =
			"min is at least 1, max at least min and at most 10000. To run nothing, write deploy: false."
	case low < env.Floor:
		d := c.error(c.at("scale", "min"), "scale/floor", "%s needs at least %s", env.Name, Count(env.Floor, "replica"))
		d.Detail = fmt.Sprintf("Profile %s demands them; the application would have %d.", env.Profile, low)
		d.Hint = "Raise scale.min, or say why one replica is enough: singleton: {reason: …}."
	}
	c.behavior()
	nodes := c.in.Target.Cluster.Nodes
	if c.w.AntiAffinity == "required" && nodes > 0 && high > nodes {
		d := c.error(c.at("scale", "max"), "scale/nodes", "%d replicas of %s need more than %s", high, c.in.App.Name, Count(nodes, "node"))
		d.Detail = fmt.Sprintf("Each replica has a node of its own in %s, and cluster %s has %s.", env.Name, c.in.Target.Cluster.Name, Count(nodes, "node"))
		d.Hint = "Lower scale.max, add nodes, or write antiAffinity: preferred."
	}
}
