package network

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Cluster holds the pods, namespaces and policies of a cluster, indexed by namespace. It does
// not change once it is made, so that any number of readers may ask it.
type Cluster struct {
	pods       []*Pod
	namespaces map[string]Namespace
	policies   []*policy
	// inhabited are the namespaces with pods.
	inhabited map[string]bool
	index     Index[*Pod]
	// isolating are the policies that select a pod, by direction.
	isolating map[Direction]map[*Pod][]*policy
}

// NewCluster indexes what a cluster holds. Policies that the API server would refuse select
// and open nothing where they are wrong; [Validate] names what is wrong with them. The API
// server labels each namespace with its name.
func NewCluster(pods []*Pod, namespaces []Namespace, policies []*networkingv1.NetworkPolicy) *Cluster {
	c := &Cluster{
		pods: pods, namespaces: map[string]Namespace{}, inhabited: map[string]bool{}, index: Index[*Pod]{},
		isolating: map[Direction]map[*Pod][]*policy{networkingv1.PolicyTypeIngress: {}, networkingv1.PolicyTypeEgress: {}},
	}
	for _, n := range namespaces {
		c.namespaces[n.Name] = n
	}
	for _, p := range pods {
		namespace := inDefault(p.Namespace)
		c.inhabited[namespace] = true
		c.index.Add(namespace, p.Labels, p)
	}
	for _, p := range policies {
		c.isolate(compile(p))
	}
	return c
}

func (c *Cluster) isolate(p *policy) {
	c.policies = append(c.policies, p)
	for _, pod := range c.index.Select(p.namespace, p.pods) {
		for direction := range p.rules {
			if !pod.HostNetwork && c.isolating[direction] != nil {
				c.isolating[direction][pod] = append(c.isolating[direction][pod], p)
			}
		}
	}
}

// Selected are the pods that a policy selects.
func (c *Cluster) Selected(p *networkingv1.NetworkPolicy) []*Pod {
	return c.index.Select(inDefault(p.Namespace), selector(&p.Spec.PodSelector))
}

// Select are the pods of a namespace with some labels.
func (c *Cluster) Select(namespace string, with map[string]string) []*Pod {
	return c.index.Select(inDefault(namespace), labels.SelectorFromSet(with))
}

// Peers are the pods that are certainly a peer of a rule of a policy in a namespace.
func (c *Cluster) Peers(namespace string, p networkingv1.NetworkPolicyPeer) []*Pod {
	return c.peers(inDefault(namespace), compilePeer(p))
}

func (c *Cluster) peers(own string, p *peer) []*Pod {
	if p.block != nil {
		return nil
	}
	var found []*Pod
	for _, namespace := range c.named(own, p) {
		found = append(found, slices.DeleteFunc(c.index.Select(namespace, p.pods), func(p *Pod) bool { return p.HostNetwork })...)
	}
	return found
}

// named are the namespaces with pods that a peer certainly means, sorted.
func (c *Cluster) named(own string, p *peer) []string {
	if p.namespaces == nil {
		return []string{own}
	}
	if name, exact := p.namespaces.RequiresExactMatch(corev1.LabelMetadataName); exact {
		if c.inNamespace(p.namespaces, name) == Yes {
			return []string{name}
		}
		return nil
	}
	var found []string
	for name := range c.inhabited {
		if c.inNamespace(p.namespaces, name) == Yes {
			found = append(found, name)
		}
	}
	slices.SortFunc(found, cmp.Compare[string])
	return found
}

// inNamespace reports whether a selector matches a namespace. No name is any namespace.
func (c *Cluster) inNamespace(s labels.Selector, name string) Answer {
	known, there := c.namespaces[name]
	requirements, selectable := s.Requirements()
	if !selectable {
		return No
	}
	answer := Yes
	for _, r := range requirements {
		answer = min(answer, requires(r, name, known.Labels, !there || known.Partial))
	}
	return answer
}

func requires(r labels.Requirement, name string, known map[string]string, partial bool) Answer {
	set := labels.Set(known)
	if r.Key() == corev1.LabelMetadataName {
		if name == "" {
			return Maybe
		}
		set, partial = labels.Set{corev1.LabelMetadataName: name}, false
	}
	switch {
	case partial && !set.Has(r.Key()):
		return Maybe
	case r.Matches(set):
		return Yes
	}
	return No
}
