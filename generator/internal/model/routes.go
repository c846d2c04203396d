package model

import (
	"cmp"
	"fmt"
	"maps"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Route is an HTTPRoute or an Ingress, ready to print.
type Route struct {
	Name        Name
	Annotations map[string]string
	// Through is the name of its way in.
	Through string
	// Gateways refers to the gateway, and its listener when one is named.
	Gateways []yamltree.Ordered
	// Class is the IngressClass, and TLS the certificate of an Ingress.
	Class string
	TLS   []yamltree.Ordered
	// Hosts that the route answers to.
	Hosts []string
	// Path and PathType as the kind of route spells it.
	Path, PathType string
	// Timeouts of an HTTPRoute; empty when the gateway decides.
	Timeouts yamltree.Ordered
	// Service and its port that serve the route.
	Service string
	Port    int
}

// Metadata is the name of the route, and its annotations when there are any.
func (r Route) Metadata() yamltree.Ordered { return namedAnnotated(r.Name, r.Annotations) }

// namedAnnotated is metadata with a name, and with annotations when there are any.
func namedAnnotated(name Name, annotations map[string]string) yamltree.Ordered {
	out := yamltree.Ordered{pair("name", string(name))}
	if len(annotations) > 0 {
		out = append(out, pair("annotations", annotations))
	}
	return out
}

// Routes lists the instance's HTTPRoutes by name.
func (in *Instance) Routes() []Route {
	if in.part != nil && in.part.routes != nil {
		return in.part.routes
	}
	var routes []Route
	in.eachRoute(func(way *Way, route Route, declared schema.Expose) {
		if way.Gateway == nil {
			return
		}
		route.Gateways, route.PathType = gatewayReference(way.Gateway), "PathPrefix"
		if declared.PathType == exactPath {
			route.PathType = "Exact"
		}
		if declared.Timeout != "" {
			route.Timeouts = yamltree.Ordered{pair("request", declared.Timeout)}
		}
		routes = append(routes, route)
	})
	return routes
}

// Ingresses lists the instance's Ingresses by name.
func (in *Instance) Ingresses() []Route {
	var routes []Route
	in.eachRoute(func(way *Way, route Route, declared schema.Expose) {
		if way.Ingress == nil {
			return
		}
		route.Class, route.PathType = way.Ingress.Class, "Prefix"
		if declared.PathType == exactPath {
			route.PathType = "Exact"
		}
		route.certificate(way.Ingress.TLS)
		routes = append(routes, route)
	})
	return routes
}

// exactPath is the type of a path below which nothing is served.
const exactPath = "exact"

func (in *Instance) eachRoute(do func(*Way, Route, schema.Expose)) {
	for _, name := range sortedKeys(in.Workload.Expose) {
		declared := in.Workload.Expose[name]
		if way := in.Target.Cluster.through(declared); way != nil {
			do(way, in.route(name, way, declared), declared)
		}
	}
}

// route is what HTTPRoutes and Ingresses have in common.
func (in *Instance) route(name string, way *Way, declared schema.Expose) Route {
	port, _ := in.Workload.port(declared.Port)
	return Route{
		Name: in.App.Name + "-" + Name(name), Through: way.Name, Annotations: declared.Annotations,
		Hosts: append([]string{declared.Host}, declared.Aliases...), Path: cmp.Or(declared.Path, "/"),
		Service: cmp.Or(declared.Service, string(in.App.Name)), Port: port.Port.Port,
	}
}

func gatewayReference(gateway *schema.Gateway) []yamltree.Ordered {
	parent := yamltree.Ordered{
		pair("group", "gateway.networking.k8s.io"), pair("kind", "Gateway"),
		pair("name", gateway.Name), pair("namespace", gateway.Namespace),
	}
	return []yamltree.Ordered{with(parent, "sectionName", gateway.Listener)}
}

// certificate says where the certificate of an Ingress comes from: cert-manager makes
// the Secret when an annotation names an issuer, and without a Secret the controller
// takes its own.
func (r *Route) certificate(tls *schema.IngressTLS) {
	if tls == nil {
		return
	}
	certificate := yamltree.Ordered{pair("hosts", r.Hosts)}
	switch {
	case tls.Secret != "":
		certificate = append(certificate, pair("secretName", tls.Secret))
	case tls.Issuer != "":
		certificate = append(certificate, pair("secretName", string(r.Name)+"-tls"))
		annotation := "cert-manager.io/cluster-issuer"
		if tls.IssuerKind == "Issuer" {
			annotation = "cert-manager.io/issuer"
		}
		annotations := map[string]string{annotation: tls.Issuer}
		maps.Copy(annotations, r.Annotations)
		r.Annotations = annotations
	}
	r.TLS = []yamltree.Ordered{certificate}
}

// routes reports two routes of one cluster that answer to the same host and path.
func (r *resolver) routes() {
	seen := map[string]string{}
	for _, in := range instancesOn(r.p.Targets()) {
		for _, name := range sortedKeys(in.Workload.Expose) {
			r.route(in, name, seen)
		}
	}
}

func (r *resolver) route(in *Instance, name string, seen map[string]string) {
	route, cluster := in.Workload.Expose[name], in.Target.Cluster
	way := cluster.through(route)
	for i, host := range append([]string{route.Host}, route.Aliases...) {
		if !isHost(host) || way == nil || r.faulty(in.Workload.Node, "expose", name) {
			continue
		}
		path := cmp.Or(route.Path, "/")
		key := fmt.Sprintf("%s %s %s %s %t", cluster.Name, way.entrance(), host, path, route.PathType == exactPath)
		mine := fmt.Sprintf("%s in %s", in.App.Name, in.Target.Name)
		if other, ok := seen[key]; ok {
			at := r.place(in.Workload.Node, "expose", name, "host")
			if i > 0 {
				at = r.place(in.Workload.Node, "expose", name, "aliases", i-1)
			}
			d := r.list.Error(at, "expose/duplicate", fmt.Sprintf("two routes have the host %s and the same path", host))
			d.Detail = fmt.Sprintf("%s and %s would both serve %s%s on cluster %s.", other, mine, host, path, cluster.Name)
			d.Hint = "Let the host contain {env} or {target}, or give the routes different paths."
		}
		seen[key] = mine
	}
}
