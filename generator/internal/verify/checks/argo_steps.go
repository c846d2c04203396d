package checks

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// rollingStep is a step of a RollingSync: the Applications that it syncs together.
type rollingStep struct {
	MatchExpressions []metav1.LabelSelectorRequirement
}

// selects reports whether the step selects an Application, as the controller of Argo CD decides
// it: a label that is not there fits every operator but In.
func (s rollingStep) selects(labels map[string]string) bool {
	return !slices.ContainsFunc(s.MatchExpressions, func(e metav1.LabelSelectorRequirement) bool {
		value, there := labels[e.Key]
		listed := slices.Contains(e.Values, value)
		switch e.Operator {
		case metav1.LabelSelectorOpIn:
			return !there || !listed
		case metav1.LabelSelectorOpNotIn:
			return there && listed
		}
		return there // the controller knows no other operator
	})
}

// rolling are the sets that sync in steps, with the Applications that they make.
func (w *world) rolling(visit func(*argoSet, []*repo.Deployed)) {
	made := map[string][]*repo.Deployed{}
	w.eachDeployed(func(_ *target, d *repo.Deployed) {
		if d.Set != nil {
			made[setKey(d.Set)] = append(made[setKey(d.Set)], d)
		}
	})
	for _, s := range w.sets() {
		if all := made[setKey(s.object)]; s.Spec.Strategy.Type == "RollingSync" && len(all) > 0 {
			visit(s, all)
		}
	}
}

// setKey tells ApplicationSets apart.
func setKey(o *repo.Object) string {
	return o.File + " " + o.Namespace + " " + o.Name + " " + string(o.YAML)
}

// withoutStep reports Applications that nothing syncs by itself, because no step selects them.
func withoutStep(w *world, out *judge) {
	w.rolling(func(s *argoSet, all []*repo.Deployed) {
		var names []string
		for _, d := range all {
			if !slices.ContainsFunc(s.Spec.Strategy.RollingSync.Steps, func(one rollingStep) bool { return one.selects(d.Labels) }) {
				names = append(names, d.Name)
			}
		}
		if len(names) > 0 {
			f := out.object(nil, s.object, "spec.strategy.rollingSync.steps", "no step selects %s: nothing syncs them by itself", list(names))
			f.Hint = "A RollingSync switches automated sync off for all Applications of the ApplicationSet. Give the template the labels that a step asks for, or add a step."
		}
	})
}

// stepEmpty reports steps that select none of the Applications.
func stepEmpty(w *world, out *judge) {
	w.rolling(func(s *argoSet, all []*repo.Deployed) {
		for i, one := range s.Spec.Strategy.RollingSync.Steps {
			if !slices.ContainsFunc(all, func(d *repo.Deployed) bool { return one.selects(d.Labels) }) {
				f := out.object(nil, s.object, fmt.Sprintf("spec.strategy.rollingSync.steps[%d]", i), "the step selects none of the %d Applications", len(all))
				f.Hint = "Steps look at the labels of the Applications, which the template gives them, and not at those of their objects or clusters."
			}
		}
	})
}
