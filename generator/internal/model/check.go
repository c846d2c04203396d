package model

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// check reports what is wrong with one resolved instance. The same fault on
// several targets has the same place and words, so it shows once.
func (r *resolver) check(in *Instance) {
	c := checker{in: in, w: in.Workload, node: in.Workload.Node, list: &r.list}
	c.image(r.spec.Images.RequireDigest)
	c.ports()
	c.environment()
	c.secrets()
	c.volumes()
	c.probes()
	c.resources()
	c.scale()
	c.exposure()
	c.peers()
	c.labels()
	c.security()
}

type checker struct {
	in   *Instance
	w    *Workload
	node *yamltree.Node
	list *diag.List
}

// at is the place of a value, or of the application when only a built-in profile
// states it: the user cannot change that.
func (c *checker) at(path ...any) diag.Range {
	at := c.node.At(path...)
	if first, ok := path[0].(string); ok && c.node.Get(first) == nil || schema.IsBuiltin(at.File) {
		return c.in.App.At
	}
	return at
}

// key is the place of a key.
func (c *checker) key(path ...any) diag.Range { return c.node.KeyAt(path...) }

func (c *checker) error(at diag.Range, code, format string, args ...any) *diag.Diagnostic {
	return c.list.Error(at, code, fmt.Sprintf(format, args...))
}

// imageReference is the grammar of a pullable image: host and path, tag, digest.
var imageReference = regexp.MustCompile(`^[a-z0-9]+([._/:-][a-zA-Z0-9._-]+)*(/[a-z0-9._-]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[a-f0-9]{64})?$`)

func (c *checker) image(requireDigest bool) {
	image := c.w.Image
	if image == "" {
		c.error(c.in.App.At, "workload/image", "application %s has no image", c.in.App.Name).Hint = "Write image: NAME:TAG."
		return
	}
	at := c.at("image")
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

// versionTag reports whether an image has a tag that says a version.
func versionTag(image string) bool {
	_, tag, found := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return found && tag != "latest" && strings.ContainsAny(tag, "0123456789")
}

var portName = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

func (c *checker) ports() {
	type use struct {
		number   int
		protocol string
	}
	services, containers := map[use]Name{}, map[use]Name{}
	for _, port := range c.w.PortList() {
		at := c.key("ports", string(port.Name))
		if len(port.Name) > 15 || !portName.MatchString(string(port.Name)) || strings.Contains(string(port.Name), "--") {
			c.error(at, "port/name", "%q cannot be the name of a port", port.Name).Hint =
				"Kubernetes allows 15 lower-case letters, digits and single hyphens, beginning with a letter."
		}
		for _, table := range []struct {
			seen map[use]Name
			use  use
			what string
		}{
			{services, use{port.Port.Port, port.Protocol}, "Service port"},
			{containers, use{port.Container, port.Protocol}, "container port"},
		} {
			if other, ok := table.seen[table.use]; ok {
				c.error(at, "port/duplicate", "%s and %s have the same %s", other, port.Name, table.what)
			}
			table.seen[table.use] = port.Name
		}
	}
}

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

func (c *checker) environment() {
	for _, name := range sortedKeys(c.w.Env) {
		at := c.key("env", name)
		if !envName.MatchString(name) {
			c.error(at, "env/name", "%q cannot be the name of a variable", name).Hint =
				"Use letters, digits, underscores, dots and hyphens; begin with a letter or an underscore."
		}
		if literalSecret(name, c.w.Env[name]) {
			c.error(at, "secret/literal", "%s looks like a secret", name).Hint =
				"Secrets never stand in Git. Refer to one: secrets: {NAME: {key: PATH-IN-THE-STORE, env: {" + name + ": PROPERTY}}}."
		}
	}
}

// secretWords end the names of variables that hold secrets.
func secretWords() []string {
	return []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "SECRET_KEY", "ACCESS_KEY", "CREDENTIALS"}
}

// secretValue recognises private keys, access keys and passwords within URLs.
var secretValue = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|://[^/\s:@]+:[^/\s:@$]+@`)

func literalSecret(name, value string) bool {
	upper := strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
	ends := slices.ContainsFunc(secretWords(), func(word string) bool {
		return upper == word || strings.HasSuffix(upper, "_"+word)
	})
	return ends && value != "" || secretValue.MatchString(value)
}

func (c *checker) secrets() {
	from := map[string]string{}
	for _, name := range sortedKeys(c.w.Secrets) {
		secret, at := c.w.Secrets[name], c.key("secrets", name)
		c.name(at, "a secret", name)
		switch {
		case (secret.Key == "") == (secret.Existing == ""):
			c.error(at, "secret/source", "a secret needs key or existing, one of them").Hint =
				"key: PATH reads the platform's secret store; existing: NAME uses a Secret that somebody else manages."
		case secret.Key != "" && c.in.Target.Cluster.Secrets == nil:
			c.error(at, "platform/secrets", "there is no secret store on cluster %s", c.in.Target.Cluster.Name).Hint =
				"Declare platform.secrets: {provider: external-secrets, store: {name: …}}, or use existing: NAME."
		case secret.Existing != "" && !isSubdomain(secret.Existing):
			c.error(at, "secret/source", "%q cannot be a Secret", secret.Existing)
		}
		if len(secret.Env) == 0 {
			c.error(at, "secret/unused", "this secret is not used").Hint = "Write env: {VARIABLE: PROPERTY}."
		}
		for _, variable := range sortedKeys(secret.Env) {
			other, taken := from[variable]
			if _, plain := c.w.Env[variable]; plain {
				other, taken = "env", true
			}
			if taken {
				c.error(c.key("secrets", name, "env", variable), "env/duplicate", "%s is set twice", variable).Detail =
					"It also comes from " + other + "."
			}
			from[variable] = "secret " + name
		}
	}
}

var subdomain = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)

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

func (c *checker) volumes() {
	mounts := map[string]string{}
	for _, name := range sortedKeys(c.w.Volumes) {
		v, at := c.w.Volumes[name], c.key("volumes", name)
		c.name(at, "a volume", name)
		if !strings.HasPrefix(v.Mount, "/") || strings.Contains(v.Mount, ":") || v.Mount == "/" {
			c.error(at, "volume/mount", "a volume needs an absolute path to be mounted at").Hint = "Write mount: /data."
		}
		if other, ok := mounts[v.Mount]; ok {
			c.error(at, "volume/mount", "%s and %s are mounted at the same path", other, name)
		}
		mounts[v.Mount] = name
		switch {
		case (v.Size == "") == (v.Scratch == ""):
			c.error(at, "volume/source", "a volume needs size or scratch, one of them").Hint =
				"size: 5Gi is a persistent volume; scratch: 64Mi is an empty folder that goes with the pod."
		case v.Size != "":
			c.quantity("storage", v.Size, "volumes", name, "size")
		default:
			c.quantity("ephemeral-storage", v.Scratch, "volumes", name, "scratch")
		}
		if v.Size != "" && c.w.Singleton == nil {
			c.error(at, "volume/singleton", "a persistent volume can be mounted by one pod only").Hint =
				"Write singleton: {reason: …}; then the pod is stopped before the next one starts."
		}
	}
}

// quantity parses an amount and reports a bad one at its place.
func (c *checker) quantity(resource string, amount schema.Amount, path ...any) Quantity {
	q, err := ParseQuantity(resource, string(amount))
	if err != nil {
		c.error(c.at(path...), "quantity/invalid", "%s", err)
	}
	return q
}

func (c *checker) probes() {
	for _, probe := range []struct {
		name  string
		probe *schema.Probe
	}{{"readiness", c.w.Probes.Readiness}, {"liveness", c.w.Probes.Liveness}, {"startup", c.w.Probes.Startup}} {
		if probe.probe != nil {
			c.probe(probe.name, probe.probe)
		}
	}
}

func (c *checker) probe(name string, p *schema.Probe) {
	handlers := 0
	for _, set := range []bool{p.HTTP != "", p.GRPC != nil, p.TCP, p.Exec != nil} {
		if set {
			handlers++
		}
	}
	at := c.at("probes", name)
	if handlers > 1 {
		c.error(at, "probe/handler", "a probe has one of http, grpc, tcp and exec").Hint =
			"A layer can remove another layer's handler: http: null."
	}
	if handlers == 0 && name != "startup" && c.w.defaultProbe(0, 0) == nil {
		c.error(at, "probe/handler", "this probe does not say what to check").Hint =
			"Write exec: [COMMAND], or declare a port."
	}
	if p.HTTP != "" && !strings.HasPrefix(p.HTTP, "/") {
		c.error(at, "probe/path", "the path of a probe begins with a slash")
	}
	c.portReference(p.Port, handlers > 0 && p.Exec == nil, "probes", name, "port")
}

// portReference checks that a named port exists.
func (c *checker) portReference(name string, needed bool, path ...any) {
	if _, ok := c.w.port(name); ok || name == "" && !needed {
		return
	}
	if len(c.w.PortList()) == 0 {
		c.error(c.at(path...), "port/unknown", "application %s declares no port", c.in.App.Name).Hint =
			"Write ports: {http: 8080}."
		return
	}
	c.error(c.at(path...), "port/unknown", "there is no port %q", name).Detail =
		"Declared: " + portNames(c.w) + "."
}

func (c *checker) resources() {
	for _, resource := range sortedKeys(c.w.Resources.Limits) {
		limit, err := ParseQuantity(resource, string(c.w.Resources.Limits[resource]))
		if err != nil {
			c.error(c.at("resources", "limits", resource), "quantity/invalid", "%s", err)
			continue
		}
		c.belowMaximum(resource, limit)
		c.belowLimit(resource, limit)
	}
	for _, resource := range []string{"cpu", "memory"} {
		if c.w.Resources.Requests[resource] == "" || c.w.Resources.Limits[resource] == "" {
			c.error(c.at("resources"), "resources/missing", "request and limit of %s are needed", resource).Hint =
				"The namespace has a quota, so that a pod without them is refused. Do not remove what the profile states."
		}
	}
}

// belowMaximum checks a limit against the environment's limit range.
func (c *checker) belowMaximum(resource string, limit Quantity) {
	top, ok := c.in.Target.Env.Settings.LimitRange.Max[resource]
	if !ok {
		return
	}
	if most, err := ParseQuantity(resource, string(top)); err == nil && limit > most {
		d := c.error(c.at("resources", "limits", resource), "limits/exceeded", "%s allows a container at most %s of %s", c.in.Target.Env.Name, top, resource)
		d.Detail = fmt.Sprintf("The limit is %s.", c.w.Resources.Limits[resource])
		d.Hint = fmt.Sprintf("Lower it, or raise limitRange.max.%s of the environment.", resource)
	}
}

// belowLimit checks a request against its limit.
func (c *checker) belowLimit(resource string, limit Quantity) {
	amount, stated := c.w.Resources.Requests[resource]
	if !stated {
		return
	}
	request, err := ParseQuantity(resource, string(amount))
	at := c.at("resources", "requests", resource)
	switch {
	case err != nil:
		c.error(at, "quantity/invalid", "%s", err)
	case request > limit:
		if at == c.in.App.At {
			at = c.at("resources", "limits", resource)
		}
		d := c.error(at, "resources/order", "the request of %s is above its limit", resource)
		d.Detail = fmt.Sprintf("In %s the request is %s and the limit is %s.", c.in.Target.Env.Name, amount, c.w.Resources.Limits[resource])
	}
}

func (c *checker) scale() {
	if c.w.Singleton != nil {
		if strings.TrimSpace(c.w.Singleton.Reason) == "" {
			c.error(c.at("singleton"), "reason/missing", "a singleton needs a reason")
		}
		return
	}
	low, high, env := c.w.Scale.Min, c.w.Scale.Max, c.in.Target.Env
	switch {
	case low < 1 || high < low:
		c.error(c.at("scale"), "scale/range", "scale from %d to %d is not a range", low, high).Hint =
			"min is at least 1 and max at least min. To run nothing, write deploy: false."
	case low < env.Floor:
		d := c.error(c.at("scale", "min"), "scale/floor", "%s needs at least %d replicas", env.Name, env.Floor)
		d.Detail = fmt.Sprintf("Profile %s demands them; the application would have %d.", env.Profile, low)
		d.Hint = "Raise scale.min, or say why one replica is enough: singleton: {reason: …}."
	}
	nodes := c.in.Target.Cluster.Nodes
	if c.w.AntiAffinity == "required" && nodes > 0 && high > nodes {
		d := c.error(c.at("scale", "max"), "scale/nodes", "%d replicas of %s need more than %d nodes", high, c.in.App.Name, nodes)
		d.Detail = fmt.Sprintf("Each replica has a node of its own in %s, and cluster %s has %d nodes.", env.Name, c.in.Target.Cluster.Name, nodes)
		d.Hint = "Lower scale.max, add nodes, or write antiAffinity: preferred."
	}
}

func (c *checker) exposure() {
	for _, name := range sortedKeys(c.w.Expose) {
		route := c.w.Expose[name]
		c.name(c.key("expose", name), "a route", name)
		c.portReference(route.Port, true, "expose", name, "port")
		if !isHost(route.Host) {
			c.error(c.at("expose", name, "host"), "expose/host", "%q is not a host name", route.Host).Hint =
				"Write a name such as shop.example.com; placeholders: " + strings.Join(placeholders(), " ") + "."
		}
		if route.Path != "" && !strings.HasPrefix(route.Path, "/") {
			c.error(c.at("expose", name, "path"), "expose/path", "a path prefix begins with a slash")
		}
		if c.in.Target.Cluster.Gateway == nil {
			c.error(c.key("expose", name), "platform/gateway", "there is no gateway on cluster %s", c.in.Target.Cluster.Name).Hint =
				"Declare platform.gateway: {name: …, namespace: …, podLabels: {…}}."
		}
	}
}

func isHost(host string) bool {
	name := strings.TrimPrefix(host, "*.")
	return isSubdomain(name) && strings.Contains(name, ".") && !strings.Contains(name, "-.") && !strings.Contains(name, ".-")
}

// peers checks the values of connections; who they reach is resolved later.
func (c *checker) peers() {
	for _, name := range sortedKeys(c.w.ConnectsTo) {
		peer, at := c.w.ConnectsTo[name], c.key("connectsTo", name)
		if peer.CIDR != "" {
			if prefix, err := netip.ParsePrefix(peer.CIDR); err != nil || prefix.Masked() != prefix {
				c.error(c.at("connectsTo", name, "cidr"), "connection/cidr", "%q is not a network", peer.CIDR).Hint =
					"Write an address and a prefix length without host bits, for example 10.20.0.0/16."
			}
		}
		if peer.Port < 0 || peer.Port > 65535 {
			c.error(at, "spec/value", "a port is a number from 1 to 65535")
		}
		if peer.Namespace != "" && !isSubdomain(peer.Namespace) {
			c.error(at, "namespace/invalid", "%q cannot be a namespace", peer.Namespace)
		}
		if name == string(c.in.App.Name) {
			c.error(at, "connection/self", "application %s cannot connect to itself", name)
		}
	}
}

var labelKey = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
var labelValue = regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)

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

func (c *checker) security() {
	s := c.w.Security
	for name, reason := range map[string]*schema.Reason{"root": s.Root, "writableRootFilesystem": s.WritableRootFilesystem} {
		if reason != nil && strings.TrimSpace(reason.Reason) == "" {
			c.error(c.at("security", name), "reason/missing", "this exception needs a reason")
		}
	}
	enforced := c.in.Target.Env.Settings.PodSecurity.Enforce
	if s.Root != nil && enforced == "restricted" {
		d := c.error(c.at("security", "root"), "security/root", "%s refuses pods that run as root", c.in.Target.Env.Name)
		d.Detail = "Its namespaces enforce the restricted Pod Security Standard."
		d.Hint = "Let the image run as another user: security: {runAsUser: …}."
	}
	if s.RunAsUser < 0 || s.RunAsGroup < 0 || s.Root != nil && s.RunAsUser > 0 {
		c.error(c.at("security"), "security/user", "root and runAsUser exclude each other, and users are not negative")
	}
	if pause := c.w.Rollout.PreStopSeconds; pause < 0 || pause > 600 {
		c.error(c.at("rollout", "preStopSeconds"), "spec/value", "the pause before a stop is between 0 and 600 seconds")
	}
	for _, name := range []string{"maxUnavailable", "maxSurge"} {
		c.rolloutAmount(name)
	}
}

var countOrPercent = regexp.MustCompile(`^([0-9]{1,4}|[0-9]{1,3}%)$`)

func (c *checker) rolloutAmount(name string) {
	amount := c.w.Rollout.MaxSurge
	if name == "maxUnavailable" {
		amount = c.w.Rollout.MaxUnavailable
	}
	if amount != "" && !countOrPercent.MatchString(string(amount)) {
		c.error(c.at("rollout", name), "spec/value", "%q is neither a number of replicas nor a percentage", amount)
	}
}
