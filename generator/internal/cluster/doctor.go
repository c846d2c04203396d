package cluster

import (
	"context"
	"sync"
)

// check asks the cluster one question, or several that belong together.
type check func(context.Context, *Client) []Finding

// atOnce is how many questions are asked at a time.
const atOnce = 4

// Needs are what a repository needs of the part of the world that a context reaches.
type Needs struct {
	// Cluster that Applications are deployed to; nil when it is not asked about.
	Cluster *ClusterNeeds
	// ArgoCD that deploys them; nil when it is not asked about.
	ArgoCD *ArgoCDNeeds
}

// Examine compares a cluster with what is needed of it. An error means that nothing
// could be asked; everything else is a finding.
func Examine(ctx context.Context, c *Client, needs Needs) (*Report, error) {
	offer, err := c.offer(ctx)
	if err != nil {
		return nil, err
	}
	report := &Report{Context: c.Context, Findings: []Finding{}, Counts: map[Status]int{}}
	if n := needs.Cluster; n != nil {
		report.add("cluster "+n.Name, answers(ctx, c, n.checks(offer)))
	}
	if n := needs.ArgoCD; n != nil {
		report.add("Argo CD "+n.Name, answers(ctx, c, n.checks(offer)))
	}
	return report, nil
}

// answers carries out checks side by side and returns the findings in their order.
func answers(ctx context.Context, c *Client, checks []check) []Finding {
	results := make([][]Finding, len(checks))
	slots := make(chan struct{}, atOnce)
	var group sync.WaitGroup
	for i, ask := range checks {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i] = ask(ctx, c)
		})
	}
	group.Wait()
	var all []Finding
	for _, findings := range results {
		all = append(all, findings...)
	}
	return all
}

// one makes a check of a question with one answer.
func one(ask func(context.Context, *Client) Finding) check {
	return func(ctx context.Context, c *Client) []Finding { return []Finding{ask(ctx, c)} }
}

// offer is the version and the API groups that the API server serves.
type offer struct {
	version string // for example 1.36
	minor   int
	// groups are the versions of each API group that are served.
	groups map[string][]string
}

// offer reads what every user may read. Examine stops at an error here.
func (c *Client) offer(ctx context.Context) (*offer, error) {
	var version struct{ Major, Minor string }
	if err := c.read(ctx, "/version", &version); err != nil {
		return nil, err
	}
	o := &offer{groups: map[string][]string{"": {"v1"}}}
	o.version, o.minor = kubernetes(version.Major, version.Minor)
	var list struct {
		Groups []struct {
			Name     string
			Versions []struct{ Version string }
		}
	}
	if err := c.read(ctx, "/apis", &list); err != nil {
		return nil, err
	}
	for _, group := range list.Groups {
		for _, v := range group.Versions {
			o.groups[group.Name] = append(o.groups[group.Name], v.Version)
		}
	}
	return o, nil
}
