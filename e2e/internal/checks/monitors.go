package checks

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/wavewright/wavewright/e2e/internal/repo"
)

// checkMonitors wants each ServiceMonitor to mean one Service that has its port, and a
// namespace that is declared as external, as Scraper/NAMESPACE, to be let in to the pods
// behind it.
func checkMonitors(r *repo.Repository, out *report) {
	for _, t := range targets(r) {
		for _, monitor := range repo.Typed[repo.ServiceMonitor](t.objects) {
			at := t.at("ServiceMonitor", monitor.Namespace, monitor.Name)
			if len(monitor.Spec.Endpoints) == 0 {
				out.add("%s collects nothing", at)
			}
			for _, endpoint := range monitor.Spec.Endpoints {
				t.checkEndpoint(at, monitor, endpoint.Port, r.External, out)
			}
		}
	}
}

func (t *target) checkEndpoint(at string, monitor *repo.ServiceMonitor, name string, external []string, out *report) {
	matcher, err := metav1.LabelSelectorAsSelector(&monitor.Spec.Selector)
	found := 0
	for _, s := range repo.Typed[corev1.Service](t.objects) {
		i := slices.IndexFunc(s.Spec.Ports, func(p corev1.ServicePort) bool { return p.Name == name })
		if err != nil || s.Namespace != monitor.Namespace || matcher.Empty() || !matcher.Matches(labels.Set(s.Labels)) || i < 0 {
			continue
		}
		found++
		for _, w := range t.selected(s.Namespace, &metav1.LabelSelector{MatchLabels: s.Spec.Selector}) {
			if !slices.ContainsFunc(external, func(name string) bool {
				namespace, ok := strings.CutPrefix(name, "Scraper/")
				return ok && t.admits(w, namespace, targetPort(s.Spec.Ports[i]))
			}) {
				out.add("%s: no network policy lets the scraper reach %s on %s", at, w.name, name)
			}
		}
	}
	if found != 1 {
		out.add("%s means %d Services with a port %s", at, found, name)
	}
}
