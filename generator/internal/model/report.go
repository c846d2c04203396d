package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Table is a table of a document, ready to print.
type Table struct {
	Head []string
	Rows [][]string
}

// none stands in a cell that has nothing to say.
const none = "–"

// aspect is one row of a table that has a column for each environment.
type aspect struct {
	name string
	of   func(*Environment) string
}

func (p *Platform) table(first string, aspects []aspect) *Table {
	t := &Table{Head: []string{first}}
	for _, env := range p.Environments {
		t.Head = append(t.Head, string(env.Name))
	}
	for _, a := range aspects {
		row := []string{a.name}
		for _, env := range p.Environments {
			row = append(row, orDefault(a.of(env), none))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// EnvironmentMatrix compares what the environments are.
func (p *Platform) EnvironmentMatrix() *Table {
	return p.table("", []aspect{
		{"profile", (*Environment).lineage},
		{"runs", func(e *Environment) string { return e.runs(p.Repository.Branch) }},
		{"targets on clusters", (*Environment).places},
		{"wave of its namespaces", func(e *Environment) string { return strconv.Itoa(e.InfraWave) }},
		{"wave of its applications", func(e *Environment) string { return strconv.Itoa(e.AppsWave) }},
		{"replicas of an application", func(e *Environment) string { return e.Defaults.replicasText() }},
		{"least replicas, singletons aside", func(e *Environment) string { return strconv.Itoa(max(e.Floor, 1)) }},
		{"requests of a container", func(e *Environment) string { return amountsText(e.Defaults.Resources.Requests) }},
		{"limits of a container", func(e *Environment) string { return amountsText(e.Defaults.Resources.Limits) }},
		{"health checks", (*Environment).healthText},
		{"replicas on different nodes", func(e *Environment) string { return orDefault(e.Defaults.AntiAffinity, "none") }},
		{"pods leave a lost node", (*Environment).failoverText},
		{"replicas that a drain may take", func(e *Environment) string { return e.Defaults.budgetText() }},
		{"rollout", func(e *Environment) string { return e.Defaults.rolloutText() }},
		{"sync", func(e *Environment) string { return syncText(e.Settings.Sync.Automated) }},
		{"retry of a failed sync", func(e *Environment) string { return retryText(e.Settings.Sync.Retry) }},
		{"ApplicationSets", (*Environment).safetyText},
		{"Pod Security enforced", func(e *Environment) string { return e.Settings.PodSecurity.Enforce }},
		{"images", (*Environment).imagesText},
		{"debug access, where it is granted", func(e *Environment) string { return e.Settings.Debug }},
		{"alerts of a namespace", (*Environment).alertsText},
		{"applications whose metrics are collected", (*Environment).collectedText},
	})
}

// Builtin is the built-in profile that the environment's profile starts from.
func (e *Environment) Builtin() Name {
	return Name(profileName(e.settings[0].Name))
}

// Purpose says what environments of the profile are for.
func (e *Environment) Purpose() string {
	return map[Name]string{
		"development": "fast iteration and testing, with few resources",
		"staging":     "validation before production, with its security: performance, security and integration tests",
		"production":  "live service: stability, the strictest security, updates without downtime",
	}[e.Builtin()]
}

// lineage is the profile with those that it extends.
func (e *Environment) lineage() string {
	var names []string
	for _, layer := range e.settings[:len(e.settings)-1] {
		names = append(names, profileName(layer.Name))
	}
	slices.Reverse(names)
	return strings.Join(names, ", extends ")
}

func (e *Environment) runs(branch string) string {
	if e.Follows() {
		return "branch " + branch
	}
	return "pins, promoted from " + string(e.From.Name)
}

// places lists the targets with their clusters.
func (e *Environment) places() string {
	var out []string
	for _, t := range e.Targets {
		if t.Name == e.Name {
			out = append(out, string(t.Cluster.Name))
			continue
		}
		out = append(out, fmt.Sprintf("%s on %s", t.Name, t.Cluster.Name))
	}
	return strings.Join(out, ", ")
}

func (e *Environment) failoverText() string {
	if e.FastFailover() {
		return fmt.Sprintf("after %d s", fastSeconds)
	}
	return "when Kubernetes does it, after 300 s"
}

// healthText lists the probes of a container that has a port.
func (e *Environment) healthText() string {
	text := "readiness, liveness"
	if len(e.StartupNumbers()) > 0 {
		text += ", startup"
	}
	return text
}

// safetyText says what the environment's ApplicationSets may do to Applications.
func (e *Environment) safetyText() string {
	text := "may delete Applications"
	if e.Settings.ApplicationSets.Policy == "create-update" {
		text = "never delete an Application"
	}
	if e.Settings.ApplicationSets.PreserveResourcesOnDeletion {
		text += ", objects stay when one is deleted"
	}
	return text
}

func (e *Environment) imagesText() string {
	if e.Settings.Images == "pinned" {
		return "a digest or a real tag"
	}
	return "any tag"
}

func (w *Workload) replicasText() string {
	if w.Scheduled() {
		return w.scheduleText()
	}
	low, high := w.Replicas()
	if low == high {
		return strconv.Itoa(low)
	}
	return fmt.Sprintf("%d to %d, by CPU", low, high)
}

func (w *Workload) budgetText() string {
	if w.DisruptionBudget.MaxUnavailable == 0 {
		return "any"
	}
	return fmt.Sprintf("%d at once", w.DisruptionBudget.MaxUnavailable)
}

func (w *Workload) rolloutText() string {
	var out []string
	if w.Rollout.MaxUnavailable != "" {
		out = append(out, string(w.Rollout.MaxUnavailable)+" unavailable")
	}
	if w.Rollout.MaxSurge != "" {
		out = append(out, string(w.Rollout.MaxSurge)+" more")
	}
	if w.Rollout.MinReadySeconds > 0 {
		out = append(out, fmt.Sprintf("ready for %d s", w.Rollout.MinReadySeconds))
	}
	if w.Rollout.PreStopSeconds > 0 {
		out = append(out, fmt.Sprintf("%d s to drain", w.Rollout.PreStopSeconds))
	}
	return strings.Join(out, ", ")
}

func amountsText(m map[string]schema.Amount) string {
	var out []string
	for _, name := range sortedKeys(m) {
		out = append(out, name+" "+string(m[name]))
	}
	return strings.Join(out, ", ")
}

// Differences lists every setting that is not the same in all environments, with
// its value in each and the layer that says so. A value without a layer comes from
// the built-in profile of the environment.
func (p *Platform) Differences() *Table {
	t := p.table("setting", nil)
	for _, path := range p.settingPaths() {
		row, differs := []string{strings.Join(path, ".")}, false
		for i, env := range p.Environments {
			row = append(row, noted(settingText(env.Node, path), lastLayer(env.settings, path)))
			differs = differs || i > 0 && settingText(env.Node, path) != settingText(p.Environments[0].Node, path)
		}
		if differs {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// settingPaths lists, sorted, the paths of all values of all environments. What is
// a value in one and a map in another environment is listed by its parts.
func (p *Platform) settingPaths() [][]string {
	var paths [][]string
	for _, env := range p.Environments {
		paths = leaves(env.Node.Without("validation"), nil, paths) // has a table of its own
	}
	return unique(paths)
}

func unique(paths [][]string) [][]string {
	slices.SortFunc(paths, slices.Compare)
	return slices.CompactFunc(paths, slices.Equal)
}

// leaves appends the paths of all values below n.
func leaves(n *yamltree.Node, path []string, found [][]string) [][]string {
	if n.Kind != yamltree.Map || len(n.Entries) == 0 {
		return append(found, path)
	}
	for _, entry := range n.Entries {
		found = leaves(entry.Value, append(path[:len(path):len(path)], entry.Key), found)
	}
	return found
}

// settingText is the value at a path in one line.
func settingText(n *yamltree.Node, path []string) string {
	entry, ok := find(n, path)
	if !ok {
		return none
	}
	return nodeText(entry.Value)
}

func nodeText(n *yamltree.Node) string {
	switch n.Kind {
	case yamltree.Null:
		return "removed"
	case yamltree.Map:
		if len(n.Entries) > 0 {
			return "see its parts"
		}
		return "{}"
	case yamltree.List:
		return listText(n)
	}
	return orDefault(n.Text, `""`)
}

// maxBrief is how much of a text a table shows.
const maxBrief = 60

// brief is the beginning of a text that is long or has several lines.
func brief(text string) string {
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(line); len(runes) > maxBrief {
		line, more = string(runes[:maxBrief]), true
	}
	if more {
		return line + " …"
	}
	return line
}

func listText(n *yamltree.Node) string {
	var items []string
	for _, item := range n.Items {
		if item.Kind == yamltree.Map || item.Kind == yamltree.List {
			items = append(items, yamltree.EncodeFlow(item))
			continue
		}
		items = append(items, item.Text)
	}
	return orDefault(strings.Join(items, ", "), "[]")
}

// lastLayer names the layer that decided a path; empty when none states it.
func lastLayer(layers []Layer, path []string) string {
	for i := len(layers) - 1; i >= 0; i-- {
		if _, ok := find(layers[i].Node, path); ok {
			return layers[i].Name
		}
	}
	return ""
}

// noted is a value with the layer that said it.
func noted(text, layer string) string {
	text = brief(text)
	if text == none || layer == "" || strings.HasPrefix(layer, "built-in ") {
		return text
	}
	return fmt.Sprintf("%s (%s)", text, layer)
}

// ID is the environment's name as a picture's identifier.
func (e *Environment) ID() Path { return identifier(string(e.Name)) }
