package checks

import (
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkLabels wants all objects of an application to carry the same labels, those that
// say what it is and where among them: costs, owners and cleaning up go by labels, and
// an object that lacks them is nobody's.
func checkLabels(t *target, out *report) {
	for _, application := range t.Applications {
		if application.Chart {
			continue
		}
		main := mainWorkload(application.Objects)
		if main != nil && main.Labels[ownManifests] != "" {
			checkOwnLabels(t, application.Objects, out)
			continue
		}
		for _, o := range application.Objects {
			at := t.at(o.Kind, o.Namespace, o.Name)
			if o.Labels["env"] == "" {
				out.add("%s has no label env", at)
			}
			if main != nil && !sameLabels(o, main) {
				out.add("%s has the labels %v, its %s has %v", at, o.Labels, main.Kind, main.Labels)
			}
		}
		if main != nil && (main.Labels["app.kubernetes.io/instance"] == "" || main.Labels["app.kubernetes.io/part-of"] == "") {
			out.add("%s: does not say what it is an instance or a part of", t.at(main.Kind, main.Namespace, main.Name))
		}
	}
}

// ownManifests is the label of everything that a team brought itself. Its other labels
// are the team's affair.
const ownManifests = "wavewright.dev/application"

// checkOwnLabels wants what a team brought to say where it is and whose, except what is
// written beside it.
func checkOwnLabels(t *target, objects []*repo.Object, out *report) {
	for _, o := range objects {
		if o.Labels["env"] == "" || o.Labels[ownManifests] == "" {
			out.add("%s has the labels %v, which do not say where it is and what it belongs to", t.at(o.Kind, o.Namespace, o.Name), o.Labels)
		}
	}
}

// sameLabels compares labels. Those of a Job say which instance it is itself: linters
// want its own name there. A ServiceMonitor may have more: Prometheus selects it by them.
// A load balancer has one by which a ServiceMonitor leaves it out.
func sameLabels(o, main *repo.Object) bool {
	want := maps.Clone(main.Labels)
	if o.Kind == "Job" && want != nil {
		want["app.kubernetes.io/instance"] = o.Name
	}
	have := maps.Clone(o.Labels)
	if o.Kind == "ServiceMonitor" {
		maps.DeleteFunc(have, func(key, _ string) bool { _, ok := want[key]; return !ok })
	}
	if s, ok := o.Typed.(*corev1.Service); ok && s.Spec.Type == corev1.ServiceTypeLoadBalancer {
		delete(have, "wavewright.dev/load-balancer")
	}
	return maps.Equal(have, want)
}

// mainWorkload is the object that makes the pods of an Application; nil for a
// namespace's.
func mainWorkload(objects []*repo.Object) *repo.Object {
	for _, o := range objects {
		if isServer(o) {
			return o
		}
	}
	return nil
}
