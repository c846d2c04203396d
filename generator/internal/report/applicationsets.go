package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema"
)

// SyncMatrix compares the options of the environments' ApplicationSets and of their
// Applications.
func (r *Report) SyncMatrix() *Table {
	policy := either(r.p.ArgoCD.WritesSets(), "ApplicationSet policy", "policy for Applications")
	return r.table("", []aspect{
		{"sync policy", func(e *model.Environment) string { return syncText(e.Settings.Sync.Automated) }},
		{"sync options of namespaces", func(e *model.Environment) string { return strings.Join(e.InfraOptions(), ", ") }},
		{"sync options of applications", func(e *model.Environment) string { return strings.Join(e.Settings.Sync.Options, ", ") }},
		{"retry of a failed sync", func(e *model.Environment) string { return retryText(e.Settings.Sync.Retry) }},
		{"sync windows", windowsText},
		{policy, func(e *model.Environment) string { return e.Settings.ApplicationSets.Policy }},
		{"keeps objects when an Application is deleted", func(e *model.Environment) string { return yes(e.Settings.ApplicationSets.PreserveResourcesOnDeletion) }},
		{"a person may pause an Application", func(e *model.Environment) string { return yes(e.Settings.ApplicationSets.AllowPause) }},
		{"targetRevision", func(e *model.Environment) string {
			return either(e.Follows(), "the branch", "commits from releases/"+string(e.Name)+".yaml")
		}},
	})
}

// windowsText lists the environment's sync windows.
func windowsText(e *model.Environment) string {
	text := joined(e.Windows, "; ", func(w model.Window) string {
		return fmt.Sprintf("%s: %s %s for %s (%s)", w.Name, w.Kind, w.Schedule, w.Duration, w.TimeZone)
	})
	return cmp.Or(text, "always open")
}

func syncText(a *schema.Automated) string {
	if a == nil {
		return "by hand"
	}
	return fmt.Sprintf("automated; prune %s, selfHeal %s, allowEmpty %s", yes(a.Prune), yes(a.SelfHeal), yes(a.AllowEmpty))
}

func retryText(r schema.Retry) string {
	if r.Limit == 0 {
		return "none"
	}
	return fmt.Sprintf("limit %d, backoff %s, factor %d, maxDuration %s", r.Limit, r.Backoff.Duration, r.Backoff.Factor, r.Backoff.MaxDuration)
}

func yes(b bool) string { return either(b, "yes", "no") }

// either is one of two texts.
func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// ApplicationSetTable lists the ApplicationSets, each with an AppProject of its name.
func (r *Report) ApplicationSetTable() *Table {
	column := "ApplicationSet and AppProject"
	if r.p.ArgoCD.Tenancy != nil {
		column = string(r.p.ArgoCD.Objects())
	}
	t := &Table{Head: []string{"environment", column, "wave", "deploys"}}
	for _, env := range r.p.Environments {
		for _, set := range env.ApplicationSets {
			name := either(r.p.ArgoCD.WritesSets(), string(set.Name), strconv.Itoa(len(set.Elements)))
			t.Rows = append(t.Rows, []string{string(env.Name), name, set.WaveText(), deploys(set)})
		}
	}
	return t
}

func deploys(s *model.ApplicationSet) string {
	switch {
	case s.Infra:
		return "namespaces with quota, limits and network rules"
	case s.Team != nil:
		return "applications of team " + string(s.Team.Name)
	}
	return "applications"
}

// IgnoreTable lists the differences that Argo CD ignores, by application, with the reason.
func (r *Report) IgnoreTable() *Table {
	return r.perApplication([]string{"application", "objects", "fields", "reason", "where"}, func(in *model.Instance) [][]string {
		var rows [][]string
		for _, d := range in.Workload.IgnoreDifferences {
			objects := either(d.Name == "", "every "+d.Kind, d.Kind+" "+d.Name)
			fields := slices.Concat(d.JSONPointers, d.JQPathExpressions)
			rows = append(rows, []string{objects, strings.Join(fields, ", "), d.Reason})
		}
		return rows
	})
}

// KindTable lists the kinds that applications declare beyond those that wavewright
// writes.
func (r *Report) KindTable() *Table {
	return r.perApplication([]string{"application", "kind", "scope", "reason", "where"}, func(in *model.Instance) [][]string {
		var rows [][]string
		for _, name := range slices.Sorted(maps.Keys(in.Workload.Kinds)) {
			scope := either(in.Workload.Kinds[name].ClusterScoped, "the cluster", "its namespace")
			rows = append(rows, []string{name, scope, cmp.Or(in.Workload.Kinds[name].Reason, none)})
		}
		return rows
	})
}

// UnmirroredTable lists the applications that bring their own manifests to a cluster with
// mirrors: their images are in those manifests, which nothing rewrites.
func (r *Report) UnmirroredTable() *Table {
	return r.perApplication([]string{"application", "registries with a mirror", "where"}, func(in *model.Instance) [][]string {
		if mirrored := in.Target.Cluster.MirroredRegistries(); in.App.Sourced && len(mirrored) > 0 {
			return [][]string{{strings.Join(mirrored, ", ")}}
		}
		return nil
	})
}

// SourceTable lists the applications that bring their own manifests.
func (r *Report) SourceTable() *Table {
	return r.perApplication([]string{"application", "source", "where"}, func(in *model.Instance) [][]string {
		switch {
		case in.Chart != nil:
			return [][]string{{"chart " + string(in.Chart.Name) + " " + in.Chart.Version + " of " + in.Chart.Repository}}
		case in.Folder != "":
			return [][]string{{"kustomization " + string(in.Folder)}}
		}
		return nil
	})
}
