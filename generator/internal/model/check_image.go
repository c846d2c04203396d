package model

import (
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
)

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

// noImage says where the image is missing, or who removed it.
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

// versionTag reports whether an image has a tag that says a version.
func versionTag(image string) bool {
	_, tag, found := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return found && tag != "latest" && strings.ContainsAny(tag, "0123456789")
}
