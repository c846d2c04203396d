package model

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// quotaResources are the resources of an automatic quota, in printed order.
func quotaResources() []string {
	return []string{
		"requests.cpu", "requests.memory", "limits.cpu", "limits.memory",
		"pods", "persistentvolumeclaims", "requests.storage",
	}
}

// quotas derives the ResourceQuota of every namespace.
func (r *resolver) quotas() {
	for _, env := range r.p.Environments {
		for _, target := range env.Targets {
			for _, ns := range target.Namespaces {
				r.quota(ns, env.Settings.Quota)
			}
		}
	}
}

func (r *resolver) quota(ns *Namespace, declared schema.Quota) {
	need := ns.worstCase()
	if !declared.Auto && declared.Hard != nil {
		for _, resource := range sortedKeys(declared.Hard) {
			r.enough(ns, resource, need, declared.Hard[resource], declared.Range, "quota")
			ns.Quota = append(ns.Quota, pair(resource, string(declared.Hard[resource])))
		}
		return
	}
	ns.QuotaAuto = true
	for _, resource := range quotaResources() {
		amount := need.total(resource).Worst().Step(resource)
		if budget, ok := declared.Budget[resource]; ok {
			if limit, ok := r.enough(ns, resource, need, budget, declared.Range, "budget"); ok {
				amount = min(amount, limit)
			}
		}
		ns.Quota = append(ns.Quota, pair(resource, amount.Format(resource)))
	}
	// Load balancers and node ports would pass the gateway by.
	ns.Quota = append(ns.Quota, pair("services.loadbalancers", "0"), pair("services.nodeports", "0"))
}

// demand is what one application needs at most of one resource.
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
		sum += item.amount
	}
	return sum
}

// worstCase sums what the namespace needs when everything runs at its maximum and
// rolls out at once.
func (ns *Namespace) worstCase() demands {
	need := demands{}
	for _, in := range ns.Instances {
		w := in.Workload
		_, high := w.Replicas()
		pods := high + w.Surge()
		add := func(resource string, amount Quantity) {
			need[resource] = append(need[resource], demand{in.App.Name, pods, amount})
		}
		add("pods", Quantity(pods))
		for _, kind := range []string{"cpu", "memory", "ephemeral-storage"} {
			add("requests."+kind, Quantity(pods)*quantityOf(kind, w.Resources.Requests))
			add("limits."+kind, Quantity(pods)*quantityOf(kind, w.Resources.Limits))
		}
		for _, claim := range w.Claims(in.App.Name) {
			size, _ := ParseQuantity("storage", claim.Size)
			add("persistentvolumeclaims", 1)
			add("requests.storage", size)
		}
	}
	return need
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
		r.list.Error(at, "quantity/invalid", err.Error())
		return 0, false
	}
	total := need.total(resource)
	if total > limit {
		d := r.list.Error(at, "quota/exceeded", fmt.Sprintf("the %s of %s is too small for %s", what, ns.Name, resource))
		d.Detail = fmt.Sprintf("At their maximum the applications need %s, the %s is %s.\n%s",
			total.Format(resource), what, amount, need.sum(resource))
		d.Hint = "Raise it, or lower scale.max or the resources of the applications."
		return 0, false
	}
	return limit, true
}

// sum writes the addition, one application a line, the largest first as far as a
// person wants to read.
func (d demands) sum(resource string) string {
	var lines []string
	for _, item := range d[resource] {
		if item.amount > 0 {
			lines = append(lines, fmt.Sprintf("%s: %d pods, %s", item.app, item.pods, item.amount.Format(resource)))
		}
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
