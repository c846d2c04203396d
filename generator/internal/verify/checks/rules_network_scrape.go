package checks

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// deniedScrapes wants Prometheus to reach what a ServiceMonitor or PodMonitor tells it to read.
func deniedScrapes(t *traffic, out *judge) {
	for _, o := range t.objects {
		m := monitorOf(o)
		if m == nil {
			continue
		}
		for i, endpoint := range m.Spec.Endpoints {
			for _, b := range t.scraped(o, m, endpoint) {
				t.deniedScrape(o, fmt.Sprintf("spec.endpoints[%d]", i), b, out)
			}
		}
		for i, endpoint := range m.Spec.PodMetricsEndpoints {
			for _, b := range t.scrapedPods(o, m, endpoint) {
				t.deniedScrape(o, fmt.Sprintf("spec.podMetricsEndpoints[%d]", i), b, out)
			}
		}
	}
}

// monitorOf reads a ServiceMonitor or PodMonitor; nil for other objects.
func monitorOf(o *repo.Object) *repo.Monitor {
	if o.Group() != "monitoring.coreos.com" || o.Kind != "ServiceMonitor" && o.Kind != "PodMonitor" {
		return nil
	}
	return parsed[repo.Monitor](o)
}

// scraped are the pods that an endpoint of a ServiceMonitor means.
func (t *traffic) scraped(o *repo.Object, m *repo.Monitor, e repo.MonitorEndpoint) []behind {
	matcher, err := metav1.LabelSelectorAsSelector(&m.Spec.Selector)
	if err != nil || o.Kind != "ServiceMonitor" {
		return nil
	}
	var found []behind
	for _, other := range t.services {
		s, ok := other.Typed.(*corev1.Service)
		if !ok || !m.Watches(o.Home(), other.Home()) || !matcher.Matches(labels.Set(other.Labels)) {
			continue
		}
		for _, p := range s.Spec.Ports {
			if e.Port != "" && p.Name == e.Port || e.Port == "" && e.TargetPort != nil && targetPort(p) == *e.TargetPort {
				found = append(found, t.backends(s, other.Home(), p)...)
			}
		}
	}
	return found
}

// scrapedPods are the pods that an endpoint of a PodMonitor means.
func (t *traffic) scrapedPods(o *repo.Object, m *repo.Monitor, e repo.MonitorEndpoint) []behind {
	matcher, err := metav1.LabelSelectorAsSelector(&m.Spec.Selector)
	port := intstr.FromString(e.Port)
	switch {
	case e.Port == "" && e.PortNumber != nil:
		port = intstr.FromInt32(*e.PortNumber)
	case e.Port == "" && e.TargetPort != nil:
		port = *e.TargetPort
	}
	if err != nil || o.Kind != "PodMonitor" {
		return nil
	}
	var found []behind
	for _, pod := range t.pods {
		if !m.Watches(orDefault(o.Home()), pod.Namespace) || !matcher.Matches(labels.Set(pod.Labels)) {
			continue
		}
		if number, ok := resolve(pod, port, corev1.ProtocolTCP); ok {
			found = append(found, behind{pod, network.Port{Number: number, Protocol: corev1.ProtocolTCP}})
		}
	}
	return found
}

// deniedScrape judges one endpoint. Where Prometheus is not known, it is taken to be outside the
// namespace.
func (t *traffic) deniedScrape(o *repo.Object, field string, b behind, out *judge) {
	known := t.scrapers(t.home[o])
	for _, namespace := range known {
		if _, shut := t.shut(b, fromNamespace(namespace)); !shut {
			return
		}
	}
	if len(known) > 0 {
		t.refuse(out, o, field, b, fromNamespace(known[0]))
		return
	}
	if f := t.refuse(out, o, field, b, fromBeyond()); f != nil {
		f.Severity = Warning
	}
}

// scrapers are the namespaces of Prometheus, when they are declared or the repository holds one.
func (t *traffic) scrapers(home *target) []string {
	found := slices.Clone(t.prometheus)
	for _, name := range home.external {
		if namespace, ok := strings.CutPrefix(name, "Scraper/"); ok {
			found = append(found, namespace)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
