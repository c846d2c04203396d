package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Alert is one rule of a PrometheusRule, ready to print.
type Alert struct {
	Name Path
	// Expr is the condition of the alert in PromQL.
	Expr string
	// For is how long Expr must be true; empty when Expr contains the time.
	For                 string
	Labels, Annotations yamltree.Ordered
}

// AlertKind is an alert that every namespace can have. Metrics and labels are those of
// kube-state-metrics and of cAdvisor; max keeps a target that is collected twice from
// counting twice. In the expression, %[1]s selects the namespace, %[2]s is the threshold
// and %[3]s the time.
type AlertKind struct {
	Name Path
	// field of the specification.
	field string
	// Percent is set when the threshold is a percentage.
	Percent bool
	// Windowed is set when Expr contains the time.
	Windowed      bool
	expr, summary string
	// Threshold that an environment sets; nil when it does not have the alert.
	Threshold func(schema.Monitoring) *schema.Threshold
}

// condition is an alert about a state, as one about a number.
func condition(c *schema.Condition) *schema.Threshold {
	if c == nil {
		return nil
	}
	return &schema.Threshold{For: c.For, Severity: c.Severity}
}

// AlertKinds are all alerts in the order in which they are printed.
func AlertKinds() []AlertKind {
	usage := func(used, resource string) string {
		return "max by (namespace, pod, container) (" + used + ") / on (namespace, pod, container) " +
			`max by (namespace, pod, container) (kube_pod_container_resource_requests{%[1]s, resource='` + resource + `'}) > %[2]s`
	}
	return []AlertKind{
		{
			Name: "ContainerRestarts", field: "restarts", Windowed: true,
			expr:      `max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total{%[1]s}[%[3]s])) > %[2]s`,
			summary:   `Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} restarted {{ $value | humanize }} times within %[3]s.`,
			Threshold: func(m schema.Monitoring) *schema.Threshold { return m.Restarts },
		},
		{
			Name: "ReplicasUnavailable", field: "unavailable",
			expr: `max by (namespace, deployment) (kube_deployment_spec_replicas{%[1]s}) > on (namespace, deployment) max by (namespace, deployment) (kube_deployment_status_replicas_available{%[1]s})` +
				` or max by (namespace, statefulset) (kube_statefulset_replicas{%[1]s}) > on (namespace, statefulset) max by (namespace, statefulset) (kube_statefulset_status_replicas_ready{%[1]s})` +
				` or max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled{%[1]s}) > on (namespace, daemonset) max by (namespace, daemonset) (kube_daemonset_status_number_available{%[1]s})`,
			summary:   `{{ $labels.namespace }}/{{ $labels.deployment }}{{ $labels.statefulset }}{{ $labels.daemonset }} has fewer replicas than the {{ $value }} that it has to have, for %[3]s.`,
			Threshold: func(m schema.Monitoring) *schema.Threshold { return condition(m.Unavailable) },
		},
		{
			Name: "AutoscalerAtMaximum", field: "autoscaler",
			expr:      `max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{%[1]s}) >= on (namespace, horizontalpodautoscaler) max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{%[1]s})`,
			summary:   `{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} runs at its maximum of {{ $value }} replicas for %[3]s.`,
			Threshold: func(m schema.Monitoring) *schema.Threshold { return condition(m.Autoscaler) },
		},
		{
			Name: "QuotaNearlyUsed", field: "quota", Percent: true,
			expr:      `max by (namespace, resourcequota, resource) (kube_resourcequota{%[1]s, type='used'}) / on (namespace, resourcequota, resource) (max by (namespace, resourcequota, resource) (kube_resourcequota{%[1]s, type='hard'}) > 0) > %[2]s`,
			summary:   `{{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its quota of {{ $labels.resource }}.`,
			Threshold: func(m schema.Monitoring) *schema.Threshold { return m.Quota },
		},
		{
			Name: "CPUAboveRequest", field: "cpu", Percent: true,
			expr:      usage(`rate(container_cpu_usage_seconds_total{%[1]s, container!=''}[5m])`, "cpu"),
			summary:   `Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanizePercentage }} of the CPU that it requests, for %[3]s.`,
			Threshold: func(m schema.Monitoring) *schema.Threshold { return m.CPU },
		},
		{
			Name: "MemoryAboveRequest", field: "memory", Percent: true,
			expr:      usage(`container_memory_working_set_bytes{%[1]s, container!=''}`, "memory"),
			summary:   `Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanizePercentage }} of the memory that it requests, for %[3]s.`,
			Threshold: func(m schema.Monitoring) *schema.Threshold { return m.Memory },
		},
		{
			Name: "JobFailed", field: "jobs",
			expr:      `max by (namespace, job_name) (kube_job_failed{%[1]s, condition='true'}) > 0`,
			summary:   `Job {{ $labels.namespace }}/{{ $labels.job_name }} failed.`,
			Threshold: func(m schema.Monitoring) *schema.Threshold { return condition(m.Jobs) },
		},
	}
}

// alertDuration is a time as Prometheus writes it.
var alertDuration = lazyregexp.New(`^[0-9]{1,4}[smhd]$`)

// alerts checks an environment's settings of the alerts.
func (r *resolver) alerts(env *Environment) {
	for _, kind := range AlertKinds() {
		t := kind.Threshold(env.Settings.Monitoring)
		if t == nil {
			continue
		}
		at := func(key string) diag.Range { return r.place(env.Node, "monitoring", kind.field, key) }
		if !alertDuration.MatchString(t.For) || kind.Windowed && strings.Trim(t.For, "0smhd") == "" {
			r.list.Error(at("for"), "spec/value", fmt.Sprintf("%q is not a duration of Prometheus", t.For)).Hint = "Write for example 15m."
		}
		if t.Above < 0 {
			r.list.Error(at("above"), "spec/value", "the threshold of an alert is not negative").Hint =
				"Write 0 or more."
		}
		if t.Severity == "" {
			r.list.Error(at("severity"), "spec/missing", "this alert has no severity").Hint = "Write severity: warning."
		}
	}
}

// Alerting reports whether the target has alerts.
func (t *Target) Alerting() bool {
	return t.Cluster.Metrics != nil && t.Env.Settings.Monitoring.Enabled
}

// Alerting reports whether any target of the environment has alerts.
func (e *Environment) Alerting() bool { return slices.ContainsFunc(e.Targets, (*Target).Alerting) }

// Alerting reports whether any target has alerts.
func (p *Platform) Alerting() bool {
	return slices.ContainsFunc(p.Environments, (*Environment).Alerting)
}

// Alerts lists the alerts of a namespace; none when its environment has none.
func (ns *Namespace) Alerts(p *Platform) []Alert {
	if !ns.Target.Alerting() {
		return nil
	}
	var out []Alert
	for _, kind := range AlertKinds() {
		if t := kind.Threshold(ns.Target.Env.Settings.Monitoring); t != nil {
			out = append(out, ns.alert(kind, t, p))
		}
	}
	return out
}

func (ns *Namespace) alert(kind AlertKind, t *schema.Threshold, p *Platform) Alert {
	threshold := strconv.Itoa(t.Above)
	if kind.Percent {
		threshold = strconv.FormatFloat(float64(t.Above)/100, 'f', -1, 64)
	}
	fill := strings.NewReplacer("%[1]s", "namespace='"+string(ns.Name)+"'", "%[2]s", threshold, "%[3]s", t.For)
	a := Alert{
		Name: kind.Name, Expr: fill.Replace(kind.expr), Labels: ns.alertLabels(t.Severity),
		Annotations: yamltree.Ordered{
			pair("summary", fill.Replace(kind.summary)),
			pair("runbook_url", p.runbook()+"#"+strings.ToLower(string(kind.Name))),
		},
	}
	if !kind.Windowed && strings.Trim(t.For, "0smhd") != "" {
		a.For = t.For
	}
	return a
}

// alertLabels name the recipients of an alert. A namespace of several teams has no team.
func (ns *Namespace) alertLabels(severity string) yamltree.Ordered {
	labels := yamltree.Ordered{pair("severity", severity), pair("env", string(ns.Target.Env.Name))}
	if ns.Team != nil {
		labels = append(labels, pair("team", string(ns.Team.Name)))
	}
	if ns.Target.Name != ns.Target.Env.Name && !ns.Fleet() {
		labels = append(labels, pair("cluster", string(ns.Target.Cluster.Name)))
	}
	return labels
}

// scpURL is the short form of an SSH URL.
var scpURL = lazyregexp.New(`^(?:[A-Za-z0-9._-]+@)([A-Za-z0-9.-]+):(.+)$`)

// runbook is where people read the runbook: in the web pages of the repository, as
// GitHub and GitLab build their addresses, or its path where there are none.
func (p *Platform) runbook() string {
	path, url := p.Repository.Prefix+layout.Runbook, string(p.Repository.URL)
	if m := scpURL.FindStringSubmatch(url); m != nil {
		url = "https://" + m[1] + "/" + m[2]
	}
	scheme, rest, _ := strings.Cut(url, "://")
	if scheme != "https" && scheme != "http" && scheme != "ssh" {
		return path
	}
	host, repository, _ := strings.Cut(rest[strings.LastIndexByte(rest, '@')+1:], "/")
	if scheme == "ssh" {
		scheme, host = "https", strings.Split(host, ":")[0]
	}
	blob := "/blob/"
	if p.Pipeline == "gitlab" || strings.Contains(host, "gitlab") {
		blob = "/-/blob/"
	}
	return scheme + "://" + host + "/" + strings.TrimSuffix(repository, ".git") + blob + p.Repository.Branch + "/" + path
}

// Monitor is a ServiceMonitor, ready to print.
type Monitor struct {
	// App is the application whose Service is collected.
	App      Name
	Metadata yamltree.Ordered
	// Selector is what selects its Service.
	Selector yamltree.Ordered
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
	return &Monitor{in.App.Name, metadata, in.monitored(selector), []yamltree.Ordered{endpoint}}
}

// monitored selects Services by labels. A load balancer leads to the same pods, whose metrics
// Prometheus would collect twice.
func (in *Instance) monitored(labels map[string]string) yamltree.Ordered {
	out := matchLabels(labels)
	if len(in.LoadBalancers()) > 0 {
		out = append(out, pair("matchExpressions", []yamltree.Ordered{{pair("key", balancerLabel), pair("operator", "DoesNotExist")}}))
	}
	return out
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
	if m == nil || c.w.ends() { // schedule and once refuse it as a whole
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
	c.portReference(m.Port, "metrics", "port")
	if port, ok := c.w.port(m.Port); ok && port.Protocol != "TCP" {
		c.error(at, "expose/protocol", "metrics need a TCP port, and %s is %s", port.Name, port.Protocol).Hint =
			"Name another port: metrics: {port: …}."
	}
	if m.Path != "" && (!strings.HasPrefix(m.Path, "/") || !routePath.MatchString(m.Path)) {
		c.error(c.at("metrics", "path"), "expose/path", "this is not the path of an endpoint").Hint = "Write for example /metrics."
	}
}

// monitoring reports enabled alerts on clusters without a Prometheus.
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
