package model

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// facts checks the descriptions of clusters: names that manifests repeat.
func (r *resolver) facts() {
	r.factsAt(r.spec.Node.Get("platform"), r.spec.Platform)
	for _, name := range sortedKeys(r.spec.Clusters) {
		node := r.spec.Node.Get("clusters").Get(name)
		r.factsAt(node, r.spec.Clusters[name].Platform)
		for i, network := range r.spec.Clusters[name].Networks {
			checkCIDR(&r.list, r.place(node, "networks", i), "cluster/network", network)
		}
		r.apiServer(node.Get("apiServer"), r.spec.Clusters[name].APIServer)
	}
}

func (r *resolver) factsAt(node *yamltree.Node, p schema.Platform) {
	if p.Gateway != nil {
		r.gateway(node.Get("gateway"), *p.Gateway)
	}
	for _, name := range sortedKeys(p.Gateways) {
		r.gateway(node.Get("gateways").Get(name), p.Gateways[name])
	}
	if p.Ingress != nil {
		r.ingress(node.Get("ingress"), *p.Ingress)
	}
	for _, name := range sortedKeys(p.Ingresses) {
		r.ingress(node.Get("ingresses").Get(name), p.Ingresses[name])
	}
	if p.LoadBalancers != nil {
		r.loadBalancers(node.Get("loadBalancers"), *p.LoadBalancers)
	}
	if p.Metrics != nil {
		r.scraper(node.Get("metrics"), *p.Metrics)
	}
	if p.DNS != nil {
		r.nameServer(node.Get("dns"), *p.DNS)
	}
	if p.Secrets != nil {
		at := r.place(node, "secrets", "store", "name")
		scope := expanderOf(&Data{}, "x") // placeholders stand for names
		if name := scope.expand(p.Secrets.Store.Name); name != "" && !isSubdomain(name) {
			r.list.Error(at, "reference/name", fmt.Sprintf("%q cannot be the name of a secret store", p.Secrets.Store.Name)).Hint =
				nameHint + " Placeholders: " + strings.Join(textPlaceholders(), " ") + "."
		}
	}
}

// apiServer checks the address of the Kubernetes API.
func (r *resolver) apiServer(node *yamltree.Node, server *schema.APIServer) {
	if server == nil {
		return
	}
	if len(server.CIDRs) == 0 {
		r.list.Error(r.place(node, "cidrs"), "cluster/network", "apiServer names no address of the API server").Hint =
			"Write cidrs: [10.1.0.1/32] with what kubectl get endpointslices kubernetes shows, or take apiServer out."
	}
	for i, network := range server.CIDRs {
		checkCIDR(&r.list, r.place(node, "cidrs", i), "cluster/network", network)
	}
	for i, port := range server.Ports {
		if port < 1 || port > 65535 {
			r.list.Error(r.place(node, "ports", i), "spec/value", "a port is a number from 1 to 65535").Hint =
				"Write the ports that kubectl get endpointslices kubernetes shows, for example 6443."
		}
	}
}

// scraper checks the fields of the platform's Prometheus.
func (r *resolver) scraper(node *yamltree.Node, p schema.Scraper) {
	r.pods(node, p.Namespace, p.PodLabels)
	if len(p.Labels) > 0 {
		r.podLabels(r.place(node, "labels"), p.Labels)
	}
	for _, key := range sortedKeys(p.Labels) {
		checkReserved(&r.list, r.keyPlace(node, "labels", key), "label/reserved", key)
	}
	if p.Interval != "" && (!alertDuration.MatchString(p.Interval) || p.Interval[0] == '0') {
		r.list.Error(r.place(node, "interval"), "spec/value", fmt.Sprintf("%q is not a duration of Prometheus", p.Interval)).Hint = "Write for example 30s."
	}
}

// loadBalancers checks the facts about load balancers.
func (r *resolver) loadBalancers(node *yamltree.Node, p schema.LoadBalancers) {
	if p.Class != "" {
		checkBalancerClass(&r.list, r.place(node, "class"), p.Class)
	}
	for _, key := range sortedKeys(p.Annotations) {
		if !labelKey.MatchString(strings.ToLower(key)) {
			r.list.Error(r.keyPlace(node, "annotations", key), "annotation/invalid", fmt.Sprintf("%q cannot be the key of an annotation", key)).Hint =
				"Write it as the documentation of the controller does, for example service.beta.kubernetes.io/NAME."
		}
		checkReserved(&r.list, r.keyPlace(node, "annotations", key), "annotation/reserved", key)
	}
	for i, network := range p.CIDRs {
		checkCIDR(&r.list, r.place(node, "cidrs", i), "cluster/network", network)
	}
}

// gateway checks the fields of a gateway.
func (r *resolver) gateway(node *yamltree.Node, p schema.Gateway) {
	r.factName(r.place(node, "name"), p.Name)
	if p.Listener != "" {
		r.factName(r.place(node, "listener"), p.Listener)
	}
	r.pods(node, p.Namespace, p.PodLabels)
}

// ingress checks the fields of an ingress controller.
func (r *resolver) ingress(node *yamltree.Node, p schema.Ingress) {
	r.factName(r.place(node, "class"), p.Class)
	r.pods(node, p.Namespace, p.PodLabels)
	if p.TLS == nil {
		return
	}
	if p.TLS.Issuer != "" && p.TLS.Secret != "" {
		r.list.Error(node.KeyAt("tls"), "platform/ingress", "issuer and secret exclude each other").Hint = "Keep issuer for certificates of cert-manager, or secret for a certificate that exists."
	}
	if p.TLS.IssuerKind != "" && p.TLS.Issuer == "" && !r.faulty(node, "tls", "issuer") {
		r.list.Error(r.place(node, "tls", "issuerKind"), "platform/ingress", "issuerKind needs an issuer beside it").Hint =
			"Write issuer: NAME too, or take issuerKind out."
	}
	for field, name := range map[string]string{"issuer": p.TLS.Issuer, "secret": p.TLS.Secret} {
		if name != "" {
			r.factName(r.place(node, "tls", field), name)
		}
	}
}

// factName checks the name of an object that somebody else made.
func (r *resolver) factName(at diag.Range, name string) {
	if name != "" && !isSubdomain(name) { // an empty one was reported
		r.list.Error(at, "reference/name", fmt.Sprintf("%q cannot be the name of an object", name)).Hint = nameHint
	}
}

// pods checks the namespace and the labels of pods that the platform has.
func (r *resolver) pods(node *yamltree.Node, namespace string, labels map[string]string) {
	r.factName(r.place(node, "namespace"), namespace)
	r.podLabels(r.place(node, "podLabels"), labels)
}

// podLabels checks labels that select pods. Without any, all pods would be meant.
func (r *resolver) podLabels(at diag.Range, labels map[string]string) {
	if len(labels) == 0 {
		r.list.Error(at, "label/invalid", "an empty podLabels would select every pod of the namespace").Hint = "Name at least one label."
	}
	for _, key := range sortedKeys(labels) {
		if !isLabel(key, labels[key]) {
			r.list.Error(at, "label/invalid", fmt.Sprintf("no pod can have the label %q", key)).Hint = labelHint
		}
	}
}
