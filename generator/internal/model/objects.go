package model

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// Service is the Service of an application, ready to print.
type Service struct {
	Name Name
	// Annotations that the application states.
	Annotations map[string]string
	Ports       []yamltree.Ordered
}

// service is the Service of a workload; nil when nothing listens.
func (w *Workload) service(app Name) *Service {
	if len(w.PortList()) == 0 {
		return nil
	}
	s := &Service{Name: app, Annotations: w.ServiceAnnotations}
	for _, port := range w.PortList() {
		s.Ports = append(s.Ports, servicePort(port))
	}
	return s
}

// Service is the Service that all targets share; nil when there is none.
func (a *Application) Service() *Service { return a.Base.service }

// Service is the target's own Service; nil when the base has it.
func (in *Instance) Service() *Service { return in.service }

// NetworkPolicy is a NetworkPolicy of an application, ready to print.
type NetworkPolicy struct {
	Name Name
	// Pods selects the pods that it is for.
	Pods            map[string]string
	Ingress, Egress []NetworkRule
}

func policy(name Name, pods map[string]string, ingress, egress []NetworkRule) *NetworkPolicy {
	if len(ingress) == 0 && len(egress) == 0 {
		return nil
	}
	return &NetworkPolicy{name, pods, ingress, egress}
}

// NetworkPolicy holds the rules that are the same on every target; nil without any.
func (a *Application) NetworkPolicy() *NetworkPolicy {
	return policy(a.Name, a.selector, a.Base.Ingress, a.Base.Egress)
}

// NetworkPolicy holds the rules that the target adds; nil without any.
func (in *Instance) NetworkPolicy() *NetworkPolicy {
	return policy(in.App.Name+"-"+in.Target.Env.Name, in.Selector(), in.Ingress, in.Egress)
}

// AllLabels are the labels that the base sets on all objects and pods.
func (a *Application) AllLabels(p *Platform) map[string]string {
	labels := map[string]string{
		"app.kubernetes.io/instance": string(a.Name),
		"app.kubernetes.io/part-of":  string(p.Name),
	}
	if a.Team != nil {
		labels["owner"] = string(a.Team.Name)
	}
	maps.Copy(labels, a.Base.Labels)
	return labels
}

// ObjectAnnotations are all annotations of the workload in the base.
func (b *Base) ObjectAnnotations() map[string]string {
	return joined(b.Annotations, b.ExceptionAnnotations)
}

// ObjectAnnotations are all annotations of the workload that the folder adds.
func (in *Instance) ObjectAnnotations() map[string]string {
	return joined(in.Annotations, in.ExceptionAnnotations)
}

// Uses reports whether a workload uses a shared component.
func (p *Platform) Uses(component string) bool {
	return slices.ContainsFunc(instancesOn(p.Targets()), func(in *Instance) bool { return slices.Contains(in.Components, Path(component)) })
}

// HasBases reports whether an application brings no manifests of its own, so that it has a base.
func (p *Platform) HasBases() bool {
	return slices.ContainsFunc(p.Applications, func(a *Application) bool { return !a.Sourced })
}

// FastFailover is what pods tolerate of a lost node, where an environment has fast failover.
func (p *Platform) FastFailover() []yamltree.Ordered {
	if !slices.ContainsFunc(p.Environments, (*Environment).FastFailover) {
		return nil
	}
	return fastFailover()
}

// Join returns a path from the root of the repository.
func (r Repository) Join(parts ...any) string {
	path := r.Prefix
	for i, part := range parts {
		if i > 0 {
			path += "/"
		}
		path += fmt.Sprint(part)
	}
	return path
}

// Description of the AppProject.
func (s *ApplicationSet) Description(env *Environment) string {
	switch {
	case s.Infra:
		return "Namespaces of " + string(env.Name)
	case s.Team != nil:
		return fmt.Sprintf("Applications of team %s in %s", s.Team.Name, env.Name)
	}
	return "Applications of " + string(env.Name)
}

// WaveText is the wave as an annotation holds it.
func (s *ApplicationSet) WaveText() string { return strconv.Itoa(s.Wave) }

// List is the elements as the list generator holds them. They are one value, because a
// template that prints them field by field is as long as all of them.
func (s *ApplicationSet) List() []yamltree.Ordered {
	list := make([]yamltree.Ordered, len(s.Elements))
	for i, e := range s.Elements {
		list[i] = yamltree.Ordered{
			pair("name", string(e.Name)), pair("revision", e.Revision), pair("path", e.Path),
			pair("namespace", e.Namespace), pair("cluster", e.Cluster),
		}
		for _, field := range []string{releaseField, ignoreField} {
			if value := e.Get(field); value != "" {
				list[i] = append(list[i], pair(field, value))
			}
		}
		if s.labels {
			for _, field := range []string{"podSecurityEnforce", "podSecurityWarn", "podSecurityAudit", "podSecurityVersion"} {
				list[i] = append(list[i], pair(field, e.Get(field)))
			}
		}
	}
	return list
}

// StartupFields are the numbers that the environment sets on startup probes.
func (e *Environment) StartupFields() []Field {
	var out []Field
	for _, entry := range e.StartupNumbers() {
		out = append(out, Field{Path(entry.Key), entry.Value})
	}
	return out
}

// Label is the key of the candidate among those of its kind.
func (c Candidate) Label() Name { return Name(c.Name) }

// Map is the candidate's element as a map.
func (c Candidate) Map() yamltree.Ordered {
	out := make(yamltree.Ordered, 0, len(c.Fields))
	for _, field := range c.Fields {
		out = append(out, pair(field.Name, field.Value))
	}
	return out
}

// ApplicationMap holds the elements of the target's applications by name. They are one
// value for the reason that those of an ApplicationSet are.
func (t *Target) ApplicationMap() yamltree.Ordered {
	candidates := t.ApplicationCandidates()
	all := make(yamltree.Ordered, len(candidates))
	for i, c := range candidates {
		all[i] = pair(c.Name, c.Map())
	}
	return all
}

// MinReplicas is the least number of replicas.
func (w *Workload) MinReplicas() int { low, _ := w.Replicas(); return low }

// MaxReplicas is the greatest number of replicas.
func (w *Workload) MaxReplicas() int { _, high := w.Replicas(); return high }

// SecretReference is an ExternalSecret, ready to print.
type SecretReference struct {
	Name             string
	StoreKind, Store string
	// Key in the store, and the properties of it that are used; All is set when all are.
	Key        string
	Properties []string
	All        bool
}

// Secrets lists what the secret store has to provide, by name.
func (in *Instance) Secrets() []SecretReference {
	var out []SecretReference
	for _, secret := range in.Workload.AllSecrets(in.App.Name) {
		if secret.Key == "" {
			continue
		}
		store := in.Target.Cluster.Secrets.Store
		out = append(out, SecretReference{
			Name: secret.Object, Key: secret.Key, Properties: secret.Properties, All: secret.All,
			StoreKind: cmp.Or(store.Kind, "ClusterSecretStore"), Store: in.Expand(store.Name),
		})
	}
	return out
}
