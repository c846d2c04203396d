package checks

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// eachObject runs a rule on every object that an Application deploys, and on what Argo CD reads.
func eachObject(rule func(*target, *repo.Object, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, t := range w.targets {
			for _, o := range t.objects {
				rule(t, o, out)
			}
		}
		for _, a := range w.applications() {
			rule(nil, a.object, out)
		}
	}
}

// waveUnreadable reports waves that are no whole numbers.
func waveUnreadable(t *target, o *repo.Object, out *judge) {
	value, found := o.Annotations[waveAnnotation]
	if _, err := strconv.Atoi(value); !found || err == nil || templated(value) {
		return
	}
	f := out.object(t, o, `metadata.annotations."`+waveAnnotation+`"`, "the sync wave %q is no whole number: Argo CD applies the object in wave %d", value, waveOf(o))
	f.Hint = "Write a whole number in quotes, such as \"-1\" or \"10\"."
}

// hookUnknown reports hooks that Argo CD never runs.
func hookUnknown(t *target, o *repo.Object, out *judge) {
	value := o.Annotations[hookAnnotation]
	var wrong []string
	known := 0
	for _, word := range words(value) {
		if _, ok := hookPhases()[word]; ok {
			known++
		} else {
			wrong = append(wrong, word)
		}
	}
	if len(wrong) == 0 || templated(value) {
		return
	}
	f := out.object(t, o, `metadata.annotations."`+hookAnnotation+`"`, "Argo CD knows no hook %s: it never applies this object", strings.Join(wrong, ", "))
	f.Hint = "Write " + strings.Join(slices.Sorted(maps.Keys(hookPhases())), ", ") + "; upper and lower case matter."
	if known > 0 {
		f.Severity, f.Message = Warning, "Argo CD knows no hook "+strings.Join(wrong, ", ")+": it ignores the word"
	}
}

// deletePolicies are the words of the annotation that says when a hook is deleted.
func deletePolicies() []string { return []string{"BeforeHookCreation", "HookFailed", "HookSucceeded"} }

// policyUnknown reports words of a delete policy that Argo CD ignores.
func policyUnknown(t *target, o *repo.Object, out *judge) {
	for _, word := range words(o.Annotations[policyAnnotation]) {
		if !slices.Contains(deletePolicies(), word) && !templated(word) {
			f := out.object(t, o, `metadata.annotations."`+policyAnnotation+`"`, "Argo CD knows no delete policy %s: it ignores the word", word)
			f.Hint = "Write " + strings.Join(deletePolicies(), ", ") + ". Without a word that it knows Argo CD deletes the hook before it creates the next one."
		}
	}
}

// hookStays reports Jobs that stand in their own way after they failed once.
func hookStays(t *target, o *repo.Object, out *judge) {
	_, job := o.Typed.(*batchv1.Job)
	policies := words(o.Annotations[policyAnnotation])
	helm := words(o.Annotations[helmPolicy])
	if !job || !isHook(o) || phaseOf(o) == outside || o.Name == "" || len(policies)+len(helm) == 0 {
		return
	}
	known := slices.ContainsFunc(policies, func(p string) bool { return slices.Contains(deletePolicies(), p) })
	if !known && len(helm) == 0 || slices.Contains(policies, "BeforeHookCreation") || slices.Contains(helm, "before-hook-creation") {
		return
	}
	if slices.Contains(policies, "HookFailed") || slices.Contains(helm, "hook-failed") {
		return
	}
	at, value := policyAnnotation, o.Annotations[policyAnnotation]
	if value == "" {
		at, value = helmPolicy, o.Annotations[helmPolicy]
	}
	f := out.object(t, o, `metadata.annotations."`+at+`"`, "a Job of this name that failed stays (%s) and makes each later sync fail", value)
	f.Hint = "Add BeforeHookCreation to the delete policy, or use metadata.generateName."
}

// jobVanishes reports Jobs that the cluster deletes and Argo CD makes again.
func jobVanishes(t *target, o *repo.Object, out *judge) {
	job, ok := o.Typed.(*batchv1.Job)
	if !ok || t == nil || isHook(o) || job.Spec.TTLSecondsAfterFinished == nil || o.Application == nil || standsIn(o.Application) {
		return
	}
	f := out.object(t, o, "spec.ttlSecondsAfterFinished", "the cluster deletes this Job %d s after it ends: Argo CD is out of sync, and makes and runs it again", *job.Spec.TTLSecondsAfterFinished)
	f.Hint = "Remove ttlSecondsAfterFinished, or make the Job a hook with hook-delete-policy: HookSucceeded."
}

// jobFixed notes Jobs whose template nobody can change.
func jobFixed(t *target, o *repo.Object, out *judge) {
	_, ok := o.Typed.(*batchv1.Job)
	if !ok || t == nil || isHook(o) || o.Name == "" || contentName.MatchString(o.Name) || o.Application == nil || standsIn(o.Application) || replaces(o) {
		return
	}
	f := out.object(t, o, "metadata.name", "the API server refuses changes of a Job's template: a new image or command under the same name makes the sync fail")
	f.Hint = "Make the Job a hook, give it a name that changes with its content, or the annotation argocd.argoproj.io/sync-options: Force=true,Replace=true."
}

// optionsAnnotation holds the sync options of one object.
const optionsAnnotation = "argocd.argoproj.io/sync-options"

// replaces reports whether Argo CD deletes an object and makes it again when it cannot change it.
func replaces(o *repo.Object) bool {
	return slices.Contains(words(o.Annotations[optionsAnnotation]), "Force=true")
}
