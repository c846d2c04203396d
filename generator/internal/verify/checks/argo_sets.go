package checks

import (
	"fmt"
	"slices"
	"strings"
)

// looseTemplate reports Go templates that fill in <no value>.
func looseTemplate(s *argoSet, out *judge) {
	if !s.Spec.GoTemplate || slices.Contains(s.Spec.GoTemplateOptions, "missingkey=error") {
		return
	}
	f := out.object(nil, s.object, "spec.goTemplate", "a misspelt or missing parameter becomes the text \"<no value>\" in names, paths and namespaces")
	f.Hint = "Add goTemplateOptions: [\"missingkey=error\"]: then Argo CD changes nothing and reports the mistake."
}

// emptyList reports lists without elements, which delete all Applications.
func emptyList(s *argoSet, out *judge) {
	for i, generator := range s.Spec.Generators {
		list, ok := generator["list"].(map[string]any)
		elements, _ := list["elements"].([]any)
		text, _ := list["elementsYaml"].(string)
		if !ok || len(elements) > 0 || text != "" || len(s.Spec.Generators) > 1 || !s.deletes() {
			continue
		}
		f := out.object(nil, s.object, fmt.Sprintf("spec.generators[%d].list", i), "the list has no elements: the controller deletes all Applications that this ApplicationSet made, and what they deployed")
		f.Hint = "Delete the ApplicationSet where that is meant. Otherwise set spec.syncPolicy.preserveResourcesOnDeletion: true, or applicationsSync: create-update."
	}
}

// generatorsDelete notes generators that may find nothing, and then delete all Applications: once
// for each ApplicationSet, however many overlays use it.
func generatorsDelete(w *world, out *judge) {
	seen := map[string]bool{}
	for _, s := range w.sets() {
		if key := s.object.File + " " + s.object.Name; s.deletes() && !seen[key] {
			seen[key] = true
			generatorDeletes(s, out)
		}
	}
}

func generatorDeletes(s *argoSet, out *judge) {
	for i, generator := range s.Spec.Generators {
		for _, kind := range []string{"git", "clusters", "scmProvider", "clusterDecisionResource", "plugin"} {
			if !holds(generator, kind) {
				continue
			}
			f := out.object(nil, s.object, fmt.Sprintf("spec.generators[%d]", i), "when the %s generator finds nothing, the controller deletes the Applications that it made, and what they deployed", kind)
			f.Hint = "A mistyped path, a renamed folder or a lost label is enough. Set spec.syncPolicy.preserveResourcesOnDeletion: true or applicationsSync: create-update where that must not happen."
			return
		}
	}
}

// preserveDefeated reports a finalizer that makes preserveResourcesOnDeletion useless.
func preserveDefeated(s *argoSet, out *judge) {
	if s.Spec.SyncPolicy.PreserveResourcesOnDeletion && cascades(s.Spec.Template.Metadata.Finalizers) {
		f := out.object(nil, s.object, "spec.template.metadata.finalizers", "the finalizer of the template deletes what an Application deployed, although preserveResourcesOnDeletion is true")
		f.Hint = "Remove the finalizer from the template."
	}
}

// templatedProject reports projects that whoever writes the generator's input can choose.
func templatedProject(s *argoSet, out *judge) {
	if !templated(s.Spec.Template.Spec.Project) {
		return
	}
	for _, generator := range s.Spec.Generators {
		for _, kind := range []string{"git", "scmProvider", "pullRequest", "plugin"} {
			if !holds(generator, kind) {
				continue
			}
			f := out.object(nil, s.object, "spec.template.spec.project", "whoever writes what the %s generator reads chooses the project, and with it what the Application may do", kind)
			f.Hint = "Write the project as text. Make an ApplicationSet for each project."
			return
		}
	}
}

// holds reports whether a generator, or one inside it, is of a kind.
func holds(generator map[string]any, kind string) bool {
	if _, own := generator[kind]; own {
		return true
	}
	for _, outer := range []string{"matrix", "merge"} {
		inside, _ := generator[outer].(map[string]any)
		list, _ := inside["generators"].([]any)
		for _, item := range list {
			if inner, ok := item.(map[string]any); ok && holds(inner, kind) {
				return true
			}
		}
	}
	return false
}

// waveOfTemplate notes waves on Applications that no sync orders.
func waveOfTemplate(s *argoSet, out *judge) {
	if _, found := s.Spec.Template.Metadata.Annotations[waveAnnotation]; found {
		f := out.object(nil, s.object, `spec.template.metadata.annotations."`+waveAnnotation+`"`, "the sync wave orders nothing: a controller makes these Applications, no sync applies them")
		f.Hint = "Use spec.strategy.type RollingSync to order the Applications of an ApplicationSet."
	}
}

// looseNames reports templates that give all Applications one name.
func looseNames(s *argoSet, out *judge) {
	name := s.Spec.Template.Metadata.Name
	if name == "" || templated(name) || strings.Contains(s.Spec.TemplatePatch, "name:") {
		return
	}
	elements := 0
	for _, generator := range s.Spec.Generators {
		list, _ := generator["list"].(map[string]any)
		items, _ := list["elements"].([]any)
		elements += len(items)
	}
	if elements > 1 {
		f := out.object(nil, s.object, "spec.template.metadata.name", "%d elements make Applications of the one name %s", elements, name)
		f.Hint = "Argo CD reports an error and makes none of them. Put a parameter into the name."
	}
}
