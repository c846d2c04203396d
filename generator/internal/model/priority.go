package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// PriorityClass is a PriorityClass of an environment, ready to print.
type PriorityClass struct {
	// Name of the object, before the environment's name is added to it.
	Name        Name
	Value       int
	Preemption  string
	Description string
}

// DeclaredClasses lists the environment's classes where the target deploys something.
func (t *Target) DeclaredClasses() []PriorityClass {
	if !t.ClusterWide() {
		return nil
	}
	return t.Env.PriorityClasses()
}

// PriorityClasses lists the environment's classes by name.
func (e *Environment) PriorityClasses() []PriorityClass {
	var out []PriorityClass
	for _, name := range sortedKeys(e.Settings.PriorityClasses) {
		declared := e.Settings.PriorityClasses[name]
		class := PriorityClass{Name: Name(name), Value: declared.Value, Preemption: "Never", Description: declared.Description}
		if declared.Preempts {
			class.Preemption = "PreemptLowerPriority"
		}
		out = append(out, class)
	}
	return out
}

// maxPriority is the greatest value of a class that is not Kubernetes' own.
const maxPriority = 1_000_000_000

// priorityClasses checks the classes that an environment declares.
func (r *resolver) priorityClasses(env *Environment) {
	for _, name := range sortedKeys(env.Settings.PriorityClasses) {
		at := r.keyPlace(env.Node, "priorityClasses", name)
		if !Name(name).Valid() || strings.HasPrefix(name, "system-") {
			d := r.list.Error(at, "name/invalid", fmt.Sprintf("%q cannot be the name of a PriorityClass", name))
			d.Hint = "It has lower-case letters, digits and hyphens; system- begins Kubernetes' own."
		}
		if value := env.Settings.PriorityClasses[name].Value; value < -maxPriority || value > maxPriority {
			r.list.Error(r.place(env.Node, "priorityClasses", name, "value"), "spec/value", "the value of a class is between -1000000000 and 1000000000").Hint =
				"Write for example value: 1000; Kubernetes reserves higher values."
		}
	}
}

// className is the PriorityClass that a word of the spec means in the environment.
func (e *Environment) className(word string) string {
	if _, declared := e.Settings.PriorityClasses[word]; declared {
		return e.clusterWide(word)
	}
	return word
}

// MakesClass reports whether a PriorityClass is one of the environment's own.
func (e *Environment) MakesClass(name string) bool {
	return slices.ContainsFunc(e.PriorityClasses(), func(class PriorityClass) bool { return e.className(string(class.Name)) == name })
}

// classify lets the workload and its jobs have the class by the name that it has there.
func (in *Instance) classify() {
	in.Workload.PriorityClass = in.Target.Env.className(in.Workload.PriorityClass)
	for _, run := range in.Runs {
		run.workload.PriorityClass = in.Workload.PriorityClass
	}
}

// declaresClass reports whether any environment makes a class of this name.
func (p *Platform) declaresClass(word string) bool {
	return slices.ContainsFunc(p.Environments, func(e *Environment) bool {
		_, declared := e.Settings.PriorityClasses[word]
		return declared
	})
}

// priorityClass checks the class that a workload chooses. A pod with a class that is not
// there is refused.
func (c *checker) priorityClass() {
	word, target := c.w.PriorityClass, c.in.Target
	_, declared := target.Env.Settings.PriorityClasses[word]
	if word == "" || declared || slices.Contains(target.Cluster.PriorityClasses, word) {
		return
	}
	if !c.unoffered("priorityClasses") || !c.undeclared("priorityClasses") || !c.undeclared("priorityClasses", word) {
		return
	}
	known := append(sortedKeys(target.Env.Settings.PriorityClasses), target.Cluster.PriorityClasses...)
	d := c.error(c.at("priorityClass"), "reference/unknown", "%s has no PriorityClass %q", target.Name, word)
	d.Detail = "None is known there."
	if len(known) > 0 {
		d.Detail = "Known there: " + strings.Join(known, ", ") + "."
	}
	d.Hint = fmt.Sprintf("Declare it under priorityClasses of %s, or under platform.priorityClasses when the cluster has it.", target.Env.Name)
	if near := yamltree.Suggest(word, known); near != "" {
		d.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
}
