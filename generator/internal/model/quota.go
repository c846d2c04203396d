package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// computeResources are the resources of an automatic quota that every workload
// needs, storageResources those that only some do; both in printed order.
func computeResources() []string {
	return []string{"requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "pods"}
}

func storageResources() []string { return []string{"persistentvolumeclaims", "requests.storage"} }

// quotas derives the ResourceQuota of every namespace.
func (r *resolver) quotas() {
	for _, ns := range namespacesOn(r.p.Targets()) {
		if !r.faultySum(ns) {
			r.quota(ns, ns.Target.Env.Settings.Quota)
		}
	}
}

func (r *resolver) quota(ns *Namespace, declared schema.Quota) {
	need := ns.worstCase()
	if declared.Hard == nil && !r.faulty(ns.Target.Env.Node, "quota") {
		r.footprints(ns)
	}
	if !declared.Auto && declared.Hard != nil {
		ns.Quota = r.amounts(ns, declared.Hard, need, "hard")
		return
	}
	ns.AutomaticQuota = true
	for _, resource := range append(computeResources(), storageResources()...) {
		amount := ns.room(resource, need)
		if budget, ok := declared.Budget[resource]; ok {
			at := r.place(ns.Target.Env.Node, "quota", "budget", resource)
			if limit, ok := r.enough(ns, resource, need, budget, at, "budget"); ok {
				amount = min(amount, limit)
			}
		}
		ns.Quota = append(ns.Quota, pair(resource, amount.Format(resource)))
	}
	// Load balancers that nobody declares, and node ports, would pass the gateway by.
	ns.Quota = append(ns.Quota, pair(loadBalancerQuota, need.total(loadBalancerQuota).Format(loadBalancerQuota)), pair("services.nodeports", "0"))
	ns.Quota = overlay(ns.Quota, r.amounts(ns, declared.Override, need, "override"))
}

// amounts are those that the spec states itself, below a key of the quota.
func (r *resolver) amounts(ns *Namespace, stated map[string]schema.Amount, need demands, key string) yamltree.Ordered {
	var out yamltree.Ordered
	for _, resource := range sortedKeys(stated) {
		at := r.place(ns.Target.Env.Node, "quota", key, resource)
		r.quotaResource(ns, resource, at)
		r.enough(ns, resource, need, stated[resource], at, "quota")
		out = append(out, pair(resource, string(stated[resource])))
	}
	return out
}

// room is the amount of an automatic quota: the worst case of the resource, for compute
// resources times 1.2, rounded up to 1, 2, 5, 10 … whole units. A namespace in which
// nothing needs the resource has room for one application without values of its own.
func (ns *Namespace) room(resource string, need demands) Quantity {
	unit, sum := wholeUnit(resource), need.total(resource)
	if slices.Contains(storageResources(), resource) {
		return sum.Room(unit) * unit
	}
	return cmp.Or(sum, ns.Target.Env.typical().total(resource)).Headroom().Room(unit) * unit
}

// typical is the demand of an application that sets no values itself.
func (e *Environment) typical() demands {
	d := demands{}
	d.add("", e.Defaults)
	return d
}

// quotaName is a resource that a quota can bound.
var quotaName = lazyregexp.New(`^((requests|limits)\.[a-z0-9][-a-z0-9./]*|cpu|memory|pods|services|configmaps|secrets|persistentvolumeclaims|services\.(loadbalancers|nodeports)|count/[a-z0-9][-a-z0-9./]*|[-a-z0-9.]+\.storageclass\.storage\.k8s\.io/(requests\.storage|persistentvolumeclaims))$`)

// budget checks that the amounts of a budget are those of an automatic quota: what is not
// there would bound nothing, and neither would what the spec overrides.
func (r *resolver) budget(env *Environment) {
	known := append(computeResources(), storageResources()...)
	for _, resource := range sortedKeys(env.Settings.Quota.Budget) {
		if _, overridden := env.Settings.Quota.Override[resource]; overridden {
			r.list.Error(r.keyPlace(env.Node, "quota", "budget", resource), "quota/resource", fmt.Sprintf("budget and override both state %s", resource)).Hint =
				"An amount of override needs no budget. Keep one of the two."
		}
		if slices.Contains(known, resource) {
			continue
		}
		d := r.list.Error(r.keyPlace(env.Node, "quota", "budget", resource), "quota/resource", fmt.Sprintf("a budget cannot bound %q", resource))
		d.Detail = "An automatic quota has " + strings.Join(known, ", ") + "."
		d.Hint = "Write one of these, or add the amount: quota: {override: …}."
		if near := yamltree.Suggest(resource, known); near != "" {
			d.Hint = fmt.Sprintf("Did you mean %q?", near)
		}
	}
}

// quotaResource checks the name of a bounded resource, and that every pod states
// what the quota counts: it would be refused otherwise.
func (r *resolver) quotaResource(ns *Namespace, resource string, at diag.Range) {
	if !quotaName.MatchString(resource) {
		r.list.Error(at, "quota/resource", fmt.Sprintf("a quota cannot bound %q", resource)).Hint =
			"Known are requests.RESOURCE, limits.RESOURCE, pods, persistentvolumeclaims, requests.storage, count/KIND and the like."
		return
	}
	group, kind, _ := strings.Cut(resource, ".")
	for _, in := range ns.Instances {
		if in.Workload.Source != nil || r.faulty(in.Workload.Node, "resources") {
			continue // the limit range sets the resources that a chart or a folder leaves out
		}
		stated := in.Workload.Resources.Requests
		if group == "limits" {
			stated = in.Workload.Resources.Limits
		}
		if (kind == "cpu" || kind == "memory" || kind == "ephemeral-storage") && stated[kind] == "" {
			d := r.list.Error(in.App.At, "resources/missing", fmt.Sprintf("%s of %s are needed", group, kind))
			d.Detail = fmt.Sprintf("The quota of %s counts them, so that a pod without them is refused.", ns.Name)
			d.Hint = fmt.Sprintf("Write resources: {%s: {%s: …}}, here or in the workload of the environment.", group, kind)
		}
	}
}

// demand is the peak demand of one application for one resource, and of how many pods; 0 for
// what does not belong to pods.
type demand struct {
	app    Name
	pods   int
	amount Quantity
}

// demands are the needs of a namespace by resource.
type demands map[string][]demand

func (d demands) total(resource string) Quantity {
	var sum Quantity
	for _, item := range d[resource] {
		sum = sum.plus(item.amount)
	}
	return sum
}

// worstCase sums the demand of the namespace when all workloads run at their maximum during
// a rollout.
func (ns *Namespace) worstCase() demands {
	need := demands{}
	for _, in := range ns.Instances {
		need.addBalancers(in)
		if in.Workload.Source != nil {
			need.addFootprint(in.App.Name, in.Workload.Footprint)
			continue
		}
		need.add(in.App.Name, in.Workload)
		for _, run := range in.Runs {
			need.add(jobName(in.App.Name, run.short), run.workload)
		}
	}
	return need
}

// add notes the needs of one workload.
func (d demands) add(app Name, w *Workload) {
	_, high := w.Replicas()
	pods := w.pods()
	note := func(resource string, amount Quantity) {
		d[resource] = append(d[resource], demand{app, pods, amount})
	}
	note("pods", Quantity(pods))
	for _, kind := range []string{"cpu", "memory", "ephemeral-storage"} {
		note("requests."+kind, w.need(kind, requests).times(pods))
		note("limits."+kind, w.need(kind, limits).times(pods))
	}
	for _, name := range sortedKeys(w.Volumes) {
		if w.Volumes[name].Size == "" || w.label != "" {
			continue // a job mounts claims of its application, which count there
		}
		claims := 1
		if w.Stateful() {
			claims = high
		}
		size, _ := ParseQuantity("storage", string(w.Volumes[name].Size))
		note("persistentvolumeclaims", Quantity(claims))
		note("requests.storage", size.times(claims))
	}
	for _, size := range w.ephemeralClaims() {
		note("persistentvolumeclaims", Quantity(pods))
		note("requests.storage", size.times(pods))
	}
}

func quantityOf(resource string, m map[string]schema.Amount) Quantity {
	q, err := ParseQuantity(resource, string(m[resource]))
	if err != nil {
		return 0
	}
	return q
}

// enough reports an amount that the applications can exceed, with the sum.
func (r *resolver) enough(ns *Namespace, resource string, need demands, amount schema.Amount, at diag.Range, what string) (Quantity, bool) {
	limit, err := ParseQuantity(resource, string(amount))
	if err != nil {
		r.list.Error(at, "quantity/invalid", err.Error()).Hint = quantityHint
		return 0, false
	}
	total := need.total(resource)
	if total > limit {
		d := r.list.Error(at, "quota/exceeded", fmt.Sprintf("the %s of %s is too small for %s", what, ns.Name, resource))
		d.Detail = fmt.Sprintf("At their maximum the applications need %s, the %s is %s.\n%s",
			total.Format(resource), what, amount, need.sum(resource))
		d.Hint = "Raise it, or lower scale.max or the resources of the applications."
		if resource == loadBalancerQuota {
			d.Hint = "Raise it, or take load balancers out of expose."
		}
		return 0, false
	}
	return limit, true
}

// sum writes the addition, one application a line, the largest first as far as a
// person wants to read.
func (d demands) sum(resource string) string {
	items := slices.DeleteFunc(slices.Clone(d[resource]), func(item demand) bool { return item.amount == 0 })
	slices.SortStableFunc(items, func(a, b demand) int { return cmp.Compare(b.amount, a.amount) })
	var lines []string
	for _, item := range items {
		line := fmt.Sprintf("%s: %s", item.app, item.amount.Format(resource))
		if item.pods > 0 {
			line = fmt.Sprintf("%s: %s, %s", item.app, Count(item.pods, "pod"), item.amount.Format(resource))
		}
		lines = append(lines, line)
	}
	if len(lines) > 12 {
		lines = append(lines[:12], fmt.Sprintf("… and %d more", len(lines)-12))
	}
	return strings.Join(lines, "\n")
}

// LimitRange is the item that bounds each container of the environment's namespaces.
func (e *Environment) LimitRange() yamltree.Ordered {
	l := e.Settings.LimitRange
	return yamltree.Ordered{
		pair("type", "Container"), pair("default", amounts(l.Default)), pair("defaultRequest", amounts(l.DefaultRequest)),
		pair("max", amounts(l.Max)), pair("min", amounts(l.Min)),
	}
}
