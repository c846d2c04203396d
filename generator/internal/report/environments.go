package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema"
)

// EnvironmentMatrix compares the settings of the environments.
func (r *Report) EnvironmentMatrix() *Table {
	return r.table("", []aspect{
		{"profile", lineage},
		{"revision", func(e *model.Environment) string { return runs(e, r.p.Repository.Branch) }},
		{"clusters", places},
		{"sync wave of namespaces", func(e *model.Environment) string { return strconv.Itoa(e.InfraWave) }},
		{"sync wave of applications", func(e *model.Environment) string { return strconv.Itoa(e.AppsWave) }},
		{"replicas of an application", func(e *model.Environment) string { return replicasText(e.Defaults) }},
		{"minimum of replicas, except singletons", func(e *model.Environment) string { return strconv.Itoa(max(e.Floor, 1)) }},
		{"requests of a container", func(e *model.Environment) string { return amountsText(e.Defaults.Resources.Requests) }},
		{"limits of a container", func(e *model.Environment) string { return amountsText(e.Defaults.Resources.Limits) }},
		{"health checks", healthText},
		{"anti-affinity of replicas", func(e *model.Environment) string { return cmp.Or(e.Defaults.AntiAffinity, "none") }},
		{"eviction from an unreachable node", failoverText},
		{"disruption budget", func(e *model.Environment) string { return budgetText(e.Defaults) }},
		{"rollout", func(e *model.Environment) string { return rolloutText(e.Defaults) }},
		{"sync policy", func(e *model.Environment) string { return syncText(e.Settings.Sync.Automated) }},
		{"retry of a failed sync", func(e *model.Environment) string { return retryText(e.Settings.Sync.Retry) }},
		{"deletion of Applications", safetyText},
		{"enforced Pod Security Standard", func(e *model.Environment) string { return e.Settings.PodSecurity.Enforce }},
		{"images", imagesText},
		{"debug access of granted groups", func(e *model.Environment) string { return e.Settings.Debug }},
		{"alerts of a namespace", alertsText},
		{"applications with collected metrics", collectedText},
	})
}

// Purpose describes the purpose of the environment's built-in profile.
func (r *Report) Purpose(e *model.Environment) string {
	return map[model.Name]string{
		"development": "fast iteration and testing, with few resources",
		"staging":     "validation under the security rules of production: performance, security and integration tests",
		"production":  "live service with stability, the strictest security and updates without downtime",
	}[e.Builtin()]
}

// lineage names the profile and the profiles that it extends.
func lineage(e *model.Environment) string {
	var names []string
	for _, layer := range e.ProfileLayers() {
		names = append(names, layer.Profile())
	}
	slices.Reverse(names)
	return strings.Join(names, ", extends ")
}

func runs(e *model.Environment, branch string) string {
	if e.Follows() {
		return "branch " + branch
	}
	return "pins, promoted from " + string(e.From.Name)
}

// places lists the targets with their clusters.
func places(e *model.Environment) string {
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

func failoverText(e *model.Environment) string {
	if e.FastFailover() {
		return fmt.Sprintf("after %d s", model.FastFailoverSeconds)
	}
	return "after 300 s, the default of Kubernetes"
}

// healthText lists the probes of a container that has a port.
func healthText(e *model.Environment) string {
	text := "readiness, liveness"
	if len(e.StartupNumbers()) > 0 {
		text += ", startup"
	}
	return text
}

// safetyText tells whether Argo CD may delete Applications of the environment and their objects.
func safetyText(e *model.Environment) string {
	text := either(e.Settings.ApplicationSets.Policy == "create-update", "only by a person", "by Argo CD")
	if e.Settings.ApplicationSets.PreserveResourcesOnDeletion {
		text += "; their objects are kept"
	}
	return text
}

func imagesText(e *model.Environment) string {
	return either(e.Settings.Images == "pinned", "a digest or a version tag", "any tag")
}

func replicasText(w *model.Workload) string {
	if w.Scheduled() {
		return scheduleText(w)
	}
	if w.Once() {
		return "once for each version"
	}
	low, high := w.Replicas()
	if w.PerNode() {
		return fmt.Sprintf("%d, one on each node", low)
	}
	if low == high {
		return strconv.Itoa(low)
	}
	return fmt.Sprintf("%d to %d, by CPU", low, high)
}

func budgetText(w *model.Workload) string {
	if w.DisruptionBudget.MaxUnavailable == 0 {
		return "none"
	}
	return fmt.Sprintf("maxUnavailable %d", w.DisruptionBudget.MaxUnavailable)
}

func rolloutText(w *model.Workload) string {
	var out []string
	if w.Rollout.MaxUnavailable != "" {
		out = append(out, "maxUnavailable "+string(w.Rollout.MaxUnavailable))
	}
	if w.Rollout.MaxSurge != "" {
		out = append(out, "maxSurge "+string(w.Rollout.MaxSurge))
	}
	if w.Rollout.MinReadySeconds > 0 {
		out = append(out, fmt.Sprintf("minReadySeconds %d", w.Rollout.MinReadySeconds))
	}
	if w.Rollout.PreStopSeconds > 0 {
		out = append(out, fmt.Sprintf("preStop sleep %d s", w.Rollout.PreStopSeconds))
	}
	return strings.Join(out, ", ")
}

func amountsText(m map[string]schema.Amount) string { return entries(m, " ", ", ") }

// ID is the environment's identifier in a diagram.
func (r *Report) ID(e *model.Environment) model.Path { return identifier(string(e.Name)) }

// AlertTable compares the alerts of the environments.
func (r *Report) AlertTable() *Table {
	var aspects []aspect
	for _, kind := range model.AlertKinds() {
		aspects = append(aspects, aspect{string(kind.Name), func(e *model.Environment) string { return alertText(e, kind) }})
	}
	return r.table("alert", aspects)
}

// alertText states the threshold and the severity of an alert.
func alertText(e *model.Environment, kind model.AlertKind) string {
	t := kind.Threshold(e.Settings.Monitoring)
	switch {
	case t == nil || !e.Alerting():
		return none
	case kind.Percent:
		return fmt.Sprintf("above %d %% for %s: %s", t.Above, t.For, t.Severity)
	case kind.Windowed:
		return fmt.Sprintf("more than %d within %s: %s", t.Above, t.For, t.Severity)
	}
	return fmt.Sprintf("for %s: %s", t.For, t.Severity)
}

// alertsText counts the alerts by severity.
func alertsText(e *model.Environment) string {
	if !e.Alerting() {
		return none
	}
	count, all := map[string]int{}, 0
	for _, kind := range model.AlertKinds() {
		if t := kind.Threshold(e.Settings.Monitoring); t != nil {
			count[t.Severity]++
			all++
		}
	}
	var parts []string
	for _, severity := range []string{"critical", "warning", "info"} {
		if count[severity] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[severity], severity))
		}
	}
	return fmt.Sprintf("%d: %s", all, strings.Join(parts, ", "))
}

// collectedText counts the applications whose metrics Prometheus collects on a target of
// the environment.
func collectedText(e *model.Environment) string {
	all, collected := map[model.Name]bool{}, map[model.Name]bool{}
	for _, target := range e.Targets {
		for _, in := range target.Instances {
			all[in.App.Name] = true
			if in.Collected() {
				collected[in.App.Name] = true
			}
		}
	}
	if len(collected) == 0 {
		return none
	}
	return fmt.Sprintf("%d of %d", len(collected), len(all))
}

// scheduleText states the schedule of a CronJob.
func scheduleText(w *model.Workload) string {
	text := w.Schedule.Cron
	if w.Schedule.TimeZone != "" {
		text += " " + w.Schedule.TimeZone
	}
	if w.Schedule.Suspend {
		text += ", suspended"
	}
	return "by schedule " + text
}
