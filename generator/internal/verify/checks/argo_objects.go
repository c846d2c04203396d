package checks

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// held is an object with the Application that holds it.
type held struct {
	target *target
	by     *repo.Deployed
	object *repo.Object
}

// identity is what tells objects of a cluster apart.
type identity struct{ cluster, group, kind, namespace, name string }

func (i identity) String() string {
	if i.namespace == "" {
		return i.kind + " " + i.name
	}
	return fmt.Sprintf("%s %s/%s", i.kind, i.namespace, i.name)
}

// clusterOf is one name for the cluster of an Application.
func clusterOf(d *repo.Deployed) string {
	cluster := cmp.Or(d.Spec.Destination.Name, strings.TrimRight(d.Spec.Destination.Server, "/"))
	if localCluster(cluster) {
		return "in-cluster"
	}
	return cluster
}

// identify is what an object is in the cluster. Argo CD puts what names no namespace into the
// one of the Application.
func identify(known *kindScopes, d *repo.Deployed, o *repo.Object) identity {
	namespace := o.Namespace
	namespaced, certain := known.namespaced(o)
	switch {
	case certain && !namespaced:
		namespace = ""
	case namespace == "":
		namespace = d.Spec.Destination.Namespace
	}
	return identity{clusterOf(d), o.Group(), o.Kind, namespace, o.Name}
}

// eachDeployed visits the Applications of all targets that are no stand-ins for folders.
func (w *world) eachDeployed(visit func(*target, *repo.Deployed)) {
	for _, t := range w.targets {
		for _, d := range t.Applications {
			if !standsIn(d) {
				visit(t, d)
			}
		}
	}
}

// holders are all objects by what they are in their cluster, with the identities in order.
func (w *world) holders() (map[identity][]held, []identity) {
	known := newKindScopes(slices.Concat(w.Given, w.allObjects()))
	found := map[identity][]held{}
	var order []identity
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		for _, o := range d.Objects {
			if o.Name == "" {
				continue // generateName
			}
			key := identify(known, d, o)
			if found[key] == nil {
				order = append(order, key)
			}
			found[key] = append(found[key], held{t, d, o})
		}
	})
	return found, order
}

// sharedPair are two Applications that hold the same objects.
type sharedPair struct {
	first, second held
	objects       []string
}

// sharedObject wants each object of a cluster to have one Application. It reports two
// Applications once, with what they share.
func sharedObject(w *world, out *judge) {
	var order []*sharedPair
	pairs := map[[2]*repo.Deployed]*sharedPair{}
	holders, keys := w.holders()
	for _, key := range keys {
		for i, second := range holders[key] {
			first := holders[key][0]
			if i == 0 || first.by == second.by || oneName(first.by, second.by) {
				continue // Applications of one name are of two Argo CDs, or argo/duplicate-name.
			}
			both := [2]*repo.Deployed{first.by, second.by}
			if pairs[both] == nil {
				pairs[both] = &sharedPair{first: first, second: second}
				order = append(order, pairs[both])
			}
			pairs[both].objects = append(pairs[both].objects, key.String())
		}
	}
	for _, pair := range order {
		pair.report(out)
	}
}

// oneName reports whether an Argo CD would take two Applications for one.
func oneName(a, b *repo.Deployed) bool {
	return a.Name == b.Name && (a.Namespace == b.Namespace || a.Namespace == "" || b.Namespace == "")
}

// names tell two Applications apart.
func (p *sharedPair) names() (first, second string) {
	a, b := p.first.by, p.second.by
	if a.Name == b.Name {
		return a.Namespace + "/" + a.Name, b.Namespace + "/" + b.Name
	}
	return a.Name, b.Name
}

// hold adds to a finding that names the first of some shared objects how many there are, and the first ten.
func (f *Finding) hold(objects []string) {
	switch more := len(objects) - 1; more {
	case 0:
		return
	case 1:
		f.Message += ", and 1 more object"
	default:
		f.Message += fmt.Sprintf(", and %d more objects", more)
	}
	f.Sum = objects[:min(len(objects), 10)]
}

// unlessApart makes a note of two Applications that may never meet, because only the clusters generator knows where
// they go. It reports whether that is so.
func (f *Finding) unlessApart(first, second *repo.Deployed) bool {
	if !first.Assumed && !second.Assumed {
		return false
	}
	f.Severity = Note
	f.Hint += " Nothing is wrong when the clusters generator chooses no cluster where they meet."
	return true
}

func (p *sharedPair) report(out *judge) {
	first, second := p.first.by, p.second.by
	firstName, secondName := p.names()
	f := out.object(p.second.target, p.second.object, "metadata.name", "Applications %s and %s both hold %s of cluster %s", firstName, secondName, p.objects[0], clusterOf(second))
	f.hold(p.objects)
	f.Hint = fmt.Sprintf("Let one Application hold it. The other one stands in %s.", p.first.object.File)
	if p.first.object.File == p.second.object.File {
		f.Hint = "Both build it from one file. Put it into a folder that one Application deploys, or give it another name in each of them."
	}
	if !f.unlessApart(first, second) && !p.sameArgo() {
		f.Severity = Note
		f.Hint += " Nothing is wrong when two Argo CDs of two clusters read these Applications."
	}
}

// sameArgo reports whether one Argo CD is sure to read two Applications: their cluster has a
// name of its own, they stand in one folder, or the spec says which Argo CD has their environments.
func (p *sharedPair) sameArgo() bool {
	if p.first.target.environment != "" && p.second.target.environment != "" {
		return clusterOf(p.first.by) != "in-cluster" || p.first.target.Instance == p.second.target.Instance
	}
	return sameArgo(p.first.by, p.second.by)
}

// sameArgo is the answer without a spec.
func sameArgo(a, b *repo.Deployed) bool {
	if a.Namespace != b.Namespace && a.Namespace != "" && b.Namespace != "" {
		return false
	}
	return clusterOf(a) != "in-cluster" || path.Dir(a.Made.File) == path.Dir(b.Made.File)
}

// repeatedObject reports objects that one Application has twice: Argo CD keeps the last.
func repeatedObject(w *world, out *judge) {
	holders, keys := w.holders()
	for _, key := range keys {
		for i, second := range holders[key] {
			if first := holders[key][0]; i > 0 && first.by == second.by && first.object != second.object {
				f := out.object(second.target, second.object, "metadata.name", "Application %s has %s twice: Argo CD ignores the one of %s", second.by.Name, key, first.object.File)
				f.Hint = "Remove one of the two. Argo CD shows a RepeatedResourceWarning and applies the last one."
			}
		}
	}
}

// creates reports whether Argo CD creates the Application's namespace.
func creates(d *repo.Deployed) bool {
	return slices.Contains(d.Spec.SyncPolicy.SyncOptions, "CreateNamespace=true")
}

// namespaceTwice reports a namespace that an Application creates and a manifest defines.
func namespaceTwice(w *world, out *judge) {
	makers := map[[2]string]*repo.Deployed{}
	w.eachDeployed(func(_ *target, d *repo.Deployed) {
		if key := [2]string{clusterOf(d), d.Spec.Destination.Namespace}; creates(d) && (makers[key] == nil || d.Spec.SyncPolicy.ManagedNamespaceMetadata != nil) {
			makers[key] = d
		}
	})
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		for _, o := range d.Objects {
			maker := makers[[2]string{clusterOf(d), o.Name}]
			if _, ok := o.Typed.(*corev1.Namespace); !ok || maker == nil || maker == d || !sameArgo(maker, d) {
				continue
			}
			f := out.object(t, o, "metadata.name", "Application %s creates namespace %s (CreateNamespace=true), which this manifest of Application %s defines", maker.Name, o.Name, d.Name)
			f.Hint = "Remove CreateNamespace=true where the manifest is to stay: the labels and annotations of a manifest win, but until it is applied the namespace is there without them."
			if maker.Spec.SyncPolicy.ManagedNamespaceMetadata == nil {
				f.Severity = Note
			}
		}
	})
}

// ofEveryCluster are the namespaces of every cluster.
func ofEveryCluster(namespace string) bool {
	return slices.Contains([]string{"", "default", "kube-system", "kube-public", "kube-node-lease"}, namespace)
}

// namespaceMissing notes namespaces that nothing in the repository creates.
func namespaceMissing(w *world, out *judge) {
	there := map[[2]string]bool{}
	granted := grantedNamespaces(w)
	w.eachDeployed(func(_ *target, d *repo.Deployed) {
		if creates(d) {
			there[[2]string{clusterOf(d), d.Spec.Destination.Namespace}] = true
		}
		for _, o := range d.Objects {
			if o.Kind == "Namespace" || o.Kind == "Project" || o.Kind == "ProjectRequest" {
				there[[2]string{clusterOf(d), o.Name}] = true
			}
		}
		if d.Namespace != "" {
			there[[2]string{"in-cluster", d.Namespace}] = true // where Argo CD is
		}
	})
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		namespace := d.Spec.Destination.Namespace
		key := [2]string{clusterOf(d), namespace}
		if there[key] || granted[namespace] || ofEveryCluster(namespace) || !namespacedObjects(d) {
			return
		}
		there[key] = true // once is enough
		f := out.application(t, d, "nothing in the repository creates namespace %s of cluster %s", namespace, clusterOf(d))
		f.Hint = "The sync fails until somebody creates it. Add CreateNamespace=true to spec.syncPolicy.syncOptions, or a Namespace manifest to one Application."
	})
}

// grantedNamespaces are those that administrators are asked for.
func grantedNamespaces(w *world) map[string]bool {
	found := map[string]bool{}
	for _, t := range w.targets {
		for _, o := range t.Granted {
			found[o.Name] = found[o.Name] || o.Kind == "Namespace"
		}
	}
	return found
}

// namespacedObjects reports whether an Application has objects in its namespace.
func namespacedObjects(d *repo.Deployed) bool {
	return slices.ContainsFunc(d.Objects, func(o *repo.Object) bool {
		return (o.Namespace == "" || o.Namespace == d.Spec.Destination.Namespace) && schema.IsBuiltinGroup(o.Group()) && !o.ClusterWide
	})
}

// duplicateName reports Applications that have one name in one namespace.
func duplicateName(w *world, out *judge) {
	type key struct{ namespace, name, folder, instance string }
	seen := map[key]*repo.Deployed{}
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		if d.Name == "" {
			return
		}
		own := key{d.Namespace, d.Name, path.Dir(d.Made.File), t.Instance}
		if t.environment != "" {
			own.folder = "" // the spec says which Argo CD has it
		}
		first := seen[own]
		if first == nil {
			seen[own] = d
			return
		}
		if samePlace(first.Made, d.Made) {
			return // One manifest or ApplicationSet that two kustomizations use.
		}
		f := out.application(t, d, "two Applications are called %s: this one and that of %s:%d", d.Name, first.Made.File, max(first.Made.Line, 1))
		f.Hint = "Argo CD knows one Application of a name in a namespace: the one that is applied last replaces the other, or two ApplicationSets overwrite each other for ever. Give each a name of its own."
		softenDuplicate(f, first, d)
	})
}

// softenDuplicate makes a note of two Applications that may never meet: their names come from clusters that the
// repository does not declare, or they are examples, of which people apply one.
func softenDuplicate(f *Finding, first, second *repo.Deployed) {
	if !f.unlessApart(first, second) && first.Made.File != second.Made.File && isExample(first.Made.File) && isExample(second.Made.File) {
		f.Severity = Note
		f.Hint += " Nothing is wrong when these are examples of which people apply one."
	}
}

// isExample reports whether a file stands in a folder of examples.
func isExample(file string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(file), "/"), func(folder string) bool {
		return slices.Contains([]string{"example", "examples", "sample", "samples"}, folder)
	})
}

// samePlace reports whether two Applications are made of one document. What a kustomization changed has no line.
func samePlace(a, b repo.Origin) bool {
	return a.File == b.File && (a.Line == b.Line || a.Line == 0 || b.Line == 0)
}
