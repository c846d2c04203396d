package cluster

import (
	"cmp"
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
)

// TenantNeeds are what a tenant needs of an Argo CD that others administer.
type TenantNeeds struct {
	// Namespace that holds the Applications.
	Namespace string
	// Sets says that it holds ApplicationSets, too.
	Sets bool
	// Project that permits them, and what it has to permit.
	Project      string
	Repositories []string
	Destinations []Destination
	Kinds        []GroupKind
}

// tenantNeeds are what the project of a tenant has to permit; nil with an Argo CD of one's own.
func tenantNeeds(p *model.Platform) *TenantNeeds {
	tenancy := p.ArgoCD.Tenancy
	if tenancy == nil {
		return nil
	}
	n := &TenantNeeds{
		Namespace: string(p.ArgoCD.Namespace), Sets: tenancy.Sets, Project: string(tenancy.Project),
		Repositories: append([]string{string(p.Repository.URL)}, tenancy.Request.ChartRepositories...),
		Destinations: []Destination{{Server: "https://kubernetes.default.svc", Namespace: string(p.ArgoCD.Namespace)}},
		Kinds:        []GroupKind{{"argoproj.io", string(tenancy.Kind())}},
	}
	for _, d := range tenancy.Request.Destinations {
		n.Destinations = append(n.Destinations, Destination{Name: d.Cluster, Namespace: d.Namespace})
	}
	for _, target := range p.Targets() {
		for _, k := range target.NamespacedKinds() {
			group, _, found := strings.Cut(k.APIVersion, "/")
			if !found {
				group = ""
			}
			n.Kinds = append(n.Kinds, GroupKind{group, k.Kind})
		}
		for _, name := range target.DeclaredKinds() {
			kind, group, _ := strings.Cut(name, ".")
			n.Kinds = append(n.Kinds, GroupKind{group, kind})
		}
	}
	n.Kinds = distinct(n.Kinds, func(a, b GroupKind) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Kind, b.Kind))
	})
	return n
}

// Destination is a namespace on a cluster, which has a name or an address.
type Destination struct{ Name, Server, Namespace string }

// GroupKind is a kind of objects with its API group.
type GroupKind struct{ Group, Kind string }

// request is where the repository says what administrators have to grant.
const request = "Ask the administrators of Argo CD: " + layout.Requests + "README.md says for what and why."

// checks lists what is asked of an Argo CD on behalf of a tenant.
func (t *TenantNeeds) checks(argocd string) []check {
	return []check{
		func(ctx context.Context, c *Client) []Finding { return t.namespaces(ctx, c, argocd) },
		one(func(ctx context.Context, c *Client) Finding { return t.project(ctx, c, argocd) }),
	}
}

// namespaces checks that Argo CD looks into the tenant's namespace.
func (t *TenantNeeds) namespaces(ctx context.Context, c *Client, argocd string) []Finding {
	keys := []string{"application.namespaces"}
	if t.Sets {
		keys = append(keys, "applicationsetcontroller.namespaces")
	}
	var config struct{ Data map[string]string }
	err := c.object(ctx, &config, "configmaps", argocd, "argocd-cmd-params-cm")
	var found []Finding
	for _, key := range keys {
		q := question{"doctor/argocd-namespace", "Parameter " + key}
		switch {
		case err != nil:
			found = append(found, q.unanswered(err, request))
		case !listed(strings.Split(config.Data[key], ","), t.Namespace):
			found = append(found, q.failed(shown(config.Data[key])+", without "+t.Namespace, request))
		default:
			found = append(found, q.ok("holds "+t.Namespace))
		}
	}
	return found
}

// project checks that the project exists and permits what the Applications contain.
func (t *TenantNeeds) project(ctx context.Context, c *Client, argocd string) Finding {
	q := question{"doctor/argocd-project", "AppProject " + t.Project + " in " + argocd}
	var project struct {
		Spec struct {
			SourceNamespaces, SourceRepos []string
			Destinations                  []Destination
			NamespaceResourceWhitelist    []GroupKind
			NamespaceResourceBlacklist    []GroupKind
		}
	}
	if err := c.object(ctx, &project, "appprojects.argoproj.io", argocd, t.Project); err != nil {
		return q.unanswered(err, request)
	}
	spec := project.Spec
	var missing []string
	if !listed(spec.SourceNamespaces, t.Namespace) {
		missing = append(missing, "Applications in namespace "+t.Namespace)
	}
	for _, repository := range t.Repositories {
		if !listed(spec.SourceRepos, repository) {
			missing = append(missing, "repository "+repository)
		}
	}
	for _, d := range t.Destinations {
		if !slices.ContainsFunc(spec.Destinations, d.within) {
			missing = append(missing, "namespace "+d.Namespace+" on "+d.Name+d.Server)
		}
	}
	for _, k := range t.Kinds {
		permitted := spec.NamespaceResourceWhitelist == nil || slices.ContainsFunc(spec.NamespaceResourceWhitelist, k.within)
		if !permitted || slices.ContainsFunc(spec.NamespaceResourceBlacklist, k.within) {
			missing = append(missing, "kind "+strings.TrimSuffix(k.Kind+"."+k.Group, "."))
		}
	}
	if len(missing) > 0 {
		return q.failed("it does not permit "+strings.Join(missing, ", "), request)
	}
	return q.ok("permits what the Applications contain")
}

// within reports whether an entry of a project covers the destination.
func (d Destination) within(entry Destination) bool {
	place := d.Name != "" && listed([]string{entry.Name}, d.Name) || d.Server != "" && listed([]string{entry.Server}, d.Server)
	return place && listed([]string{entry.Namespace}, d.Namespace)
}

// within reports whether an entry of a project covers the kind.
func (k GroupKind) within(entry GroupKind) bool {
	return listed([]string{entry.Group}, k.Group) && listed([]string{entry.Kind}, k.Kind)
}

// listed reports whether a list of Argo CD covers a text: its entries are texts, patterns,
// or regular expressions between slashes. One that Go cannot read covers nothing.
func listed(entries []string, text string) bool {
	return slices.ContainsFunc(entries, func(entry string) bool {
		entry = strings.TrimSpace(entry)
		if expression, found := strings.CutPrefix(entry, "/"); found && strings.HasSuffix(expression, "/") {
			matched, err := regexp.MatchString(strings.TrimSuffix(expression, "/"), text)
			return err == nil && matched
		}
		matched, err := path.Match(strings.ReplaceAll(entry, "**", "*"), text)
		return entry == text || entry == "*" || err == nil && matched
	})
}
