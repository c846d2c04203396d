package checks

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// argoSource is where an Application takes its manifests from.
type argoSource struct {
	RepoURL, Path, Chart, Ref, TargetRevision string
	Helm                                      struct{ ReleaseName string }
}

// argoSpec is the spec of an Application with all fields that rules read.
type argoSpec struct {
	Project           string
	Source            *argoSource
	Sources           []argoSource
	SourceHydrator    *repo.SourceHydrator
	Destination       repo.Destination
	IgnoreDifferences []repo.IgnoreDifferences
	SyncPolicy        struct {
		Automated *struct {
			Prune, SelfHeal, AllowEmpty, Enabled *bool
		}
		SyncOptions []string
		Retry       *struct {
			Limit   *int64
			Backoff *struct{ Duration, MaxDuration string }
		}
		ManagedNamespaceMetadata *struct{ Labels, Annotations map[string]string }
	}
}

// prunes reports whether Argo CD deletes by itself what is gone from Git.
func (s *argoSpec) prunes() bool {
	a := s.SyncPolicy.Automated
	return a != nil && (a.Enabled == nil || *a.Enabled) && a.Prune != nil && *a.Prune
}

// argoApplication is an Application as somebody wrote it, or the template of an ApplicationSet.
type argoApplication struct {
	object   *repo.Object
	metadata metav1.ObjectMeta
	spec     argoSpec
	// at is the path of the spec inside the object, template that of what is beside it.
	at       string
	template bool
}

// path is that of a field of the spec.
func (a *argoApplication) path(field string) string { return strings.TrimSuffix(a.at+"."+field, ".") }

// argoSet is an ApplicationSet as somebody wrote it.
type argoSet struct {
	object *repo.Object
	Spec   struct {
		GoTemplate        bool
		GoTemplateOptions []string
		Generators        []map[string]any
		SyncPolicy        struct {
			ApplicationsSync            string
			PreserveResourcesOnDeletion bool
		}
		Strategy struct {
			Type        string
			RollingSync struct{ Steps []rollingStep }
		}
		Template struct {
			Metadata metav1.ObjectMeta
			Spec     argoSpec
		}
		TemplatePatch string
	}
}

// deletes reports whether the controller deletes Applications that the generators no longer make.
func (s *argoSet) deletes() bool {
	policy := s.Spec.SyncPolicy.ApplicationsSync
	return (policy == "" || policy == "sync" || policy == "create-delete") && !s.Spec.SyncPolicy.PreserveResourcesOnDeletion
}

// argoProject is an AppProject with all fields that rules read.
type argoProject struct {
	object *repo.Object
	// lent says that a global project may permit more, by the labels of this one.
	lent bool
	Spec struct {
		SourceRepos, SourceNamespaces                          []string
		Destinations                                           []repo.Destination
		ClusterResourceWhitelist, ClusterResourceBlacklist     []repo.GroupKind
		NamespaceResourceWhitelist, NamespaceResourceBlacklist []repo.GroupKind
		PermitOnlyProjectScopedClusters                        bool
		SyncWindows                                            []syncWindow
	}
}

// argoObjects are the objects of a group and kind that Argo CD reads, once each: those that
// stand in files, and those that other Applications deploy. An AppProject that several kustomizations
// change is there as each of them makes it: it may be that of several Argo CDs.
func (w *world) argoObjects(kind string) []*repo.Object {
	lists := [][]*repo.Object{w.Management, w.Granted}
	for _, e := range w.Roots() {
		lists = append(lists, e.Root, e.Argo)
	}
	for _, t := range w.targets {
		lists = append(lists, t.objects)
	}
	seen := map[[5]string]bool{}
	var found []*repo.Object
	for _, o := range slices.Concat(lists...) {
		key := [5]string{o.Namespace, o.Name, o.File, cmp.Or(o.Original, o.Name)}
		if o.Kind == "AppProject" {
			key[4] = string(o.JSON)
		}
		if o.Group() == "argoproj.io" && o.Kind == kind && !seen[key] {
			seen[key] = true
			found = append(found, o)
		}
	}
	return found
}

// argoRead is what Argo CD reads of a repository. It is read once.
type argoRead struct {
	applications []*argoApplication
	sets         []*argoSet
	projects     []*argoProject
}

// argoCD reads what Argo CD reads.
func (w *world) argoCD() *argoRead {
	w.once.Do(func() {
		w.read.sets = w.readSets()
		w.read.applications = w.readApplications()
		w.read.projects = w.readProjects()
	})
	return &w.read
}

// applications are all Applications and templates of ApplicationSets.
func (w *world) applications() []*argoApplication { return w.argoCD().applications }

// sets are all ApplicationSets.
func (w *world) sets() []*argoSet { return w.argoCD().sets }

// projects are all AppProjects.
func (w *world) projects() []*argoProject { return w.argoCD().projects }

func (w *world) readApplications() []*argoApplication {
	var found []*argoApplication
	for _, o := range w.argoObjects("Application") {
		read := struct {
			Metadata metav1.ObjectMeta
			Spec     argoSpec
		}{}
		_ = json.Unmarshal(o.JSON, &read) // What does not fit is the schema's affair: the rest is judged.
		found = append(found, &argoApplication{object: o, metadata: read.Metadata, spec: read.Spec, at: "spec"})
	}
	for _, s := range w.read.sets {
		found = append(found, &argoApplication{object: s.object, metadata: s.Spec.Template.Metadata, spec: s.Spec.Template.Spec, at: "spec.template.spec", template: true})
	}
	return found
}

func (w *world) readSets() []*argoSet {
	var found []*argoSet
	for _, o := range w.argoObjects("ApplicationSet") {
		s := &argoSet{object: o}
		_ = json.Unmarshal(o.JSON, s)
		found = append(found, s)
	}
	return found
}

func (w *world) readProjects() []*argoProject {
	var found []*argoProject
	for _, o := range w.argoObjects("AppProject") {
		p := &argoProject{object: o}
		_ = json.Unmarshal(o.JSON, p)
		found = append(found, p)
	}
	w.lend(found)
	return found
}

// eachApplication runs a rule on every Application and template.
func eachApplication(rule func(*argoApplication, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, a := range w.applications() {
			rule(a, out)
		}
	}
}

// eachSet runs a rule on every ApplicationSet.
func eachSet(rule func(*argoSet, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, s := range w.sets() {
			rule(s, out)
		}
	}
}

// templated reports whether a text is filled in by an ApplicationSet.
func templated(text string) bool { return strings.Contains(text, "{{") }

// unresolved reports whether a text holds a variable that something fills in before Argo CD reads it.
func unresolved(text string) bool { return templated(text) || strings.Contains(text, "${") }

// standsIn reports whether an Application stands for a folder of a repository that has none.
func standsIn(d *repo.Deployed) bool {
	return d.Spec.Project == "" && d.Spec.Source.RepoURL == "" && d.Spec.Destination == repo.Destination{}
}

// localCluster are the ways to name the cluster that Argo CD runs in.
func localCluster(cluster string) bool {
	return cluster == "in-cluster" || strings.TrimRight(cluster, "/") == "https://kubernetes.default.svc"
}
