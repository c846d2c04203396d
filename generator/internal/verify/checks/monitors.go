package checks

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
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
				t.checkEndpoint(at, monitor, servicePort{endpoint.Port, endpoint.TargetPort}, r.External, out)
			}
		}
	}
}

// servicePort is the port of a Service by its name, or by the number that containers
// listen on, which they have to declare then.
type servicePort struct {
	name   string
	target *intstr.IntOrString
}

func (p servicePort) String() string {
	if p.target != nil {
		return p.target.String()
	}
	return p.name
}

// of returns the port of a Service, or -1. A name goes before a number.
func (p servicePort) of(s *corev1.Service, pods []*workload) int {
	return slices.IndexFunc(s.Spec.Ports, func(port corev1.ServicePort) bool {
		if p.name != "" || p.target == nil {
			return port.Name == p.name
		}
		return len(pods) > 0 && !slices.ContainsFunc(pods, func(w *workload) bool {
			return !w.hasPort(*p.target, port.Protocol) || !slices.ContainsFunc(w.pod.Spec.Containers, func(c corev1.Container) bool {
				return number(&c, targetPort(port)) == p.target.IntVal
			})
		})
	})
}

func (t *target) checkEndpoint(at string, monitor *repo.ServiceMonitor, name servicePort, external []string, out *report) {
	matcher, err := metav1.LabelSelectorAsSelector(&monitor.Spec.Selector)
	found := 0
	for _, s := range repo.Typed[corev1.Service](t.objects) {
		pods := t.selected(s.Namespace, &metav1.LabelSelector{MatchLabels: s.Spec.Selector})
		i := name.of(s, pods)
		if err != nil || s.Namespace != monitor.Namespace || matcher.Empty() || !matcher.Matches(labels.Set(s.Labels)) || i < 0 {
			continue
		}
		found++
		for _, w := range pods {
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

// checkAlerts wants the namespaces of a target to have the same alerts, and each alert to
// wait, to be about its namespace, and to say where it comes from, how bad it is and what to
// do, with the labels that its siblings have.
func checkAlerts(t *target, out *report) {
	found := map[string][]string{}
	var names, keys []string
	for _, rule := range repo.Typed[repo.PrometheusRule](t.objects) {
		for _, group := range rule.Spec.Groups {
			for _, a := range group.Rules {
				found[rule.Namespace] = append(found[rule.Namespace], a.Alert)
				names = append(names, a.Alert)
				keys = append(keys, slices.Collect(maps.Keys(a.Labels))...)
				at := t.at("PrometheusRule", rule.Namespace, a.Alert)
				if !strings.Contains(a.Expr, "namespace='"+rule.Namespace+"'") || a.For == "" && !strings.Contains(a.Expr, "increase(") {
					out.add("%s: not about its namespace, or at the first twitch", at)
				}
				if a.Labels["severity"] == "" || a.Labels["env"] == "" || a.Annotations["summary"] == "" || a.Annotations["runbook_url"] == "" {
					out.add("%s does not say how bad it is, where, or what to do", at)
				}
			}
		}
	}
	for _, rule := range repo.Typed[repo.PrometheusRule](t.objects) {
		for _, group := range rule.Spec.Groups {
			for _, a := range group.Rules {
				for _, key := range keys {
					if a.Labels[key] == "" {
						out.add("%s: its siblings have the label %s", t.at("PrometheusRule", rule.Namespace, a.Alert), key)
					}
				}
			}
		}
	}
	t.checkSelected(out)
	for _, namespace := range t.namespaces() {
		for _, name := range names {
			if !slices.Contains(found[namespace], name) {
				out.add("%s: namespace %s has no alert %s", t.Name, namespace, name)
			}
		}
	}
}

// checkSelected wants everything that Prometheus reads to have the labels of the rest: it
// selects by them, and says nothing of what it does not select.
func (t *target) checkSelected(out *report) {
	for _, other := range t.objects {
		for _, o := range t.objects {
			if other.Kind != "PrometheusRule" || o.Kind != "ServiceMonitor" && o.Kind != "PrometheusRule" {
				continue
			}
			for key := range other.Labels {
				if o.Labels[key] == "" {
					out.add("%s: Prometheus may not select it: no label %s", t.at(o.Kind, o.Namespace, o.Name), key)
				}
			}
		}
	}
}
