package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// platformLabel says which platform an object or a namespace is of.
const platformLabel = "wavewright.dev/platform"

// argoObject is what tells whose an Application, an ApplicationSet or an AppProject is.
type argoObject struct {
	Metadata struct {
		Name   string
		Labels map[string]string
	}
	Spec struct {
		Source      struct{ RepoURL string }
		SourceRepos []string
		Template    struct {
			Spec struct{ Source struct{ RepoURL string } }
		}
	}
}

// repositories are those that the object names.
func (o *argoObject) repositories() []string {
	all := append([]string{o.Spec.Source.RepoURL, o.Spec.Template.Spec.Source.RepoURL}, o.Spec.SourceRepos...)
	return slices.DeleteFunc(all, func(url string) bool { return url == "" })
}

// named reports whether the object has a name that only this platform gives.
func (n *ArgoCDNeeds) named(o *argoObject) bool {
	return strings.HasPrefix(o.Metadata.Name, n.Prefix+"-")
}

// owners compares the objects that have names of this platform with the repository, and
// says how many Applications have other ones.
func (n *ArgoCDNeeds) owners(ctx context.Context, c *Client) []Finding {
	var found []Finding
	for _, kind := range []string{"Application", "ApplicationSet", "AppProject"} {
		if kind == "AppProject" && n.Tenant != nil {
			continue // the given one is asked for by its name
		}
		q := question{"doctor/argocd-owner", kind + "s of " + n.Prefix}
		var list struct{ Items []argoObject }
		err := c.list(ctx, &list, strings.ToLower(kind)+"s.argoproj.io", n.Applications, "")
		switch {
		case errors.Is(err, ErrNotFound): // the check of the kinds says so
			continue
		case err != nil:
			found = append(found, q.unanswered(err, ""))
			continue
		}
		others := slices.DeleteFunc(slices.Clone(list.Items), func(o argoObject) bool { return n.named(&o) })
		strangers := n.strangers(kind, list.Items)
		if found = append(found, strangers...); len(strangers) == 0 {
			found = append(found, q.ok(fmt.Sprintf("%d, all from this repository", len(list.Items)-len(others))))
		}
		if kind == "Application" && len(others) > 0 {
			found = append(found, question{"doctor/argocd-owner", "Applications of other platforms"}.ok(fmt.Sprintf("%d, such as %s", len(others), others[0].Metadata.Name)))
		}
	}
	return found
}

// strangers reports the objects that have a name of this platform and are not of this
// repository.
func (n *ArgoCDNeeds) strangers(kind string, objects []argoObject) []Finding {
	var found []Finding
	for _, o := range objects {
		platform, repositories := o.Metadata.Labels[platformLabel], o.repositories()
		if !n.named(&o) || platform == n.Prefix && slices.Contains(repositories, n.Repository) {
			continue
		}
		q := question{"doctor/argocd-owner", kind + " " + o.Metadata.Name}
		found = append(found, q.failed(
			fmt.Sprintf("it belongs to %s from %s, not to platform %s from %s", owner(platform), strings.Join(repositories, " and "), n.Prefix, n.Repository),
			"Do not apply the root Applications: they would take this object over. Choose another prefix in environments.yaml before anything is deployed, or delete this object if the other repository no longer needs it."))
	}
	return found
}

// owner names the platform of a label.
func owner(platform string) string {
	if platform == "" {
		return "no platform"
	}
	return "platform " + platform
}

// hasOthers reports whether Argo CD has Applications that are not of this platform; no
// when that may not be known.
func (n *ArgoCDNeeds) hasOthers(ctx context.Context, c *Client) bool {
	var list struct{ Items []argoObject }
	err := c.list(ctx, &list, "applications.argoproj.io", n.Namespace, "")
	return err == nil && slices.ContainsFunc(list.Items, func(o argoObject) bool { return !n.named(&o) })
}

// owners reports the namespaces of this platform that are another one's already.
func (n *ClusterNeeds) owners(ctx context.Context, c *Client) []Finding {
	q := question{"doctor/namespace-owner", "Namespaces"}
	var list struct{ Items []argoObject }
	if err := c.list(ctx, &list, "namespaces", "", ""); err != nil {
		return []Finding{q.unanswered(err, "")}
	}
	var found []Finding
	for _, o := range list.Items {
		platform := o.Metadata.Labels[platformLabel]
		if platform == "" || platform == n.Prefix || !slices.Contains(n.Namespaces, o.Metadata.Name) {
			continue
		}
		found = append(found, question{q.code, "Namespace " + o.Metadata.Name}.failed("it belongs to platform "+platform+", not to "+n.Prefix,
			"Choose another namespace pattern: two platforms would overwrite each other's labels, quota and network policies in it."))
	}
	if found == nil {
		found = append(found, q.ok("none belongs to another platform"))
	}
	return found
}
