package model

import "strings"

// IgnoreTable lists what Argo CD ignores, by application, with the reason.
func (p *Platform) IgnoreTable() *Table {
	t := &Table{Head: []string{"application", "objects", "fields", "reason", "where"}}
	p.perApplication(t, func(in *Instance) [][]string {
		var rows [][]string
		for _, d := range in.Workload.IgnoreDifferences {
			objects := "every " + d.Kind
			if d.Name != "" {
				objects = d.Kind + " " + d.Name
			}
			fields := append(append([]string{}, d.JSONPointers...), d.JQPathExpressions...)
			rows = append(rows, []string{objects, strings.Join(fields, ", "), d.Reason})
		}
		return rows
	})
	return t
}

// KindTable lists the kinds that applications declare beyond those that wavewright
// writes.
func (p *Platform) KindTable() *Table {
	t := &Table{Head: []string{"application", "kind", "scope", "reason", "where"}}
	p.perApplication(t, func(in *Instance) [][]string {
		var rows [][]string
		for _, name := range sortedKeys(in.Workload.Kinds) {
			scope := "its namespace"
			if in.Workload.Kinds[name].ClusterScoped {
				scope = "the cluster"
			}
			rows = append(rows, []string{name, scope, orDefault(in.Workload.Kinds[name].Reason, none)})
		}
		return rows
	})
	return t
}

// UnmirroredTable lists the applications that bring their own manifests to a cluster
// with mirrors: what they pull is named in them, and nothing replaces it.
func (p *Platform) UnmirroredTable() *Table {
	t := &Table{Head: []string{"application", "registries with a mirror there", "where"}}
	p.perApplication(t, func(in *Instance) [][]string {
		if mirrored := sortedKeys(in.Target.Cluster.mirror); in.App.Sourced && len(mirrored) > 0 {
			return [][]string{{strings.Join(mirrored, ", ")}}
		}
		return nil
	})
	return t
}

// SourceTable lists the applications that bring their own manifests.
func (p *Platform) SourceTable() *Table {
	t := &Table{Head: []string{"application", "source", "where"}}
	p.perApplication(t, func(in *Instance) [][]string {
		switch {
		case in.Chart != nil:
			return [][]string{{"chart " + string(in.Chart.Name) + " " + in.Chart.Version + " of " + in.Chart.Repository}}
		case in.Folder != "":
			return [][]string{{"kustomization " + string(in.Folder)}}
		}
		return nil
	})
	return t
}
