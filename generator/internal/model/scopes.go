package model

import (
	"slices"
	"strings"
)

// Data is the dot of a template. The placeholders in the template's path determine which
// fields are set; the others are nil.
type Data struct {
	Platform  *Platform
	Env       *Environment
	Cluster   *Cluster
	Target    *Target
	Team      *Team
	Namespace *Namespace
	App       *Application
	// Instance is the application on the target, when the path has both.
	Instance *Instance
	// Job is one job of the application.
	Job *Job
	// Config is one configuration file: of the application, or of the instance.
	Config *ConfigFile
	// Report is the content of the generated documents: tables, steps and diagrams.
	Report any
}

// Scope is one combination of placeholder values.
type Scope struct {
	// Values of the placeholders, in their order.
	Values []string
	Data   *Data
	// Archive is the state archive that files of the scope belong to.
	Archive string
	// Fleet is the environment in whose folder stands what its clusters have in common of
	// the scope, and Clusters their number; empty when there is no such folder.
	Fleet    string
	Clusters int
}

// Scopes returns, sorted in the order of the model, every combination of values
// that the placeholders of a template path have together. An application together
// with an environment or a target means: where it runs.
func (p *Platform) Scopes(placeholders []string) ([]Scope, error) {
	if err := fits(placeholders); err != nil {
		return nil, err
	}
	table := placeholdersCalled(placeholders)
	rows := p.rows(placeholders)
	if slices.Contains(placeholders, "chart") {
		rows = slices.DeleteFunc(rows, func(row Data) bool { return !row.App.Charted })
	}
	if slices.Contains(placeholders, "config") {
		rows = configRows(rows)
	}
	if slices.Contains(placeholders, "job") {
		rows = jobRows(rows)
	}
	scopes, seen := make([]Scope, 0, len(rows)), make(map[string]bool, len(rows))
	for _, row := range rows {
		scope, complete := row.project(placeholders, table)
		if key := strings.Join(scope.Values, "/"); complete && !seen[key] {
			seen[key] = true
			scopes = append(scopes, scope)
		}
	}
	return scopes, nil
}

// words are the placeholders of a path.
type words []string

// has reports whether a path names something; a chart is an application.
func (w words) has(name string) bool {
	return slices.Contains(w, name) || name == "app" && slices.Contains(w, "chart")
}

// rows lists the combinations that exist, as fine as the placeholders need.
func (p *Platform) rows(placeholders []string) []Data {
	has := words(placeholders).has
	placed := has("env") || has("target") || has("cluster") || has("namespace") || has("fleet")
	var rows []Data
	switch {
	case has("app") && !placed:
		for _, app := range p.Applications {
			if len(app.Instances) > 0 {
				rows = append(rows, Data{App: app, Team: app.Team})
			}
		}
	case has("team") && !placed:
		for _, team := range p.Teams {
			rows = append(rows, Data{Team: team})
		}
	case !placed:
		return []Data{{Platform: p}}
	case has("fleet"):
		for _, env := range p.Environments {
			rows = env.rows(rows, has("namespace"), has("app") || has("team"))
		}
	default:
		for _, env := range p.Environments {
			for _, target := range env.Targets {
				rows = target.rows(rows, has("namespace"), has("app") || has("team"))
			}
		}
	}
	for i := range rows {
		rows[i].Platform = p
	}
	return rows
}

// configRows has a row for each configuration file of the rows' applications, or of
// their instances.
func configRows(rows []Data) []Data {
	var out []Data
	for _, row := range rows {
		files := row.App.Base.Config
		if row.Instance != nil {
			files = row.Instance.Config
		}
		for i := range files {
			row.Config = &files[i]
			out = append(out, row)
		}
	}
	return out
}

// jobRows has a row for each job of the rows' applications, or of their instances.
func jobRows(rows []Data) []Data {
	var out []Data
	for _, row := range rows {
		if row.Instance == nil {
			for _, j := range row.App.Jobs {
				row.Job = j
				out = append(out, row)
			}
			continue
		}
		for _, run := range row.Instance.Runs {
			row.Job = run.Job
			out = append(out, row)
		}
	}
	return out
}

// rows appends the combinations of an environment on several clusters: what these have
// in common.
func (e *Environment) rows(rows []Data, namespaces, instances bool) []Data {
	base := Data{Env: e}
	switch {
	case !e.Fleet():
	case instances:
		for _, in := range e.fleet.instances {
			row := base
			row.App, row.Instance, row.Team = in.App, in, in.App.Team
			rows = append(rows, row)
		}
	default:
		rows = base.within(rows, e.fleet.namespaces, namespaces)
	}
	return rows
}

// rows appends the combinations of a target.
func (t *Target) rows(rows []Data, namespaces, instances bool) []Data {
	base := Data{Env: t.Env, Cluster: t.Cluster, Target: t}
	switch {
	case instances:
		rows = slices.Grow(rows, len(t.Instances))
		for _, in := range t.Instances {
			row := base
			row.App, row.Instance, row.Namespace, row.Team = in.App, in, in.Namespace, in.App.Team
			rows = append(rows, row)
		}
	default:
		rows = base.within(rows, t.Namespaces, namespaces)
	}
	return rows
}

// within appends the row as it is or, if asked for, once for each namespace.
func (row Data) within(rows []Data, namespaces []*Namespace, each bool) []Data {
	if !each {
		return append(rows, row)
	}
	for _, ns := range namespaces {
		row.Namespace, row.Team = ns, ns.Team
		rows = append(rows, row)
	}
	return rows
}

// project keeps of a row what the placeholders name. It is incomplete when the row
// lacks one of them.
func (row Data) project(placeholders []string, table []Placeholder) (Scope, bool) {
	has := words(placeholders).has
	data := &Data{Platform: row.Platform, Job: row.Job, Config: row.Config}
	if has("env") || has("target") || has("fleet") {
		data.Env = row.Env
	}
	if has("cluster") || has("target") {
		data.Cluster = row.Cluster
	}
	if has("target") {
		data.Target = row.Target
	}
	if has("team") || has("app") {
		data.Team = row.Team
	}
	if has("namespace") {
		data.Namespace = row.Namespace
	}
	if has("app") {
		data.App = row.App
	}
	scope := Scope{Data: data}
	switch {
	case data.App != nil && data.Target != nil:
		data.Instance, data.Namespace = row.Instance, row.Namespace
		if own := row.Instance.own; own != nil {
			data.Instance, scope.Fleet, scope.Clusters = own, string(row.Env.Name), own.part.clusters
		}
	case data.App != nil && has("fleet"):
		data.Instance = row.Instance
	case data.Namespace != nil && data.Namespace.Fleet():
		scope.Fleet, scope.Clusters = string(row.Env.Name), data.Namespace.clusters
	case data.Namespace == nil && data.Target != nil && data.Env.SharesClusterWide():
		scope.Fleet, scope.Clusters = string(row.Env.Name), len(row.Env.Targets)
	}
	scope.Values = make([]string, len(placeholders))
	for i := range table {
		value, ok := table[i].value(data)
		if !ok {
			return Scope{}, false
		}
		scope.Values[i] = string(value)
	}
	scope.Archive = data.archive()
	return scope, true
}

// archive chooses the state archive of a scope: branches that change different
// applications touch different archives.
func (row *Data) archive() string {
	switch {
	case row.App != nil:
		return "applications/" + string(row.App.Name)
	case row.Env != nil:
		return "environments/" + string(row.Env.Name)
	}
	return "repository"
}
