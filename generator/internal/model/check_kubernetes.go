package model

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// kubernetes reports fields that the API server would refuse during a sync.
func (c *checker) kubernetes() {
	c.references()
	c.placement()
	c.rollout()
	c.value(c.w.DisruptionBudget.MaxUnavailable < 0, "a number of replicas is not negative", zeroHint, "disruptionBudget", "maxUnavailable")
	c.value(c.w.Scale.CPU < 0, "the target utilization of an autoscaler is a percentage above 0", "Write for example cpu: 70.", "scale", "cpu")
}

// zeroHint describes a non-negative number.
const zeroHint = "Write 0 or more."

// propertyName is a key of a Secret.
var propertyName = lazyregexp.New(`^[-._a-zA-Z0-9]{1,253}$`)

// references checks names of objects that others make.
func (c *checker) references() {
	if c.w.PriorityClass != "" && c.reference("PriorityClass", c.w.PriorityClass, "priorityClass") {
		c.priorityClass()
	}
	for i, name := range c.w.ImagePullSecrets {
		c.reference("Secret", name, "imagePullSecrets", i)
	}
	for _, name := range sortedKeys(c.w.Volumes) {
		if class := c.w.Volumes[name].StorageClass; class != "" {
			c.reference("StorageClass", class, "volumes", name, "storageClass")
		}
	}
}

// reference checks that an object of a kind can have the name that stands at a path.
func (c *checker) reference(kind, name string, path ...any) bool {
	if isSubdomain(name) {
		return true
	}
	c.error(c.at(path...), "reference/name", "%q cannot be a %s", name, kind).Hint = nameHint
	return false
}

// placement checks node labels and tolerations.
func (c *checker) placement() {
	for _, key := range sortedKeys(c.w.NodeSelector) {
		if !isLabel(key, c.w.NodeSelector[key]) {
			c.error(c.key("nodeSelector", key), "label/invalid", "no node can have this label").Hint =
				"Write it as kubectl get nodes --show-labels shows it."
		}
	}
	for i, t := range c.w.Tolerations {
		at := c.at("tolerations", i)
		switch {
		case t.Key == "" && t.Operator != "Exists":
			c.error(at, "toleration/invalid", "a toleration without a key has operator Exists").Hint =
				"Write key: NAME of the taint, or operator: Exists to tolerate every taint."
		case t.TolerationSeconds != nil && t.Effect != "NoExecute":
			c.error(at, "toleration/invalid", "tolerationSeconds belongs to effect NoExecute").Hint =
				"Write effect: NoExecute: a pod leaves a node for no other effect."
		case t.Key != "" && !labelKey.MatchString(t.Key):
			c.error(at, "toleration/invalid", "%q cannot be the key of a taint", t.Key).Hint =
				"Write it as kubectl describe node shows it."
		case t.Operator == "Exists" && t.Value != "":
			c.error(at, "toleration/invalid", "with operator Exists a toleration has no value").Hint =
				"Take value out, or write operator: Equal."
		case !labelValue.MatchString(t.Value):
			c.error(at, "toleration/invalid", "%q cannot be the value of a taint", t.Value).Hint =
				"Write it as kubectl describe node shows it."
		}
	}
}

// rollout checks that a rollout can move at all.
func (c *checker) rollout() {
	if c.w.ends() || c.w.PerNode() {
		return
	}
	r := c.w.Rollout
	if c.w.Singleton == nil && !c.w.Stateful() && isZero(r.MaxSurge) && isZero(r.MaxUnavailable) {
		c.error(c.at("rollout"), "rollout/stuck", "a rollout with maxSurge 0 and maxUnavailable 0 cannot replace any pod").Hint =
			"Let one of them be at least 1."
	}
	c.value(min(r.MinReadySeconds, r.ProgressDeadlineSeconds) < 0, "seconds are not negative", zeroHint, "rollout")
	deadline := cmp.Or(r.ProgressDeadlineSeconds, defaultDeadline)
	if r.MinReadySeconds >= deadline && !c.w.Stateful() {
		d := c.error(c.at("rollout", "minReadySeconds"), "rollout/stuck", "the rollout would fail before minReadySeconds are over")
		d.Detail = fmt.Sprintf("minReadySeconds is %d, progressDeadlineSeconds %d.", r.MinReadySeconds, deadline)
		d.Hint = "Raise rollout.progressDeadlineSeconds above minReadySeconds."
	}
}

func isZero(a schema.Amount) bool { return a == "0" || a == "0%" }

// extendedResource is a resource that nodes offer beside the standard ones.
func extendedResource(name string) bool { return strings.Contains(name, "/") }

// resourceHint lists the resources that a container can request.
const resourceHint = "Known are cpu, memory, ephemeral-storage, hugepages-SIZE and names with a domain such as nvidia.com/gpu."

// resourceName is a name that a container can request.
var resourceName = lazyregexp.New(`^(cpu|memory|ephemeral-storage|hugepages-[0-9]+[KMG]i|[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$`)

// limitRange checks that the bounds of an environment are in order: the API server
// refuses a LimitRange whose default is outside of them.
func (r *resolver) limitRange(env *Environment) {
	l := env.Settings.LimitRange
	order := []struct {
		name    string
		amounts map[string]schema.Amount
	}{{"min", l.Min}, {"defaultRequest", l.DefaultRequest}, {"default", l.Default}, {"max", l.Max}}
	resources := map[string]bool{}
	for _, bound := range order {
		for _, resource := range sortedKeys(bound.amounts) {
			resources[resource] = true
			if !resourceName.MatchString(resource) {
				r.list.Error(r.keyPlace(env.Node, "limitRange", bound.name, resource), "resources/name", fmt.Sprintf("there is no resource %q", resource)).Hint =
					resourceHint
			}
		}
	}
	for _, resource := range sortedKeys(resources) {
		last, lastName := Quantity(0), ""
		for _, bound := range order {
			amount, ok := bound.amounts[resource]
			if !ok {
				continue
			}
			at := r.place(env.Node, "limitRange", bound.name, resource)
			if schema.IsBuiltin(at.File) {
				at = env.at
			}
			q, err := ParseQuantity(resource, string(amount))
			if err != nil {
				r.list.Error(at, "quantity/invalid", err.Error()).Hint = quantityHint
				continue
			}
			if q < last {
				d := r.list.Error(at, "limits/order", fmt.Sprintf("%s of %s is below %s", bound.name, resource, lastName))
				d.Detail = "The order is min, defaultRequest, default, max."
				d.Hint = "State the others too where the profile's do not fit."
			}
			last, lastName = q, bound.name
		}
	}
}

// reservedNamespaces belong to the cluster or to its operators.
func (r *resolver) reservedNamespace(name string, cluster *Cluster) string {
	switch {
	case name == "default", strings.HasPrefix(name, "kube-"):
		return "Kubernetes"
	case name == string(r.p.ArgoCD.ControlPlane), name == string(r.p.ArgoCD.Namespace):
		return "Argo CD"
	case name == string(cluster.DNS.Namespace):
		return "the cluster's name server"
	case cluster.Metrics != nil && name == cluster.Metrics.Namespace:
		return "the Prometheus of the platform"
	}
	for _, way := range cluster.Ways {
		if name == string(way.Pods().Namespace) {
			return way.What()
		}
	}
	return ""
}

// removed reports whether the last layer that mentions a path removed it.
func removed(n *yamltree.Node, path ...string) bool {
	for _, key := range path {
		entry, ok := n.Entry(key)
		if !ok {
			return false
		}
		if entry.Value.Kind == yamltree.Null {
			return true
		}
		n = entry.Value
	}
	return false
}

// explicitZero reports a number that somebody wrote as 0, which means something else
// than leaving it out.
func explicitZero(n *yamltree.Node, path ...any) (diag.Range, bool) {
	node := n
	for _, key := range path {
		node = node.Get(key.(string))
	}
	value, ok := node.Int()
	return n.At(path...), ok && value == 0
}
