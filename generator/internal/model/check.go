package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// check reports what is wrong with one resolved instance. The same fault on

// several targets has the same place and words, so it shows once.

func (r *resolver) check(in *Instance) {
	c := checker{
		in: in, w: in.Workload, node: in.Workload.Node, list: &r.list, declared: r.spec.Applications,
		doubt: r.spec.Doubt.Any, facts: r.spec.Node,
	}
	if c.w.Source != nil {
		c.source()
		return
	}
	c.noSource()
	c.image(r.spec.Images.RequireDigest)
	c.containers(r.spec.Images.RequireDigest)
	c.ports()
	c.environment()
	c.secrets()
	c.volumes()
	c.config()
	c.probes()
	c.resources()
	c.scratch()
	c.schedule()
	c.jobs(r.spec.Images.RequireDigest)
	c.scale()
	c.exposure()
	c.metrics()
	c.peers()
	c.rules()
	c.labels()
	c.annotations()
	c.security()
	c.kubernetes()
	c.replicaFields()
	c.differences()
	c.kinds()
}

type checker struct {
	in   *Instance
	w    *Workload
	node *yamltree.Node
	list *diag.List
	// declared are all applications of the spec.
	declared map[string]schema.Application
	// doubt says that parts of the workload may be faulty.
	doubt bool
	// facts is the spec, which says what the clusters offer.
	facts *yamltree.Node
}

// at is the place of a value, or of the application when only a built-in profile

// states it: the user cannot change that. What was reported has no place.

func (c *checker) at(path ...any) diag.Range {
	if c.doubtful(path...) {
		return diag.Range{}
	}
	at := c.node.At(path...)
	if first, ok := path[0].(string); ok && c.node.Get(first) == nil || schema.IsBuiltin(at.File) {
		return c.in.App.At
	}
	return at
}

// key is the place of a key.

func (c *checker) key(path ...any) diag.Range {
	if c.doubtful(path...) {
		return diag.Range{}
	}
	return c.node.KeyAt(path...)
}

// stated reports whether a required value is there: what is missing was reported by
// the decoder. A value that was reported is there.
func (c *checker) stated(path ...string) bool {
	entry, ok := c.node.Find(path)
	return ok && (entry.Value.Kind != yamltree.Null || entry.Value.Faulty)
}

func (c *checker) error(at diag.Range, code, format string, args ...any) *diag.Diagnostic {
	return c.list.Error(at, code, fmt.Sprintf(format, args...))
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

// noImage says where the image is missing, or who removed it.
func (c *checker) noImage() {
	if c.doubtful("image") {
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

// secretWords end the names of variables that hold secrets.

// secretValue recognises private keys, access keys and passwords within URLs.

var subdomain = lazyregexp.New(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)

func isSubdomain(s string) bool {
	return len(s) <= 253 && subdomain.MatchString(s) && !strings.Contains(s, "..")
}

// name checks a name within an application.

func (c *checker) name(at diag.Range, what, name string) {
	if !schema.IsName(name) || len(name) > 40 {
		c.error(at, "name/invalid", "%q cannot be the name of %s", name, what).Hint =
			"Use at most 40 lower-case letters, digits and hyphens; begin with a letter."
	}
}

// quantity parses an amount and reports a bad one at its place.

// portReference checks that a named port exists.

// belowMaximum checks a limit against the environment's limit range.

// belowLimit checks a request against its limit.

var labelKey = lazyregexp.New(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)

var labelValue = lazyregexp.New(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)

// ownLabels are set by wavewright.

func ownLabels() []string {
	return []string{"env", "owner", NameLabel, "app.kubernetes.io/instance", "app.kubernetes.io/part-of"}
}

func (c *checker) labels() {
	for _, key := range sortedKeys(c.w.Labels) {
		at := c.key("labels", key)
		switch {
		case slices.Contains(ownLabels(), key):
			c.error(at, "label/reserved", "wavewright sets the label %s", key).Hint = "Choose another key."
		case !labelKey.MatchString(key) || !labelValue.MatchString(c.w.Labels[key]):
			c.error(at, "label/invalid", "Kubernetes does not accept this label").Hint =
				"Keys and values have at most 63 letters, digits, hyphens, underscores and dots; a key may have a domain and a slash before it."
		}
	}
}

func (c *checker) annotations() {
	for _, key := range sortedKeys(c.w.ServiceAccount.Annotations) {
		c.annotation(key, c.w.ServiceAccount.Annotations[key], "serviceAccount", "annotations", key)
	}
	for i, arg := range c.w.Args {
		c.misspelt(c.at("args", i), arg)
	}
}

func (c *checker) annotation(key, value string, path ...any) {
	c.placeholders(c.at(path...), value)
	if !labelKey.MatchString(strings.ToLower(key)) {
		c.error(c.key(path...), "annotation/invalid", "%q cannot be the key of an annotation", key).Hint =
			"Write letters, digits, hyphens, underscores and dots, with a domain and a slash before them when it is not your own."
	}
}

func (c *checker) security() {
	s := c.w.Security
	for name, reason := range map[string]*schema.Reason{"root": s.Root, "writableRootFilesystem": s.WritableRootFilesystem} {
		if reason != nil && strings.TrimSpace(reason.Reason) == "" && c.stated("security", name, "reason") {
			c.error(c.at("security", name), "reason/missing", "this exception needs a reason").Hint =
				"Write reason: and why; it is kept as an annotation that reviewers see."
		}
	}
	enforced := c.in.Target.Env.Settings.PodSecurity.Enforce
	if s.Root != nil && enforced == "restricted" {
		d := c.error(c.at("security", "root"), "security/root", "%s refuses pods that run as root", c.in.Target.Env.Name)
		d.Detail = "Its namespaces enforce the restricted Pod Security Standard."
		d.Hint = "Let the image run as another user: security: {runAsUser: …}."
	}
	if at, zero := explicitZero(c.node, "security", "runAsUser"); zero && s.Root == nil && !c.doubtful("security", "root") {
		c.error(at, "security/user", "user 0 is root").Hint = "Write root: {reason: …} instead, where the environment permits it."
	}
	if s.RunAsUser < 0 || s.RunAsGroup < 0 || s.Root != nil && s.RunAsUser > 0 {
		c.error(c.at("security"), "security/user", "root and runAsUser exclude each other, and users are not negative").Hint =
			"Keep one of the two."
	}
	if pause := c.w.Rollout.PreStopSeconds; pause < 0 || pause > 600 {
		c.error(c.at("rollout", "preStopSeconds"), "spec/value", "the pause before a stop is between 0 and 600 seconds").Hint =
			"Write for example preStopSeconds: 10."
	}
	for _, name := range []string{"maxUnavailable", "maxSurge"} {
		c.rolloutAmount(name)
	}
}

var countOrPercent = lazyregexp.New(`^([0-9]{1,4}|[0-9]{1,3}%)$`)

func (c *checker) rolloutAmount(name string) {
	amount := c.w.Rollout.MaxSurge
	if name == "maxUnavailable" {
		amount = c.w.Rollout.MaxUnavailable
	}
	if amount != "" && !countOrPercent.MatchString(string(amount)) {
		c.error(c.at("rollout", name), "spec/value", "%q is neither a number of replicas nor a percentage", amount).Hint =
			"Write for example 1 or 25%."
	}
}
