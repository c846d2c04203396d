package model

import (
	"fmt"
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// balancer checks what an application exposes with a load balancer.
func (c *checker) balancer(name string, declared schema.Expose) {
	for _, field := range []string{"host", "aliases", "service", "path", "pathType", "through", "timeout"} {
		if c.stated("expose", name, field) {
			c.error(c.key("expose", name, field), "expose/load-balancer", "a load balancer has no %s", field).Hint =
				"Take it out, or write an entry of its own for the route; " + field + ": null in a later layer removes the one of an earlier layer."
		}
	}
	c.balancedPorts(name, declared)
	c.sourceRanges(name, declared.LoadBalancer)
	if class := declared.LoadBalancer.Class; class != "" {
		checkBalancerClass(c.list, c.at("expose", name, "loadBalancer", "class"), class)
	}
	service := c.in.App.Name + "-" + Name(name)
	switch {
	case len(service) > maxComposed && schema.IsName(name):
		d := c.error(c.key("expose", name), "name/long", "the name of a Service would be too long: %q", service)
		d.Detail = "The name of a Service has at most 63 characters."
		d.Hint = "Choose a shorter name for the load balancer."
	case c.w.Stateful() && service == c.in.App.Headless():
		c.error(c.key("expose", name), "name/reserved", "the headless Service of the application is called %s", service).Hint =
			"Choose another name for the load balancer."
	}
}

// balancedPorts checks the ports that a load balancer leads to.
func (c *checker) balancedPorts(name string, declared schema.Expose) {
	if len(declared.Ports) == 0 {
		c.portReference(declared.Port, "expose", name, "port")
		return
	}
	if declared.Port != "" {
		c.error(c.at("expose", name, "ports"), "expose/load-balancer", "port and ports exclude each other").Hint =
			"List all ports under ports; port: null in a later layer removes the port of an earlier layer."
	}
	for i, port := range declared.Ports {
		c.portReference(port, "expose", name, "ports", i)
		if slices.Contains(declared.Ports[:i], port) {
			c.error(c.at("expose", name, "ports", i), "name/duplicate", "this load balancer lists the same port twice").Hint = "Take one of them out."
		}
	}
}

// sourceRanges checks the networks of a load balancer's clients.
func (c *checker) sourceRanges(name string, l *schema.LoadBalancer) {
	at := []any{"expose", name, "loadBalancer", "sourceRanges"}
	if len(l.SourceRanges) == 0 {
		c.error(c.key(at...), "expose/load-balancer", "a load balancer needs the networks of its clients").Hint =
			"Write sourceRanges: [203.0.113.0/24] with their networks; 0.0.0.0/0 stands for the internet, ::/0 for that of IPv6."
	}
	for i, network := range l.SourceRanges {
		checkCIDR(c.list, c.at(append(at, i)...), "expose/load-balancer", network)
	}
}

// checkBalancerClass checks the class of a load balancer.
func checkBalancerClass(list *diag.List, at diag.Range, class string) {
	if !labelKey.MatchString(class) {
		list.Error(at, "reference/name", fmt.Sprintf("%q cannot be the class of a load balancer", class)).Hint =
			"Write it as the controller of the load balancer states it, for example example.com/internal."
	}
}

// hosted checks that a route has a host and a single port.
func (c *checker) hosted(name string, route schema.Expose) {
	if c.faulty("expose", name, "loadBalancer") {
		return // it may be none
	}
	if !c.stated("expose", name, "host") {
		c.error(c.key("expose", name), "spec/missing", "%q is missing", "host").Hint =
			"Write host: shop.example.com; or for what is not HTTP loadBalancer: {sourceRanges: [203.0.113.0/24]}."
	}
	if len(route.Ports) > 0 {
		c.error(c.key("expose", name, "ports"), "expose/load-balancer", "a route leads to one port").Hint =
			"Write port: NAME, and an entry of its own for each further port."
	}
}
