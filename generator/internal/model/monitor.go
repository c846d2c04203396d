package model

import (
	"cmp"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Monitor is a ServiceMonitor, ready to print.
type Monitor struct {
	// App is the application whose Service is collected.
	App      Name
	Metadata yamltree.Ordered
	// Selector is what selects its Service.
	Selector map[string]string
	// Endpoints are the ports of the Service that have metrics.
	Endpoints []yamltree.Ordered
}

// Collected reports whether Prometheus collects metrics of the instance.
func (in *Instance) Collected() bool { return in.monitor() != nil }

// monitor collects the metrics of an instance; nil when it has none.
func (in *Instance) monitor() *Monitor {
	metrics, scraper := in.Workload.Metrics, in.Target.Cluster.Metrics
	if metrics == nil || scraper == nil {
		return nil
	}
	endpoint := yamltree.Ordered{in.collected(metrics), pair("path", cmp.Or(metrics.Path, "/metrics"))}
	endpoint = with(endpoint, "interval", scraper.Interval)
	metadata := yamltree.Ordered{pair("name", string(in.App.Name))}
	labels := scraper.Labels
	if in.Chart != nil { // no kustomization adds them, and Prometheus may select by them
		labels = joined(in.ObjectLabels(), labels)
	}
	if len(labels) > 0 {
		metadata = append(metadata, pair("labels", labels))
	}
	selector := in.labelled()
	if len(metrics.ServiceLabels) > 0 {
		selector = metrics.ServiceLabels
	}
	return &Monitor{in.App.Name, metadata, selector, []yamltree.Ordered{endpoint}}
}

// collected is the port of an endpoint: by the name that the Service gives it, which of
// a source only its author knows, or by the number that the container listens on.
func (in *Instance) collected(metrics *schema.Metrics) yamltree.Pair {
	port, _ := in.Workload.port(metrics.Port)
	if in.Workload.Source != nil {
		return pair("targetPort", port.Container)
	}
	return pair("port", string(port.Name))
}

// fromScraper lets the platform's Prometheus reach the metrics endpoint.
func (in *Instance) fromScraper() {
	metrics, scraper := in.Workload.Metrics, in.Target.Cluster.Metrics
	if metrics == nil || scraper == nil {
		return
	}
	if port, ok := in.Workload.port(metrics.Port); ok {
		in.admit("prometheus", PodSet{Name(scraper.Namespace), scraper.PodLabels}, []Port{port})
	}
}

// metrics checks the metrics endpoint.
func (c *checker) metrics() {
	m := c.w.Metrics
	if m == nil {
		return
	}
	at := c.key("metrics")
	if c.in.Target.Cluster.Metrics == nil {
		if !c.unoffered("metrics") {
			return
		}
		c.error(at, "platform/metrics", "nothing collects metrics on cluster %s", c.in.Target.Cluster.Name).Hint =
			"Declare platform.metrics: {namespace: …, podLabels: {…}}, or take the endpoint out there with metrics: null."
	}
	c.portReference(m.Port, true, "metrics", "port")
	if port, ok := c.w.port(m.Port); ok && port.Protocol != "TCP" {
		c.error(at, "expose/protocol", "metrics need a TCP port, and %s is %s", port.Name, port.Protocol).Hint =
			"Name another port: metrics: {port: …}."
	}
	if m.Path != "" && (!strings.HasPrefix(m.Path, "/") || !routePath.MatchString(m.Path)) {
		c.error(c.at("metrics", "path"), "expose/path", "this is not the path of an endpoint").Hint = "Write for example /metrics."
	}
}

// monitoring reports alerts that somebody wants where nothing could send them.
func (r *resolver) monitoring() {
	for _, env := range r.p.Environments {
		enabled := env.Node.Get("monitoring").Get("enabled")
		if !env.Settings.Monitoring.Enabled || enabled == nil || schema.IsBuiltin(enabled.Range.File) {
			continue
		}
		for _, target := range env.Targets {
			if target.Cluster.Metrics == nil && target.Cluster.known(r.spec.Node, "metrics") {
				r.list.Error(enabled.Range, "platform/metrics", "nothing evaluates alerts on cluster "+string(target.Cluster.Name)).Hint =
					"Declare platform.metrics: {namespace: …, podLabels: {…}}, or take this line out."
				break
			}
		}
	}
}
