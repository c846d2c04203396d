package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	psa "k8s.io/pod-security-admission/policy"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// permitted checks that what a workload passes through has the reasons that it needs, and that its environment
// permits it.
func (c *checker) permitted(w *Workload, place ...any) {
	c.reasoned(w, place...)
	if !c.in.Target.Env.Node.FaultyAt("podSecurity") {
		c.standard(w, place...)
	}
}

// access is a field that opens the node to a pod, gives a container privileges, or shows it what others serve.
type access struct {
	path []any
	name string
	// reason is the field of security that has the reason.
	reason string
	// alone is set for a privileged container that may not gain privileges, which Kubernetes refuses.
	alone bool
}

// Fields of security that have reasons.
const (
	hostAccess   = "hostAccess"
	privileges   = "privileges"
	serviceLinks = "serviceLinks"
)

// accesses lists what a workload passes through that needs a reason.
func (w *Workload) accesses() []access {
	out := w.podAccesses()
	if w.Container != nil {
		out = append(out, containerAccesses(&w.Container.Spec, "container")...)
	}
	for _, c := range w.containers() {
		if passed := c.Container.Container; passed != nil {
			out = append(out, containerAccesses(&passed.Spec, c.group, c.name, "container")...)
		}
	}
	return out
}

// podAccesses are those of pod:.
func (w *Workload) podAccesses() []access {
	if w.Pod == nil {
		return nil
	}
	s := w.Pod.Spec
	list := accessList{place: []any{"pod"}}
	list.add(s.HostNetwork, hostAccess, "hostNetwork", "hostNetwork")
	list.add(s.HostPID, hostAccess, "hostPID", "hostPID")
	list.add(s.HostIPC, hostAccess, "hostIPC", "hostIPC")
	list.add(isTrue(s.EnableServiceLinks), serviceLinks, "enableServiceLinks", "enableServiceLinks")
	for i, v := range s.Volumes {
		list.add(v.HostPath != nil, hostAccess, "hostPath", "volumes", i)
	}
	if sc := s.SecurityContext; sc != nil {
		list.add(unconfined(sc.SeccompProfile, sc.AppArmorProfile), privileges, "this profile", "securityContext")
		list.add(hostProcess(sc.WindowsOptions), hostAccess, "hostProcess", "securityContext", "windowsOptions")
	}
	return list.found
}

// containerAccesses are those of the container: at a place.
func containerAccesses(s *corev1.Container, place ...any) []access {
	list := accessList{place: place}
	for i, p := range s.Ports {
		list.add(p.HostPort != 0, hostAccess, "hostPort", "ports", i, "hostPort")
	}
	if sc := s.SecurityContext; sc != nil {
		list.securityContext(sc)
	}
	return list.found
}

// accessList collects what is used at a place.
type accessList struct {
	place []any
	found []access
}

func (l *accessList) add(used bool, reason, name string, path ...any) {
	if used {
		l.found = append(l.found, access{path: append(l.place[:len(l.place):len(l.place)], path...), name: name, reason: reason})
	}
}

func (l *accessList) securityContext(sc *corev1.SecurityContext) {
	in := func(used bool, reason, name, field string) { l.add(used, reason, name, "securityContext", field) }
	in(isTrue(sc.Privileged), privileges, "privileged", "privileged")
	if isTrue(sc.Privileged) && !isTrue(sc.AllowPrivilegeEscalation) {
		l.found[len(l.found)-1].alone = true
	}
	in(isTrue(sc.AllowPrivilegeEscalation), privileges, "allowPrivilegeEscalation", "allowPrivilegeEscalation")
	in(sc.ProcMount != nil && *sc.ProcMount == corev1.UnmaskedProcMount, privileges, "this procMount", "procMount")
	l.add(unconfined(sc.SeccompProfile, sc.AppArmorProfile), privileges, "this profile", "securityContext")
	in(sc.RunAsUser != nil && *sc.RunAsUser == 0, privileges, "root", "runAsUser")
	in(sc.RunAsNonRoot != nil && !*sc.RunAsNonRoot, privileges, "root", "runAsNonRoot")
	in(hostProcess(sc.WindowsOptions), hostAccess, "hostProcess", "windowsOptions")
}

func isTrue(b *bool) bool { return b != nil && *b }

func unconfined(seccomp *corev1.SeccompProfile, armor *corev1.AppArmorProfile) bool {
	return seccomp != nil && seccomp.Type == corev1.SeccompProfileTypeUnconfined || armor != nil && armor.Type == corev1.AppArmorProfileTypeUnconfined
}

func hostProcess(o *corev1.WindowsSecurityContextOptions) bool {
	return o != nil && isTrue(o.HostProcess)
}

// reasonOf is the reason that a field of security states.
func (w *Workload) reasonOf(field string) *schema.Reason {
	switch field {
	case hostAccess:
		return w.Security.HostAccess
	case serviceLinks:
		return w.Security.ServiceLinks
	}
	return w.Security.Privileges
}

// accessDetails say what access means, by its name.
func accessDetails() map[string]string {
	return map[string]string{
		"hostNetwork":        "Network policies do not apply to pods of the host network: such a pod reaches everything that its node reaches.",
		"enableServiceLinks": "Kubernetes then gives each container the address of every Service of its namespace as variables, also of those that it may not connect to. For the address of one, write env: {DB_SERVICE_HOST: db}.",
	}
}

// reasoned reports access without a reason, and access to the node that a policy of the environment refuses.
func (c *checker) reasoned(w *Workload, place ...any) {
	for _, a := range w.accesses() {
		at := c.key(append(place[:len(place):len(place)], a.path...)...)
		if w.reasonOf(a.reason) == nil && !c.faulty("security", a.reason) {
			d := c.error(at, "reason/missing", "%s needs a reason", a.name)
			d.Detail = accessDetails()[a.name]
			d.Hint = fmt.Sprintf("Write security: {%s: {reason: TEXT}} in the application.", a.reason)
		}
		if a.alone {
			c.error(at, "spec/value", "a privileged container can gain privileges").Hint =
				"Write allowPrivilegeEscalation: true beside it: wavewright writes false, and Kubernetes refuses both together."
		}
		if env := c.in.Target.Env; a.reason == hostAccess && env.Settings.Admission.HostAccess.Mode == admitDeny && !env.Node.FaultyAt("admission") {
			d := c.error(at, "security/host", "%s refuses pods with %s", env.Name, a.name)
			d.Detail = "Its admission policy host-access permits no pod the network, processes, memory, paths and ports of its node."
			d.Hint = "State it for the environments that permit it, or write admission: {hostAccess: {mode: warn, reason: TEXT}} in the environment."
		}
	}
}

// standard reports what the Pod Security Standard of the environment refuses, by the evaluator of Kubernetes. What
// wavewright writes itself has checks of its own.
func (c *checker) standard(w *Workload, place ...any) {
	before := c.violations(w.withoutPassed())
	for _, part := range w.passages() {
		for _, found := range c.violations(part.of(w.withoutPassed(), w)) {
			if slices.ContainsFunc(before, func(b psa.CheckResult) bool { return b.ForbiddenReason == found.ForbiddenReason }) {
				continue
			}
			env := c.in.Target.Env
			d := c.error(c.key(append(place[:len(place):len(place)], part.place...)...), "security/standard", "%s refuses these pods: %s", env.Name, found.ForbiddenReason)
			d.Detail = fmt.Sprintf("Its namespaces enforce the %s Pod Security Standard: %s.", env.Settings.PodSecurity.Enforce, strings.TrimSpace(found.ForbiddenDetail))
			d.Hint = "State it for the environments that permit it, or write podSecurity: {enforce: …} in the environment."
		}
	}
}

// passagePart is one place at which a workload passes fields through.
type passagePart struct {
	place []any
	// of adds the fields of from at this place to a workload without any.
	of func(plain, from *Workload) *Workload
}

func (w *Workload) passages() []passagePart {
	var out []passagePart
	if w.Pod != nil {
		out = append(out, passagePart{[]any{"pod"}, func(plain, from *Workload) *Workload { plain.Pod = from.Pod; return plain }})
	}
	if w.Container != nil {
		out = append(out, passagePart{[]any{"container"}, func(plain, from *Workload) *Workload { plain.Container = from.Container; return plain }})
	}
	if w.annotated() {
		out = append(out, passagePart{[]any{"podAnnotations"}, func(plain, from *Workload) *Workload { plain.PodAnnotations = from.PodAnnotations; return plain }})
	}
	for _, c := range w.containers() {
		if c.Container.Container == nil {
			continue
		}
		out = append(out, passagePart{[]any{c.group, c.name, "container"}, func(plain, from *Workload) *Workload {
			if c.group == sidecars {
				plain.Sidecars[c.name] = from.Sidecars[c.name]
			} else {
				plain.Init[c.name] = from.Init[c.name]
			}
			return plain
		}})
	}
	return out
}

// violations are what the environment's standard forbids.
func (c *checker) violations(w *Workload) []psa.CheckResult {
	level, _ := api.ParseLevel(c.in.Target.Env.Settings.PodSecurity.Enforce)
	version, err := api.ParseVersion(c.in.Target.Cluster.PodSecurityVersion)
	spec, unread := w.podSpec(c.in.App.Name)
	if err != nil || unread != nil {
		return nil // what cannot be read was reported
	}
	results := c.standards().EvaluatePod(api.LevelVersion{Level: level, Version: version}, &metav1.ObjectMeta{Annotations: w.PodAnnotations}, spec)
	return slices.DeleteFunc(results, func(r psa.CheckResult) bool { return r.Allowed })
}

// podSecurityStandards makes the evaluator of Kubernetes.
func podSecurityStandards() psa.Evaluator {
	evaluator, _ := psa.NewEvaluator(psa.DefaultChecks(), nil) // the checks of Kubernetes fit together
	return evaluator
}

// podSpec is the whole pod in the type of Kubernetes.
func (w *Workload) podSpec(app Name) (*corev1.PodSpec, error) {
	pod, main := w.pod(app).parts()
	main = append(yamltree.Ordered{pair("name", string(app))}, main...)
	text, err := json.Marshal(plainJSON(append(pod, pair("containers", []yamltree.Ordered{main}))))
	var spec corev1.PodSpec
	return &spec, errors.Join(err, json.Unmarshal(text, &spec))
}

// plainJSON turns ordered maps into such that encoding/json knows.
func plainJSON(v any) any {
	switch v := v.(type) {
	case yamltree.Ordered:
		out := map[string]any{}
		for _, entry := range v {
			out[entry.Key] = plainJSON(entry.Value)
		}
		return out
	case []yamltree.Ordered:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plainJSON(item)
		}
		return out
	}
	return v
}
