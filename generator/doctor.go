package generator

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wavewright/wavewright/generator/internal/cluster"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
)

// DoctorRequest says which cluster to ask, and what it is to this repository.
type DoctorRequest struct {
	// Context of kubectl's configuration.
	Context string
	// Cluster is the destination that the context reaches, and ArgoCD the Argo CD that
	// runs there. Both may be empty in a repository that has one of each: then the
	// context is both.
	Cluster, ArgoCD string
	// Timeout of each question.
	Timeout time.Duration
}

// DoctorReport is what a cluster has of what the repository needs.
type DoctorReport = cluster.Report

// DoctorFinding is what came of one check.
type DoctorFinding = cluster.Finding

// States of a doctor's finding.
const (
	DoctorOK      = cluster.OK
	DoctorFailed  = cluster.Failed
	DoctorWarning = cluster.Warning
	DoctorUnknown = cluster.Unknown
)

// Errors of a doctor that could not ask anything.
var (
	ErrNoKubectl    = cluster.ErrNoKubectl
	ErrNoContext    = cluster.ErrNoContext
	ErrUnreachable  = cluster.ErrUnreachable
	ErrUnauthorized = cluster.ErrUnauthorized
)

// WhichError says that a repository has several clusters or Argo CDs, so that the one
// that is meant has to be named.
type WhichError struct{ Clusters, ArgoCDs []string }

// Error says what there is.
func (e *WhichError) Error() string {
	return fmt.Sprintf("there are several clusters or Argo CDs: clusters %s; Argo CDs %s", strings.Join(e.Clusters, ", "), strings.Join(e.ArgoCDs, ", "))
}

// Doctor asks a cluster for what the repository needs of it. Nothing is changed. The
// result must have been generated, because the rendered objects say what is needed.
func (r *Result) Doctor(ctx context.Context, request DoctorRequest) (*DoctorReport, error) {
	if r.platform == nil || r.tree == nil {
		return nil, ErrInvalid
	}
	needs, err := r.needs(request)
	if err != nil {
		return nil, err
	}
	return cluster.Examine(ctx, &cluster.Client{Context: request.Context, Timeout: request.Timeout}, needs)
}

// needs derives what to ask.
func (r *Result) needs(request DoctorRequest) (cluster.Needs, error) {
	clusters, instances := r.clusterNames(), r.argocdNames()
	if request.Cluster == "" && request.ArgoCD == "" {
		if len(clusters) > 1 || len(instances) > 1 {
			return cluster.Needs{}, &WhichError{clusters, instances}
		}
		request.Cluster, request.ArgoCD = clusters[0], instances[0]
	}
	var needs cluster.Needs
	if name := request.Cluster; name != "" {
		if !slices.Contains(clusters, name) {
			return needs, &UnknownError{"cluster", name, clusters}
		}
		needs.Cluster = r.clusterNeeds(r.targetsOn(name, request.ArgoCD))
	}
	if name := request.ArgoCD; name != "" {
		if !slices.Contains(instances, name) {
			return needs, &UnknownError{"Argo CD", name, instances}
		}
		needs.ArgoCD = r.argocdNeeds(name)
	}
	return needs, nil
}

// targets lists all targets in promotion order.
func (r *Result) targets() []*model.Target {
	var targets []*model.Target
	for _, env := range r.platform.Environments {
		targets = append(targets, env.Targets...)
	}
	return targets
}

// targetsOn lists what runs on a cluster. Argo CDs may call different clusters the
// same; when it is known which Argo CD is meant, only its own are.
func (r *Result) targetsOn(name, argocd string) []*model.Target {
	var on, own []*model.Target
	for _, target := range r.targets() {
		if string(target.Cluster.Name) != name {
			continue
		}
		on = append(on, target)
		if string(target.Env.ArgoCD) == argocd {
			own = append(own, target)
		}
	}
	if len(own) > 0 {
		return own
	}
	return on
}

// clusterNames are the clusters that something is deployed to.
func (r *Result) clusterNames() []string {
	var names []string
	for _, target := range r.targets() {
		names = append(names, string(target.Cluster.Name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (r *Result) argocdNames() []string {
	var names []string
	for _, instance := range r.platform.ArgoCD.Instances {
		names = append(names, string(instance.Name))
	}
	return names
}

// argocdNeeds are those of an Argo CD: to know its clusters and the repository.
func (r *Result) argocdNeeds(name string) *cluster.ArgoCDNeeds {
	a := r.platform.ArgoCD
	needs := &cluster.ArgoCDNeeds{
		Name: name, Namespace: string(a.Namespace), Oldest: string(a.Oldest), Repository: string(r.platform.Repository.URL),
		Install: "Install Argo CD " + string(a.Oldest) + " or newer, or write argocd: {install: vendored} to have it in this repository.",
	}
	if a.Vendored {
		needs.Install = "Install it: kubectl apply --server-side --force-conflicts --kustomize bootstrap/argocd/install."
	}
	for _, target := range r.targets() {
		if string(target.Env.ArgoCD) == name {
			needs.Clusters = append(needs.Clusters, string(target.Cluster.Name))
		}
	}
	slices.Sort(needs.Clusters)
	needs.Clusters = slices.Compact(needs.Clusters)
	return needs
}

// clusterNeeds are those of targets on one cluster.
func (r *Result) clusterNeeds(targets []*model.Target) *cluster.ClusterNeeds {
	on := targets[0].Cluster
	needs := &cluster.ClusterNeeds{
		Name: string(on.Name), OldestMinor: schema.OldestKubernetes, Nodes: on.Nodes, Zones: on.Zones,
		Kinds: r.kinds(targets),
		Pods:  []cluster.Pods{{What: "the name server", Namespace: string(on.DNS.Namespace), Labels: on.DNS.PodLabels, Field: "platform.dns"}},
	}
	if version, declared := strings.CutPrefix(on.PodSecurityVersion, "v"); declared {
		needs.Kubernetes = version
	}
	collected := false
	for _, target := range targets {
		for _, in := range target.Instances {
			instanceNeeds(needs, in)
			collected = collected || in.Workload.Metrics != nil
		}
	}
	if scraper := on.Metrics; scraper != nil && collected {
		needs.Pods = append(needs.Pods, cluster.Pods{What: "Prometheus", Namespace: scraper.Namespace, Labels: scraper.PodLabels, Field: "platform.metrics"})
	}
	needs.PriorityClasses, needs.StorageClasses = distinct(needs.PriorityClasses), distinct(needs.StorageClasses)
	needs.IngressClasses = distinct(needs.IngressClasses)
	slices.SortFunc(needs.Stores, func(a, b cluster.Store) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	needs.Stores = slices.Compact(needs.Stores)
	if gateway := on.Gateway; gateway != nil && needs.Gateway != nil {
		needs.Pods = append(needs.Pods, cluster.Pods{What: "the gateway", Namespace: gateway.Namespace, Labels: gateway.PodLabels, Field: "platform.gateway"})
	}
	if controller := on.Ingress; controller != nil && len(needs.IngressClasses) > 0 {
		needs.Pods = append(needs.Pods, cluster.Pods{What: "the ingress controller", Namespace: controller.Namespace, Labels: controller.PodLabels, Field: "platform.ingress"})
		if tls := controller.TLS; tls != nil && tls.IssuerKind != "Issuer" {
			needs.Issuer = tls.Issuer
		}
	}
	return needs
}

// instanceNeeds adds what one application refers to and does not bring.
func instanceNeeds(needs *cluster.ClusterNeeds, in *model.Instance) {
	for _, route := range in.Ingresses() {
		needs.IngressClasses = append(needs.IngressClasses, route.Class)
	}
	if gateway := in.Target.Cluster.Gateway; len(in.Routes()) > 0 {
		needs.Gateway = &cluster.Gateway{Namespace: gateway.Namespace, Name: gateway.Name, Listener: gateway.Listener}
	}
	for _, secret := range in.Secrets() {
		store := cluster.Store{Kind: secret.StoreKind, Name: secret.Store}
		if store.Kind == "SecretStore" {
			store.Namespace = string(in.Namespace.Name)
		}
		needs.Stores = append(needs.Stores, store)
	}
	if name := in.Workload.PriorityClass; name != "" && !in.Target.Env.MakesClass(name) {
		needs.PriorityClasses = append(needs.PriorityClasses, name)
	}
	for _, volume := range in.Workload.Volumes {
		switch {
		case volume.StorageClass != "":
			needs.StorageClasses = append(needs.StorageClasses, volume.StorageClass)
		case volume.Size != "":
			needs.DefaultStorage = true
		}
	}
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

var (
	apiVersionLine = lazyregexp.New(`(?m)^apiVersion: (\S+)$`)
	kindLine       = lazyregexp.New(`(?m)^kind: (\S+)$`)
)

// kinds lists the kinds of all objects that are deployed to targets, as they were
// rendered: what is added to the templates is asked for, too.
func (r *Result) kinds(targets []*model.Target) []cluster.Kind {
	set := map[cluster.Kind]bool{}
	for name, file := range r.tree {
		if strings.HasSuffix(name, ".yaml") && !strings.Contains(name, "/config/") && deployed(name, targets) {
			for document := range strings.SplitSeq(string(file.Content), "\n---\n") {
				version, kind := apiVersionLine.FindStringSubmatch(document), kindLine.FindStringSubmatch(document)
				if version != nil && kind != nil && !strings.HasPrefix(version[1], "kustomize.config.k8s.io/") {
					set[cluster.Kind{APIVersion: version[1], Kind: kind[1]}] = true
				}
			}
		}
	}
	kinds := []cluster.Kind{{APIVersion: "v1", Kind: "Namespace"}}
	for kind := range set {
		kinds = append(kinds, kind)
	}
	slices.SortFunc(kinds, func(a, b cluster.Kind) int {
		return cmp.Or(strings.Compare(a.APIVersion, b.APIVersion), strings.Compare(a.Kind, b.Kind))
	})
	return kinds
}

// deployed reports whether a file is a part of what targets run.
func deployed(name string, targets []*model.Target) bool {
	if strings.HasPrefix(name, "components/") {
		return true
	}
	for _, target := range targets {
		// What the clusters of an environment have in common stands under its name.
		if strings.HasPrefix(name, "overlays/"+string(target.Name)+"/") || strings.HasPrefix(name, "overlays/"+string(target.Env.Name)+"/") {
			return !strings.HasSuffix(name, "/applications.yaml")
		}
	}
	app, isBase := strings.CutPrefix(name, "base/")
	app, _, _ = strings.Cut(app, "/")
	return isBase && slices.ContainsFunc(targets, func(t *model.Target) bool { return t.Instance(model.Name(app)) != nil })
}
