package checks

import (
	"encoding/json"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/wavewright/wavewright/generator/internal/verify/network"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// scope is what meets in one cluster, whichever Application deploys it. In a repository
// without Applications, each folder is one: nobody knows which of them meet.
type scope struct {
	members   []*member
	named     map[string][]*member
	workloads []*workload
	// found finds the workloads.
	found   network.Index[*workload]
	scalers []*scaler
	// scaling are the autoscalers by what they scale.
	scaling  map[scaled][]*scaler
	made     map[string][]*made
	external []string
	// wider is what may be there too: all folders of a repository without Applications.
	wider *scope
	// dark are the namespaces that hold, beside what the repository shows, what operators
	// make of custom resources or what Applications deploy whose source was not built.
	dark map[string]bool
}

// member is an object with its target and the namespace that it gets: its own, or that of its
// Application; none for a kind of the cluster.
type member struct {
	*repo.Object
	target    *target
	namespace string
}

// isFolder reports whether an Application only stands for a folder.
func isFolder(d *repo.Deployed) bool {
	return d.Application == nil || d.Spec.Destination == (repo.Destination{})
}

// scopes are those of a repository.
func scopes(all []*target) []*scope {
	groups := map[string]*scope{}
	var order []*scope
	group := func(key string) *scope {
		if groups[key] == nil {
			groups[key] = newScope()
			order = append(order, groups[key])
		}
		return groups[key]
	}
	folders := newScope()
	for _, t := range all {
		key := "cluster " + t.Cluster
		if t.Cluster == "" {
			key = "target " + t.environment + " " + t.Name
		}
		for _, d := range t.Applications {
			s := group(key)
			if isFolder(d) {
				s = group("folder " + d.Overlay)
				s.wider = folders
				folders.deploy(t, d)
			}
			s.deploy(t, d)
		}
		for _, o := range t.Granted {
			group(key).enter(t, o)
		}
	}
	for _, s := range append(order, folders) {
		s.finish()
	}
	return order
}

func newScope() *scope {
	return &scope{named: map[string][]*member{}, found: network.Index[*workload]{}, scaling: map[scaled][]*scaler{}, made: map[string][]*made{}, dark: map[string]bool{}}
}

func (s *scope) deploy(t *target, d *repo.Deployed) {
	for _, o := range d.Objects {
		s.enter(t, o)
	}
	if len(d.Objects) == 0 && d.Application != nil {
		s.dark[d.Spec.Destination.Namespace] = true
	}
}

func (s *scope) enter(t *target, o *repo.Object) {
	m := &member{Object: o, target: t, namespace: o.Home()}
	s.members = append(s.members, m)
	key := o.Kind + " " + m.namespace + "/" + o.Name
	s.named[key] = append(s.named[key], m)
	s.external = t.external
	if makesMore(o) {
		s.dark[m.namespace] = true
		// What installs operators makes pods in namespaces that it does not name here.
		if o.Kind == "Subscription" || strings.HasPrefix(o.Group(), "operator") {
			s.dark[anywhere] = true
		}
	}
}

// finish gathers what rules ask for many times.
func (s *scope) finish() {
	for _, m := range s.members {
		if w := fromTyped(m.Typed); w != nil {
			w.kind, w.namespace, w.name, w.object = m.Kind, m.namespace, m.Name, m.Object
			s.workloads = append(s.workloads, w)
			s.found.Add(w.namespace, w.labels(), w)
		}
		if scales := newScaler(m); scales != nil {
			s.scalers = append(s.scalers, scales)
			s.scaling[scales.scaled()] = append(s.scaling[scales.scaled()], scales)
		}
		s.makes(m)
	}
}

// find returns the objects of a kind and name that meet in a namespace, or that have none.
func (s *scope) find(kind, namespace, name string) []*member {
	if found := s.named[kind+" "+namespace+"/"+name]; len(found) > 0 {
		return found
	}
	if wide := s.named[kind+" /"+name]; len(wide) > 0 && wide[0].ClusterWide {
		return wide
	}
	return nil
}

// holds reports whether the repository shows an object, or that somebody provides it.
func (s *scope) holds(kind, namespace, name string) bool {
	if len(s.find(kind, namespace, name)) > 0 || slices.Contains(s.external, kind+"/"+name) {
		return true
	}
	if s.wider == nil {
		return false
	}
	return slices.ContainsFunc(s.wider.members, func(m *member) bool { return m.Kind == kind && m.Name == name && meets(m.namespace, namespace) })
}

// meets reports whether two objects may be of one namespace: whoever applies a folder decides
// about what states none.
func meets(one, other string) bool { return one == other || one == "" || other == "" }

// isDark reports whether a namespace may hold more than the repository shows.
func (s *scope) isDark(namespace string) bool {
	return s.dark[namespace] || s.dark[anywhere] || s.wider != nil && len(s.wider.dark) > 0
}

// pods are the workloads of a namespace whose pods a selector matches.
func (s *scope) pods(namespace string, selector labels.Selector) []*workload {
	return s.found.Select(namespace, selector)
}

// selects reports whether a selector matches any pod that the repository shows.
func (s *scope) selects(namespace string, selector labels.Selector) bool {
	if len(s.pods(namespace, selector)) > 0 {
		return true
	}
	return s.wider != nil && slices.ContainsFunc(s.wider.workloads, func(w *workload) bool {
		return meets(w.namespace, namespace) && selector.Matches(w.labels())
	})
}

// selectorOf reads a selector; ok is false for one that matches nothing or cannot be read.
func selectorOf(selector *metav1.LabelSelector) (matcher labels.Selector, ok bool) {
	if selector == nil {
		return nil, false
	}
	matcher, err := metav1.LabelSelectorAsSelector(selector)
	return matcher, err == nil
}

// read decodes an object whose kind has no Go type, or nil when it does not fit.
func read[T any](m *member) *T { return parsed[T](m.Object) }

// parsed decodes an object as read does.
func parsed[T any](o *repo.Object) *T {
	var typed T
	if json.Unmarshal(o.JSON, &typed) != nil {
		return nil
	}
	return &typed
}

// makesMore reports whether an object is a custom resource that an operator may make pods of.
func makesMore(o *repo.Object) bool {
	group := o.Group()
	if group == "" || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") || fromTyped(o.Typed) != nil {
		return false
	}
	known := []string{
		"monitoring.coreos.com ServiceMonitor", "monitoring.coreos.com PodMonitor", "monitoring.coreos.com PrometheusRule", "monitoring.coreos.com Probe",
		"monitoring.coreos.com AlertmanagerConfig", "external-secrets.io ExternalSecret", "external-secrets.io SecretStore",
		"external-secrets.io PushSecret", "bitnami.com SealedSecret", "cert-manager.io Certificate", "cert-manager.io Issuer",
		"argoproj.io AppProject", "keda.sh ScaledObject", "keda.sh TriggerAuthentication", "route.openshift.io Route", "cilium.io CiliumNetworkPolicy",
	}
	return !slices.Contains(known, group+" "+o.Kind)
}

// inScopes runs a rule on each scope.
func inScopes(rule func(*scope, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, s := range w.scopes() {
			rule(s, out)
		}
	}
}

// about reports something about an object of a scope.
func (j *judge) about(m *member, path, format string, args ...any) *Finding {
	return j.object(m.target, m.Object, path, format, args...)
}
