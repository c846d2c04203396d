package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// flattened warns, once for each application, about values that it sets for all environments
// although the defaults of its environments differ. A reason in the spec silences the warning.
func (r *resolver) flattened() {
	for _, app := range r.p.Applications {
		same := app.spec.SameEverywhere
		switch {
		case r.faulty(app.layer, "kind"):
		case same == nil:
			f := flattening{app: app}
			f.below(app.layer, nil)
			f.report(&r.list)
		case strings.TrimSpace(same.Reason) == "" && !r.faulty(app.spec.Node, "sameEverywhere"):
			r.list.Error(app.spec.Node.KeyAt("sameEverywhere"), "reason/missing", "sameEverywhere needs a reason").Hint =
				"Write reason: TEXT, for reviewers."
		}
	}
}

// flattening collects the values of an application that differ by default and not in effect.
type flattening struct {
	app     *Application
	at      diag.Range
	fields  []string
	details []string
}

func (f *flattening) below(n *yamltree.Node, path []string) {
	for _, entry := range n.Entries {
		at := append(path[:len(path):len(path)], entry.Key)
		switch entry.Value.Kind {
		case yamltree.Map:
			f.below(entry.Value, at)
		case yamltree.List, yamltree.Null:
		default:
			if !entry.Value.Faulty {
				f.scalar(entry, at)
			}
		}
	}
}

// scalar compares the defaults of a value, and what it is in effect, between the targets on
// which it has an effect.
func (f *flattening) scalar(entry yamltree.Entry, path []string) {
	var first, other *Instance
	for _, in := range f.app.Instances {
		switch {
		case !in.Uses(path):
		case in.standard(path) == "":
		case first == nil:
			first = in
		case !sameAmount(path, in.effective(path), first.effective(path)):
			return
		case other == nil && !sameAmount(path, in.standard(path), first.standard(path)):
			other = in
		}
	}
	if other == nil {
		return
	}
	name := strings.Join(path, ".")
	if len(f.fields) == 0 {
		f.at = entry.KeyRange
	}
	f.fields = append(f.fields, name)
	f.details = append(f.details, fmt.Sprintf("The defaults of %s are %s in %s and %s in %s.",
		name, first.standard(path), first.Target.Env.Name, other.standard(path), other.Target.Env.Name))
}

func (f *flattening) report(list *diag.List) {
	if len(f.fields) == 0 {
		return
	}
	verb := "becomes"
	if len(f.fields) > 1 {
		verb = "become"
	}
	d := list.Warning(f.at, "layers/flattened", fmt.Sprintf("%s %s the same in every environment", enumerate(f.fields), verb))
	d.Detail = strings.Join(f.details, "\n")
	d.Hint = "Write it under environments: or profiles: if the environments are to stay different, or say why not: sameEverywhere: {reason: …}."
}

// enumerate joins words as a sentence has them.
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// standard is the default of a value in the environment of the instance.
func (in *Instance) standard(path []string) string {
	if in.Workload.PerNode() && isBound(path) {
		return "" // that of replicas is not its own
	}
	return scalarAt(in.Target.Env.node, path)
}

// effective is a value of the merged layers.
func (in *Instance) effective(path []string) string { return scalarAt(in.Workload.Node, path) }

// scalarAt is the text of the scalar at a path; empty when there is none.
func scalarAt(n *yamltree.Node, path []string) string {
	entry, ok := n.Find(path)
	if !ok || entry.Value.Faulty || slices.Contains([]yamltree.Kind{yamltree.Map, yamltree.List, yamltree.Null}, entry.Value.Kind) {
		return ""
	}
	return entry.Value.Text
}

// Uses reports whether a value of the layers has an effect: a singleton and a run have
// one replica, whatever the scale.
func (in *Instance) Uses(path []string) bool {
	w := in.Workload
	if w.PerNode() && !w.usesOnNodes(path) {
		return false
	}
	return !slices.ContainsFunc(w.unused(), func(unused string) bool {
		return unused == path[0] || len(path) > 1 && unused == path[0]+"."+path[1]
	})
}

// unused are the fields with defaults that the kind of the workload does not render: a StatefulSet, for example,
// replaces its replicas one by one, whatever the bounds.
func (w *Workload) unused() []string {
	bounds := []string{"rollout.maxUnavailable", "rollout.maxSurge"}
	switch {
	case w.ends():
		return append(ofReplicas(), "failover", "probes", "rollout")
	case w.Stateful():
		return append(append(w.single(), bounds...), deadline)
	case w.PerNode() && w.Rollout.UpdateStrategy == onDelete:
		return append(bounds, deadline)
	case w.PerNode():
		return []string{deadline}
	case w.Singleton != nil:
		return append(w.single(), bounds...)
	}
	return nil
}

// single are the fields that the workload does not use when it has one replica.
func (w *Workload) single() []string {
	if w.Singleton == nil {
		return nil
	}
	return ofReplicas()
}

// deadline is the field of a rollout that only a Deployment has.
const deadline = "rollout.progressDeadlineSeconds"

// ofReplicas are the fields that a workload with one replica does not use.
func ofReplicas() []string { return []string{"scale", "disruptionBudget", "antiAffinity"} }

// sameAmount reports whether two texts mean the same: 1000m is 1.
func sameAmount(path []string, a, b string) bool {
	if a == b || path[0] != "resources" {
		return a == b
	}
	one, err := ParseQuantity(path[len(path)-1], a)
	two, fault := ParseQuantity(path[len(path)-1], b)
	return err == nil && fault == nil && one == two
}
