package checks

import (
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkTenancy wants a tenant of Argo CD to write Applications or ApplicationSets in its own
// namespace and with its own project, and nothing through them but objects in namespaces that
// it was given. What it asks for is exact: one project, whose roles reach the Applications of
// their environment, and whose windows reach the namespaces of theirs.
func checkTenancy(r *repo.Repository, out *report) {
	projects := repo.Typed[repo.AppProject](r.Granted)
	if len(r.Granted) == 0 {
		return
	}
	if len(projects) != 1 {
		out.add("%d projects are asked for", len(projects))
		return
	}
	p := projects[0]
	if len(p.Spec.SourceNamespaces) != 1 || p.Spec.ClusterResourceWhitelist == nil || len(p.Spec.ClusterResourceWhitelist) > 0 {
		out.add("AppProject %s permits other tenants, or what is in no namespace", p.Name)
		return
	}
	for _, e := range r.Environments {
		for _, o := range slices.Concat(e.Root, e.Argo) {
			if o.Kind != "Application" && o.Kind != "ApplicationSet" || o.Namespace != p.Spec.SourceNamespaces[0] {
				out.add("a tenant may not write %s in namespace %q", o, o.Namespace)
			}
		}
		for _, a := range slices.Concat(repo.Typed[repo.Application](e.Root), e.Live) {
			if a.Spec.Project != p.Name {
				out.add("Application %s is of project %s", a.Name, a.Spec.Project)
			}
		}
		for _, t := range e.Targets {
			checkGranted(t, out)
		}
		checkPreserved(e, out)
	}
	checkReach(r, p, out)
}

// checkGranted wants what belongs to no namespace to be asked for, and not to be written.
func checkGranted(t *repo.Target, out *report) {
	given := map[string]bool{}
	for _, o := range t.Granted {
		given[o.Name] = given[o.Name] || o.Kind == "Namespace"
		if o.Namespace != "" {
			out.add("%s: %s of namespace %s is asked for", t.Name, o, o.Namespace)
		}
	}
	for _, d := range t.Applications {
		if d.Spec.SyncPolicy.ManagedNamespaceMetadata != nil || slices.Contains(d.Spec.SyncPolicy.SyncOptions, "CreateNamespace=true") {
			out.add("Application %s makes a namespace", d.Name)
		}
		if !given[d.Spec.Destination.Namespace] {
			out.add("Application %s: nobody is asked for namespace %s", d.Name, d.Spec.Destination.Namespace)
		}
		for _, o := range d.Objects {
			if o.Namespace == "" {
				out.add("Application %s: a tenant may not write %s", d.Name, o)
			}
		}
	}
}

// checkPreserved wants Applications of production to be deleted by nobody else, and what
// they deployed to stay.
func checkPreserved(e *repo.Environment, out *report) {
	for _, a := range repo.Typed[repo.Application](e.Argo) {
		if preserved := len(a.Finalizers) == 0; preserved != (e.Profile == "production") {
			out.add("Application %s: that its objects go with it is %v", a.Name, !preserved)
		}
	}
}

// checkReach wants the roles and windows of a shared project to reach no other environment.
func checkReach(r *repo.Repository, p *repo.AppProject, out *report) {
	for _, role := range p.Spec.Roles {
		reached := map[string]bool{}
		for _, e := range r.Environments {
			for _, policy := range role.Policies {
				object := strings.Split(policy, ", ")[4]
				for _, a := range e.Live {
					if ok, _ := path.Match(object, p.Name+"/"+a.Namespace+"/"+a.Name); ok {
						reached[e.Name] = true
					}
				}
			}
		}
		if len(reached) != 1 {
			out.add("AppProject %s: role %s reaches %d environments", p.Name, role.Name, len(reached))
		}
	}
	for _, w := range p.Spec.SyncWindows {
		namespaces, _ := w["namespaces"].([]any)
		if and, _ := w["andOperator"].(bool); !and || len(namespaces) == 0 || w["clusters"] == nil {
			out.add("AppProject %s: window %v reaches other environments", p.Name, w["description"])
		}
	}
}
