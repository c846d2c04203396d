package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
)

// dockerHub is the registry of images that name none.
const dockerHub = "docker.io"

var (
	registryHost = lazyregexp.New(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)(:[0-9]{1,5})?$`)
	mirrorTarget = lazyregexp.New(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$`)
)

// mirrors checks the registry mirrors of the clusters.
func (r *resolver) mirrors() {
	for _, name := range sortedKeys(r.spec.Clusters) {
		mirror := r.spec.Clusters[name].RegistryMirror
		for _, host := range sortedKeys(mirror) {
			at := r.keyPlace(r.spec.Node, "clusters", name, "registryMirror", host)
			if !registryHost.MatchString(host) || !mirrorTarget.MatchString(mirror[host]) {
				r.list.Error(at, "mirror/invalid", "this is not a registry and its mirror").Hint =
					"Write HOST: MIRROR or HOST: MIRROR/PATH, for example docker.io: mirror.example.com/hub, without https:// and without a slash at the end."
			}
		}
	}
}

// ImageSwap replaces the name of an image and leaves its tag and digest.
type ImageSwap struct{ Name, NewName string }

// imageName is an image without tag and digest.
func imageName(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	return name
}

// mirrored returns the name of an image in the mirror of its registry.
func (c *Cluster) mirrored(name string) (string, bool) {
	host, path, hosted := strings.Cut(name, "/")
	if !hosted || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, path = dockerHub, name
	}
	mirror, ok := c.mirror[host]
	if !ok {
		return name, false
	}
	if host == dockerHub && !strings.Contains(path, "/") {
		path = "library/" + path
	}
	return mirror + "/" + path, true
}

// MirroredRegistries lists the registries whose images the cluster pulls from a mirror.
func (c *Cluster) MirroredRegistries() []string { return sortedKeys(c.mirror) }

// MirroredImage returns the image that the instance pulls from a mirror in place of one
// that the spec names.
func (in *Instance) MirroredImage(image string) (string, bool) {
	name := imageName(image)
	mirrored, ok := in.Target.Cluster.mirrored(name)
	return mirrored + strings.TrimPrefix(image, name), ok && in.Workload.Source == nil
}

// swaps lists the images that the instance pulls from a mirror, by name. Kustomize
// replaces them in all containers, those of jobs included.
func (in *Instance) swaps() []ImageSwap {
	if len(in.Target.Cluster.mirror) == 0 || in.Workload.Source != nil {
		return nil
	}
	images := []string{in.Workload.Image}
	for _, c := range in.Workload.containers() {
		images = append(images, c.Image)
	}
	for _, run := range in.Runs {
		images = append(images, run.workload.Image)
	}
	for _, job := range in.Workload.Jobs {
		images = append(images, job.Image)
	}
	var out []ImageSwap
	for _, image := range images {
		name := imageName(image)
		if mirrored, ok := in.Target.Cluster.mirrored(name); ok && name != "" {
			out = append(out, ImageSwap{name, mirrored})
		}
	}
	slices.SortFunc(out, func(a, b ImageSwap) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(out)
}

// imageReference is the grammar of a pullable image: host and path, tag, digest.
var imageReference = lazyregexp.New(`^[a-z0-9]+([._/:-][a-zA-Z0-9._-]+)*(/[a-z0-9._-]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[a-f0-9]{64})?$`)

func (c *checker) image(requireDigest bool) {
	image := c.w.Image
	if image == "" {
		c.noImage()
		return
	}
	c.imageIs(image, requireDigest, c.at("image"))
}

func (c *checker) imageIs(image string, requireDigest bool, at diag.Range) {
	if !imageReference.MatchString(image) || strings.Contains(image, "//") {
		c.error(at, "workload/image", "this is not an image").Hint =
			"Write registry/name:tag or registry/name:tag@sha256:… with 64 hexadecimal digits."
		return
	}
	_, digest, _ := strings.Cut(image, "@")
	switch {
	case requireDigest && digest == "":
		c.error(at, "images/digest", "images.requireDigest is on and this image has no digest").Hint =
			"Write " + strings.SplitN(image, "@", 2)[0] + "@sha256:…"
	case c.in.Target.Env.Settings.Images == "pinned" && digest == "" && !versionTag(image):
		c.error(at, "images/unpinned", "%s runs this image, whose tag can move", c.in.Target.Env.Name).Hint =
			"Give it a digest (@sha256:…) or a tag with a version in it."
	}
}

// noImage reports a missing image, and the layer that removed it.
func (c *checker) noImage() {
	if c.faulty("image") {
		return
	}
	if entry, removed := c.node.Entry("image"); removed {
		c.error(entry.KeyRange, "workload/image", "this leaves application %s without an image in %s", c.in.App.Name, c.in.Target.Name).Hint =
			"To run nothing there, write deploy: false."
		return
	}
	c.error(c.in.App.At, "workload/image", "application %s has no image", c.in.App.Name).Hint = "Write image: NAME:TAG."
}

// versionTag reports whether the tag of an image is a version.
func versionTag(image string) bool {
	_, tag, found := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return found && tag != "latest" && strings.ContainsAny(tag, "0123456789")
}
