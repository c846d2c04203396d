package cluster

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
)

// ArgoCDNeeds are what an Argo CD has to be and to know.
type ArgoCDNeeds struct {
	Name, Namespace string
	// Prefix of the names that the platform gives.
	Prefix string
	// Oldest release that the repository works with, for example 3.6.
	Oldest string
	// Clusters by the names that Applications use.
	Clusters []string
	// Repository that it reads.
	Repository string
	// Install is how the README installs it or its settings.
	Install string
	// Applications is the namespace that they stand in: Namespace, unless others administer
	// the Argo CD.
	Applications string
	// Tenant is set when others administer it. Namespace is then where it runs.
	Tenant *TenantNeeds
}

// ArgoCDNeedsOf derives what the environments of one Argo CD need of it: to know their
// clusters and the repository.
func ArgoCDNeedsOf(p *model.Platform, name string) *ArgoCDNeeds {
	a := p.ArgoCD
	n := &ArgoCDNeeds{
		Name: name, Namespace: string(a.ControlPlane), Applications: string(a.Namespace), Prefix: string(p.Prefix), Tenant: tenantNeeds(p), Oldest: string(a.Oldest), Repository: string(p.Repository.URL),
		Install: "Install Argo CD " + string(a.Oldest) + " or newer, or write argocd: {install: vendored}, so that this repository installs it.",
	}
	switch {
	case a.Tenancy != nil:
		n.Install = "Ask its administrators where it runs, and write argocd: {controlPlane: NAMESPACE}."
	case a.Vendored:
		n.Install = "Install it: kubectl apply --server-side --field-manager=" + string(p.FieldManager()) + " --kustomize " + layout.ArgoCDInstall + "."
	}
	for _, target := range p.Targets() {
		if string(target.Env.ArgoCD) == name {
			n.Clusters = append(n.Clusters, string(target.Cluster.Name))
		}
	}
	n.Clusters = distinct(n.Clusters, strings.Compare)
	return n
}

// inCluster is what an Argo CD calls its own cluster unless it has another name.
const inCluster = "in-cluster"

// checks lists what is asked of an Argo CD.
func (n *ArgoCDNeeds) checks(o *offer) []check {
	kinds := []string{"AppProject", "Application", "ApplicationSet"}
	checks := []check{
		one(func(ctx context.Context, c *Client) Finding { return o.serves(ctx, c, "argoproj.io/v1alpha1", kinds) }),
		n.processes, n.owners, n.settings,
	}
	if n.Tenant != nil {
		checks = append(checks, n.Tenant.checks(n.Namespace)...)
	}
	if n.Tenant == nil || n.Tenant.Sets {
		checks = append(checks, one(n.policy))
	}
	return append(checks, one(n.anybody), n.clusters, one(n.credential))
}

// process is a Deployment or StatefulSet of Argo CD.
type process struct {
	Metadata struct {
		Name   string
		Labels map[string]string
	}
	Spec struct {
		Template struct {
			Spec struct{ Containers []struct{ Image string } }
		}
	}
	Status struct{ ReadyReplicas int }
}

// release is the version of a process: the tag of its image, or what its label says
// when the image has none.
func (p *process) release() string {
	for _, container := range p.Spec.Template.Spec.Containers {
		image, _, _ := strings.Cut(container.Image, "@")
		if _, tag, found := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":"); found {
			return tag
		}
	}
	return p.Metadata.Labels["app.kubernetes.io/version"]
}

// processes checks the version, and that what makes Applications and syncs them runs.
func (n *ArgoCDNeeds) processes(ctx context.Context, c *Client) []Finding {
	version := question{"doctor/argocd-version", "Argo CD in " + n.Namespace}
	var list struct{ Items []process }
	err := c.list(ctx, &list, "deployments.apps,statefulsets.apps", n.Namespace, "app.kubernetes.io/part-of=argocd")
	if err != nil || len(list.Items) == 0 {
		if err == nil {
			err = ErrNotFound
		}
		return []Finding{version.unanswered(err, n.Install)}
	}
	var found []Finding
	for _, component := range []string{"application-controller", "applicationset-controller", "repo-server"} {
		i := slices.IndexFunc(list.Items, func(p process) bool { return strings.HasSuffix(p.Metadata.Name, component) })
		q := question{"doctor/argocd-process", "Argo CD's " + component}
		switch {
		case i < 0:
			found = append(found, q.failed("there is none", n.Install))
		case list.Items[i].Status.ReadyReplicas == 0:
			found = append(found, q.failed("none is ready", "See why its pods are not ready: kubectl describe pods."))
		default:
			found = append(found, q.ok(fmt.Sprintf("%d ready", list.Items[i].Status.ReadyReplicas)))
		}
		if component == "application-controller" && i >= 0 {
			found = append([]Finding{n.release(version, list.Items[i].release())}, found...)
		}
	}
	return found
}

func (n *ArgoCDNeeds) release(q question, release string) Finding {
	got, known := number(release)
	oldest, _ := number(n.Oldest)
	switch {
	case !known:
		return q.finding(Unknown, fmt.Sprintf("the tag of its image is not a version: %q", release), "Check that its version is "+n.Oldest+" or newer.")
	case slices.Compare(got, oldest) < 0:
		return q.failed(release, "Upgrade it to "+n.Oldest+" or newer.")
	}
	return q.ok(release)
}

// number reads the major and minor number of a version such as v3.6.1.
func number(version string) ([]int, bool) {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return nil, false
	}
	major, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return []int{major, minor}, err == nil && err2 == nil
}

// setting is a key of argocd-cm that has to have one of some values. The empty one
// stands for a key that is not there.
type setting struct {
	key    string
	values []string
	do     string
	// vital says that nothing works without it; the others are wishes where an Argo CD is
	// not this repository's alone.
	vital bool
}

// trackingMethod is how Argo CD knows which objects are an Application's. It is a matter
// of everybody who uses the Argo CD: only one that is vendored is given it.
const trackingMethod = "application.resourceTrackingMethod"

func (n *ArgoCDNeeds) settingsNeeded() []setting {
	apply := " Apply " + layout.ArgoCDSettings + " as the README says."
	if n.Tenant != nil {
		apply = " " + request
	}
	return []setting{
		{trackingMethod, []string{"", "annotation", "annotation+label"}, "Have an administrator of Argo CD set it to annotation: with labels, Argo CD truncates long names, and takes copies of an object for the object.", false},
		{"application.sync.requireOverridePrivilegeForRevisionSync", []string{"true"}, "Without this setting, everybody who may sync may deploy any revision in place of the pinned one." + apply, false},
		{"server.rbac.rollback.enforce.enable", []string{"true"}, "Without this setting, everybody who may sync may roll back from the pinned revision." + apply, false},
		{"resource.customizations.health.autoscaling_HorizontalPodAutoscaler", nil, "Without this setting, Argo CD shows a new workload as Degraded until it has metrics." + apply, false},
		{"cluster.inClusterEnabled", []string{"", "true"}, "Take this key out of argocd-cm: Argo CD has to deploy the root Applications to its own cluster.", true},
		{"timeout.reconciliation", nil, "Take this key out of argocd-cm, or set a duration such as 60s: with 0, Argo CD looks for commits only when a webhook or a person asks it to.", false},
	}
}

// settings checks keys of argocd-cm.
func (n *ArgoCDNeeds) settings(ctx context.Context, c *Client) []Finding {
	var config struct{ Data map[string]string }
	err := c.object(ctx, &config, "configmaps", n.Namespace, "argocd-cm")
	if err != nil {
		return []Finding{question{"doctor/argocd-setting", "ConfigMap argocd-cm in " + n.Namespace}.unanswered(err, n.Install)}
	}
	var found []Finding
	for _, s := range n.settingsNeeded() {
		q := question{"doctor/argocd-setting", "Setting " + s.key}
		value := config.Data[s.key]
		switch {
		case s.key == trackingMethod && value == "" && n.hasOthers(ctx, c):
			found = append(found, q.warning("not set, and this Argo CD has Applications of other platforms", "Unset means annotation. Have an administrator of Argo CD set annotation explicitly: if somebody ever sets label, Applications with long names claim and delete one another's objects."))
		case s.fits(value):
			found = append(found, q.ok(shown(value)))
		case n.Tenant != nil && !s.vital:
			found = append(found, q.warning(shown(value), s.do))
		default:
			found = append(found, q.failed(shown(value), s.do))
		}
	}
	return found
}

// fits reports whether a value does. Two keys are judged by what they mean.
func (s setting) fits(value string) bool {
	switch {
	case s.values != nil:
		return slices.Contains(s.values, value)
	case s.key == "timeout.reconciliation":
		return value == "" || strings.Trim(value, "0hms") != ""
	}
	return value != ""
}

// shown is a value on one line, as far as it is of interest.
func shown(value string) string {
	switch {
	case value == "":
		return "not set"
	case strings.Contains(value, "\n"):
		return "set"
	}
	return value
}

// policy checks that the ApplicationSets' own policies count.
func (n *ArgoCDNeeds) policy(ctx context.Context, c *Client) Finding {
	q := question{"doctor/argocd-policy", "Policy of ApplicationSets"}
	var config struct{ Data map[string]string }
	err := c.object(ctx, &config, "configmaps", n.Namespace, "argocd-cmd-params-cm")
	value := config.Data["applicationsetcontroller.policy"]
	switch {
	case err != nil:
		return q.unanswered(err, n.Install)
	case value != "" && config.Data["applicationsetcontroller.enable.policy.override"] != "true":
		return q.failed("applicationsetcontroller.policy is "+value+" for all ApplicationSets", "Take the key out of argocd-cmd-params-cm, or set applicationsetcontroller.enable.policy.override to true: each environment has its own policy.")
	}
	return q.ok("each has its own")
}

// anybody checks what people may do who are in no group.
func (n *ArgoCDNeeds) anybody(ctx context.Context, c *Client) Finding {
	q := question{"doctor/argocd-access", "Access of everybody"}
	var config struct{ Data map[string]string }
	err := c.object(ctx, &config, "configmaps", n.Namespace, "argocd-rbac-cm")
	value := config.Data["policy.default"]
	switch {
	case err != nil:
		return q.unanswered(err, n.Install)
	case value == "role:admin":
		return q.failed("everybody is an administrator", "Set policy.default in argocd-rbac-cm to an empty text or to role:readonly.")
	case value != "":
		return q.warning("policy.default is "+value, "Check that everybody who is logged in should have this role.")
	}
	return q.ok("none")
}

// clusters checks that Applications' destinations are known by their names.
func (n *ArgoCDNeeds) clusters(ctx context.Context, c *Client) []Finding {
	names, err := c.secrets(ctx, n.Namespace, "argocd.argoproj.io/secret-type=cluster", "name")
	var found []Finding
	for _, name := range n.Clusters {
		q := question{"doctor/argocd-cluster", "Cluster " + name}
		switch {
		case name == inCluster || slices.Contains(names, name):
			found = append(found, q.ok("known"))
		case err != nil:
			found = append(found, q.unanswered(err, ""))
		default:
			do := "Add the cluster: argocd cluster add CONTEXT --name " + name + "."
			if len(names) > 0 {
				do = "Known are " + strings.Join(names, ", ") + ". " + do
			}
			found = append(found, q.failed("Argo CD has no cluster of this name", do))
		}
	}
	return found
}

// credential checks that Argo CD has a credential for the repository.
func (n *ArgoCDNeeds) credential(ctx context.Context, c *Client) Finding {
	q := question{"doctor/argocd-repository", "Repository " + n.Repository}
	urls, err := c.secrets(ctx, n.Namespace, "argocd.argoproj.io/secret-type=repository", "url")
	prefixes, err2 := c.secrets(ctx, n.Namespace, "argocd.argoproj.io/secret-type=repo-creds", "url")
	bare := func(url string) string { return strings.TrimSuffix(strings.TrimSuffix(url, "/"), ".git") }
	known := slices.ContainsFunc(urls, func(url string) bool { return bare(url) == bare(n.Repository) }) ||
		slices.ContainsFunc(prefixes, func(prefix string) bool { return prefix != "" && strings.HasPrefix(n.Repository, prefix) })
	switch {
	case known:
		return q.ok("Argo CD has a credential")
	case err != nil:
		return q.unanswered(err, "")
	case err2 != nil:
		return q.unanswered(err2, "")
	}
	return q.warning("Argo CD has no credential for this repository", "Give Argo CD a credential as the README says, unless the repository is public.")
}

// secrets returns one field of Secrets that holds no secret.
func (c *Client) secrets(ctx context.Context, namespace, selector, field string) ([]string, error) {
	out, err := c.get(ctx, "secrets", "--namespace", namespace, "--selector", selector,
		"--output", `jsonpath={range .items[*]}{.data.`+field+`}{"\n"}{end}`)
	if err != nil {
		return nil, err
	}
	var values []string
	for line := range strings.Lines(string(out)) {
		value, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		if err == nil && len(value) > 0 {
			values = append(values, string(value))
		}
	}
	slices.Sort(values)
	return values, nil
}
