package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
)

// SyncMatrix compares the options of the environments' ApplicationSets and of the
// Applications that they make.
func (p *Platform) SyncMatrix() *Table {
	return p.table("", []aspect{
		{"sync", func(e *Environment) string { return syncText(e.Settings.Sync.Automated) }},
		{"options for namespaces", func(e *Environment) string { return strings.Join(e.Settings.Sync.InfraOptions, ", ") }},
		{"options for applications", func(e *Environment) string { return strings.Join(e.Settings.Sync.Options, ", ") }},
		{"retry of a failed sync", func(e *Environment) string { return retryText(e.Settings.Sync.Retry) }},
		{"sync windows", (*Environment).windowsText},
		{"ApplicationSet policy", func(e *Environment) string { return e.Settings.ApplicationSets.Policy }},
		{"keeps objects when an Application is deleted", func(e *Environment) string { return yes(e.Settings.ApplicationSets.PreserveResourcesOnDeletion) }},
		{"a person may pause an Application", func(e *Environment) string { return yes(e.Settings.ApplicationSets.AllowPause) }},
		{"targetRevision", func(e *Environment) string {
			if e.Follows() {
				return "the branch"
			}
			return "commits from releases/" + string(e.Name) + ".yaml"
		}},
	})
}

// windowsText lists the environment's sync windows.
func (e *Environment) windowsText() string {
	var out []string
	for _, w := range e.Windows {
		out = append(out, fmt.Sprintf("%s: %s %s for %s (%s)", w.Name, w.Kind, w.Schedule, w.Duration, w.TimeZone))
	}
	return orDefault(strings.Join(out, "; "), "always open")
}

// AccessTable lists which groups of people have which Role, by environment.
func (p *Platform) AccessTable() *Table {
	t := &Table{Head: []string{"environment", "Role", "groups", "namespaces"}}
	for _, env := range p.Environments {
		for _, role := range env.roles() {
			name := string(role)
			if role == debugRole {
				name += ", " + env.Settings.Debug
			}
			if g := env.Grant(string(role)); g != nil {
				t.Rows = append(t.Rows, []string{string(env.Name), name, strings.Join(g.Groups, ", "), "all"})
			}
			for _, team := range p.Teams {
				if env.grants(team, role) {
					groups := grant("", team.access, role).Groups
					t.Rows = append(t.Rows, []string{string(env.Name), name, strings.Join(groups, ", "), "those of team " + string(team.Name)})
				}
			}
		}
	}
	return t
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func syncText(a *schema.Automated) string {
	if a == nil {
		return "by hand"
	}
	return fmt.Sprintf("automated; prune %s, selfHeal %s, allowEmpty %s", yes(a.Prune), yes(a.SelfHeal), yes(a.AllowEmpty))
}

func retryText(r schema.Retry) string {
	if r.Limit == 0 {
		return "no"
	}
	return fmt.Sprintf("%d times, after %s, then %d times as long, at most %s", r.Limit, r.Backoff.Duration, r.Backoff.Factor, r.Backoff.MaxDuration)
}

// ApplicationSetTable lists the ApplicationSets, each with an AppProject of its name.
func (p *Platform) ApplicationSetTable() *Table {
	t := &Table{Head: []string{"environment", "ApplicationSet and AppProject", "wave", "deploys"}}
	for _, env := range p.Environments {
		for _, set := range env.ApplicationSets {
			t.Rows = append(t.Rows, []string{string(env.Name), string(set.Name), set.WaveText(), set.deploys()})
		}
	}
	return t
}

func (s *ApplicationSet) deploys() string {
	switch {
	case s.Infra:
		return "namespaces with quota, limits and network rules"
	case s.Team != nil:
		return "applications of team " + string(s.Team.Name)
	}
	return "applications"
}

// PodSecurityTable lists the Pod Security Standards of the namespaces by target.
func (p *Platform) PodSecurityTable() *Table {
	t := &Table{Head: []string{"target", "enforce", "warn", "audit", "version"}}
	for _, target := range p.Targets() {
		s := target.Env.Settings.PodSecurity
		t.Rows = append(t.Rows, []string{string(target.Name), s.Enforce, s.Warn, s.Audit, target.Cluster.PodSecurityVersion})
	}
	return t
}

// ExceptionTable lists what applications may do beyond the usual, with the reason.
func (p *Platform) ExceptionTable() *Table {
	t := &Table{Head: []string{"application", "exception", "reason", "where"}}
	p.perApplication(t, func(in *Instance) [][]string {
		var rows [][]string
		for _, e := range in.Workload.excuses() {
			rows = append(rows, []string{strings.ReplaceAll(e.name, "-", " "), e.reason.Reason})
		}
		return rows
	})
	return t
}

// SecretTable lists the secrets that applications read: references, never values.
func (p *Platform) SecretTable() *Table {
	t := &Table{Head: []string{"application", "Secret", "comes from", "variables and files", "where"}}
	p.perApplication(t, func(in *Instance) [][]string {
		var rows [][]string
		for _, name := range sortedKeys(in.Workload.Secrets) {
			secret := in.Workload.Secrets[name]
			rows = append(rows, []string{secretName(in.App.Name, name, secret), in.secretSource(secret), strings.Join(secretUses(secret), ", ")})
		}
		return rows
	})
	return t
}

// secretUses lists the variables and files that a secret becomes.
func secretUses(secret schema.Secret) []string {
	uses := sortedKeys(secret.Env)
	for _, file := range sortedKeys(secret.Files) {
		uses = append(uses, strings.TrimSuffix(secret.Mount, "/")+"/"+file)
	}
	return uses
}

func (in *Instance) secretSource(secret schema.Secret) string {
	if secret.Key == "" {
		return "already in the namespace"
	}
	store := in.Target.Cluster.Secrets.Store
	scope := scopeOf(in.App, in.Target, string(in.Namespace.Name))
	return fmt.Sprintf("%s of %s %s", secret.Key, orDefault(store.Kind, "ClusterSecretStore"), scope.expand(store.Name))
}

// perApplication adds the rows of every application's instances; rows that are the
// same on several targets are one, which names them in its last cell.
func (p *Platform) perApplication(t *Table, rows func(*Instance) [][]string) {
	for _, app := range p.Applications {
		var found [][]string
		where := map[string][]*Target{}
		for _, in := range app.Instances {
			for _, row := range rows(in) {
				key := strings.Join(row, "\x00")
				if where[key] == nil {
					found = append(found, row)
				}
				where[key] = append(where[key], in.Target)
			}
		}
		slices.SortStableFunc(found, slices.Compare)
		for _, row := range found {
			row = append([]string{string(app.Name)}, row...)
			t.Rows = append(t.Rows, append(row, app.where(where[strings.Join(row[1:], "\x00")])))
		}
	}
}

// where names targets of an application in a few words.
func (a *Application) where(targets []*Target) string {
	if len(targets) == len(a.Instances) {
		return "wherever it runs"
	}
	var names []string
	for _, t := range targets {
		names = append(names, string(t.Name))
	}
	return strings.Join(names, ", ")
}
