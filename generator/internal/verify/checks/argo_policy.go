package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

const (
	cascade           = "resources-finalizer.argocd.argoproj.io"
	backgroundCascade = cascade + "/background"
	foregroundCascade = cascade + "/foreground"
)

// cascades reports whether deleting an Application deletes what it deployed.
func cascades(finalizers []string) bool {
	return slices.ContainsFunc(finalizers, func(f string) bool {
		return f == cascade || f == backgroundCascade || f == foregroundCascade
	})
}

// destinationInvalid reports destinations that name a cluster twice.
func destinationInvalid(a *argoApplication, out *judge) {
	d := a.spec.Destination
	if d.Name != "" && d.Server != "" && !templated(d.Name) && !templated(d.Server) {
		f := out.object(nil, a.object, a.path("destination.server"), "the destination has the name %s and the server %s: Argo CD refuses both together", d.Name, d.Server)
		f.Hint = "Remove one of the two."
	}
}

// sourceIncomplete reports sources that say too little for Argo CD.
func sourceIncomplete(a *argoApplication, out *judge) {
	if a.spec.SourceHydrator != nil {
		hydratorIncomplete(a, out)
		return
	}
	for i, s := range a.spec.Sources {
		at := fmt.Sprintf("sources[%d]", i)
		if s.RepoURL == "" || s.Path == "" && s.Chart == "" && s.Ref == "" {
			out.object(nil, a.object, a.path(at), "the source needs repoURL and one of path, chart and ref").Hint = "Argo CD reports an InvalidSpecError and never syncs the Application."
		}
		chartRevision(a, at, &s, out)
	}
	if s := a.spec.Source; s != nil && len(a.spec.Sources) == 0 {
		whole := a.spec.Project != "" && a.spec.Destination != (repo.Destination{}) // no patch of another one
		if whole && !a.template && s.RepoURL != "" && s.Path == "" && s.Chart == "" {
			out.object(nil, a.object, a.path("source"), "the source needs repoURL and one of path and chart").Hint = "Argo CD reports an InvalidSpecError and never syncs the Application."
		}
		chartRevision(a, "source", s, out)
	}
}

// hydratorIncomplete reports hydrators that say too little for Argo CD.
func hydratorIncomplete(a *argoApplication, out *judge) {
	h := a.spec.SourceHydrator
	for _, field := range []struct {
		name  string
		empty bool
	}{
		{"drySource.repoURL", h.DrySource.RepoURL == ""},
		{"syncSource.targetBranch", h.SyncSource.TargetBranch == ""},
		{"hydrateTo.targetBranch", h.HydrateTo != nil && h.HydrateTo.TargetBranch == ""},
	} {
		if field.empty && !a.template && a.spec.Project != "" { // no patch of another one
			out.object(nil, a.object, a.path("sourceHydrator"), "the hydrator needs %s", field.name).Hint = "Argo CD reports an InvalidSpecError and never syncs the Application."
		}
	}
}

func chartRevision(a *argoApplication, at string, s *argoSource, out *judge) {
	if s.Chart != "" && s.TargetRevision == "" && !a.template {
		out.object(nil, a.object, a.path(at+".chart"), "the chart %s needs a targetRevision", s.Chart).Hint = "Argo CD reports an InvalidSpecError and never syncs the Application. Write a version, such as 1.2.3, or \"*\" for the newest."
	}
}

// sourceIgnored reports a source beside sources, and both beside a hydrator.
func sourceIgnored(a *argoApplication, out *judge) {
	one := a.spec.Source != nil && a.spec.Source.RepoURL != ""
	switch {
	case a.spec.SourceHydrator != nil && one:
		out.object(nil, a.object, a.path("source"), "Argo CD ignores source where there is a sourceHydrator").Hint = "Remove one of the two."
	case a.spec.SourceHydrator != nil && len(a.spec.Sources) > 0:
		out.object(nil, a.object, a.path("sources"), "Argo CD ignores sources where there is a sourceHydrator").Hint = "Remove one of the two."
	case one && len(a.spec.Sources) > 0:
		out.object(nil, a.object, a.path("source"), "Argo CD ignores source where there are sources").Hint = "Remove source, or move it into sources."
	}
}

// releaseTooLong reports names of Helm releases that Helm refuses.
func releaseTooLong(w *world, out *judge) {
	for _, a := range w.applications() {
		for _, s := range append(slices.Clone(a.spec.Sources), ownSource(a)) {
			if s.Chart == "" && s.Helm.ReleaseName == "" {
				continue
			}
			reportRelease(a, cmp.Or(s.Helm.ReleaseName, a.metadata.Name), out)
		}
	}
}

func ownSource(a *argoApplication) argoSource {
	if a.spec.Source == nil {
		return argoSource{}
	}
	return *a.spec.Source
}

// maxRelease is Helm's limit for names of releases.
const maxRelease = 53

func reportRelease(a *argoApplication, release string, out *judge) {
	if len(release) <= maxRelease || templated(release) {
		return
	}
	f := out.object(nil, a.object, "metadata.name", "the Helm release %s has %d characters: Helm refuses more than %d", release, len(release), maxRelease)
	f.Hint = "Set spec.source.helm.releaseName to a shorter name."
}

// maxLabel is how long the value of a label may be.
const maxLabel = 63

// nameTooLong notes names that are no value of a label.
func nameTooLong(w *world, out *judge) {
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		if len(d.Name) > maxLabel {
			f := out.application(t, d, "its name has %d characters: Argo CDs that track objects by label cut it at %d", len(d.Name), maxLabel)
			f.Hint = "Keep the names of Applications within 63 characters."
		}
	})
}

// syncOptions are the options of Applications and of objects, with their values.
func syncOptions() map[string][]string {
	boolean := []string{"true", "false"}
	return map[string][]string{
		"Validate": boolean, "CreateNamespace": boolean, "PruneLast": boolean, "Replace": boolean, "Force": boolean,
		"ServerSideApply": boolean, "ApplyOutOfSyncOnly": boolean, "FailOnSharedResource": boolean, "RespectIgnoreDifferences": boolean,
		"SkipDryRunOnMissingResource": boolean, "ClientSideApplyMigration": boolean,
		"Prune": {"true", "false", "confirm"}, "Delete": {"true", "false", "confirm"},
		"PrunePropagationPolicy": {"foreground", "background", "orphan"},
	}
}

// optionFault says what is wrong with a sync option; empty when nothing is.
func optionFault(option string) string {
	name, value, _ := strings.Cut(option, "=")
	values, known := syncOptions()[name]
	switch {
	case templated(option) || name == "Prune" && value == "" && option == "Prune":
		return ""
	case !known:
		return fmt.Sprintf("Argo CD knows no sync option %q: it ignores it", option)
	case !slices.Contains(values, value):
		return fmt.Sprintf("Argo CD knows no sync option %q: it ignores it; %s is %s", option, name, strings.Join(values, ", "))
	}
	return ""
}

// optionUnknown reports sync options that Argo CD ignores.
func optionUnknown(w *world, out *judge) {
	for _, a := range w.applications() {
		for i, option := range a.spec.SyncPolicy.SyncOptions {
			if fault := optionFault(option); fault != "" {
				out.object(nil, a.object, a.path(fmt.Sprintf("syncPolicy.syncOptions[%d]", i)), "%s", fault).Hint = "Upper and lower case matter, and spaces."
			}
		}
	}
	eachObject(func(t *target, o *repo.Object, out *judge) {
		for _, option := range words(o.Annotations[optionsAnnotation]) {
			if fault := optionFault(option); fault != "" {
				out.object(t, o, `metadata.annotations."`+optionsAnnotation+`"`, "%s", fault).Hint = "Upper and lower case matter."
			}
		}
	})(w, out)
}

// stateful are kinds whose deletion loses data or all that is in them.
func stateful(o *repo.Object) bool {
	return slices.Contains([]string{"PersistentVolumeClaim", "PersistentVolume", "StatefulSet", "Namespace", "CustomResourceDefinition"}, o.Kind)
}

// forceReplaces reports objects with state that Argo CD may delete to change them.
func forceReplaces(t *target, o *repo.Object, out *judge) {
	if !stateful(o) || !replaces(o) {
		return
	}
	f := out.object(t, o, `metadata.annotations."`+optionsAnnotation+`"`, "with Force=true Argo CD deletes this %s and makes it again when the API server refuses a change", o.Kind)
	f.Hint = "What it holds is lost then. Remove Force=true, and change the object by hand where it must be replaced."
}

// retryInvalid reports pauses between attempts that Argo CD cannot read.
func retryInvalid(a *argoApplication, out *judge) {
	r := a.spec.SyncPolicy.Retry
	if r == nil || r.Backoff == nil {
		return
	}
	for _, field := range []struct{ name, value string }{{"duration", r.Backoff.Duration}, {"maxDuration", r.Backoff.MaxDuration}} {
		if field.value == "" || templated(field.value) || readable(field.value) {
			continue
		}
		f := out.object(nil, a.object, a.path("syncPolicy.retry.backoff."+field.name), "Argo CD cannot read %q as a duration: it never tries a failed sync again", field.value)
		f.Hint = "Write seconds, or a duration such as 30s, 5m or 1h."
	}
}

// readable reports whether Argo CD reads a text as a duration: a number is seconds.
func readable(text string) bool {
	_, err := strconv.Atoi(text)
	_, also := time.ParseDuration(text)
	return err == nil || also == nil
}

// emptyAllowed notes Applications that an empty source deletes whole.
func emptyAllowed(a *argoApplication, out *judge) {
	if auto := a.spec.SyncPolicy.Automated; a.spec.prunes() && auto.AllowEmpty != nil && *auto.AllowEmpty {
		f := out.object(nil, a.object, a.path("syncPolicy.automated.allowEmpty"), "a source that renders to nothing deletes everything that the Application deployed")
		f.Hint = "Without allowEmpty Argo CD refuses a sync that would prune all."
	}
}

// children are the Applications and ApplicationSets that an Application deploys.
func children(d *repo.Deployed) []*repo.Object {
	var found []*repo.Object
	for _, o := range d.Objects {
		if o.Group() == "argoproj.io" && (o.Kind == "Application" || o.Kind == "ApplicationSet") {
			found = append(found, o)
		}
	}
	return found
}

// rootCascades reports roots whose deletion deletes everything.
func rootCascades(w *world, out *judge) {
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		made := children(d)
		if len(made) == 0 || !cascades(d.Finalizers) {
			return
		}
		f := out.application(t, d, "whoever deletes this Application deletes %d Applications and ApplicationSets with all that they deployed", len(made))
		f.Hint = "Remove the finalizer " + cascade + " from the root: then its Applications stay when it is deleted."
	})
}

// childOrphans notes Applications that are pruned without what they deployed.
func childOrphans(w *world, out *judge) {
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		if a := d.Spec.SyncPolicy.Automated; a == nil || !a.Prune {
			return
		}
		var names []string
		for _, o := range children(d) {
			if child, ok := o.Typed.(*repo.Application); ok && !cascades(child.Finalizers) {
				names = append(names, o.Name)
			}
		}
		if len(names) > 0 {
			f := out.application(t, d, "when an Application is gone from Git, Argo CD prunes it and leaves what it deployed running: %s", list(names))
			f.Hint = "Add the finalizer " + cascade + " to the Applications whose objects are to go with them."
		}
	})
}

// waveOfApplication notes waves of Applications that no wave waits for.
func waveOfApplication(w *world, out *judge) {
	if w.knowsApplicationHealth() {
		return
	}
	w.eachDeployed(func(t *target, d *repo.Deployed) {
		made := children(d)
		for _, o := range made {
			if o.Kind == "Application" && o.Annotations[waveAnnotation] != "" && waveOf(o) != waveOf(made[0]) {
				f := out.application(t, d, "its Applications have waves, but no wave waits for an Application: Argo CD has no health check for them")
				f.Hint = "Add resource.customizations.health.argoproj.io_Application to the ConfigMap argocd-cm."
				return
			}
		}
	})
}

// knowsApplicationHealth reports whether the repository's argocd-cm, or its ArgoCD object or
// values of the chart, bring a health check of Applications.
func (w *world) knowsApplicationHealth() bool {
	return slices.ContainsFunc(slices.Concat(w.allObjects(), w.Management), func(o *repo.Object) bool {
		return (o.Kind == "ConfigMap" || o.Kind == "ArgoCD") && strings.Contains(string(o.YAML), "argoproj.io") && strings.Contains(string(o.YAML), "Application") && strings.Contains(string(o.YAML), "hs.status")
	})
}
