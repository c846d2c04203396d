package checks

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkDelivery wants Argo CD to be told everything that it must not guess: what it applies
// and from where, that it repairs what people change, tries again with pauses, has projects
// before Applications and namespaces before what is in them, and deletes nothing of
// production because a file has a mistake.
func checkDelivery(r *repo.Repository, out *report) {
	for _, e := range r.Roots() {
		for _, root := range repo.Typed[repo.Application](e.Root) {
			checkSync("Application "+root.Name, root, true, out)
			if !slices.Contains(root.Spec.SyncPolicy.SyncOptions, "ServerSideApply=true") {
				out.add("Application %s: its objects may be too large for a client's apply", root.Name)
			}
			own := len(repo.Typed[repo.Application](e.Argo)) > 0 && e.Profile != "production"
			if e != r.Self && !own && root.Spec.SyncPolicy.Automated != nil && root.Spec.SyncPolicy.Automated.Prune {
				out.add("Application %s deletes ApplicationSets", root.Name)
			}
			if root.Spec.Source.TargetRevision == "" || !strings.HasSuffix(root.Spec.Source.Path, e.Name) {
				out.add("Application %s applies path %q of revision %q", root.Name, root.Spec.Source.Path, root.Spec.Source.TargetRevision)
			}
		}
	}
	for _, e := range r.Environments {
		for _, o := range e.Root {
			if o.Labels["env"] != e.Name {
				out.add("%s does not say that it is of %s", o, e.Name)
			}
		}
		checkSiblings(e, out)
		checkOrder(e, out)
		for _, o := range e.Argo {
			if o.Labels["env"] != e.Name || o.Annotations[waveAnnotation] == "" {
				out.add("%s does not say that it is of %s, or when its turn is", o, e.Name)
			}
		}
		for _, set := range repo.Typed[repo.ApplicationSet](e.Argo) {
			checkSet(e, set, out)
		}
		for _, d := range e.Deployed() {
			checkDeployed(e, d, out)
		}
	}
}

func checkSet(e *repo.Environment, set *repo.ApplicationSet, out *report) {
	if len(set.Spec.Generators) != 1 || set.Spec.Generators[0]["list"].Elements == nil {
		out.add("ApplicationSet %s is not made of one list", set.Name)
	}
	if p := set.Spec.SyncPolicy; e.Profile == "production" && (p.ApplicationsSync != "create-update" || !p.PreserveResourcesOnDeletion) {
		out.add("ApplicationSet %s: a mistake in its file deletes what runs", set.Name)
	}
}

func checkSync(at string, a *repo.Application, root bool, out *report) {
	p := a.Spec.SyncPolicy
	if p.Automated == nil || !p.Automated.SelfHeal || !p.Automated.Prune && !root {
		out.add("%s: what people change stays, or what is gone from Git runs on", at)
	}
	if p.Retry == nil || p.Retry.Limit <= 0 || p.Retry.Backoff.Factor < 2 || p.Retry.Backoff.Duration == "" || p.Retry.Backoff.MaxDuration == "" {
		out.add("%s: a sync is not tried again, or without pauses", at)
	}
}

// checkDeployed judges an Application that an ApplicationSet makes.
func checkDeployed(e *repo.Environment, d *repo.Deployed, out *report) {
	at := "Application " + d.Name
	if d.Name == "" || d.Name != d.Element["name"] {
		out.add("%s is element %v", at, d.Element["name"])
	}
	checkSync(at, d.Application, false, out)
	if d.Spec.Source.TargetRevision != d.Element["revision"] || !strings.HasSuffix(d.Spec.Source.Path, d.Overlay) || d.Overlay == "" {
		out.add("%s applies path %q of revision %q", at, d.Spec.Source.Path, d.Spec.Source.TargetRevision)
	}
	if d.Labels["env"] != e.Name {
		out.add("%s does not say that it is of %s", at, e.Name)
	}
	for _, option := range []string{"ApplyOutOfSyncOnly=true", "RespectIgnoreDifferences=true", "PruneLast=true"} {
		if e.Profile == "production" && !slices.Contains(d.Spec.SyncPolicy.SyncOptions, option) {
			out.add("%s lacks %s", at, option)
		}
	}
	checkIgnored(at, d, out)
	if release, _ := d.Element["releaseName"].(string); d.Chart != (release != "") || d.Spec.Source.Release() != release {
		out.add("%s: its release is %q, that of its element %q", at, d.Spec.Source.Release(), release)
	}
	if main := mainWorkload(d.Objects); main != nil && main.Labels["owner"] != "" && main.Labels["owner"] != d.Labels["owner"] {
		out.add("%s: its owner is %q, that of its objects %q", at, d.Labels["owner"], main.Labels["owner"])
	}
	managed := d.Spec.SyncPolicy.ManagedNamespaceMetadata
	if managed == nil || d.Spec.Destination.Namespace == "" {
		return
	}
	if managed.Labels["env"] != e.Name {
		out.add("%s: no admission policy of %s sees its namespace", at, e.Name)
	}
	for _, mode := range []string{"enforce", "warn", "audit"} {
		label := "pod-security.kubernetes.io/" + mode
		if managed.Labels[label] == "" || managed.Labels[label+"-version"] == "" {
			out.add("%s: %s or its version is open", at, label)
		}
	}
}

// checkIgnored wants what an element ignores to reach its Application.
func checkIgnored(at string, d *repo.Deployed, out *report) {
	text, _ := d.Element["ignoreDifferences"].(string)
	if text == "" {
		return
	}
	var want []repo.IgnoreDifferences
	if err := yaml.Unmarshal([]byte(text), &want); err != nil {
		out.add("%s: %v", at, err)
	}
	if len(want) == 0 || !reflect.DeepEqual(want, d.Spec.IgnoreDifferences) {
		out.add("%s does not ignore what its element says", at)
	}
}

// checkSiblings wants the projects of an environment to have the same windows and
// notifications and the roles of the first, to state what of the cluster they may touch, and to touch by name only
// what several environments may share.
func checkSiblings(e *repo.Environment, out *report) {
	projects := repo.Typed[repo.AppProject](e.Argo)
	// The one that has most to lose comes first.
	slices.SortStableFunc(projects, func(a, b *repo.AppProject) int {
		return strings.Count(b.Name, "-infra") - strings.Count(a.Name, "-infra")
	})
	for _, p := range projects {
		for what, read := range map[string]func(*repo.AppProject) any{
			"windows":       func(p *repo.AppProject) any { return p.Spec.SyncWindows },
			"notifications": func(p *repo.AppProject) any { return p.Annotations },
		} {
			if plain(read(p)) != plain(read(projects[0])) {
				out.add("AppProjects %s and %s have different %s", projects[0].Name, p.Name, what)
			}
		}
		for _, w := range p.Spec.SyncWindows {
			for _, field := range []string{"kind", "schedule", "duration", "timeZone", "manualSync", "clusters"} {
				if _, found := w[field]; !found {
					out.add("AppProject %s: a window does not state %s", p.Name, field)
				}
			}
		}
		for _, k := range p.Spec.ClusterResourceWhitelist {
			if strings.HasSuffix(p.Name, "-infra") && k.Kind != "Namespace" && k.Name == "" {
				out.add("AppProject %s may change every %s of the cluster", p.Name, k.Kind)
			}
		}
		for _, role := range projects[0].Spec.Roles {
			i := slices.IndexFunc(p.Spec.Roles, func(own repo.ProjectRole) bool { return own.Name == role.Name })
			if i < 0 {
				out.add("AppProject %s has no role %s, AppProject %s has", p.Name, role.Name, projects[0].Name)
			} else if strings.ReplaceAll(plain(p.Spec.Roles[i].Policies), p.Name, "") != strings.ReplaceAll(plain(role.Policies), projects[0].Name, "") {
				out.add("AppProjects %s and %s let role %s do different things", projects[0].Name, p.Name, role.Name)
			}
		}
		checkGroups(e, p, out)
		if infra := len(p.Spec.ClusterResourceWhitelist) > 0; !infra && (p.Spec.OrphanedResources == nil || p.Spec.OrphanedResources.Warn == nil || !*p.Spec.OrphanedResources.Warn) {
			out.add("AppProject %s: nobody hears of objects beside those in Git", p.Name)
		}
	}
	for _, p := range append(projects, repo.Typed[repo.AppProject](e.Root)...) {
		if p.Spec.ClusterResourceWhitelist == nil {
			out.add("AppProject %s does not state what of the cluster it may touch", p.Name)
		}
	}
}

// checkGroups wants a role of a project to have the groups that the Role of its name has in
// the namespaces of its Applications: who sees one, sees the other.
func checkGroups(e *repo.Environment, p *repo.AppProject, out *report) {
	for _, t := range e.Targets {
		var namespaces []string
		infra := false
		for _, d := range t.Applications {
			if d.Spec.Project == p.Name {
				namespaces = append(namespaces, d.Spec.Destination.Namespace)
				infra = infra || d.Spec.SyncPolicy.ManagedNamespaceMetadata != nil
			}
		}
		for _, b := range repo.Typed[rbacv1.RoleBinding](t.Objects()) {
			granted := strings.TrimPrefix(b.Name, "env-"+e.Name+"-")
			if infra && granted != b.Name && !slices.ContainsFunc(p.Spec.Roles, func(role repo.ProjectRole) bool { return role.Name == granted }) {
				out.add("AppProject %s has no role %s, its namespaces have", p.Name, granted)
			}
		}
		for _, role := range p.Spec.Roles {
			for _, namespace := range namespaces {
				bound := groups(t, namespace, role.Name)
				missing := slices.ContainsFunc(role.Groups, func(g string) bool { return !slices.Contains(bound, g) })
				more := slices.ContainsFunc(bound, func(g string) bool { return !slices.Contains(role.Groups, g) })
				if namespace != "" && bound != nil && (missing || more && !infra) {
					out.add("AppProject %s: role %s has the groups %v, Role %s/%s %v", p.Name, role.Name, role.Groups, namespace, role.Name, bound)
				}
			}
		}
	}
}

// groups are those that have a Role of people; nil when the target does not show.
func groups(t *repo.Target, namespace, role string) []string {
	var found []string
	for _, b := range repo.Typed[rbacv1.RoleBinding](t.Objects()) {
		if b.Namespace == namespace && b.RoleRef.Name == role {
			for _, s := range b.Subjects {
				found = append(found, s.Name)
			}
		}
	}
	return found
}

// checkOrder wants waves to put projects before the sets, and namespaces before Applications.
func checkOrder(e *repo.Environment, out *report) {
	first, last := 1000, -1000
	for _, o := range e.Argo {
		if o.Kind == "ApplicationSet" || o.Kind == "Application" {
			first = min(first, wave(o))
		} else {
			last = max(last, wave(o))
		}
	}
	if last >= first {
		out.add("%s: ApplicationSets may come before their projects", e.Name)
	}
	for _, o := range e.Argo {
		own, written := o.Typed.(*repo.Application)
		infra := strings.HasSuffix(o.Name, "-"+e.Name+"-infra") || written && strings.Contains(own.Spec.Source.Path, "/infra/")
		if (written || o.Kind == "ApplicationSet") && !infra && wave(o) <= first {
			out.add("%s may come before the namespaces", o)
		}
	}
}

func plain(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}
