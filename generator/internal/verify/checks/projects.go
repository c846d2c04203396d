package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkUnique wants each object to have one owner: two Applications that hold the same
// object of one cluster fight over it for ever.
func checkUnique(r *repo.Repository, out *report) {
	owners := map[string]string{}
	own := func(cluster, owner string, o *repo.Object) {
		key := fmt.Sprintf("%s %s %s/%s", cluster, o.Group(), o.Namespace, o)
		if other, taken := owners[key]; taken {
			out.add("%s and %s both hold %s", other, owner, key)
		}
		owners[key] = owner
	}
	for _, e := range r.Roots() {
		for _, o := range append(slices.Clone(e.Root), e.Argo...) {
			own("Argo CD", "environment "+e.Name, o)
		}
		for _, d := range e.Deployed() {
			own("Argo CD", "environment "+e.Name, &repo.Object{APIVersion: "argoproj.io/v1alpha1", Kind: "Application", Name: d.Name})
			for _, o := range d.Objects {
				own(d.Spec.Destination.Name+d.Spec.Destination.Server, d.Name, o)
			}
		}
	}
}

// checkWildcards wants no project to allow anything by wildcard, or by silence.
func checkWildcards(r *repo.Repository, out *report) {
	for _, e := range r.Roots() {
		for _, o := range slices.Concat(e.Root, e.Argo, r.Granted) {
			p, ok := o.Typed.(*repo.AppProject)
			if !ok {
				continue
			}
			var spec struct{ Spec map[string]any }
			err := yaml.Unmarshal(o.YAML, &spec)
			if err != nil {
				out.add("%s: %v", o, err)
			}
			dropSchedules(spec.Spec["syncWindows"])
			checkRoles(p.Name, spec.Spec["roles"], out)
			delete(spec.Spec, "roles")
			dropTargets(spec.Spec["clusterResourceWhitelist"])
			wildcards(fmt.Sprintf("AppProject %s", p.Name), spec.Spec, out)
			if len(p.Spec.NamespaceResourceWhitelist) == 0 && len(p.Spec.Destinations) > 0 {
				out.add("AppProject %s: without namespaceResourceWhitelist every kind is allowed", p.Name)
			}
		}
	}
}

// checkRoles wants each policy to be of its own role and project, as Argo CD demands,
// and nobody to delete Applications.
func checkRoles(project string, roles any, out *report) {
	list, _ := roles.([]any)
	for _, item := range list {
		role, _ := item.(map[string]any)
		policies, _ := role["policies"].([]any)
		if groups, _ := role["groups"].([]any); len(groups) == 0 || len(policies) == 0 {
			out.add("AppProject %s: role %v has no groups or no policies", project, role["name"])
		}
		for _, policy := range policies {
			parts := strings.Split(fmt.Sprint(policy), ", ")
			subject := fmt.Sprintf("proj:%s:%s", project, role["name"])
			if len(parts) != 6 || parts[0] != "p" || parts[1] != subject || parts[5] != "allow" || !applications(project, parts[4]) {
				out.add("AppProject %s: policy %q", project, policy)
			} else if parts[2] == "exec" || parts[3] == "*" || parts[3] == "delete" || parts[3] == "create" {
				out.add("AppProject %s: policy %q gives too much", project, policy)
			}
		}
	}
}

// applications reports whether a policy is about all Applications of its project, or about
// some of one namespace.
func applications(project, object string) bool {
	some, found := strings.CutPrefix(object, project+"/")
	_, name, inNamespace := strings.Cut(some, "/")
	return found && (some == "*" || inNamespace && !strings.HasPrefix(name, "*") && !strings.HasSuffix(name, "*"))
}

// dropSchedules takes out what has stars by nature.
func dropSchedules(windows any) {
	list, _ := windows.([]any)
	for _, window := range list {
		if fields, ok := window.(map[string]any); ok {
			delete(fields, "schedule")
		}
	}
}

// ofEnvironment are the names of what one environment of a platform has in a cluster.
var ofEnvironment = regexp.MustCompile(`^[a-z][a-z0-9]+-\*\.[-a-z0-9]+$`)

// dropTargets takes out what narrows a kind to the objects of one environment.
func dropTargets(kinds any) {
	list, _ := kinds.([]any)
	for _, kind := range list {
		fields, _ := kind.(map[string]any)
		name, _ := fields["name"].(string)
		if ofEnvironment.MatchString(name) {
			delete(fields, "name")
		}
	}
}

func wildcards(at string, value any, out *report) {
	switch value := value.(type) {
	case string:
		if strings.Contains(value, "*") {
			out.add("%s: %q", at, value)
		}
	case []any:
		for _, item := range value {
			wildcards(at, item, out)
		}
	case map[string]any:
		for key, item := range value {
			wildcards(at+"."+key, item, out)
		}
	}
}

// checkProjects wants each Application to be permitted by its project: repository,
// destination and every kind that its overlay holds, and objects to stay inside the
// destination's namespace.
func checkProjects(r *repo.Repository, out *report) {
	for _, e := range r.Environments {
		projects := r.Projects(e.Argo)
		for _, d := range e.Deployed() {
			p := permitted(d.Application, projects, out)
			if p != nil {
				checkKinds(d.Application, p, d.Objects, out)
				checkChart(r, d, p, out)
			}
		}
		for _, live := range e.Live {
			permitted(live, projects, out)
		}
	}
	for _, e := range r.Roots() {
		for _, root := range repo.Typed[repo.Application](e.Root) {
			p := permitted(root, r.Projects(e.Root), out)
			if p != nil {
				checkKinds(root, p, e.Argo, out)
			}
		}
	}
}

// permitted returns the Application's project if it exists.
func permitted(a *repo.Application, projects []*repo.AppProject, out *report) *repo.AppProject {
	i := slices.IndexFunc(projects, func(p *repo.AppProject) bool { return p.Name == a.Spec.Project })
	if i < 0 {
		out.add("Application %s: there is no project %s", a.Name, a.Spec.Project)
		return nil
	}
	p := projects[i]
	if !slices.Contains(p.Spec.SourceRepos, a.Spec.Source.RepoURL) {
		out.add("Application %s: project %s does not allow the repository %s", a.Name, p.Name, a.Spec.Source.RepoURL)
	}
	if a.Namespace != p.Namespace && !slices.Contains(p.Spec.SourceNamespaces, a.Namespace) {
		out.add("Application %s: project %s does not allow Applications in %s", a.Name, p.Name, a.Namespace)
	}
	if !slices.Contains(p.Spec.Destinations, a.Spec.Destination) {
		out.add("Application %s: project %s does not allow the destination %v", a.Name, p.Name, a.Spec.Destination)
	}
	if slices.Contains(a.Spec.SyncPolicy.SyncOptions, "CreateNamespace=true") &&
		!repo.Permits(p.Spec.ClusterResourceWhitelist, "", "Namespace", a.Spec.Destination.Namespace) {
		out.add("Application %s: project %s does not allow to make its namespace", a.Name, p.Name)
	}
	return p
}

// checkChart wants the repositories of a chart's dependencies to be permitted: Argo CD
// hands Helm the credentials of no others. It may know a registry without its scheme.
func checkChart(r *repo.Repository, d *repo.Deployed, p *repo.AppProject, out *report) {
	if !d.Chart {
		return
	}
	repositories, err := r.ChartRepositories(d.Overlay)
	if err != nil || len(repositories) == 0 {
		out.add("Application %s: nothing says where its chart is: %v", d.Name, err)
	}
	for _, repository := range repositories {
		names := []string{repository}
		if host, oci := strings.CutPrefix(repository, "oci://"); oci && !strings.Contains(host, ":") {
			names = append(names, host)
		}
		for _, name := range names {
			if !slices.Contains(p.Spec.SourceRepos, name) {
				out.add("Application %s: project %s does not allow the repository of charts %s", d.Name, p.Name, name)
			}
		}
	}
}

func checkKinds(a *repo.Application, p *repo.AppProject, objects []*repo.Object, out *report) {
	for _, o := range objects {
		allowed := p.Spec.NamespaceResourceWhitelist
		if o.Namespace == "" {
			allowed = p.Spec.ClusterResourceWhitelist
		} else if o.Namespace != a.Spec.Destination.Namespace {
			out.add("Application %s: %s is in namespace %s, outside the destination", a.Name, o, o.Namespace)
		}
		if !repo.Permits(allowed, o.Group(), o.Kind, o.Name) {
			out.add("Application %s: project %s does not allow %s", a.Name, p.Name, o)
		}
	}
}

// checkLive wants what already runs to be sound: full commits as pins, paths and
// candidates of this commit where it is the branch that runs, and names that are not
// used twice.
func checkLive(r *repo.Repository, out *report) {
	names := map[string]bool{}
	for _, e := range r.Environments {
		roots := repo.Typed[repo.Application](e.Root)
		if len(roots) != 1 {
			out.add("environment %s has %d root Applications", e.Name, len(roots))
			continue
		}
		root := roots[0]
		prefix := strings.TrimSuffix(root.Spec.Source.Path, "argocd/"+e.Name)
		for _, live := range e.Live {
			if names[live.Name] {
				out.add("two elements make the Application %s", live.Name)
			}
			names[live.Name] = true
			folder := strings.TrimPrefix(live.Spec.Source.Path, prefix)
			branch := live.Spec.Source.TargetRevision == root.Spec.Source.TargetRevision
			candidate := slices.ContainsFunc(e.Deployed(), func(d *repo.Deployed) bool { return d.Name == live.Name && d.Overlay == folder })
			if branch && !candidate {
				out.add("Application %s follows the branch, where no candidate has this name and the path %s", live.Name, folder)
			}
			if !branch && !isCommit(live.Spec.Source.TargetRevision) {
				out.add("Application %s runs %q, which is no full commit", live.Name, live.Spec.Source.TargetRevision)
			}
		}
	}
}

func isCommit(revision string) bool {
	return len(revision) == 40 && strings.Trim(revision, "0123456789abcdef") == ""
}
