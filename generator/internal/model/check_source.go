package model

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// source checks an application that brings its own manifests, whose content is known only
// when they are built.
func (c *checker) source() {
	c.only("an application that brings its own manifests", sourceFields())
	source := c.w.Source
	switch {
	case (source.Kustomize == "") == (source.Helm == nil):
		c.error(c.key("source"), "source/form", "a source is either kustomize or helm").Hint =
			"Write source: {kustomize: FOLDER} or source: {helm: {repository: …, chart: …, version: …}}."
		return
	case source.Helm == nil:
		c.folder(source.Kustomize)
	default:
		c.chart()
	}
	c.ports()
	c.footprint()
	c.peers()
	c.labels()
	c.selectable("pod", c.w.PodLabels, "podLabels")
	c.exposure()
	c.services()
	c.metrics()
	if c.w.Metrics != nil {
		c.selectable("Service", c.w.Metrics.ServiceLabels, "metrics", "serviceLabels")
	}
	c.differences()
	c.kinds()
}

// sourceFields are the fields of an application that brings its own manifests.
func sourceFields() []string {
	return []string{"deploy", "source", "footprint", "ports", "podLabels", "expose", "connectsTo", "metrics", "labels", "ignoreDifferences", "kinds"}
}

// services checks what routes of a source lead to, which only the user knows.
func (c *checker) services() {
	for _, name := range sortedKeys(c.w.Expose) {
		if service := c.w.Expose[name].Service; c.w.Expose[name].LoadBalancer == nil && !isService(service) {
			c.error(c.at("expose", name), "expose/service", "%q cannot be the Service that serves this route", service).Hint =
				"Write service: NAME, as the manifests or the chart call it; placeholders: " + strings.Join(textPlaceholders(), " ") + "."
		}
	}
}

// isService reports whether a Service can have this name.
func isService(name string) bool {
	return len(name) <= maxComposed && isSubdomain(name) && !strings.Contains(name, ".") && !strings.HasSuffix(name, "-")
}

// noSource reports fields that only a source can have.
func (c *checker) noSource() {
	for _, name := range sortedKeys(c.w.Expose) {
		if c.w.Expose[name].Service != "" && c.w.Expose[name].LoadBalancer == nil {
			c.misplaced(c.key("expose", name, "service"), "service", "an application with an image")
		}
	}
	if m := c.w.Metrics; m != nil && len(m.ServiceLabels) > 0 {
		c.misplaced(c.key("metrics", "serviceLabels"), "serviceLabels", "an application with an image")
	}
	for _, layer := range c.in.Layers {
		for _, field := range []string{"footprint", "podLabels"} {
			if entry, ok := layer.Node.Entry(field); ok && says(entry) {
				c.misplaced(entry.KeyRange, field, "an application with an image")
			}
		}
	}
}

// only reports what the application itself states beyond the fields that mean
// something for it.
func (c *checker) only(what string, fields []string) {
	for _, layer := range c.in.Layers {
		for _, entry := range layer.Node.Entries {
			if says(entry) && !slices.Contains(fields, entry.Key) {
				c.misplaced(entry.KeyRange, entry.Key, what)
			}
			if says(entry) && entry.Key == "labels" && c.w.Source.Helm != nil {
				c.misplaced(entry.KeyRange, entry.Key, "a chart")
			}
		}
	}
}

// says reports whether an entry states a value that was not reported already.
func says(entry yamltree.Entry) bool {
	return entry.Value.Kind != yamltree.Null && !entry.Value.Faulty
}

func (c *checker) misplaced(at diag.Range, field, what string) {
	d := c.error(at, "source/field", "%s has no effect on %s", field, what)
	d.Hint = "Take it out, or state it in the manifests or in the values of the chart."
	if c.w.Source == nil {
		d.Hint = "Take it out: wavewright derives it from the other fields of the application."
	}
}

func (c *checker) folder(name string) {
	at := c.at("source", "kustomize")
	first, _, _ := strings.Cut(name, "/")
	switch {
	case !Path(name).Valid() || path.Clean(name) != name || path.IsAbs(name) || first == "." || first == "..":
		c.error(at, "source/path", "this is not a folder beside the spec").Hint =
			"Write a relative path such as manifests/search, without .. and without a slash at either end."
	case slices.Contains(layout.Generated(), strings.ToLower(first)):
		c.error(at, "source/path", "%s is where wavewright writes", first).Hint =
			"Keep manifests of your own in a folder of their own, such as manifests/search."
	}
}

var (
	// chartRepository permits only characters that have one meaning in an AppProject.
	chartRepository = lazyregexp.New(`^(https|oci)://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~%+-]+)*/?$`)
	chartName       = lazyregexp.New(`^[a-z0-9]([-a-z0-9._]*[a-z0-9])?$`)
	exactVersion    = lazyregexp.New(`^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
)

// maxRelease is the length that Helm permits to the name of a release.
const maxRelease = 53

func (c *checker) chart() {
	chart := c.w.Source.Helm
	in := func(field string) diag.Range { return c.at("source", "helm", field) }
	if !chartRepository.MatchString(chart.Repository) {
		c.error(in("repository"), "source/chart", "this is not a chart repository that Argo CD can read").Hint =
			"Write https://host/path or oci://host/path, without a user: credentials belong to Argo CD."
	}
	if !chartName.MatchString(chart.Chart) || len(chart.Chart) > maxName {
		c.error(in("chart"), "source/chart", "%q cannot be the name of a chart", chart.Chart).Hint =
			"Write its name alone, as in its Chart.yaml."
	}
	if !exactVersion.MatchString(chart.Version) {
		d := c.error(in("version"), "source/version", "%q is not an exact version", chart.Version)
		d.Detail = "A pin has to mean the same chart for ever, and the newest version of a range changes."
		d.Hint = "Write the version exactly, for example 1.2.3."
	}
	if release := c.in.release(); len(release) > maxRelease {
		d := c.error(c.in.App.At, "name/long", "the name of the release would be too long: %q", release)
		d.Detail = fmt.Sprintf("It has %d characters; Helm permits %d.", len(release), maxRelease)
		d.Hint = "Choose a shorter name for the application."
	}
	if chart.Values != nil && chart.Values.Kind != yamltree.Map {
		c.error(in("values"), "source/chart", "values are a map").Hint = "Write values: {KEY: VALUE}."
	}
	c.chartValues(chart.Values)
}

// chartValues looks for secrets among values, also in lists of {name, value}, and for
// placeholders that do nothing.
func (c *checker) chartValues(n *yamltree.Node) {
	if n == nil {
		return
	}
	if n.Kind == yamltree.String {
		c.text(n.Range, n.Text)
		if secretValue.MatchString(n.Text) {
			c.secretInValues(n.Range, "this value")
		}
	}
	if name, value := n.Get("name"), n.Get("value"); name != nil && secretLike(name.Text, value) {
		c.secretInValues(value.Range, name.Text)
	}
	for _, entry := range n.Entries {
		if secretLike(entry.Key, entry.Value) {
			c.secretInValues(entry.KeyRange, entry.Key)
			continue
		}
		c.chartValues(entry.Value)
	}
	for _, item := range n.Items {
		c.chartValues(item)
	}
}

// reference holds for names of values that name a Secret and hold none.
var reference = lazyregexp.New(`(?i)(existing|pull|tls|ref)[-_.]?secret$|secret[-_.]?(name|ref|key)$`)

func secretLike(name string, value *yamltree.Node) bool {
	if value == nil || value.Kind != yamltree.String && value.Kind != yamltree.Int || reference.MatchString(name) {
		return false
	}
	return literalSecret(name, value.Text)
}

func (c *checker) secretInValues(at diag.Range, what string) {
	c.error(at, "secret/literal", "%s looks like a secret", what).Hint =
		"Secrets never stand in Git. Let the chart use a Secret that is there already, most often with a value called existingSecret."
}

func (c *checker) footprint() {
	f := c.w.Footprint
	if f == nil {
		return
	}
	c.value(f.Pods < 1 || f.Volumes < 0, "a footprint has at least 1 pod and at least 0 volumes",
		"Write the most that all replicas have together during a rollout, for example pods: 3, volumes: 3.", "footprint")
	c.footprintAmounts("requests", f.Requests, "cpu", "memory", "ephemeral-storage", "storage")
	c.footprintAmounts("limits", f.Limits, "cpu", "memory", "ephemeral-storage")
}

func (c *checker) footprintAmounts(group string, amounts map[string]schema.Amount, counted ...string) {
	for name, amount := range amounts {
		if !slices.Contains(counted, name) {
			c.error(c.key("footprint", group, name), "resources/name", "a footprint does not count %q", name).Hint =
				"Known are cpu, memory and ephemeral-storage, and storage among the requests."
			continue
		}
		c.quantity(name, amount, "footprint", group, name)
	}
}

// selectable checks labels that objects are selected by.
func (c *checker) selectable(what string, labels map[string]string, path ...any) {
	for _, key := range sortedKeys(labels) {
		if !isLabel(key, labels[key]) {
			c.error(c.at(append(path[:len(path):len(path)], key)...), "label/invalid", "no %s can have the label %q", what, key).Hint = labelHint
		}
	}
}

// footprints reports a source whose needs an automatic quota would have to guess.
func (r *resolver) footprints(ns *Namespace) {
	for _, in := range ns.Instances {
		if in.Workload.Source == nil {
			continue
		}
		if missing := in.Workload.uncounted(); missing != "" {
			at := r.keyPlace(in.Workload.Node, "footprint")
			if in.Workload.Footprint == nil && at.File != "" {
				at = in.App.At
			}
			d := r.list.Error(at, "footprint/missing", fmt.Sprintf("the footprint of %s does not state %s", in.App.Name, missing))
			d.Detail = "wavewright derives the quota of its namespace from the most that its applications need, and cannot read that from a chart or from manifests."
			d.Hint = "Write footprint: {pods: 3, requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 2, memory: 2Gi}}, or state the quota of the environment: quota: {hard: …}."
		}
	}
}

// uncounted names the first amount of an automatic quota that a footprint leaves out.
func (w *Workload) uncounted() string {
	if w.Footprint == nil {
		return "what the application needs"
	}
	for _, resource := range []string{"cpu", "memory"} {
		if w.Footprint.Requests[resource] == "" {
			return "requests." + resource
		}
		if w.Footprint.Limits[resource] == "" {
			return "limits." + resource
		}
	}
	return ""
}
