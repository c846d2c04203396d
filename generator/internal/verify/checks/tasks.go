package checks

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Annotations of Argo CD that order a sync.
const (
	hookAnnotation   = "argocd.argoproj.io/hook"
	policyAnnotation = "argocd.argoproj.io/hook-delete-policy"
	waveAnnotation   = "argocd.argoproj.io/sync-wave"
)

// contentName is the name of a Job that carries a hash of what it runs.
var contentName = regexp.MustCompile(`-[0-9a-f]{8}$`)

// checkTasks wants what runs to an end to be bounded, and Jobs to be objects that Argo
// CD can deploy: one before the workload is a hook that finds all it needs, one after it
// has another name as soon as it runs something else.
func checkTasks(t *target, out *report) {
	for _, application := range t.Applications {
		for _, o := range application.Objects {
			at := t.at(o.Kind, o.Namespace, o.Name)
			switch task := o.Typed.(type) {
			case *batchv1.CronJob:
				checkBounds(at, &task.Spec.JobTemplate.Spec, out)
				if !application.Chart && o.Labels[ownManifests] == "" && !maps.Equal(task.Spec.JobTemplate.Labels, o.Labels) {
					out.add("%s: its Jobs lack its labels", at)
				}
				if d := task.Spec.StartingDeadlineSeconds; d == nil || *d < 10 || task.Spec.ConcurrencyPolicy == "" {
					out.add("%s: no deadline to start, or no word on overlap", at)
				}
			case *batchv1.Job:
				checkBounds(at, &task.Spec, out)
				checkJob(at, o, task, application.Objects, out)
			}
		}
	}
}

func checkBounds(at string, spec *batchv1.JobSpec, out *report) {
	if spec.ActiveDeadlineSeconds == nil || spec.BackoffLimit == nil || spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
		out.add("%s: no bounds, or attempts that leave no log", at)
	}
	if spec.TTLSecondsAfterFinished != nil {
		out.add("%s: Kubernetes deletes it behind Argo CD's back", at)
	}
}

func checkJob(at string, o *repo.Object, task *batchv1.Job, all []*repo.Object, out *report) {
	if task.Annotations["ignore-check.kube-linter.io/job-ttl-seconds-after-finished"] == "" {
		out.add("%s stays for ever, without a reason", at)
	}
	own := wave(o)
	if task.Annotations[hookAnnotation] == "" {
		if !contentName.MatchString(o.Name) {
			out.add("%s: nobody can change a Job, and its name does not change with it", at)
		}
		if slices.ContainsFunc(all, func(other *repo.Object) bool { return isServer(other) && wave(other) >= own }) {
			out.add("%s does not wait for the workload", at)
		}
		return
	}
	if task.Annotations[hookAnnotation] != "Sync" || task.Annotations[policyAnnotation] != "BeforeHookCreation" {
		out.add("%s: a hook of another phase, or one that stays in its own way", at)
	}
	for _, other := range all {
		if isServer(other) && wave(other) <= own {
			out.add("%s does not run before %s", at, other)
		}
		if needs(task, other) && wave(other) >= own {
			out.add("%s needs %s, which is not there before", at, other)
		}
	}
}

// isServer reports whether an object makes pods and is no Job.
func isServer(o *repo.Object) bool { return fromTyped(o.Typed) != nil && o.Kind != "Job" }

// needs reports whether the pods of a Job cannot run, or reach what they must, without
// an object.
func needs(task *batchv1.Job, o *repo.Object) bool {
	switch typed := o.Typed.(type) {
	case *repo.ExternalSecret:
		name := typed.Spec.Target.Name
		if name == "" {
			name = typed.Name
		}
		return slices.Contains(references(&task.Spec.Template.Spec), "Secret/"+name)
	case *networkingv1.NetworkPolicy:
		selector, err := metav1.LabelSelectorAsSelector(&typed.Spec.PodSelector)
		return err != nil || selector.Matches(labels.Set(task.Spec.Template.Labels))
	}
	return slices.Contains(references(&task.Spec.Template.Spec), o.String())
}

func wave(o *repo.Object) int {
	n, err := strconv.Atoi(o.Annotations[waveAnnotation])
	if err != nil {
		return 0
	}
	return n
}
