package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Balancer is a Service with a load balancer, of an application.
type Balancer struct{ Namespace, Name, Application string }

// check asks whether the Service got an address, which a controller of the cluster gives it.
func (b Balancer) check(ctx context.Context, c *Client) Finding {
	q := question{"doctor/load-balancer", fmt.Sprintf("Load balancer %s in %s", b.Name, b.Namespace)}
	var service struct {
		Spec   struct{ Type string }
		Status struct {
			LoadBalancer struct {
				Ingress []struct{ IP, Hostname string }
			}
		}
	}
	err := c.object(ctx, &service, "services", b.Namespace, b.Name)
	switch {
	case errors.Is(err, ErrNotFound):
		return q.ok("Argo CD has not made it yet")
	case err != nil:
		return q.unanswered(err, "")
	case service.Spec.Type != "LoadBalancer":
		return q.failed("it is a Service of type "+service.Spec.Type, "Let Argo CD sync the application "+b.Application+".")
	}
	var addresses []string
	for _, ingress := range service.Status.LoadBalancer.Ingress {
		addresses = append(addresses, ingress.IP+ingress.Hostname) // it has one of both
	}
	if len(addresses) == 0 {
		return q.failed("it has no address", fmt.Sprintf("Ask why: kubectl --context %s --namespace %s describe service %s. The cluster needs a controller of load balancers; when it has several, write platform.loadBalancers: {class: NAME}.",
			c.Context, b.Namespace, b.Name))
	}
	return q.ok(strings.Join(addresses, ", "))
}
