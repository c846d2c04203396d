package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/change"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// changeRules compare a repository with its base. Without one they find nothing.
var changeRules = []Rule{
	{Code: "change/data-left-behind", Severity: Warning, Title: "a change that leaves data behind, or deletes it", run: leavesData},
	{Code: "change/ignored-field", Severity: Warning, Title: "a change that the API server accepts without effect", run: fieldChanges(change.Ignored)},
	{Code: "change/immutable-field", Severity: Error, Title: "a change that the API server refuses", run: fieldChanges(change.Refused, change.Conditional)},
	{Code: "change/namespace-deleted", Severity: Warning, Title: "a Namespace that goes, with everything in it", run: deletesNamespace},
	{Code: "change/object-replaced", Severity: Warning, Title: "a change for which Argo CD deletes an object and creates it anew", run: fieldChanges(change.Replaced)},
}

// transition is what a repository and its base deploy. An object is compared whichever Application has it, because
// clusters know no Applications.
type transition struct {
	before, after map[spot]*deployment
	// gone are the Applications of the base that nothing makes any more, kept are pairs of the others.
	gone []*deployment
	kept [][2]*deployment
}

// spot is the place of an object in one of the clusters of one Argo CD.
type spot struct{ instance, cluster, group, kind, namespace, name string }

// deployment is an Application, or one of its objects, with its target.
type deployment struct {
	target *target
	*repo.Deployed
	object *repo.Object
}

func spotOf(t *target, o *repo.Object) spot {
	return spot{t.Instance, t.Cluster, o.Group(), o.Kind, o.Namespace, o.Name}
}

// compared compares the targets of a repository with those of its base.
func compared(before, after []*target, unknown map[string]bool) *transition {
	h := &transition{before: objectsOf(before), after: objectsOf(after)}
	old, now := applicationsOf(before), applicationsOf(after)
	for _, key := range slices.Sorted(maps.Keys(old)) {
		was := old[key]
		is, twice := now[key]
		switch {
		case was == nil || unknown[was.Name]: // there are two of its name, or it was not built
		case is != nil && !is.Chart && len(is.Objects) > 0:
			h.kept = append(h.kept, [2]*deployment{was, is})
		case is == nil && !twice:
			h.gone = append(h.gone, was)
		}
	}
	return h
}

// objectsOf are the objects of targets by their places; nil for those that stand at one place twice.
func objectsOf(targets []*target) map[spot]*deployment {
	all := map[spot]*deployment{}
	for _, t := range targets {
		for _, d := range t.Applications {
			for _, o := range d.Objects {
				at := spotOf(t, o)
				if _, twice := all[at]; twice {
					all[at] = nil
					continue
				}
				all[at] = &deployment{t, d, o}
			}
		}
	}
	return all
}

// applicationsOf are the Applications of targets by Argo CD and name; nil for those whose name is not the only one.
func applicationsOf(targets []*target) map[string]*deployment {
	all := map[string]*deployment{}
	for _, t := range targets {
		for _, d := range t.Applications {
			key := t.Instance + "/" + d.Name
			if _, twice := all[key]; twice {
				all[key] = nil
				continue
			}
			all[key] = &deployment{t, d, nil}
		}
	}
	return all
}

// fieldChanges reports the fields of objects whose change has one of some effects.
func fieldChanges(effects ...change.Effect) func(*world, *judge) {
	return func(w *world, out *judge) {
		h := w.transition()
		for _, t := range w.targets {
			for _, o := range t.objects {
				at := spotOf(t, o)
				if was, is := h.before[at], h.after[at]; was != nil && is != nil {
					reportChanges(was, is, effects, out)
				}
			}
		}
	}
}

func reportChanges(was, is *deployment, effects []change.Effect, out *judge) {
	if strings.Contains(string(is.object.JSON), `"helm.sh/hook"`) {
		return // which Argo CD takes for a hook of its own
	}
	for _, found := range change.Updated(fieldsOf(was.object), fieldsOf(is.object)) {
		if !slices.Contains(effects, found.Effect) {
			continue
		}
		f := out.object(is.target, is.object, found.Field, "%s changes from %s to %s", found.Field, found.Old, found.New)
		f.Sum, f.Hint = []string{found.Does}, found.Steps
		if found.Effect == change.Conditional || found.Effect == change.Replaced && !found.Stateful { // the option is meant for Jobs
			f.Severity = Note
		}
	}
}

// leavesData reports volumes that no object has any more.
func leavesData(w *world, out *judge) {
	h := w.transition()
	for _, pair := range h.kept {
		was, is := pair[0], pair[1]
		before := h.side(was, nil)
		before.Removal = removal(is.Deployed, "Prune")
		for _, found := range change.Data(before, h.side(is, was)) {
			f := h.placed(is, found, out)
			f.Sum, f.Hint = []string{found.Does}, found.Steps
		}
	}
	for _, was := range h.gone {
		if !cascades(was.Finalizers) {
			continue // Argo CD leaves everything where it is
		}
		before := h.side(was, nil)
		before.Removal = removal(was.Deployed, "Delete")
		for _, found := range change.Data(before, h.side(nil, was)) {
			f := out.application(was.target, was.Deployed, "the Application goes, and with it %s", found.Object)
			f.Sum, f.Hint = []string{found.Does}, found.Steps
		}
	}
}

// placed reports what becomes of data at the object, or at its Application when the object is gone.
func (h *transition) placed(is *deployment, found change.Finding, out *judge) *Finding {
	for _, o := range is.Objects {
		if o.String() == found.Object && o.Namespace == found.Namespace {
			return out.object(is.target, o, found.Field, "%s changes from %s to %s", found.Field, found.Old, found.New)
		}
	}
	return out.application(is.target, is.Deployed, "%s goes: %s changes from %s to %s", found.Object, found.Field, found.Old, found.New)
}

// side is an Application for package change, with the objects of another one that a different Application has taken
// over in their cluster.
func (h *transition) side(d, from *deployment) change.Side {
	s := change.Side{}
	if d != nil {
		s.Cluster = d.target.Cluster
		for _, o := range d.Objects {
			s.Objects = append(s.Objects, fieldsOf(o))
		}
	}
	if from == nil {
		return s
	}
	for _, o := range from.Objects {
		if is := h.after[spotOf(from.target, o)]; is != nil && (d == nil || is.Deployed != d.Deployed) {
			s.Objects = append(s.Objects, fieldsOf(is.object))
		}
	}
	return s
}

// deletesNamespace reports Namespaces of which an Application has no manifest any more.
func deletesNamespace(w *world, out *judge) {
	h := w.transition()
	for _, pair := range h.kept {
		was, is := pair[0], pair[1]
		for _, o := range was.Objects {
			if _, there := h.after[spotOf(was.target, o)]; !there && o.Group() == "" && o.Kind == "Namespace" {
				reportNamespace(is, o, out)
			}
		}
	}
}

func reportNamespace(is *deployment, o *repo.Object, out *judge) {
	when, severity := "when it prunes", Warning
	switch removal(is.Deployed, "Prune")(fieldsOf(o)) {
	case change.Kept:
		return
	case change.Confirmed:
		when = "once a person confirms it"
	case change.Unpruned:
		when, severity = "once somebody syncs with pruning, which the Application does not do by itself", Note
	}
	f := out.application(is.target, is.Deployed, "%s goes, with everything that is in it", o)
	f.Severity = severity
	f.Sum = []string{"Argo CD deletes the Namespace " + when + ", and Kubernetes deletes every object in it: workloads and Secrets that others made too, and claims with their data."}
	f.Hint = "Keep the manifest, or first give it the annotation argocd.argoproj.io/sync-options: Prune=false, and sync."
}

// removal says what Argo CD does with objects that an Application has no more, by the sync option Prune, or with those
// of an Application that goes, by the option Delete. An object's own option goes before that of its Application.
func removal(d *repo.Deployed, option string) func(change.Object) change.Removal {
	auto := d.Spec.SyncPolicy.Automated
	prunes := auto != nil && auto.Prune && (auto.Enabled == nil || *auto.Enabled)
	return func(o change.Object) change.Removal {
		for _, stated := range slices.Concat(words(o.Annotation(optionsAnnotation)), d.Spec.SyncPolicy.SyncOptions) {
			name, value, _ := strings.Cut(stated, "=")
			if name != option {
				continue
			}
			if value == "false" {
				return change.Kept
			}
			if value == "confirm" {
				return change.Confirmed
			}
			break
		}
		if option == "Prune" && !prunes {
			return change.Unpruned
		}
		return change.Deleted
	}
}
