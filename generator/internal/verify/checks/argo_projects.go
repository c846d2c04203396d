package checks

import (
	"cmp"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gobwas/glob"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// verdict is whether a project permits something. Unknown stands for what depends on the
// clusters that Argo CD knows.
type verdict uint8

const (
	refused verdict = iota
	unknown
	permits
)

// globMatches matches as Argo CD does, with its own library. A pattern that does not compile
// matches nothing.
func globMatches(pattern, value string, separators ...rune) bool {
	if pattern == "*" {
		return true
	}
	compiled, err := glob.Compile(pattern, separators...)
	return err == nil && compiled.Match(value)
}

// matchesOrDenies is a match where "!" turns the pattern around.
func matchesOrDenies(pattern, value string, separators ...rune) bool {
	if denied, deny := strings.CutPrefix(pattern, "!"); deny {
		return !(globPattern(denied, value, separators...))
	}
	return globMatches(pattern, value, separators...)
}

// globPattern is globMatches without the short cut for "*", as Argo CD treats denials.
func globPattern(pattern, value string, separators ...rune) bool {
	compiled, err := glob.Compile(pattern, separators...)
	return err == nil && compiled.Match(value)
}

var sshAddress = regexp.MustCompile(`^(ssh://)?([^/:]*?)@[^@]+$`)

// normalRepository is the form in which Argo CD compares addresses of repositories.
func normalRepository(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	if sshAddress.MatchString(address) && !strings.HasPrefix(address, "ssh://") {
		address = "ssh://" + strings.Replace(address, ":", "/", 1)
	}
	parsed, err := url.Parse(strings.TrimSuffix(address, ".git"))
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(parsed.String(), "ssh://")
}

// permitsSource is AppProject.IsSourcePermitted of Argo CD.
func (p *argoProject) permitsSource(address string) bool {
	address = normalRepository(address)
	matched := false
	for _, pattern := range p.Spec.SourceRepos {
		denied, deny := strings.CutPrefix(pattern, "!")
		normal := normalRepository(denied)
		if deny {
			normal = "!" + normal
		}
		if matchesOrDenies(normal, address, '/') {
			matched = true
		} else if deny {
			return false
		}
	}
	return matched
}

// permitsDestination is AppProject.IsDestinationPermitted of Argo CD. That asks with the name
// and the address of the cluster; an Application has one of them. What depends on the other is unknown.
func (p *argoProject) permitsDestination(d repo.Destination) verdict {
	d.Server = strings.TrimRight(d.Server, "/")
	if localCluster(d.Name) || localCluster(d.Server) {
		local := repo.Destination{Name: "in-cluster", Server: "https://kubernetes.default.svc", Namespace: d.Namespace}
		if result := p.matchesDestination(local); result == permits || d.Server == "" {
			return result
		}
		// Some call the cluster of Argo CD itself otherwise, such as local-cluster.
	}
	if p.Spec.PermitOnlyProjectScopedClusters {
		return unknown
	}
	for _, item := range p.Spec.Destinations {
		other := item.Name
		if d.Server == "" {
			other = item.Server
		}
		if other != "" && (strings.HasPrefix(other, "!") || matchesOrDenies(item.Namespace, d.Namespace)) {
			return max(unknown, p.matchesDestination(d))
		}
	}
	return p.matchesDestination(d)
}

func (p *argoProject) matchesDestination(d repo.Destination) verdict {
	result := refused
	for _, item := range p.Spec.Destinations {
		name := d.Name != "" && matchesOrDenies(item.Name, d.Name)
		server := d.Server != "" && matchesOrDenies(item.Server, d.Server)
		namespace := matchesOrDenies(item.Namespace, d.Namespace)
		switch {
		case (server || name) && namespace:
			result = permits
		case !name && strings.HasPrefix(item.Name, "!"), !server && strings.HasPrefix(item.Server, "!") && namespace,
			!namespace && strings.HasPrefix(item.Namespace, "!") && server:
			return refused
		}
	}
	return result
}

// permitsKind is AppProject.IsGroupKindNamePermitted of Argo CD.
func (p *argoProject) permitsKind(group, kind, name string, namespaced bool) bool {
	if namespaced {
		allowed := p.Spec.NamespaceResourceWhitelist == nil || listed(p.Spec.NamespaceResourceWhitelist, group, kind, "")
		return allowed && !listed(p.Spec.NamespaceResourceBlacklist, group, kind, "")
	}
	return listed(p.Spec.ClusterResourceWhitelist, group, kind, name) && !listed(p.Spec.ClusterResourceBlacklist, group, kind, name)
}

// listed reports whether a list of kinds holds one. Names count only for what belongs to no namespace.
func listed(list []repo.GroupKind, group, kind, name string) bool {
	return slices.ContainsFunc(list, func(item repo.GroupKind) bool {
		return matchesPath(item.Kind, kind) && matchesPath(item.Group, group) && (item.Name == "" || name == "" || matchesPath(item.Name, name))
	})
}

func matchesPath(pattern, value string) bool {
	ok, err := filepath.Match(pattern, value)
	return ok && err == nil
}

// permitsNamespace is AppProject.IsAppNamespacePermitted of Argo CD: Applications beside the
// project are always permitted.
func (p *argoProject) permitsNamespace(namespace string) bool {
	if namespace == "" || namespace == p.object.Namespace {
		return true
	}
	return slices.ContainsFunc(p.Spec.SourceNamespaces, func(pattern string) bool {
		if inner, found := strings.CutPrefix(pattern, "/"); found && len(pattern) > 2 && strings.HasSuffix(inner, "/") {
			matcher, err := regexp.Compile(strings.TrimSuffix(inner, "/"))
			return err != nil || matcher.MatchString(namespace) // Argo CD knows more than RE2.
		}
		return globPattern(pattern, namespace)
	})
}

// projectsNamed are the projects of a name, nearest to a file first. Several of one name, each
// in a folder of its own, are those of several Argo CDs: what one of them permits is not reported.
func projectsNamed(all []*argoProject, name, near string) []*argoProject {
	var found []*argoProject
	for _, p := range all {
		if p.object.Name == name {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b *argoProject) int {
		return cmp.Compare(common(near, b.object.File), common(near, a.object.File))
	})
	return found
}

// common is how many folders two paths share.
func common(a, b string) int {
	first, second := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range first {
		if i >= len(second) || first[i] != second[i] {
			return i
		}
	}
	return len(first)
}

// eachPermission runs a rule on each Application that deploys something, with its projects.
func eachPermission(rule func(*target, *repo.Deployed, []*argoProject, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		all := w.projects()
		ask := func(t *target, d *repo.Deployed) {
			projects := projectsNamed(all, d.Spec.Project, d.Made.File)
			if n := len(out.findings); d.Spec.Project != "" && len(projects) > 0 {
				rule(t, d, projects, out)
				doubt(out.findings[n:], projects)
			}
		}
		for _, t := range w.targets {
			for _, d := range t.Applications {
				ask(t, d)
			}
		}
		for _, d := range w.roots() {
			ask(nil, d)
		}
	}
}

// roots are the root Applications of a generated repository, with what they deploy. In another one they are
// Applications as all others.
func (w *world) roots() []*repo.Deployed {
	var all []*repo.Deployed
	for _, e := range w.Roots() {
		for _, o := range e.Root {
			if a, ok := o.Typed.(*repo.Application); ok {
				all = append(all, &repo.Deployed{Application: a, Objects: e.Argo, Made: o.Origin})
			}
		}
	}
	return all
}

// anyProject reports whether one of the projects permits something.
func anyProject(projects []*argoProject, permitted func(*argoProject) bool) bool {
	return slices.ContainsFunc(projects, permitted)
}

// refusesSource wants the project to permit every source.
func refusesSource(t *target, d *repo.Deployed, projects []*argoProject, out *judge) {
	for _, source := range d.Repositories() {
		address := source.Address
		if address == "" || unresolved(address) || anyProject(projects, func(p *argoProject) bool { return p.permitsSource(address) }) {
			continue
		}
		f := atField(out.application(t, d, "project %s does not permit the repository %s: it permits %s", d.Spec.Project, address, list(projects[0].Spec.SourceRepos)), d, source.Field)
		f.Hint = fmt.Sprintf("Add the repository to spec.sourceRepos of AppProject %s (%s), or name another project.", d.Spec.Project, projects[0].object.File)
	}
}

// atField moves a finding from an Application to one of its fields, where it is written out.
func atField(f *Finding, d *repo.Deployed, path string) *Finding {
	f.Object, f.Namespace, f.Path = "Application/"+d.Name, d.Namespace, path
	return f
}

// refusesDestination wants the project to permit the cluster and the namespace.
func refusesDestination(t *target, d *repo.Deployed, projects []*argoProject, out *judge) {
	destination := d.Spec.Destination
	if d.Assumed || destination.Name == "" && destination.Server == "" || unresolved(place(destination)) {
		return // argo/destination-invalid
	}
	if anyProject(projects, func(p *argoProject) bool { return p.permitsDestination(destination) != refused }) {
		return
	}
	f := atField(out.application(t, d, "project %s does not permit the destination %s: it permits %s", d.Spec.Project, place(destination), places(projects[0])), d, "spec.destination")
	f.Hint = fmt.Sprintf("Add the destination to spec.destinations of AppProject %s (%s).", d.Spec.Project, projects[0].object.File)
}

// refusesNamespace wants the project to permit the namespace of each object that is not the destination's.
func refusesNamespace(t *target, d *repo.Deployed, projects []*argoProject, out *judge) {
	seen := map[string]bool{d.Spec.Destination.Namespace: true, "": true}
	known := newKindScopes(d.Objects)
	for _, o := range d.Objects {
		if namespaced, _ := known.namespaced(o); !namespaced || d.Assumed || seen[o.Namespace] || d.Spec.Destination.Name == "" && d.Spec.Destination.Server == "" {
			continue
		}
		seen[o.Namespace] = true
		destination := d.Spec.Destination
		destination.Namespace = o.Namespace
		if !anyProject(projects, func(p *argoProject) bool { return p.permitsDestination(destination) != refused }) {
			f := out.object(t, o, "metadata.namespace", "project %s does not permit the namespace %s of this object: it permits %s", d.Spec.Project, o.Namespace, places(projects[0]))
			f.Hint = fmt.Sprintf("Add the namespace to spec.destinations of AppProject %s (%s), or move the object to the Application's namespace %s.", d.Spec.Project, projects[0].object.File, d.Spec.Destination.Namespace)
		}
	}
}

// refusesKind wants the project to permit each kind. It reports a kind once for each Application.
func refusesKind(w *world, out *judge) {
	known := newKindScopes(slices.Concat(w.Given, w.allObjects()))
	eachPermission(func(t *target, d *repo.Deployed, projects []*argoProject, out *judge) {
		seen := map[string]bool{}
		for _, o := range d.Objects {
			namespaced, certain := known.namespaced(o)
			key := o.Group() + " " + o.Kind
			if seen[key] || anyProject(projects, func(p *argoProject) bool {
				return p.permitsKind(o.Group(), o.Kind, o.Name, namespaced) || !certain && p.permitsKind(o.Group(), o.Kind, o.Name, true)
			}) {
				continue
			}
			seen[key] = true
			field, reason := projects[0].refusal(o, namespaced)
			f := out.object(t, o, "kind", "project %s does not permit %s: %s", d.Spec.Project, groupKind(o), reason)
			f.Hint = fmt.Sprintf("Argo CD refuses the whole sync. Change spec.%s of AppProject %s (%s).", field, d.Spec.Project, projects[0].object.File)
		}
	})(w, out)
}

// refusal says which list of a project refuses an object.
func (p *argoProject) refusal(o *repo.Object, namespaced bool) (field, reason string) {
	scope, allowed, denied := "cluster", p.Spec.ClusterResourceWhitelist, p.Spec.ClusterResourceBlacklist
	if namespaced {
		scope, allowed, denied = "namespace", p.Spec.NamespaceResourceWhitelist, p.Spec.NamespaceResourceBlacklist
	}
	switch {
	case listed(denied, o.Group(), o.Kind, o.Name):
		return scope + "ResourceBlacklist", "its " + scope + "ResourceBlacklist holds " + kinds(denied)
	case len(allowed) == 0:
		return scope + "ResourceWhitelist", "its " + scope + "ResourceWhitelist is empty"
	}
	return scope + "ResourceWhitelist", "its " + scope + "ResourceWhitelist holds " + kinds(allowed)
}

// allObjects are those of all targets.
func (w *world) allObjects() []*repo.Object {
	var all []*repo.Object
	for _, t := range w.targets {
		all = append(all, t.objects...)
	}
	return all
}

// refusesApplication wants a project to permit the namespaces that its Applications are in.
func refusesApplication(w *world, out *judge) {
	all := w.projects()
	for _, a := range w.applications() {
		namespace := a.object.Namespace
		projects := projectsNamed(all, a.spec.Project, a.object.File)
		if len(projects) == 0 || anyProject(projects, func(p *argoProject) bool { return p.object.Namespace == "" || p.permitsNamespace(namespace) }) {
			continue
		}
		permitted := append([]string{projects[0].object.Namespace}, projects[0].Spec.SourceNamespaces...)
		f := out.object(nil, a.object, a.path("project"), "project %s does not permit Applications in namespace %s: it permits %s", a.spec.Project, namespace, list(permitted))
		f.Hint = fmt.Sprintf("Add the namespace to spec.sourceNamespaces of AppProject %s (%s).", a.spec.Project, projects[0].object.File)
	}
}

// projectMissing notes projects that the repository does not hold.
func projectMissing(w *world, out *judge) {
	all := w.projects()
	seen := map[string]bool{"default": true, "": true}
	for _, a := range w.applications() {
		name := a.spec.Project
		if seen[name] || templated(name) || len(projectsNamed(all, name, "")) > 0 {
			continue
		}
		seen[name] = true
		out.object(nil, a.object, a.path("project"), "the repository does not hold the project %s: what it permits is not known", name)
	}
}

// list prints a list, "nothing" when it is empty.
func list(items []string) string {
	if len(items) == 0 {
		return "nothing"
	}
	if rest := len(items) - listedItems; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(items[:listedItems], ", "), rest)
	}
	return strings.Join(items, ", ")
}

// listedItems is how many items of a list a message prints.
const listedItems = 6

func place(d repo.Destination) string {
	cluster := d.Name
	if cluster == "" {
		cluster = d.Server
	}
	return fmt.Sprintf("%s/%s", cluster, d.Namespace)
}

func places(p *argoProject) string {
	var all []string
	for _, d := range p.Spec.Destinations {
		all = append(all, place(d))
	}
	return list(all)
}

func groupKind(o *repo.Object) string {
	if o.Group() == "" {
		return o.Kind
	}
	return o.Kind + "." + o.Group()
}

func kinds(items []repo.GroupKind) string {
	var all []string
	for _, k := range items {
		text := k.Kind
		if k.Group != "" {
			text += "." + k.Group
		}
		if k.Name != "" {
			text += "/" + k.Name
		}
		all = append(all, text)
	}
	return list(all)
}
