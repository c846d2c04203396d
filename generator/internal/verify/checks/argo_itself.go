package checks

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// controllerOf is the controller of an Argo CD among objects; nil without any.
func controllerOf(d *repo.Deployed) *repo.Object {
	for _, o := range d.Objects {
		workload := o.Kind == "StatefulSet" || o.Kind == "Deployment"
		if workload && (o.Labels["app.kubernetes.io/component"] == "application-controller" && o.Labels["app.kubernetes.io/part-of"] == "argocd" || strings.HasSuffix(o.Name, "argocd-application-controller")) {
			return o
		}
	}
	return nil
}

// managesItself reports Applications whose end is the end of the Argo CD that manages them.
func managesItself(w *world, out *judge) {
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		controller := controllerOf(d)
		if controller == nil || clusterOf(d) != "in-cluster" || d.Namespace != "" && controller.Home() != d.Namespace {
			return
		}
		if cascades(d.Finalizers) {
			f := out.application(t, d, "its finalizer deletes the Argo CD that manages it, whose controller then cannot end the deletion")
			f.Hint = "Whoever deletes this Application deletes " + controller.String() + " and the definitions of all Applications. Remove the finalizer " + cascade + " from it."
		}
		if auto := d.Spec.SyncPolicy.Automated; auto != nil && auto.Prune {
			definitionsPruned(t, d, out)
		}
	})
}

// definitionsPruned notes definitions whose loss deletes all Applications.
func definitionsPruned(t *target, d *repo.Deployed, out *judge) {
	for _, o := range d.Objects {
		if o.Kind == "CustomResourceDefinition" && slices.Contains([]string{"applications.argoproj.io", "applicationsets.argoproj.io", "appprojects.argoproj.io"}, o.Name) && !unpruned(d, o) {
			f := out.object(t, o, "metadata.name", "Argo CD prunes it when it is gone from Git, and with it all objects of its kind")
			f.Severity = Note
			f.Hint = "Give it the annotation " + optionsAnnotation + ": Prune=false."
		}
	}
}

const (
	// mostAnnotations is how many bytes the annotations of an object may have together.
	mostAnnotations = 256 * 1024
	// lastApplied is where a client-side apply keeps the whole object.
	lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
)

// tooLarge reports objects that do not fit into the annotation of a client-side apply.
func tooLarge(w *world, out *judge) {
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		for _, o := range d.Objects {
			if len(o.JSON) < mostAnnotations/2 || option(d, o, "ServerSideApply", "true") || option(d, o, "Replace", "true") {
				continue
			}
			size := appliedSize(o)
			if size <= mostAnnotations {
				continue
			}
			f := out.object(t, o, "metadata.name", "its annotations would have %d bytes with %s, and the API server refuses more than %d", size, lastApplied, mostAnnotations)
			f.Hint = "A client-side apply keeps the whole object in an annotation. Add ServerSideApply=true to the sync options of the Application or of the object."
		}
	})
}

// appliedSize is how many bytes the annotations have after a client-side apply.
func appliedSize(o *repo.Object) int {
	var compact bytes.Buffer
	if json.Compact(&compact, o.JSON) != nil {
		return 0
	}
	size := len(lastApplied) + compact.Len()
	for key, value := range o.Annotations {
		if key != lastApplied {
			size += len(key) + len(value)
		}
	}
	return size
}
