package model

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// exposure checks the ways from the outside.
func (c *checker) exposure() {
	if c.w.ends() {
		return // schedule and once refuse it as a whole
	}
	for _, name := range sortedKeys(c.w.Expose) {
		declared := c.w.Expose[name]
		c.name(c.key("expose", name), "a route or a load balancer", name)
		for _, key := range sortedKeys(declared.Annotations) {
			c.annotation(key, "expose", name, "annotations", key)
		}
		if declared.LoadBalancer != nil {
			c.balancer(name, declared)
		} else {
			c.route(name, declared)
		}
	}
}

// route checks a route.
func (c *checker) route(name string, route schema.Expose) {
	c.portReference(route.Port, "expose", name, "port")
	if port, ok := c.w.port(route.Port); ok && port.Protocol != "TCP" {
		c.error(c.key("expose", name), "expose/protocol", "a route needs a TCP port, and %s is %s", port.Name, port.Protocol).Hint =
			"Name a TCP port: port: NAME. For another protocol, expose it with loadBalancer: {sourceRanges: [203.0.113.0/24]} instead of a host."
	}
	c.hosted(name, route)
	if c.stated("expose", name, "host") {
		c.host(route.Host, "expose", name, "host")
	}
	for i, host := range route.Aliases {
		c.host(host, "expose", name, "aliases", i)
		if host == route.Host || slices.Contains(route.Aliases[:i], host) {
			c.error(c.at("expose", name, "aliases", i), "name/duplicate", "this route lists the same host twice").Hint =
				"Take one of them out."
		}
	}
	c.routePath(name, route.Path)
	c.through(name, route)
}

func (c *checker) host(host string, path ...any) {
	if !isHost(host) {
		c.error(c.at(path...), "expose/host", "%q is not a host name", host).Hint =
			"Write a name such as shop.example.com; placeholders: " + strings.Join(textPlaceholders(), " ") + "."
	}
}

func isHost(host string) bool {
	name := strings.TrimPrefix(host, "*.")
	return isSubdomain(name) && strings.Contains(name, ".") && !strings.Contains(name, "-.") && !strings.Contains(name, ".-")
}

// routePath matches paths that the Gateway API accepts; an Ingress accepts more.
var routePath = lazyregexp.New(`^(/([-A-Za-z0-9._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*)+$`)

func (c *checker) routePath(name, path string) {
	switch {
	case path == "":
	case !strings.HasPrefix(path, "/"):
		c.error(c.at("expose", name, "path"), "expose/path", "a path begins with a slash").Hint = "Write /PATH."
	case !routePath.MatchString(path) || !plainSegments(path):
		c.error(c.at("expose", name, "path"), "expose/path", "the Gateway API does not accept this path").Hint =
			"Write the path without //, /./ and /../, and percent-encode characters that a URL does not allow; an encoded slash (%2F) is not accepted."
	}
}

// plainSegments reports whether a path says where it leads.
func plainSegments(path string) bool {
	segments := strings.Split(path, "/")[1:]
	for i, s := range segments {
		if s == "." || s == ".." || s == "" && i < len(segments)-1 {
			return false
		}
	}
	return !strings.Contains(strings.ToLower(path), "%2f")
}

// through checks that there is a way in, and that it does what the route asks for.
func (c *checker) through(name string, route schema.Expose) {
	way := c.in.Target.Cluster.through(route)
	if way == nil && c.unoffered(ThroughGateway) && c.unoffered(ThroughIngress) && c.unoffered("gateways") && c.unoffered("ingresses") {
		c.noWay(name, route)
	}
	switch {
	case route.Timeout == "", c.faulty("expose", name, "through"):
	case way != nil && way.Ingress != nil:
		c.error(c.at("expose", name, "timeout"), "expose/timeout", "an Ingress has no timeout").Hint =
			"Every ingress controller has an annotation of its own for it: write it under annotations."
	case !gatewayDuration.MatchString(route.Timeout):
		c.error(c.at("expose", name, "timeout"), "expose/timeout", "%q is not a time", route.Timeout).Hint = "Write for example 30s or 1m30s."
	}
}

// noWay reports a route that names no way in of the cluster, or none of several.
func (c *checker) noWay(name string, route schema.Expose) {
	cluster, at := c.in.Target.Cluster, c.key("expose", name)
	known := cluster.wayNames()
	switch {
	case slices.Contains(known, route.Through): // a gateway and an ingress controller have this name
	case route.Through == ThroughIngress:
		c.error(at, "platform/ingress", "there is no ingress controller on cluster %s", cluster.Name).Hint =
			"Declare platform.ingress: {class: …, namespace: …, podLabels: {…}}, or take through out."
	case route.Through == ThroughGateway || len(known)+len(route.Through) == 0:
		c.error(at, "platform/gateway", "there is no gateway on cluster %s", cluster.Name).Hint =
			"Declare platform.gateway: {name: …, namespace: …, podLabels: {…}}, or an ingress controller as platform.ingress."
	case route.Through == "":
		d := c.error(at, "expose/through", "cluster %s has several ways in", cluster.Name)
		d.Detail = "They are called " + strings.Join(known, ", ") + "."
		d.Hint = "Write through: NAME with the one that is meant."
	default:
		d := c.error(c.at("expose", name, "through"), "expose/through", "cluster %s has no way in called %q", cluster.Name, route.Through)
		d.Detail = "Its ways in: " + cmp.Or(strings.Join(known, ", "), "none") + "."
		d.Hint = fmt.Sprintf("Declare platform.gateways: {%s: {…}} or platform.ingresses: {%s: {…}}.", route.Through, route.Through)
		if near := yamltree.Suggest(route.Through, known); near != "" {
			d.Hint = fmt.Sprintf("Did you mean %q?", near)
		}
	}
}

// gatewayDuration is a duration in the words of the Gateway API.
var gatewayDuration = lazyregexp.New(`^([0-9]{1,5}(h|m|s|ms)){1,4}$`)

// peers checks the values of connections; Resolve finds the other ends later.
func (c *checker) peers() {
	connectionCheck{c, []any{"connectsTo"}, c.w.amongThemselves()}.all(c.w.ConnectsTo)
}

// connectionCheck checks the connections at one path of a workload.
type connectionCheck struct {
	*checker
	path []any
	// own is set when the application may connect to itself.
	own bool
}

func (c connectionCheck) place(more ...any) []any {
	return append(c.path[:len(c.path):len(c.path)], more...)
}

func (c connectionCheck) all(peers map[string]*schema.Connection) {
	for _, name := range sortedKeys(peers) {
		peer, at := peers[name], c.key(c.place(name)...)
		c.name(at, "a connection", name)
		if _, declared := c.declared[name]; declared && (peer.CIDR != "" || peer.Namespace != "") {
			c.error(at, "connection/peer", "connection %s has the name of an application", name).Hint = "Give the connection another name, or take cidr and namespace out to connect to the application."
		}
		if len(peer.PodLabels) > 0 && peer.Namespace == "" && !c.faulty(c.place(name, "namespace")...) {
			c.error(c.at(c.place(name, "podLabels")...), "connection/peer", "podLabels need a namespace beside them").Hint =
				"Write namespace: NAME too, or take podLabels out."
		}
		c.addresses(name, peer)
		c.ends(name, peer)
		for key, value := range peer.PodLabels {
			if !isLabel(key, value) {
				c.error(c.at(c.place(name, "podLabels")...), "label/invalid", "no pod can have the label %q", key).Hint = labelHint
			}
		}
		if peer.Namespace != "" && !isSubdomain(peer.Namespace) {
			c.error(at, "namespace/invalid", "%q cannot be a namespace", peer.Namespace).Hint =
				"Write it as kubectl get namespaces shows it."
		}
		if name == string(c.in.App.Name) && !c.own && !c.faulty("kind") {
			c.error(at, "connection/self", "application %s cannot connect to itself", name).Hint =
				"Its pods run to an end, and no Service leads to them: take the connection out."
		}
	}
}

// ends checks the ports of a connection.
func (c connectionCheck) ends(name string, peer *schema.Connection) {
	if peer.Port != "" && len(peer.Ports) > 0 {
		c.error(c.at(c.place(name, "ports")...), "connection/port", "port and ports exclude each other").Hint =
			"List all ports under ports; port: null in a later layer removes the port of an earlier layer."
	}
	for i, text := range endsOf(peer) {
		at := c.at(c.place(name, "ports", i)...)
		if peer.Port != "" {
			at = c.at(c.place(name, "port")...)
		}
		if _, ok := parseEnds(text); !ok {
			c.error(at, "connection/port", "%q is not a port", text).Hint =
				`Write a number from 1 to 65535, a range such as "8000-8010", with a protocol as in "53/UDP", or the name of an application's port.`
		}
	}
}

// addresses checks the networks of a connection.
func (c connectionCheck) addresses(name string, peer *schema.Connection) {
	if peer.CIDR != "" {
		checkCIDR(c.list, c.at(c.place(name, "cidr")...), "connection/cidr", peer.CIDR)
	}
	if len(peer.Except) > 0 && peer.CIDR == "" && name != internetName && !c.faulty(c.place(name, "cidr")...) {
		c.error(c.at(c.place(name, "except")...), "connection/cidr", "except needs a cidr from which to take networks out").Hint =
			"Write cidr: NETWORK too, or call the connection internet."
		return
	}
	for i, text := range peer.Except {
		at := c.at(c.place(name, "except", i)...)
		part, ok := checkCIDR(c.list, at, "connection/cidr", text)
		whole, err := netip.ParsePrefix(peer.CIDR)
		if ok && err == nil && !(within(part, whole) && part != whole) {
			c.error(at, "connection/cidr", "%s is not a smaller network within %s", text, peer.CIDR).Hint =
				"Write networks that lie within cidr and are smaller."
		}
	}
}

// checkCIDR reports a text that is no network.
func checkCIDR(list *diag.List, at diag.Range, code, text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	if err == nil && prefix.Masked() == prefix && !prefix.Addr().Is4In6() {
		return prefix, true
	}
	list.Error(at, code, fmt.Sprintf("%q is not a network", text)).Hint =
		"Write an address and a prefix length without host bits, for example 10.20.0.0/16."
	return prefix, false
}
