package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
)

// checks lists what is asked of a cluster that Applications are deployed to.
func (n *ClusterNeeds) checks(o *offer) []check {
	checks := []check{one(func(context.Context, *Client) Finding { return n.version(o) }), one(n.nodes), n.owners}
	if n.Zones > 0 {
		checks = append(checks, one(n.zones))
	}
	for _, version := range n.versions() {
		checks = append(checks, one(func(ctx context.Context, c *Client) Finding { return o.serves(ctx, c, version, n.kinds(version)) }))
	}
	for _, name := range n.DeclaredKinds {
		checks = append(checks, one(func(ctx context.Context, c *Client) Finding { return o.servesDeclared(ctx, c, name) }))
	}
	if n.has("HorizontalPodAutoscaler") {
		checks = append(checks, one(metrics))
	}
	if n.has("PrometheusRule") {
		checks = append(checks, one(stateMetrics))
	}
	for _, gateway := range n.Gateways {
		checks = append(checks, one(gateway.check))
	}
	for _, name := range n.IngressClasses {
		checks = append(checks, one(exists(question{"doctor/ingress-class", "IngressClass " + name}, "ingressclasses.networking.k8s.io", name)))
	}
	for _, issuer := range n.Issuers {
		checks = append(checks, one(issuer.check))
	}
	for _, balancer := range n.Balancers {
		checks = append(checks, one(balancer.check))
	}
	for _, store := range n.Stores {
		checks = append(checks, one(store.check))
	}
	for _, pods := range n.Pods {
		checks = append(checks, one(pods.check))
	}
	for _, name := range n.PriorityClasses {
		checks = append(checks, one(exists(question{"doctor/priority-class", "PriorityClass " + name}, "priorityclasses.scheduling.k8s.io", name)))
	}
	for _, name := range n.StorageClasses {
		checks = append(checks, one(storage(name)))
	}
	if n.DefaultStorage {
		checks = append(checks, one(defaultStorage))
	}
	if len(n.Configured) > 0 {
		checks = append(checks, n.leftovers)
	}
	return checks
}

// versions lists the API versions of the kinds, once each.
func (n *ClusterNeeds) versions() []string {
	var versions []string
	for _, k := range n.Kinds {
		versions = append(versions, k.APIVersion)
	}
	return distinct(versions, strings.Compare)
}

// kinds lists the kinds of an API version.
func (n *ClusterNeeds) kinds(version string) []string {
	var kinds []string
	for _, k := range n.Kinds {
		if k.APIVersion == version {
			kinds = append(kinds, k.Kind)
		}
	}
	return distinct(kinds, strings.Compare)
}

func (n *ClusterNeeds) has(kind string) bool {
	return slices.ContainsFunc(n.Kinds, func(k model.Kind) bool { return k.Kind == kind })
}

// kubernetes returns a version such as 1.36. Some providers append a plus to the minor
// number.
func kubernetes(major, minor string) (string, int) {
	minor = strings.TrimRight(minor, "+")
	n, _ := strconv.Atoi(minor)
	return major + "." + minor, n
}

func (n *ClusterNeeds) version(o *offer) Finding {
	q := question{"doctor/kubernetes", "Kubernetes"}
	_, text, _ := strings.Cut(n.Kubernetes, ".")
	declared, err := strconv.Atoi(text)
	switch {
	case o.minor < n.OldestMinor:
		return q.failed(o.version, fmt.Sprintf("Upgrade it to 1.%d or newer.", n.OldestMinor))
	case err != nil:
		return q.ok(o.version)
	case o.minor < declared:
		return q.failed(fmt.Sprintf("%s, older than %s, which is declared", o.version, n.Kubernetes), "Upgrade the cluster, or write its real version under clusters in environments.yaml.")
	case o.minor > declared:
		return q.warning(fmt.Sprintf("%s, newer than %s, which is declared", o.version, n.Kubernetes), "Write its real version under clusters in environments.yaml: namespaces enforce the Pod Security Standards of the declared version.")
	}
	return q.ok(o.version + ", as declared")
}

// node holds the fields of a Node that the checks read.
type node struct {
	Metadata struct{ Labels map[string]string }
	Spec     struct {
		Unschedulable bool
		Taints        []struct{ Effect string }
	}
	Status struct{ Conditions conditions }
}

// usable reports whether ordinary pods can run there.
func (n *node) usable() bool {
	for _, taint := range n.Spec.Taints {
		if taint.Effect != "PreferNoSchedule" {
			return false
		}
	}
	return !n.Spec.Unschedulable && n.Status.Conditions.hold("Ready")
}

func usableNodes(ctx context.Context, c *Client) ([]node, error) {
	var list struct{ Items []node }
	err := c.list(ctx, &list, "nodes", "", "")
	return slices.DeleteFunc(list.Items, func(n node) bool { return !n.usable() }), err
}

func (n *ClusterNeeds) nodes(ctx context.Context, c *Client) Finding {
	q := question{"doctor/nodes", "Nodes"}
	nodes, err := usableNodes(ctx, c)
	found := fmt.Sprintf("%d are ready and without taints", len(nodes))
	switch {
	case err != nil:
		return q.unanswered(err, "")
	case len(nodes) == 0:
		return q.failed(found, "Add nodes without taints.")
	case n.Nodes == 0:
		return q.ok(found)
	case len(nodes) < n.Nodes:
		return q.failed(fmt.Sprintf("%s, %d are declared", found, n.Nodes), "Add nodes, or write their real number under clusters in environments.yaml: replicas with anti-affinity need one node each.")
	}
	return q.ok(fmt.Sprintf("%s, %d are declared", found, n.Nodes))
}

func (n *ClusterNeeds) zones(ctx context.Context, c *Client) Finding {
	q := question{"doctor/zones", "Zones"}
	nodes, err := usableNodes(ctx, c)
	if err != nil {
		return q.unanswered(err, "")
	}
	set := map[string]bool{}
	for _, node := range nodes {
		if zone := node.Metadata.Labels["topology.kubernetes.io/zone"]; zone != "" {
			set[zone] = true
		}
	}
	found := fmt.Sprintf("nodes are in %d, %d are declared", len(set), n.Zones)
	if len(set) < n.Zones {
		return q.failed(found, "Label the nodes with topology.kubernetes.io/zone, or write the real number of zones under clusters in environments.yaml.")
	}
	return q.ok(found)
}

// serves checks that the cluster serves kinds in an API version.
func (o *offer) serves(ctx context.Context, c *Client, version string, kinds []string) Finding {
	q := question{"doctor/kinds", strings.Join(kinds, ", ") + " of " + version}
	group, short, found := strings.Cut(version, "/")
	if !found {
		group, short = "", version
	}
	served := o.groups[group]
	switch {
	case len(served) == 0:
		return q.failed("the cluster does not serve this API", provider(group))
	case !slices.Contains(served, short):
		return q.failed("the cluster serves only "+strings.Join(served, ", "), "Install a release that serves this version. "+provider(group))
	}
	offered, err := c.kinds(ctx, version)
	if err != nil {
		return q.unanswered(err, provider(group))
	}
	missing := slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return slices.Contains(offered, kind) })
	if len(missing) > 0 {
		return q.failed("the cluster does not serve "+strings.Join(missing, ", "), provider(group))
	}
	return q.ok("served")
}

// servesDeclared checks that the cluster serves a kind which an application declares, in
// any version. Its absence is a warning, because an application may bring the definition.
func (o *offer) servesDeclared(ctx context.Context, c *Client, name string) Finding {
	kind, group, _ := strings.Cut(name, ".")
	q := question{"doctor/kinds", name}
	for _, version := range o.groups[group] {
		offered, err := c.kinds(ctx, strings.TrimPrefix(group+"/"+version, "/"))
		switch {
		case err != nil:
			return q.unanswered(err, "")
		case slices.Contains(offered, kind):
			return q.ok("served")
		}
	}
	return q.warning("the cluster does not serve this kind", "Install its CustomResourceDefinition, unless the application that declares the kind brings it.")
}

// kinds lists the kinds of an API version.
func (c *Client) kinds(ctx context.Context, version string) ([]string, error) {
	path := "/apis/" + version
	if !strings.Contains(version, "/") {
		path = "/api/" + version
	}
	var list struct{ Resources []struct{ Kind string } }
	err := c.read(ctx, path, &list)
	var kinds []string
	for _, resource := range list.Resources {
		kinds = append(kinds, resource.Kind)
	}
	return kinds, err
}

// provider says where the kinds of an API group come from.
func provider(group string) string {
	switch group {
	case "gateway.networking.k8s.io":
		return "Install the CustomResourceDefinitions of the Gateway API and a controller for them."
	case "external-secrets.io":
		return "Install External Secrets, or take platform.secrets out."
	case "monitoring.coreos.com":
		return "Install the Prometheus Operator, or take platform.metrics out."
	case "argoproj.io":
		return "Install Argo CD as the README says."
	}
	if !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") {
		return "This API is part of Kubernetes: upgrade the cluster."
	}
	return "Install the operator that brings these CustomResourceDefinitions."
}

// metrics checks that autoscalers get what they decide by.
func metrics(ctx context.Context, c *Client) Finding {
	q := question{"doctor/metrics", "Metrics for autoscalers"}
	const do = "Install metrics-server: without it no HorizontalPodAutoscaler scales, and Applications stay Progressing."
	var service struct {
		Status struct{ Conditions conditions }
	}
	err := c.object(ctx, &service, "apiservices.apiregistration.k8s.io", "", "v1beta1.metrics.k8s.io")
	switch {
	case err != nil:
		return q.unanswered(err, do)
	case !service.Status.Conditions.hold("Available"):
		return q.failed("metrics.k8s.io is not available: "+service.Status.Conditions.message("Available"), "Check metrics-server, or the adapter that serves this API.")
	}
	return q.ok("metrics.k8s.io is available")
}

// stateMetricsLabel is on the pods of kube-state-metrics, whether its manifests or its
// chart made them.
const stateMetricsLabel = "app.kubernetes.io/name=kube-state-metrics"

// stateMetrics looks for kube-state-metrics, which gives Prometheus the metrics of
// replicas, quotas and jobs: without them no alert about these fires. Its absence is a
// warning, because its pods may have other labels.
func stateMetrics(ctx context.Context, c *Client) Finding {
	q := question{"doctor/kube-state-metrics", "kube-state-metrics"}
	var list struct {
		Items []struct{ Metadata struct{ Namespace string } }
	}
	err := c.everywhere(ctx, &list, "pods", stateMetricsLabel)
	switch {
	case err != nil:
		return q.unanswered(err, "")
	case len(list.Items) == 0:
		return q.warning("no pod has the label "+stateMetricsLabel, "Install kube-state-metrics, unless it runs with other labels: alerts about replicas, quotas and jobs need its metrics.")
	}
	return q.ok("runs in " + list.Items[0].Metadata.Namespace)
}

// check looks for the Gateway, its listener, and whether it takes routes from the
// namespaces of applications: unless it says so, it does not.
func (g Gateway) check(ctx context.Context, c *Client) Finding {
	q := question{"doctor/gateway", fmt.Sprintf("Gateway %s in %s", g.Name, g.Namespace)}
	var gateway struct {
		Spec struct {
			Listeners []struct {
				Name          string
				AllowedRoutes struct{ Namespaces struct{ From string } }
			}
		}
		Status struct{ Conditions conditions }
	}
	if err := c.object(ctx, &gateway, "gateways.gateway.networking.k8s.io", g.Namespace, g.Name); err != nil {
		return q.unanswered(err, "Create it, or correct "+g.Field+".")
	}
	var names, open, selecting []string
	for _, listener := range gateway.Spec.Listeners {
		names = append(names, listener.Name)
		if g.Listener != "" && listener.Name != g.Listener {
			continue
		}
		switch listener.AllowedRoutes.Namespaces.From {
		case "All":
			open = append(open, listener.Name)
		case "Selector":
			selecting = append(selecting, listener.Name)
		}
	}
	switch {
	case g.Listener != "" && !slices.Contains(names, g.Listener):
		return q.failed("it has no listener "+g.Listener+", but "+strings.Join(names, ", "), "Add the listener to the Gateway, or correct "+g.Field+".listener.")
	case len(open)+len(selecting) == 0:
		return q.failed("its listeners allow routes only from the Gateway's own namespace", "Set allowedRoutes.namespaces.from of the listener to All or to Selector.")
	case !gateway.Status.Conditions.hold("Programmed"):
		return q.failed("it is not programmed: "+gateway.Status.Conditions.message("Programmed"), "Read the logs of the controller of its GatewayClass.")
	case len(open) == 0:
		return q.warning("its listeners allow routes from namespaces with certain labels", "Check that allowedRoutes.namespaces.selector matches the namespaces of the applications, for example by their label env.")
	}
	return q.ok("programmed, allows routes from all namespaces")
}

func (s Store) check(ctx context.Context, c *Client) Finding {
	q := question{"doctor/secret-store", strings.TrimSuffix(fmt.Sprintf("%s %s in %s", s.Kind, s.Name, s.Namespace), " in ")}
	return c.ready(ctx, q, strings.ToLower(s.Kind)+"s.external-secrets.io", s.Namespace, s.Name,
		"Create the store, or correct platform.secrets.store: External Secrets cannot make Secrets without it, and pods do not start.",
		"Read its status with kubectl describe: it contains the error of its provider.")
}

// ready checks that an object has the condition Ready. missing says what to do when it
// does not exist, and unready when the condition is not true.
func (c *Client) ready(ctx context.Context, q question, resource, namespace, name, missing, unready string) Finding {
	var object struct {
		Status struct{ Conditions conditions }
	}
	err := c.object(ctx, &object, resource, namespace, name)
	switch {
	case err != nil:
		return q.unanswered(err, missing)
	case !object.Status.Conditions.hold("Ready"):
		return q.failed("it is not ready: "+object.Status.Conditions.message("Ready"), unready)
	}
	return q.ok("ready")
}

// check looks whether hosts get their certificates.
func (i Issuer) check(ctx context.Context, c *Client) Finding {
	q := question{"doctor/issuer", "ClusterIssuer " + i.Name}
	return c.ready(ctx, q, "clusterissuers.cert-manager.io", "", i.Name, "Create it, or correct "+i.Field+".",
		"Read its status with kubectl describe: it contains the error of the ACME account or CA.")
}

// check looks for pods that a network policy names: when the labels are wrong, nothing
// gets through.
func (p Pods) check(ctx context.Context, c *Client) Finding {
	q := question{"doctor/pods", "Pods of " + p.What + " in " + p.Namespace}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(p.Labels)) {
		pairs = append(pairs, key+"="+p.Labels[key])
	}
	var list struct {
		Items []struct{ Spec struct{ HostNetwork bool } }
	}
	err := c.list(ctx, &list, "pods", p.Namespace, strings.Join(pairs, ","))
	switch {
	case err != nil:
		return q.unanswered(err, "")
	case len(list.Items) == 0:
		return q.failed("none has the labels "+strings.Join(pairs, ", "), "Correct "+p.Field+": network policies allow connections only from and to these pods.")
	}
	for _, pod := range list.Items {
		if pod.Spec.HostNetwork {
			return q.failed("they run in the network of their node (hostNetwork), where network policies cannot select pods", p.hostNetworkHint())
		}
	}
	return q.ok(fmt.Sprintf("%d", len(list.Items)))
}

// hostNetworkHint says what to do about pods that policies cannot select.
func (p Pods) hostNetworkHint() string {
	if p.Field == "platform.dns" {
		return "Write the address of the name server as platform.dns.cidrs."
	}
	return "Run them without hostNetwork: policies by " + p.Field + " do not match their connections."
}

// exists checks that there is an object which workloads name.
func exists(q question, resource, name string) func(context.Context, *Client) Finding {
	return func(ctx context.Context, c *Client) Finding {
		var object struct{}
		if err := c.object(ctx, &object, resource, "", name); err != nil {
			return q.unanswered(err, "Create the object, or name another one in the spec.")
		}
		return q.ok("exists")
	}
}

// storageClass is what is asked of a StorageClass.
type storageClass struct {
	Metadata struct {
		Name        string
		Annotations map[string]string
	}
	AllowVolumeExpansion bool
}

// growth says whether a claim that exists can get another size.
func (s *storageClass) growth() string {
	if s.AllowVolumeExpansion {
		return "its volumes can grow"
	}
	return "its volumes cannot grow, because allowVolumeExpansion is not true"
}

// storage checks that there is a StorageClass which volumes name.
func storage(name string) func(context.Context, *Client) Finding {
	return func(ctx context.Context, c *Client) Finding {
		q := question{"doctor/storage-class", "StorageClass " + name}
		var class storageClass
		if err := c.object(ctx, &class, "storageclasses.storage.k8s.io", "", name); err != nil {
			return q.unanswered(err, "Create the object, or name another one in the spec.")
		}
		return q.ok("exists; " + class.growth())
	}
}

// defaultStorage checks that volumes without a class get one.
func defaultStorage(ctx context.Context, c *Client) Finding {
	q := question{"doctor/storage-class", "Default StorageClass"}
	var list struct{ Items []storageClass }
	if err := c.list(ctx, &list, "storageclasses.storage.k8s.io", "", ""); err != nil {
		return q.unanswered(err, "")
	}
	for _, class := range list.Items {
		if class.Metadata.Annotations["storageclass.kubernetes.io/is-default-class"] == "true" {
			return q.ok(class.Metadata.Name + "; " + class.growth())
		}
	}
	return q.failed("there is none", "Mark a StorageClass as the default, or write storageClass for each volume.")
}

// conditions of an object.
type conditions []struct{ Type, Status, Reason, Message string }

// hold reports whether a condition is true.
func (cs conditions) hold(kind string) bool {
	for _, c := range cs {
		if c.Type == kind {
			return c.Status == "True"
		}
	}
	return false
}

// message says why a condition is as it is.
func (cs conditions) message(kind string) string {
	for _, c := range cs {
		if c.Type == kind && c.Message+c.Reason != "" {
			return firstLine(strings.TrimSpace(c.Reason + " " + c.Message))
		}
	}
	return "its status gives no reason"
}
