package generator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wavewright/wavewright/generator/internal/cluster"
	"github.com/wavewright/wavewright/generator/internal/model"
)

// DoctorRequest says which cluster to ask, and what it is to this repository.
type DoctorRequest struct {
	// Context of kubectl's configuration.
	Context string
	// Cluster is the destination that the context reaches, and ArgoCD the Argo CD that
	// runs there. Both may be empty in a repository that has one of each: then the
	// context is both.
	Cluster, ArgoCD string
	// Timeout of each question.
	Timeout time.Duration
}

// DoctorReport is what a cluster has of what the repository needs.
type DoctorReport = cluster.Report

// DoctorFinding is the result of one check.
type DoctorFinding = cluster.Finding

// States of a doctor's finding.
const (
	DoctorOK      = cluster.OK
	DoctorFailed  = cluster.Failed
	DoctorWarning = cluster.Warning
	DoctorUnknown = cluster.Unknown
)

// Errors of a doctor that could not ask anything.
var (
	ErrNoKubectl    = cluster.ErrNoKubectl
	ErrNoContext    = cluster.ErrNoContext
	ErrUnreachable  = cluster.ErrUnreachable
	ErrUnauthorized = cluster.ErrUnauthorized
)

// WhichError says that a repository has several clusters or Argo CDs, so that the one
// that is meant has to be named.
type WhichError struct{ Clusters, ArgoCDs []string }

// Error says what there is.
func (e *WhichError) Error() string {
	return fmt.Sprintf("there are several clusters or Argo CDs: clusters %s; Argo CDs %s", strings.Join(e.Clusters, ", "), strings.Join(e.ArgoCDs, ", "))
}

// Doctor asks a cluster for what the repository needs of it. Nothing is changed.
func (p *Platform) Doctor(ctx context.Context, request DoctorRequest) (*DoctorReport, error) {
	if p.model == nil {
		return nil, ErrInvalid
	}
	if err := p.checkSparseInputs(); err != nil {
		return nil, err
	}
	needs, err := request.needs(p.model)
	if err != nil {
		return nil, err
	}
	return cluster.Examine(ctx, &cluster.Client{Context: request.Context, Timeout: request.Timeout}, needs)
}

// needs derives what to ask of the part of the platform that the request names.
func (request DoctorRequest) needs(p *model.Platform) (cluster.Needs, error) {
	var clusters, instances []string
	for _, target := range p.Targets() {
		clusters = append(clusters, string(target.Cluster.Name))
	}
	slices.Sort(clusters)
	clusters = slices.Compact(clusters)
	for _, instance := range p.ArgoCD.Instances {
		instances = append(instances, string(instance.Name))
	}
	if request.Cluster == "" && request.ArgoCD == "" {
		if len(clusters) > 1 || len(instances) > 1 {
			return cluster.Needs{}, &WhichError{clusters, instances}
		}
		request.Cluster, request.ArgoCD = clusters[0], instances[0]
	}
	var needs cluster.Needs
	if name := request.Cluster; name != "" {
		if !slices.Contains(clusters, name) {
			return needs, &UnknownError{"cluster", name, clusters}
		}
		needs.Cluster = cluster.NeedsOf(targetsOn(p, name, request.ArgoCD))
	}
	if name := request.ArgoCD; name != "" {
		if !slices.Contains(instances, name) {
			return needs, &UnknownError{"Argo CD", name, instances}
		}
		needs.ArgoCD = cluster.ArgoCDNeedsOf(p, name)
	}
	return needs, nil
}

// targetsOn lists the targets on a cluster. Two Argo CDs may give different clusters the
// same name: when the request names an Argo CD, only its own targets count.
func targetsOn(p *model.Platform, name, argocd string) []*model.Target {
	var on, own []*model.Target
	for _, target := range p.Targets() {
		if string(target.Cluster.Name) != name {
			continue
		}
		on = append(on, target)
		if string(target.Env.ArgoCD) == argocd {
			own = append(own, target)
		}
	}
	if len(own) > 0 {
		return own
	}
	return on
}
