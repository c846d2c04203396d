package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

var portName = lazyregexp.New(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

func (c *checker) ports() {
	ports := c.w.PortList()
	for i, port := range ports {
		at := c.key(port.path()...)
		if len(port.Name) > 15 || !portName.MatchString(string(port.Name)) || strings.Contains(string(port.Name), "--") {
			c.error(at, "port/name", "%q cannot be the name of a port", port.Name).Hint =
				"Kubernetes allows 15 lower-case letters, digits and single hyphens, beginning with a letter."
		}
		if other := slices.IndexFunc(ports[:i], func(p Port) bool { return p.Name == port.Name }); other >= 0 {
			c.error(at, "port/duplicate", "two ports have the name %s", port.Name).Hint = "The Service offers the ports of all containers. Choose another name."
			continue
		}
		c.duplicatePort(at, ports[:i], port, "Service port", func(p Port) int { return p.Port.Port })
		c.duplicatePort(at, ports[:i], port, "container port", func(p Port) int { return p.Container })
		c.lowPort(at, port)
	}
}

// lowPort reports a port of the node on which no process of the container may listen.
func (c *checker) lowPort(at diag.Range, port Port) {
	added, fields, where := c.w.Security.Capabilities, c.w.Container, "security: {capabilities: {add: [NET_BIND_SERVICE], reason: TEXT}}"
	if port.sidecar != "" {
		sidecar := c.w.Sidecars[port.sidecar]
		added, fields, where = sidecar.Capabilities, sidecar.Container, "capabilities: {add: [NET_BIND_SERVICE], reason: TEXT} in "+sidecars+"."+port.sidecar
	}
	binds := added != nil && slices.Contains(added.Add, lowPortCapability) ||
		fields != nil && fields.Spec.SecurityContext != nil && isTrue(fields.Spec.SecurityContext.Privileged)
	if binds || !port.low() || !c.w.onHostNetwork() || c.faulty("security") || c.faulty("container") || c.faulty(sidecars) {
		return
	}
	d := c.error(at, "port/low", "no process may listen on port %d of the node", port.Container)
	d.Detail = "With hostNetwork a port below 1024 needs the capability NET_BIND_SERVICE: Kubernetes refuses for such pods the sysctl that wavewright writes for others."
	d.Hint = fmt.Sprintf("Write %s, for root or for a program that has the capability in its image. Or listen above 1023: ports: {%s: {port: %d, container: 8080}}.",
		where, port.Name, port.Port.Port)
}

func (c *checker) duplicatePort(at diag.Range, before []Port, port Port, what string, number func(Port) int) {
	for _, other := range slices.Backward(before) {
		if number(other) == number(port) && other.Protocol == port.Protocol {
			c.error(at, "port/duplicate", "%s and %s have the same %s", other.Name, port.Name, what).Hint =
				fmt.Sprintf("Give one of them another %s: %s: {port: NUMBER, container: NUMBER}. port is that of the Service, container what the process listens on.", what, port.Name)
			return
		}
	}
}

func (c *checker) probes() {
	probeCheck{c, "", []any{"probes"}}.all(c.w.Probes)
	if c.w.ends() || c.faulty("kind") || c.faulty("probes") || c.faulty("ports") || c.faulty(sidecars) {
		return
	}
	if c.w.Probes.None != nil {
		c.withoutProbes()
		return
	}
	c.probed()
}

// withoutProbes checks the reason of a workload without probes.
func (c *checker) withoutProbes() {
	p := c.w.Probes
	if strings.TrimSpace(p.None.Reason) == "" && c.stated("probes", "none", "reason") {
		c.error(c.at("probes", "none"), "reason/missing", "no probes need a reason").Hint =
			"Write reason: TEXT; wavewright keeps the text in an annotation, for reviewers."
	}
	for _, stated := range []*schema.Probe{p.Readiness, p.Liveness, p.Startup} {
		if stated != nil && hasHandler(stated) {
			c.error(c.key("probes", "none"), "probe/handler", "none excludes the other probes").Hint =
				"Take none out, or the probes; none: null in a later layer removes the none of an earlier layer."
			return
		}
	}
}

// probed wants a probe where the environment counts on replicas, and readiness wherever the
// generated pipeline asks for it: behind a Service.
func (c *checker) probed() {
	readiness, liveness, startup := c.w.probes()
	ready, checked := len(readiness) > 0, len(readiness)+len(liveness)+len(startup) > 0
	for _, beside := range c.w.containers() {
		probes := c.w.sidecarProbes(beside)
		checked = checked || len(probes) > 0
		ready = ready || slices.ContainsFunc(probes, func(p yamltree.Pair) bool { return p.Key == "readinessProbe" })
	}
	env, served := c.in.Target.Env, c.w.Stateful() || len(c.w.PortList()) > 0
	var what, why string
	switch {
	case served && !ready:
		what, why = "no readiness probe", "Its Service sends requests to pods that are not ready."
	case !checked && env.Floor > 1:
		what, why = "no probe", "Nothing notices a pod that hangs, or that does not work after a rollout."
	default:
		return
	}
	d := c.list.Warning(c.in.App.At, "probe/missing", fmt.Sprintf("%s has %s", c.in.App.Name, what))
	if served && !ready && env.asksForProbes() && c.facts.Get("ci") != nil {
		d.Severity, d.Detail = diag.Error, fmt.Sprintf("The pipeline would refuse it, by a step with the rule %s.", podProbes)
	} else {
		d.Detail = why
	}
	d.Hint = "Write probes: {readiness: {exec: [COMMAND]}}, or declare the TCP port that it listens on, or say why not: probes: {none: {reason: …}}."
}

// podProbes is the rule of kube-score that wants readiness behind a Service.
const podProbes = "pod-probes"

// asksForProbes reports whether a step of the environment has the rule podProbes.
func (e *Environment) asksForProbes() bool {
	return slices.ContainsFunc(e.Validation, func(s Step) bool {
		return slices.Contains(s.Rules, podProbes) || s.Uses == UsesCompliance && len(s.Rules) == 0
	})
}

// probeCheck checks the probes of the main container or of a sidecar, which stand at a path.
type probeCheck struct {
	*checker
	sidecar string
	path    []any
}

func (c probeCheck) below(more ...any) []any { return slices.Concat(c.path, more) }

func (c probeCheck) all(probes schema.Probes) {
	if probes.None != nil && c.sidecar != "" {
		c.error(c.key(c.below("none")...), "probe/handler", "a sidecar has only the probes that it states").Hint = "Take none out."
	}
	for name, probe := range map[string]*schema.Probe{"readiness": probes.Readiness, "liveness": probes.Liveness, "startup": probes.Startup} {
		if probe != nil {
			c.probe(name, probe)
		}
	}
}

func (c probeCheck) probe(name string, p *schema.Probe) {
	handlers := 0
	for _, set := range []bool{p.HTTP != "", p.GRPC != nil, p.TCP, p.Exec != nil} {
		if set {
			handlers++
		}
	}
	at := c.at(c.below(name)...)
	c.value(min(p.InitialDelay, p.Period, p.Timeout, p.Failures, p.Successes) < 0, "the numbers of a probe are not negative", zeroHint, c.below(name)...)
	c.value(name != "readiness" && p.Successes > 1, "the successThreshold of this probe is 1",
		"Kubernetes permits another number for readiness only. Take it out.", c.below(name, "successThreshold")...)
	if handlers > 1 {
		c.error(at, "probe/handler", "a probe has one of http, grpc, tcp and exec").Hint =
			"Keep one; null in a later layer removes the one of an earlier layer, for example http: null."
	}
	ports := c.w.portsOf(c.sidecar)
	listens := slices.ContainsFunc(ports, func(p Port) bool { return p.Protocol == "TCP" })
	if handlers == 0 && name != "startup" && !c.faulty("ports") && !c.faulty(c.below()...) && !listens {
		c.error(at, "probe/handler", "this probe does not say what to check").Hint =
			"Write exec: [COMMAND], or declare a port."
	}
	if p.HTTP != "" && !strings.HasPrefix(p.HTTP, "/") {
		c.error(at, "probe/path", "the path of a probe begins with a slash").Hint = "Write http: /PATH."
	}
	c.request(p, c.below(name))
	c.portIn(ports, p.Port, handlers > 0 && p.Exec == nil, c.below(name, "port")...)
}

// headerName is what the API server accepts as the name of a header.
var headerName = lazyregexp.New(`^[-A-Za-z0-9]+$`)

// request checks what only a request of HTTP has.
func (c probeCheck) request(p *schema.Probe, path []any) {
	if p.HTTP == "" && (len(p.Headers) > 0 || p.Scheme != "") && !c.faulty(path...) {
		c.error(c.at(path...), "probe/header", "only a probe with http has headers and a scheme").Hint = "Write http: /PATH beside them."
	}
	for _, name := range sortedKeys(p.Headers) {
		at := append(path[:len(path):len(path)], "headers", name)
		if !headerName.MatchString(name) {
			c.error(c.key(at...), "probe/header", "%q cannot be the name of a header", name).Hint = "Use letters, digits and hyphens."
		}
		if strings.ContainsFunc(p.Headers[name], unicode.IsControl) {
			c.error(c.at(at...), "probe/header", "the value of header %s has several lines or control characters", name).Hint = "Write it on one line."
		}
		if literalSecret(name, p.Headers[name]) || strings.EqualFold(name, "Authorization") {
			c.error(c.key(at...), "secret/literal", "header %s looks like a secret", name).Hint =
				"Secrets never stand in Git, and a probe cannot read a Secret. Serve the path without authorization, or write exec: [COMMAND], which has the variables of the container."
		}
	}
}

// portReference checks that the workload has a port of this name.
func (c *checker) portReference(name string, path ...any) {
	if !c.faulty(sidecars) {
		c.portIn(c.w.PortList(), name, true, path...)
	}
}

// portIn checks that one of the ports has this name.
func (c *checker) portIn(ports []Port, name string, needed bool, path ...any) {
	known := slices.ContainsFunc(ports, func(p Port) bool { return name == "" || string(p.Name) == name })
	if known || name == "" && !needed || c.faulty("ports") || c.faulty(sidecars) {
		return
	}
	if len(ports) == 0 {
		c.error(c.at(path...), "port/unknown", "application %s declares no port", c.in.App.Name).Hint =
			"Write ports: {http: 8080}."
		return
	}
	d := c.error(c.at(path...), "port/unknown", "there is no port %q", name)
	d.Detail = "Declared: " + portNames(ports) + "."
	d.Hint = "Write the name of one of these, or declare it under ports."
	for _, port := range ports {
		if name == strconv.Itoa(port.Container) || name == strconv.Itoa(port.Port.Port) {
			d.Hint = fmt.Sprintf("Write the name of the port: %s.", port.Name)
		}
	}
}
