package model

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

var portName = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

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
			c.error(at, "port/duplicate", "%s and %s have the same %s", other.Name, port.Name, what)
			return
		}
	}
}

func (c *checker) probes() {
	for _, probe := range []struct {
		name  string
		probe *schema.Probe
	}{{"readiness", c.w.Probes.Readiness}, {"liveness", c.w.Probes.Liveness}, {"startup", c.w.Probes.Startup}} {
		if probe.probe != nil {
			c.probe(probe.name, probe.probe)
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
	if handlers > 1 {
		c.error(at, "probe/handler", "a probe has one of http, grpc, tcp and exec").Hint =
			"A layer can remove another layer's handler: http: null."
	}
	if handlers == 0 && name != "startup" && c.w.defaultProbe(0, 0) == nil {
		c.error(at, "probe/handler", "this probe does not say what to check").Hint =
			"Write exec: [COMMAND], or declare a port."
	}
	if p.HTTP != "" && !strings.HasPrefix(p.HTTP, "/") {
		c.error(at, "probe/path", "the path of a probe begins with a slash")
	}
	c.portReference(p.Port, handlers > 0 && p.Exec == nil, "probes", name, "port")
}

func (c *checker) portReference(name string, needed bool, path ...any) {
	if _, ok := c.w.port(name); ok || name == "" && !needed {
		return
	}
	if len(c.w.PortList()) == 0 {
		c.error(c.at(path...), "port/unknown", "application %s declares no port", c.in.App.Name).Hint =
			"Write ports: {http: 8080}."
		return
	}
	c.error(c.at(path...), "port/unknown", "there is no port %q", name).Detail =
		"Declared: " + portNames(c.w) + "."
}

func (c *checker) exposure() {
	for _, name := range sortedKeys(c.w.Expose) {
		route := c.w.Expose[name]
		c.name(c.key("expose", name), "a route", name)
		c.portReference(route.Port, true, "expose", name, "port")
		if port, ok := c.w.port(route.Port); ok && port.Protocol != "TCP" {
			c.error(c.key("expose", name), "expose/protocol", "a route needs a TCP port, and %s is %s", port.Name, port.Protocol)
		}
		if !isHost(route.Host) {
			c.error(c.at("expose", name, "host"), "expose/host", "%q is not a host name", route.Host).Hint =
				"Write a name such as shop.example.com; placeholders: " + strings.Join(placeholders(), " ") + "."
		}
		if route.Path != "" && !strings.HasPrefix(route.Path, "/") {
			c.error(c.at("expose", name, "path"), "expose/path", "a path prefix begins with a slash")
		}
		if c.in.Target.Cluster.Gateway == nil {
			c.error(c.key("expose", name), "platform/gateway", "there is no gateway on cluster %s", c.in.Target.Cluster.Name).Hint =
				"Declare platform.gateway: {name: …, namespace: …, podLabels: {…}}."
		}
	}
}

func isHost(host string) bool {
	name := strings.TrimPrefix(host, "*.")
	return isSubdomain(name) && strings.Contains(name, ".") && !strings.Contains(name, "-.") && !strings.Contains(name, ".-")
}

func (c *checker) peers() {
	for _, name := range sortedKeys(c.w.ConnectsTo) {
		peer, at := c.w.ConnectsTo[name], c.key("connectsTo", name)
		if _, declared := c.declared[name]; declared && (peer.CIDR != "" || peer.Namespace != "") {
			c.error(at, "connection/peer", "%s is an application", name).Hint = "Call the network or namespace something else, or take cidr and namespace out."
		}
		if len(peer.PodLabels) > 0 && peer.Namespace == "" {
			c.error(c.at("connectsTo", name, "podLabels"), "connection/peer", "podLabels select pods of a namespace, and there is none")
		}
		if peer.CIDR != "" {
			if prefix, err := netip.ParsePrefix(peer.CIDR); err != nil || prefix.Masked() != prefix {
				c.error(c.at("connectsTo", name, "cidr"), "connection/cidr", "%q is not a network", peer.CIDR).Hint =
					"Write an address and a prefix length without host bits, for example 10.20.0.0/16."
			}
		}
		if peer.Port < 0 || peer.Port > 65535 {
			c.error(at, "spec/value", "a port is a number from 1 to 65535")
		}
		for key, value := range peer.PodLabels {
			if !labelKey.MatchString(key) || !labelValue.MatchString(value) {
				c.error(c.at("connectsTo", name, "podLabels"), "label/invalid", "no pod can have the label %q", key)
			}
		}
		if peer.Namespace != "" && !isSubdomain(peer.Namespace) {
			c.error(at, "namespace/invalid", "%q cannot be a namespace", peer.Namespace)
		}
		if name == string(c.in.App.Name) && !c.w.amongThemselves() {
			c.error(at, "connection/self", "application %s cannot connect to itself", name).Hint =
				"Replicas that talk to each other are a StatefulSet, or a source of your own."
		}
	}
}
