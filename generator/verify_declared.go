package generator

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/schema/diag"
)

// declare says what a repository was meant to be: where the spec declares each Application, the
// connections, and what clusters have that the repository does not hold.
func (p *Platform) declare(r *repo.Repository) {
	for _, e := range r.Environments {
		for _, t := range e.Targets {
			for _, d := range t.Applications {
				if at, ok := p.declaredAt(d.Overlay); ok {
					d.Declared = repo.Origin{File: at.File, Line: at.Line}
				}
			}
			if target := p.target(t.Name); target != nil {
				if p.model.ArgoCD.Several() {
					t.Instance = string(target.Env.ArgoCD)
				}
				t.External, t.Declared, t.Kubernetes = external(target.Cluster), connections(target), kubernetes(target.Cluster)
			}
		}
	}
}

func (p *Platform) target(name string) *model.Target {
	for _, target := range p.model.Targets() {
		if string(target.Name) == name {
			return target
		}
	}
	return nil
}

// external names what a cluster has, in the words of [repo.Repository].
func external(c *model.Cluster) []string {
	var names []string
	if c.Nodes > 0 {
		names = append(names, fmt.Sprintf("Nodes/%d", c.Nodes))
	}
	if c.Zones > 0 {
		names = append(names, fmt.Sprintf("Zones/%d", c.Zones))
	}
	if c.Metrics != nil {
		names = append(names, "Namespace/"+c.Metrics.Namespace, "Scraper/"+c.Metrics.Namespace)
	}
	for _, way := range c.Ways {
		switch {
		case way.Gateway != nil:
			names = append(names, "Namespace/"+way.Gateway.Namespace, "Gateway/"+way.Gateway.Namespace+"/"+way.Gateway.Name)
		case way.Ingress != nil:
			names = append(names, "Namespace/"+way.Ingress.Namespace, "IngressClass/"+way.Ingress.Class+"/"+way.Ingress.Namespace)
		}
	}
	for _, class := range c.PriorityClasses {
		names = append(names, "PriorityClass/"+class)
	}
	return names
}

// kubernetes is the version that a cluster is declared to have, such as 1.36; empty when the spec states none.
func kubernetes(c *model.Cluster) string {
	version, found := strings.CutPrefix(c.PodSecurityVersion, "v")
	if !found {
		return ""
	}
	return version
}

// connections are those that the applications of a target declare.
func connections(t *model.Target) []repo.Connection {
	var all []repo.Connection
	for _, in := range t.Instances {
		for _, c := range in.Connections {
			all = append(all, repo.Connection{
				From: string(in.App.Name), To: string(c.To), Port: int32(c.Port), Protocol: corev1.Protocol(c.Protocol), //nolint:gosec // A port fits.
				At: repo.Origin{File: c.At.File, Line: c.At.Line},
			})
		}
	}
	return all
}

// declaredAt is where the spec declares the application of an overlay.
func (p *Platform) declaredAt(overlay string) (diag.Range, bool) {
	parts := strings.Split(overlay, "/") // overlays/TARGET/apps/APP
	if len(parts) != 4 || parts[2] != "apps" {
		return diag.Range{}, false
	}
	for _, app := range p.model.Applications {
		if string(app.Name) == parts[3] {
			return app.At, true
		}
	}
	return diag.Range{}, false
}
