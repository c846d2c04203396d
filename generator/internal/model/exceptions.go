package model

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/schema"
)

// Exception is a permitted deviation of the workload, with the rules of linters that the
// deviation breaks: linters then report only deviations without a reason.
type Exception struct {
	// Name of the exception, as its annotation has it.
	Name string
	// Reason that the spec states.
	Reason *schema.Reason
	// Rules of kube-score, kube-linter and polaris, by the names that they have there.
	score, linter, polaris []string
}

// Exceptions lists the deviations of the workload, each with its reason.
func (w *Workload) Exceptions() []Exception {
	all := slices.Concat(w.addedCapabilities(), w.passedExceptions(), w.unprotected())
	same, low := w.identical(), w.lowUser()
	if low == nil && w.Security.Root == nil && w.Security.WritableRootFilesystem == nil && w.Singleton == nil && w.Probes.None == nil && same == nil {
		return all // most workloads have no exception, and a platform has thousands of workloads
	}
	for _, e := range []Exception{
		{
			Name: "runs-as-root", Reason: w.Security.Root,
			score:  []string{"container-security-context-user-group-id"},
			linter: []string{"run-as-non-root"}, polaris: []string{"runAsRootAllowed"},
		},
		{Name: "low-user", Reason: low, score: []string{"container-security-context-user-group-id"}},
		{
			Name: "writable-root-filesystem", Reason: w.Security.WritableRootFilesystem,
			score:  []string{"container-security-context-readonlyrootfilesystem"},
			linter: []string{"no-read-only-root-fs"}, polaris: []string{"notReadOnlyRootFilesystem"},
		},
		w.alone(),
		{
			Name: "no-probes", Reason: w.Probes.None, score: []string{podProbes},
			linter:  []string{"no-liveness-probe", "no-readiness-probe"},
			polaris: []string{"livenessProbeMissing", "readinessProbeMissing"},
		},
		{Name: "identical-probes", Reason: same, score: []string{"pod-probes-identical"}},
	} {
		if e.Reason != nil {
			all = append(all, e)
		}
	}
	return all
}

// addedCapabilities are the exceptions of containers that keep capabilities.
func (w *Workload) addedCapabilities() []Exception {
	var all []Exception
	add := func(name string, c *schema.Capabilities) {
		if c != nil {
			all = append(all, Exception{
				Name: name, Reason: &schema.Reason{Reason: strings.Join(c.Add, ", ") + ": " + c.Reason},
				polaris: []string{"insecureCapabilities", "dangerousCapabilities"},
			})
		}
	}
	add("capabilities", w.Security.Capabilities)
	for _, c := range w.containers() {
		add("capabilities-of-"+c.name, c.Capabilities)
	}
	return all
}

// passedExceptions are those that pod: and container: state, with the rules that what they use breaks.
func (w *Workload) passedExceptions() []Exception {
	s := w.Security
	if !w.passes() && s.HostAccess == nil && s.Privileges == nil && s.ServiceLinks == nil {
		return nil
	}
	all := []Exception{
		{Name: "host-access", Reason: s.HostAccess}, {Name: "privileges", Reason: s.Privileges}, {Name: "service-links", Reason: s.ServiceLinks}, w.pulls(),
	}
	of := map[string]*Exception{hostAccess: &all[0], privileges: &all[1], serviceLinks: &all[2]}
	for _, a := range w.accesses() {
		e, rules := of[a.reason], accessRules()[a.name]
		e.score = append(e.score, rules.score...)
		e.linter = append(e.linter, rules.linter...)
		e.polaris = append(e.polaris, rules.polaris...)
	}
	return slices.DeleteFunc(all, func(e Exception) bool { return e.Reason == nil })
}

// accessRules are the rules of linters that access to the node and privileges break, by what is used.
func accessRules() map[string]Exception {
	return map[string]Exception{
		"hostNetwork":              {linter: []string{"host-network"}, polaris: []string{"hostNetworkSet"}},
		"hostPID":                  {linter: []string{"host-pid"}, polaris: []string{"hostPIDSet"}},
		"hostIPC":                  {linter: []string{"host-ipc"}, polaris: []string{"hostIPCSet"}},
		"hostPath":                 {linter: []string{"sensitive-host-mounts", "writable-host-mount"}, polaris: []string{"hostPathSet"}},
		"hostPort":                 {polaris: []string{"hostPortSet"}},
		"privileged":               {score: []string{"container-security-context-privileged"}, linter: []string{"privileged-container"}, polaris: []string{"runAsPrivileged"}},
		"allowPrivilegeEscalation": {linter: []string{"privilege-escalation-container"}, polaris: []string{"privilegeEscalationAllowed"}},
		"root":                     {score: []string{"container-security-context-user-group-id"}, linter: []string{"run-as-non-root"}, polaris: []string{"runAsRootAllowed"}},
	}
}

// pulls is the exception of images that a node does not pull at each start.
func (w *Workload) pulls() Exception {
	stated := ""
	containers := []*schema.ContainerFields{w.Container}
	for _, c := range w.containers() {
		containers = append(containers, c.Container.Container)
	}
	for _, c := range containers {
		if c != nil && c.Spec.ImagePullPolicy != "" && c.Spec.ImagePullPolicy != pullPolicy {
			stated = string(c.Spec.ImagePullPolicy)
		}
	}
	if stated == "" {
		return Exception{}
	}
	return Exception{
		Name: "image-pull-policy", Reason: &schema.Reason{Reason: "the specification states imagePullPolicy " + stated},
		score: []string{"container-image-pull-policy"}, polaris: []string{"pullPolicyNotAlways"},
	}
}

// alone is the exception of a singleton. Linters ask more of a Deployment: each replica of a
// StatefulSet is replaced in place anyway.
func (w *Workload) alone() Exception {
	e := Exception{
		Name: "singleton", Reason: w.Singleton,
		score:  []string{"deployment-replicas", "deployment-strategy"},
		linter: []string{"minimum-three-replicas"}, polaris: []string{"topologySpreadConstraint"},
	}
	if !w.Stateful() {
		e.linter = append(e.linter, "no-rolling-update-strategy")
		e.polaris = append(e.polaris, "deploymentMissingReplicas", "missingPodDisruptionBudget")
	}
	return e
}

// unprotected are the exceptions of replicas that have no PodDisruptionBudget or no anti-affinity,
// where the pipeline of the environment asks for them. Their reason is what the spec states.
func (w *Workload) unprotected() []Exception {
	if _, high := w.Replicas(); !w.replicated() || high == 1 {
		return nil
	}
	kind := "deployment"
	if w.Stateful() {
		kind = "statefulset"
	}
	budget, apart := kind+"-has-poddisruptionbudget", kind+"-has-host-podantiaffinity"
	var all []Exception
	if !w.Budgeted() && w.asked(budget) {
		e := Exception{Name: "no-disruption-budget", Reason: w.unbudgeted(), score: []string{budget}}
		if !w.Stateful() {
			e.polaris = []string{"missingPodDisruptionBudget"}
		}
		all = append(all, e)
	}
	if spread(w.AntiAffinity) == "" && w.asked(apart) {
		all = append(all, Exception{
			Name: "no-anti-affinity", Reason: &schema.Reason{Reason: "the specification states antiAffinity none"},
			score: []string{apart}, linter: []string{"no-anti-affinity"}, polaris: []string{"topologySpreadConstraint"},
		})
	}
	return all
}

// unbudgeted is why replicas have no PodDisruptionBudget.
func (w *Workload) unbudgeted() *schema.Reason {
	if w.DisruptionBudget.MaxUnavailable == 0 {
		return &schema.Reason{Reason: "the specification states disruptionBudget.maxUnavailable 0"}
	}
	return &schema.Reason{Reason: "the autoscaler may leave one replica, and a budget for one would keep its node from being drained"}
}

// asked reports whether a step of the environment's pipeline checks a rule of kube-score.
func (w *Workload) asked(rule string) bool {
	return slices.ContainsFunc(w.validation, func(s Step) bool {
		return slices.Contains(s.Rules, Name(rule)) || s.Uses == UsesCompliance && len(s.Rules) == 0
	})
}

// lowUser is the reason for a user or a group that a node may have, too: the spec states the one
// that the image was made for. Each container beside the main one may have its own.
func (w *Workload) lowUser() *schema.Reason {
	user, group := w.user()
	if w.Security.Root == nil && min(user, group) < defaultUser {
		return &schema.Reason{Reason: fmt.Sprintf("the spec states user %d and group %d", user, group)}
	}
	for _, c := range w.containers() {
		if passed := c.Container.Container; passed != nil && lowIDs(passed.Spec.SecurityContext) {
			return &schema.Reason{Reason: "the spec states the user or the group of " + c.name}
		}
	}
	return nil
}

// lowIDs reports whether a container has a user or a group of its own that a node may have. The root user needs
// another reason.
func lowIDs(own *corev1.SecurityContext) bool {
	return own != nil && (own.RunAsUser != nil && *own.RunAsUser > 0 && *own.RunAsUser < defaultUser || own.RunAsGroup != nil && *own.RunAsGroup < defaultUser)
}

// identical is the reason for probes that a linter takes for a copy of one another.
func (w *Workload) identical() *schema.Reason {
	same := sameCommand(w.Probes)
	for _, c := range w.containers() {
		same = same || c.group == sidecars && sameCommand(c.Probes)
	}
	if !same {
		return nil
	}
	return &schema.Reason{Reason: "readiness and liveness run the same command"}
}

// exceptionAnnotations are the annotations for the exceptions of a workload: the reasons
// for people, and for each linter the rules to skip.
func (w *Workload) exceptionAnnotations() map[string]string {
	out := map[string]string{}
	var ignored []string
	for _, e := range w.Exceptions() {
		out[ourKeys+e.Name] = e.Reason.Reason
		ignored = append(ignored, e.score...)
		for _, rule := range e.linter {
			out["ignore-check.kube-linter.io/"+rule] = e.Reason.Reason
		}
		for _, rule := range e.polaris {
			out["polaris.fairwinds.com/"+rule+"-exempt"] = "true"
		}
	}
	if len(ignored) > 0 {
		out[scoreIgnore] = strings.Join(ignored, ",")
	}
	return out
}

// scoreIgnore is the annotation that lists the rules of kube-score that it skips for an object.
const scoreIgnore = "kube-score/ignore"

// keepCommonExceptions deletes what base excepts and other does not. Rules of kube-score share one
// annotation, of which the common rules stay: a rule that one target adds takes none from the base.
func keepCommonExceptions(base, other map[string]string) {
	theirs := strings.Split(other[scoreIgnore], ",")
	both := slices.DeleteFunc(strings.Split(base[scoreIgnore], ","), func(rule string) bool { return rule == "" || !slices.Contains(theirs, rule) })
	delete(base, scoreIgnore)
	keepCommon(base, other)
	if len(both) > 0 {
		base[scoreIgnore] = strings.Join(both, ",")
	}
}
