package model

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema"
)

// resources checks the main container.
func (c *checker) resources() {
	r := resourceCheck{c, c.w.Resources, nil}
	r.amounts()
	r.names()
	r.complete("The namespace has a quota, so that Kubernetes refuses a pod without requests and limits: do not remove those of the profile.")
}

// resourceCheck checks the requests and limits of one container.
type resourceCheck struct {
	*checker
	stated schema.Resources
	// container is the path of the container; nothing for the main one.
	container []any
}

func (r resourceCheck) path(more ...any) []any {
	return append(append(r.container[:len(r.container):len(r.container)], "resources"), more...)
}

func (r resourceCheck) amounts() {
	for _, resource := range sortedKeys(r.stated.Requests) {
		if _, limited := r.stated.Limits[resource]; !limited {
			r.quantity(resource, r.stated.Requests[resource], r.path("requests", resource)...)
		}
	}
	for _, resource := range sortedKeys(r.stated.Limits) {
		limit, err := ParseQuantity(resource, string(r.stated.Limits[resource]))
		if err != nil {
			r.error(r.at(r.path("limits", resource)...), "quantity/invalid", "%s", err).Hint = quantityHint
			continue
		}
		r.belowMaximum(resource, limit)
		r.belowLimit(resource, limit)
	}
}

func (r resourceCheck) complete(hint string) {
	var missing []string
	for _, resource := range []string{"cpu", "memory"} {
		if r.stated.Requests[resource] == "" || r.stated.Limits[resource] == "" {
			missing = append(missing, resource)
		}
	}
	if len(missing) > 0 {
		r.error(r.at(r.path()...), "resources/missing", "requests and limits of %s are needed", strings.Join(missing, " and ")).Hint = hint
	}
}

// belowMaximum checks a limit against the environment's limit range.
func (r resourceCheck) belowMaximum(resource string, limit Quantity) {
	top, ok := r.in.Target.Env.Settings.LimitRange.Max[resource]
	if !ok {
		return
	}
	if most, err := ParseQuantity(resource, string(top)); err == nil && limit > most {
		d := r.error(r.at(r.path("limits", resource)...), "limits/exceeded", "%s allows a container at most %s of %s", r.in.Target.Env.Name, top, resource)
		d.Detail = fmt.Sprintf("The limit is %s.", r.stated.Limits[resource])
		d.Hint = fmt.Sprintf("Lower it, or raise limitRange.max.%s of the environment.", resource)
	}
}

// belowLimit checks a request against its limit.
func (r resourceCheck) belowLimit(resource string, limit Quantity) {
	amount, stated := r.stated.Requests[resource]
	if !stated {
		return
	}
	request, err := ParseQuantity(resource, string(amount))
	switch {
	case err != nil:
		r.error(r.at(r.path("requests", resource)...), "quantity/invalid", "%s", err).Hint = quantityHint
	case request > limit:
		at := r.at(r.path("requests", resource)...)
		if at == r.in.App.At {
			at = r.at(r.path("limits", resource)...)
		}
		d := r.error(at, "resources/order", "the request of %s is above its limit", resource)
		d.Detail = fmt.Sprintf("In %s the request is %s and the limit is %s.", r.in.Target.Env.Name, amount, r.stated.Limits[resource])
		d.Hint = "Raise the limit, or lower the request with it."
	default:
		r.aboveMinimum(resource, request)
	}
}

// aboveMinimum checks a request against the environment's limit range.
func (r resourceCheck) aboveMinimum(resource string, request Quantity) {
	bottom, ok := r.in.Target.Env.Settings.LimitRange.Min[resource]
	if !ok {
		return
	}
	if least, err := ParseQuantity(resource, string(bottom)); err == nil && request < least {
		d := r.error(r.at(r.path("requests", resource)...), "limits/exceeded", "%s wants a container to request at least %s of %s", r.in.Target.Env.Name, bottom, resource)
		d.Detail = fmt.Sprintf("The request is %s.", r.stated.Requests[resource])
		d.Hint = fmt.Sprintf("Raise it, or lower limitRange.min.%s of the environment.", resource)
	}
}

// names checks the names of resources, and that the request of a device equals its limit,
// as Kubernetes demands.
func (r resourceCheck) names() {
	for _, group := range []struct {
		name    string
		amounts map[string]schema.Amount
	}{{"requests", r.stated.Requests}, {"limits", r.stated.Limits}} {
		for _, resource := range sortedKeys(group.amounts) {
			if resource != "cpu" && resource != "memory" && !resourceName.MatchString(resource) {
				r.error(r.key(r.path(group.name, resource)...), "resources/name", "there is no resource %q", resource).Hint = resourceHint
			}
		}
	}
	for _, resource := range sortedKeys(r.stated.Requests) {
		if extendedResource(resource) && r.stated.Limits[resource] != r.stated.Requests[resource] {
			r.error(r.at(r.path("requests", resource)...), "resources/order", "request and limit of %s must be equal", resource).Hint =
				"Kubernetes does not overcommit devices: write the same number as request and as limit."
		}
	}
}
