package model

import (
	"cmp"
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// probes translates the probes. Without any, the first port is asked for a TCP
// connection: a workload that listens is never without a check, unless a layer
// removes it.
func (w *Workload) probes() (readiness, liveness, startup yamltree.Ordered) {
	filled := w.filledProbes()
	readiness, liveness = w.probe(filled.Readiness), w.probe(filled.Liveness)
	if number, alike := w.alike(readiness, liveness); alike {
		liveness[0].Value = overlay(liveness[0].Value.(yamltree.Ordered), yamltree.Ordered{pair("port", number)})
	}
	startup = w.probe(filled.Startup)
	if p := w.Probes.Startup; p != nil && !hasHandler(p) && p.Port == "" && len(liveness) > 0 {
		startup[0] = liveness[0]
	}
	return readiness, liveness, startup
}

// filledProbes are the probes with all that they leave out.
func (w *Workload) filledProbes() (p schema.Probes) {
	if w.Probes.None != nil {
		return p
	}
	if !removed(w.Node, "probes", "readiness") {
		p.Readiness = filled(w.Probes.Readiness, w.defaultProbe(readinessPeriod, 0))
	}
	if !removed(w.Node, "probes", "liveness") {
		p.Liveness = filled(w.Probes.Liveness, w.defaultProbe(livenessPeriod, livenessFailures))
	}
	p.Startup = w.filledStartup(p.Liveness)
	for _, probe := range []*schema.Probe{p.Readiness, p.Liveness, p.Startup} {
		if probe != nil && probe.Exec == nil {
			probe.Port = string(w.probePort(probe).Name)
		}
	}
	return p
}

// alike reports whether both probes ask a port by its name for the same, and returns the
// number of the port that liveness asks. The same check with more patience is what Kubernetes
// recommends when there is no better one. Liveness is written with the number, so that nobody,
// and no linter, takes the one for a copy of the other. Linters take every name of a port for
// the same port.
func (w *Workload) alike(readiness, liveness yamltree.Ordered) (number int, alike bool) {
	if len(readiness) == 0 || len(liveness) == 0 || readiness[0].Key != liveness[0].Key {
		return 0, false
	}
	asked := func(probe yamltree.Ordered, key string) any {
		for _, p := range probe[0].Value.(yamltree.Ordered) {
			if p.Key == key {
				return p.Value
			}
		}
		return nil
	}
	name, named := asked(liveness, "port").(string)
	if !named || !equal(asked(readiness, "path"), asked(liveness, "path")) ||
		readiness[0].Key == "tcpSocket" && !equal(asked(readiness, "port"), name) {
		return 0, false
	}
	port, _ := w.port(name)
	return port.Container, true
}

// sameCommand reports whether readiness and liveness run the same command.
func sameCommand(p schema.Probes) bool {
	return p.None == nil && p.Readiness != nil && p.Liveness != nil && len(p.Readiness.Exec) > 0 && slices.Equal(p.Readiness.Exec, p.Liveness.Exec)
}

// filledStartup borrows the handler of liveness unless it has one of its own.
func (w *Workload) filledStartup(liveness *schema.Probe) *schema.Probe {
	p := w.Probes.Startup
	if p == nil || hasHandler(p) {
		return filled(p, nil)
	}
	return borrowed(p, liveness)
}

// overlay returns m with the entries of top set.
func overlay(m, top yamltree.Ordered) yamltree.Ordered {
	out := slices.Clone(m)
	for _, entry := range top {
		i := slices.IndexFunc(out, func(p yamltree.Pair) bool { return p.Key == entry.Key })
		if i < 0 {
			out = append(out, entry)
		} else {
			out[i] = entry
		}
	}
	return out
}

// Periods of the default probes, in seconds, and how often liveness may fail in a
// row: a pod leaves its Service long before it is restarted.
const (
	readinessPeriod  = 5
	livenessPeriod   = 15
	livenessFailures = 4
)

// defaultProbe opens a connection to the first port; nil without a port.
func (w *Workload) defaultProbe(period, failures int) *schema.Probe {
	port, ok := w.defaultPort()
	if !ok {
		return nil
	}
	return &schema.Probe{TCP: true, Port: string(port.Name), Period: period, Failures: failures}
}

// defaultPort is the first port that speaks TCP, which all probes of the network do.
func (w *Workload) defaultPort() (Port, bool) {
	for _, port := range w.portsOf("") {
		if port.Protocol == "TCP" {
			return port, true
		}
	}
	return Port{}, false
}

func hasHandler(p *schema.Probe) bool {
	return p.HTTP != "" || p.GRPC != nil || p.TCP || p.Exec != nil
}

// filled is a probe with what it leaves out taken from the fallback; nil when nothing says
// what to check.
func filled(p, fallback *schema.Probe) *schema.Probe {
	switch {
	case p == nil && fallback == nil:
		return nil
	case p == nil:
		return fallback
	case !hasHandler(p):
		return borrowed(p, fallback)
	}
	out := *p
	if fallback != nil {
		out.Period, out.Failures = cmp.Or(p.Period, fallback.Period), cmp.Or(p.Failures, fallback.Failures)
	}
	return &out
}

// borrowed is another probe with the port and the numbers that p states; nil when there is no
// other one.
func borrowed(p, other *schema.Probe) *schema.Probe {
	if other == nil {
		return nil
	}
	out := *other
	out.Port = cmp.Or(p.Port, other.Port)
	out.InitialDelay, out.Period = cmp.Or(p.InitialDelay, other.InitialDelay), cmp.Or(p.Period, other.Period)
	out.Timeout, out.Successes = cmp.Or(p.Timeout, other.Timeout), cmp.Or(p.Successes, other.Successes)
	out.Failures = cmp.Or(p.Failures, other.Failures)
	return &out
}

// probe prints a probe with all that it has.
func (w *Workload) probe(p *schema.Probe) yamltree.Ordered {
	if p == nil {
		return nil
	}
	return append(yamltree.Ordered{w.handler(p)}, numbers(p)...)
}

// numbers prints the fields of a probe other than its handler.
func numbers(p *schema.Probe) yamltree.Ordered {
	out := with(nil, "initialDelaySeconds", p.InitialDelay)
	out = with(out, "periodSeconds", p.Period)
	out = with(out, "timeoutSeconds", p.Timeout)
	out = with(out, "successThreshold", p.Successes)
	return with(out, "failureThreshold", p.Failures)
}

// probePort is the port of a probe: the named one, or the default.
func (w *Workload) probePort(p *schema.Probe) Port {
	if port, ok := w.defaultPort(); ok && p.Port == "" {
		return port
	}
	port, _ := w.port(p.Port)
	return port
}

func (w *Workload) handler(p *schema.Probe) yamltree.Pair {
	port := w.probePort(p)
	name := string(port.Name)
	switch {
	case p.HTTP != "":
		get := with(yamltree.Ordered{pair("path", p.HTTP), pair("port", name)}, "scheme", p.Scheme)
		var headers []yamltree.Ordered
		for _, header := range sortedKeys(p.Headers) {
			headers = append(headers, yamltree.Ordered{pair("name", header), pair("value", p.Headers[header])})
		}
		if len(headers) > 0 {
			get = append(get, pair("httpHeaders", headers))
		}
		return pair("httpGet", get)
	case p.GRPC != nil:
		return pair("grpc", with(yamltree.Ordered{pair("port", port.Container)}, "service", *p.GRPC))
	case p.Exec != nil:
		return pair("exec", yamltree.Ordered{pair("command", p.Exec)})
	}
	return pair("tcpSocket", yamltree.Ordered{pair("port", name)})
}

// Kubernetes' numbers where a probe or a Deployment states none.
const (
	defaultPeriod   = 10
	defaultFailures = 3
	defaultDeadline = 600
)

// beforeStart is the time, in seconds, that a pod may need before its containers begin to start: until it has
// a node and its images.
const beforeStart = 300

// progressDeadline is the one that the rollout states, or one that leaves the startup probes their time: a
// Deployment whose deadline is shorter has failed while its container still starts.
func (w *Workload) progressDeadline() int {
	stated, slowest := w.Rollout.ProgressDeadlineSeconds, w.slowestStart()
	if needed := slowest + w.Rollout.MinReadySeconds; slowest > 0 && needed >= cmp.Or(stated, defaultDeadline) {
		return needed + beforeStart
	}
	return stated
}

// slowestStart is the longest time, in seconds, that a startup probe waits for its container.
func (w *Workload) slowestStart() int {
	slowest := patience(w.Probes.Startup)
	for _, c := range w.Sidecars {
		slowest = max(slowest, patience(c.Probes.Startup))
	}
	return slowest
}

func patience(p *schema.Probe) int {
	if p == nil {
		return 0
	}
	return p.InitialDelay + cmp.Or(p.Period, defaultPeriod)*cmp.Or(p.Failures, defaultFailures)
}
