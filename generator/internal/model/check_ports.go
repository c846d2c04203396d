package model

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

var portName = lazyregexp.New(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

func (c *checker) ports() {
	ports := c.w.PortList()
	for i, port := range ports {
		at := c.key("ports", string(port.Name))
		if len(port.Name) > 15 || !portName.MatchString(string(port.Name)) || strings.Contains(string(port.Name), "--") {
			c.error(at, "port/name", "%q cannot be the name of a port", port.Name).Hint =
				"Kubernetes allows 15 lower-case letters, digits and single hyphens, beginning with a letter."
		}
		c.duplicatePort(at, ports[:i], port, "Service port", func(p Port) int { return p.Port.Port })
		c.duplicatePort(at, ports[:i], port, "container port", func(p Port) int { return p.Container })
	}
}

func (c *checker) duplicatePort(at diag.Range, before []Port, port Port, what string, number func(Port) int) {
	for _, other := range slices.Backward(before) {
		if number(other) == number(port) && other.Protocol == port.Protocol {
			c.error(at, "port/duplicate", "%s and %s have the same %s", other.Name, port.Name, what).Hint =
				"Give one of them another number; {port: 80, container: 8080} tells the Service and the container apart."
			return
		}
	}
}

func (c *checker) probes() {
	for name, probe := range map[string]*schema.Probe{"readiness": c.w.Probes.Readiness, "liveness": c.w.Probes.Liveness, "startup": c.w.Probes.Startup} {
		if probe != nil {
			c.probe(name, probe)
		}
	}
}

func (c *checker) probe(name string, p *schema.Probe) {
	handlers := 0
	for _, set := range []bool{p.HTTP != "", p.GRPC != nil, p.TCP, p.Exec != nil} {
		if set {
			handlers++
		}
	}
	at := c.at("probes", name)
	c.value(min(p.InitialDelay, p.Period, p.Timeout, p.Failures) < 0, "the numbers of a probe are not negative", zeroHint, "probes", name)
	if handlers > 1 {
		c.error(at, "probe/handler", "a probe has one of http, grpc, tcp and exec").Hint =
			"Keep one; null in a later layer removes the one of an earlier layer, for example http: null."
	}
	if handlers == 0 && name != "startup" && !c.faulty("ports") && c.w.defaultProbe(0, 0) == nil {
		c.error(at, "probe/handler", "this probe does not say what to check").Hint =
			"Write exec: [COMMAND], or declare a port."
	}
	if p.HTTP != "" && !strings.HasPrefix(p.HTTP, "/") {
		c.error(at, "probe/path", "the path of a probe begins with a slash").Hint = "Write http: /PATH."
	}
	c.portReference(p.Port, handlers > 0 && p.Exec == nil, "probes", name, "port")
}

// portReference checks that the workload has a port of this name.
func (c *checker) portReference(name string, needed bool, path ...any) {
	if _, ok := c.w.port(name); ok || name == "" && !needed || c.faulty("ports") {
		return
	}
	if len(c.w.PortList()) == 0 {
		c.error(c.at(path...), "port/unknown", "application %s declares no port", c.in.App.Name).Hint =
			"Write ports: {http: 8080}."
		return
	}
	d := c.error(c.at(path...), "port/unknown", "there is no port %q", name)
	d.Detail = "Declared: " + portNames(c.w) + "."
	d.Hint = "Write the name of one of these, or declare it under ports."
}
