package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	psa "k8s.io/pod-security-admission/policy"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// check reports the faults of one resolved instance. A fault that an application has on
// several targets has the same place and words on each, so it is printed once.
func (r *resolver) check(in *Instance, scope expander) {
	c := checker{
		in: in, w: in.Workload, node: in.Workload.Node, list: &r.list, declared: r.spec.Applications,
		faults: r.spec.Faults.Any, facts: r.spec.Node,
		text: r.expanding(scope), standards: r.standards,
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
	c.otherSources()
	c.volumes()
	c.config()
	c.probes()
	c.resources()
	c.scratch()
	c.schedule()
	c.nodes()
	c.once()
	c.jobs(r.spec.Images.RequireDigest)
	c.scale()
	c.exposure()
	c.metrics()
	c.peers()
	c.rules()
	c.labels()
	c.annotations()
	c.security()
	c.passed()
	c.kubernetes()
	c.replicaFields()
	c.differences()
	c.kinds()
}

// checker checks one instance and collects its faults in list.
type checker struct {
	in   *Instance
	w    *Workload
	node *yamltree.Node
	list *diag.List
	// declared are all applications of the spec.
	declared map[string]schema.Application
	// faults is set when parts of the workload may be faulty.
	faults bool
	// facts is the spec, which says what the clusters offer.
	facts *yamltree.Node
	// text warns about the placeholders of a text that was not decoded.
	text func(at diag.Range, text string) string
	// standards is that of the resolver.
	standards func() psa.Evaluator
}

// at is the place of a value, or of the application when only a built-in profile states
// the value, because users cannot change that file. A value that was reported has no
// place.
func (c *checker) at(path ...any) diag.Range {
	if c.faulty(path...) {
		return diag.Range{}
	}
	at := c.node.At(path...)
	if first, ok := path[0].(string); ok && c.node.Get(first) == nil || schema.IsBuiltin(at.File) {
		return c.in.App.At
	}
	return at
}

// key is the place of a key. The key of a value that was reported has no place.
func (c *checker) key(path ...any) diag.Range {
	if c.faulty(path...) {
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

// value reports a value at a path that is outside of its range.
func (c *checker) value(wrong bool, summary, hint string, path ...any) {
	if wrong {
		c.error(c.at(path...), "spec/value", "%s", summary).Hint = hint
	}
}

func (c *checker) error(at diag.Range, code, format string, args ...any) *diag.Diagnostic {
	return c.list.Error(at, code, fmt.Sprintf(format, args...))
}

var subdomain = lazyregexp.New(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)

func isSubdomain(s string) bool {
	return len(s) <= 253 && subdomain.MatchString(s) && !strings.Contains(s, "..")
}

// nameHint describes the name of most objects.
const nameHint = "Names have lower-case letters, digits, hyphens and dots."

// name checks a name within an application.
func (c *checker) name(at diag.Range, what, name string) {
	if !schema.IsName(name) || len(name) > 40 {
		c.error(at, "name/invalid", "%q cannot be the name of %s", name, what).Hint =
			"Use at most 40 lower-case letters, digits and hyphens; begin with a letter."
	}
}

var labelKey = lazyregexp.New(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)

var labelValue = lazyregexp.New(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)

// labelHint describes labels.
const labelHint = "Keys and values have at most 63 letters, digits, hyphens, underscores and dots; a key may have a domain and a slash before it."

// isLabel reports whether Kubernetes accepts a label.
func isLabel(key, value string) bool {
	return labelKey.MatchString(key) && labelValue.MatchString(value)
}

// ownLabels are the labels that wavewright sets itself.
func ownLabels() []string {
	return []string{"env", "owner", NameLabel, "app.kubernetes.io/instance", "app.kubernetes.io/part-of"}
}

func (c *checker) labels() {
	for _, key := range sortedKeys(c.w.Labels) {
		at := c.key("labels", key)
		switch {
		case slices.Contains(ownLabels(), key):
			c.error(at, "label/reserved", "wavewright sets the label %s", key).Hint = "Choose another key."
		case !isLabel(key, c.w.Labels[key]):
			c.error(at, "label/invalid", "Kubernetes does not accept this label").Hint = labelHint
		}
		checkReserved(c.list, at, "label/reserved", key)
	}
}

func (c *checker) annotations() {
	for _, key := range sortedKeys(c.w.ServiceAccount.Annotations) {
		c.annotation(key, "serviceAccount", "annotations", key)
	}
	c.ownAnnotations(c.w.Annotations, c.w.exceptionAnnotations(), "annotations")
	c.ownAnnotations(c.w.PodAnnotations, nil, "podAnnotations")
	c.ownAnnotations(c.w.ServiceAnnotations, nil, "serviceAnnotations")
	if len(c.w.ServiceAnnotations) > 0 && len(c.w.PortList()) == 0 && !c.faulty("ports") && !c.faulty(sidecars) {
		c.error(c.key("serviceAnnotations"), "annotation/idle", "application %s has no Service, because it has no port", c.in.App.Name).Hint =
			"Declare the port that it listens on under ports:, or take this line out."
	}
	for _, name := range sortedKeys(c.w.Jobs) {
		c.ownAnnotations(c.w.Jobs[name].PodAnnotations, nil, "jobs", name, "podAnnotations")
	}
}

// annotationBytes is how much text the annotations of an object have at most.
const annotationBytes = 256 * 1024

// ownAnnotations checks annotations at a path of an object that has ours, too.
func (c *checker) ownAnnotations(stated, ours map[string]string, path ...any) {
	size := 0
	for _, all := range []map[string]string{stated, ours} {
		for key, value := range all {
			size += len(key) + len(value)
		}
	}
	if size > annotationBytes {
		d := c.error(c.key(path...), "annotation/invalid", "Kubernetes refuses so long annotations")
		d.Detail = fmt.Sprintf("They have %d bytes together, and an object has at most %d.", size, annotationBytes)
		d.Hint = "Take the longest out, or keep it in a file: config: {NAME: {mount: PATH, file: PATH}}."
	}
	for _, key := range sortedKeys(stated) {
		at := append(path[:len(path):len(path)], key)
		c.annotation(key, at...)
		if _, taken := ours[key]; taken && !strings.HasPrefix(key, ourKeys) {
			d := c.error(c.key(at...), "annotation/reserved", "%s is not yours to set", key)
			d.Detail = "wavewright writes it, with the rules to which the reasons of the application are exceptions."
			d.Hint = "Take it out."
		}
	}
}

func (c *checker) annotation(key string, path ...any) {
	if !labelKey.MatchString(strings.ToLower(key)) {
		c.error(c.key(path...), "annotation/invalid", "%q cannot be the key of an annotation", key).Hint =
			"Write letters, digits, hyphens, underscores and dots, with a domain and a slash before them when it is not your own."
	}
	checkReserved(c.list, c.key(path...), "annotation/reserved", key)
}

func (c *checker) security() {
	s := c.w.Security
	for name, reason := range map[string]*schema.Reason{
		"root": s.Root, "writableRootFilesystem": s.WritableRootFilesystem, hostAccess: s.HostAccess, privileges: s.Privileges, serviceLinks: s.ServiceLinks,
	} {
		if reason != nil && strings.TrimSpace(reason.Reason) == "" && c.stated("security", name, "reason") {
			c.error(c.at("security", name), "reason/missing", "this exception needs a reason").Hint =
				"Write reason: TEXT; wavewright keeps the text in an annotation, for reviewers."
		}
	}
	c.capabilities(s.Capabilities, "security")
	enforced := c.in.Target.Env.Settings.PodSecurity.Enforce
	if s.Root != nil && enforced == "restricted" {
		d := c.error(c.at("security", "root"), "security/root", "%s refuses pods that run as root", c.in.Target.Env.Name)
		d.Detail = "Its namespaces enforce the restricted Pod Security Standard."
		d.Hint = "Let the image run as another user: security: {runAsUser: …}."
	}
	if at, zero := explicitZero(c.node, "security", "runAsUser"); zero && s.Root == nil && !c.faulty("security", "root") {
		c.error(at, "security/user", "user 0 is root").Hint = "Write root: {reason: …} instead, where the environment permits it."
	}
	if s.RunAsUser < 0 || s.RunAsGroup < 0 || s.Root != nil && s.RunAsUser > 0 {
		c.error(c.at("security"), "security/user", "root and runAsUser exclude each other, and IDs are not negative").Hint =
			"Keep either root or runAsUser, and write no negative ID."
	}
	pause := c.w.Rollout.PreStopSeconds
	c.value(pause < 0 || pause > 600, "preStopSeconds is between 0 and 600", "Write for example preStopSeconds: 10.", "rollout", "preStopSeconds")
	c.rolloutAmount("maxUnavailable", c.w.Rollout.MaxUnavailable)
	c.rolloutAmount("maxSurge", c.w.Rollout.MaxSurge)
}

var countOrPercent = lazyregexp.New(`^([0-9]{1,4}|[0-9]{1,3}%)$`)

func (c *checker) rolloutAmount(name string, amount schema.Amount) {
	if amount != "" && !countOrPercent.MatchString(string(amount)) {
		c.error(c.at("rollout", name), "spec/value", "%q is neither a number of replicas nor a percentage", amount).Hint =
			"Write for example 1 or 25%."
		return
	}
	percent, isPercent := strings.CutSuffix(string(amount), "%")
	bounded := name == "maxUnavailable" || c.w.PerNode() // a Deployment may have more than twice its replicas
	if n, _ := strconv.Atoi(percent); isPercent && bounded && n > 100 {
		c.error(c.at("rollout", name), "spec/value", "%s is more than all pods", amount).Hint = "Write at most 100%."
	}
}
