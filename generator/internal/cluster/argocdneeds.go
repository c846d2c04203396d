package cluster

import (
	"strings"

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
		n.Install = "Install it: kubectl apply --server-side --field-manager=" + string(p.FieldManager()) + " --kustomize bootstrap/argocd/install."
	}
	for _, target := range p.Targets() {
		if string(target.Env.ArgoCD) == name {
			n.Clusters = append(n.Clusters, string(target.Cluster.Name))
		}
	}
	n.Clusters = distinct(n.Clusters, strings.Compare)
	return n
}
