package checks

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// option reports whether an object, or else its Application, has a sync option.
func option(d *repo.Deployed, o *repo.Object, name, value string) bool {
	for _, own := range words(o.Annotations[optionsAnnotation]) {
		if key, stated, _ := strings.Cut(own, "="); key == name {
			return stated == value
		}
	}
	return d != nil && d.Application != nil && slices.Contains(d.Spec.SyncPolicy.SyncOptions, name+"="+value)
}

// unpruned reports whether Argo CD does not prune an object by itself.
func unpruned(d *repo.Deployed, o *repo.Object) bool {
	return option(d, o, "Prune", "false") || option(d, o, "Prune", "confirm")
}

// protectionDefeated reports objects that are not to be pruned in namespaces that are.
func protectionDefeated(w *world, out *judge) {
	holders, _ := w.holders()
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		for _, o := range d.Objects {
			// What has no namespace of its own by now belongs to none.
			if o.Namespace == "" || !slices.Contains(words(o.Annotations[optionsAnnotation]), "Prune=false") {
				continue
			}
			for _, n := range holders[identity{clusterOf(d), "", "Namespace", "", o.Namespace}] {
				if auto := n.by.Spec.SyncPolicy.Automated; auto != nil && auto.Prune && !unpruned(n.by, n.object) {
					reportDefeated(held{t, d, o}, n, out)
				}
			}
		}
	})
}

func reportDefeated(kept, namespace held, out *judge) {
	f := out.object(kept.target, kept.object, `metadata.annotations."`+optionsAnnotation+`"`, "Prune=false keeps it, and Application %s prunes its namespace %s when the manifest is gone", namespace.by.Name, namespace.object.Name)
	f.Hint = "Whoever deletes a namespace deletes all that is in it. Give the Namespace of " + namespace.object.File + " the annotation " + optionsAnnotation + ": Prune=false too, or Prune=confirm."
}

// ownFinalizers are those that a controller of Kubernetes itself removes.
func ownFinalizers() []string {
	return []string{"kubernetes", "foregroundDeletion", "orphan", "kubernetes.io/pvc-protection", "kubernetes.io/pv-protection"}
}

// finalizerStated reports finalizers in manifests of built-in kinds. What a controller adds and
// removes does not stand in Git.
func finalizerStated(t *target, o *repo.Object, out *judge) {
	typed, ok := o.Typed.(metav1.Object)
	if !ok || !schema.IsBuiltin(o.Typed) || t == nil {
		return
	}
	for _, finalizer := range typed.GetFinalizers() {
		if slices.Contains(ownFinalizers(), finalizer) || strings.Contains(finalizer, "argocd.argoproj.io") {
			continue
		}
		f := out.object(t, o, "metadata.finalizers", "the finalizer %s stands in the manifest: the %s stays in deletion until somebody removes it", finalizer, o.Kind)
		f.Hint = "The controller that a finalizer belongs to adds and removes it. Stated in Git, Argo CD adds it again and again. Take it out of the manifest."
	}
}

// idle says why an object never becomes healthy; empty when it may.
func idle(o *repo.Object) (path, reason string) {
	switch typed := o.Typed.(type) {
	case *appsv1.Deployment:
		if typed.Spec.Paused {
			return "spec.paused", "a paused Deployment is never healthy"
		}
	case *batchv1.Job:
		if ptr.Deref(typed.Spec.Suspend, false) && o.Labels["kueue.x-k8s.io/queue-name"] == "" { // Kueue lets it run
			return "spec.suspend", "a suspended Job never ends"
		}
	}
	return "", ""
}

// neverHealthy reports objects that keep a sync from its later waves and phases.
func neverHealthy(w *world, out *judge) {
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		for _, o := range d.Objects {
			path, reason := idle(o)
			if reason == "" || phaseOf(o) == outside {
				continue
			}
			later := following(d, o)
			if later == nil && !isHook(o) {
				continue // Argo CD waits only for what something comes after.
			}
			f := out.object(t, o, path, "%s: the sync never ends", reason)
			f.Hint = "Argo CD waits for hooks, and for each wave before the next one. Take the field out, or move what must come later into the same wave."
			if later != nil {
				f.Message = reason + ", and " + later.String() + " comes after it"
				f.Sum = []string{"applied in phase " + phaseOf(o).String() + ": " + o.String(), "applied in phase " + phaseOf(later).String() + ": " + later.String()}
			}
		}
	})
}

// following is an object of an Application that is applied after another one; nil without any.
func following(d *repo.Deployed, o *repo.Object) *repo.Object {
	for _, other := range d.Objects {
		if phaseOf(other) != outside && turnOf(other).compare(turnOf(o)) > 0 {
			return other
		}
	}
	return nil
}
