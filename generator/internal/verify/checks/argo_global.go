package checks

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// globalProject is an entry of globalProjects in Argo CD's own configuration: a project that
// lends what it permits, and what it refuses, to those with certain labels.
type globalProject struct {
	ProjectName   string
	LabelSelector metav1.LabelSelector
}

// lend gives to projects what global ones permit, as GetAppVirtualProject of Argo CD does. Where
// the repository does not hold the configuration, nobody knows which labels ask for that.
func (w *world) lend(projects []*argoProject) {
	if w.Configuration == nil && len(w.Environments) == 0 {
		for _, p := range projects {
			p.lent = labelled(p)
		}
		return
	}
	var global []globalProject
	if yaml.Unmarshal([]byte(w.Configuration["globalProjects"]), &global) != nil {
		return
	}
	own := map[string]*argoProject{}
	for _, p := range projects {
		unchanged := *p
		own[p.object.Name] = &unchanged
	}
	for _, g := range global {
		for _, p := range projects {
			if lender := own[g.ProjectName]; lender != nil && lender.object != p.object && g.chooses(p) {
				p.borrow(lender)
			}
		}
	}
}

// labelled reports whether a project has labels by which a global project may choose it: those
// of tools are not meant.
func labelled(p *argoProject) bool {
	for label := range p.object.Labels {
		if !slices.ContainsFunc([]string{"app.kubernetes.io/", "argocd.argoproj.io/", "helm.sh/", "wavewright.dev/"}, func(tool string) bool { return strings.HasPrefix(label, tool) }) {
			return true
		}
	}
	return false
}

func (g globalProject) chooses(p *argoProject) bool {
	selector, err := metav1.LabelSelectorAsSelector(&g.LabelSelector)
	return err == nil && selector.Matches(labels.Set(p.object.Labels))
}

// borrow adds the lists of another project.
func (p *argoProject) borrow(lender *argoProject) {
	p.Spec.ClusterResourceWhitelist = slices.Concat(p.Spec.ClusterResourceWhitelist, lender.Spec.ClusterResourceWhitelist)
	p.Spec.ClusterResourceBlacklist = slices.Concat(p.Spec.ClusterResourceBlacklist, lender.Spec.ClusterResourceBlacklist)
	p.Spec.NamespaceResourceWhitelist = slices.Concat(p.Spec.NamespaceResourceWhitelist, lender.Spec.NamespaceResourceWhitelist)
	p.Spec.NamespaceResourceBlacklist = slices.Concat(p.Spec.NamespaceResourceBlacklist, lender.Spec.NamespaceResourceBlacklist)
	p.Spec.SourceRepos = slices.Concat(p.Spec.SourceRepos, lender.Spec.SourceRepos)
	p.Spec.Destinations = slices.Concat(p.Spec.Destinations, lender.Spec.Destinations)
}

// doubt lowers findings about a project to which a global one may lend more than the repository
// shows.
func doubt(findings []Finding, projects []*argoProject) {
	if !anyProject(projects, func(p *argoProject) bool { return p.lent }) {
		return
	}
	for i := range findings {
		findings[i].Severity = Note
		findings[i].Hint += " A global project of argocd-cm, which the repository does not hold, may permit it by the labels of the project."
	}
}
