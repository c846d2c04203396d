package checks

import (
	"regexp"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkLinters wants what kube-linter and polaris want of production and no other check
// says: a name and an instance that agree, no variable twice, no secret in a variable or a
// ConfigMap, no port for a shell, no account by its old field.
func checkLinters(t *target, out *report) {
	if !t.production() {
		return
	}
	for _, w := range t.workloads {
		if !t.own(w) {
			continue
		}
		at := t.at(w.kind, w.namespace, w.name)
		if w.object.Labels["app.kubernetes.io/instance"] != w.name {
			out.add("%s: its instance is %q", at, w.object.Labels["app.kubernetes.io/instance"])
		}
		if w.pod.Spec.DeprecatedServiceAccount != "" && w.pod.Spec.DeprecatedServiceAccount != w.pod.Spec.ServiceAccountName {
			out.add("%s: serviceAccount is an old field", at)
		}
		for c := range w.containers() {
			checkVariables(at, c, out)
			checkPorts(at, c, w.object.Annotations[hostAccess] != "", out)
		}
	}
	for _, o := range t.objects {
		if task, ok := o.Typed.(*batchv1.CronJob); ok && task.Spec.JobTemplate.Spec.TTLSecondsAfterFinished != nil {
			out.add("%s: a CronJob cleans up by its history", t.at(o.Kind, o.Namespace, o.Name))
		}
	}
	for _, m := range repo.Typed[corev1.ConfigMap](t.objects) {
		for key, value := range m.Data {
			if secretName.MatchString(key) || privateKey.MatchString(value) {
				out.add("%s: %s looks like a secret", t.at("ConfigMap", m.Namespace, m.Name), key)
			}
		}
	}
}

// excused are the rules of linters that an exception breaks: of kube-score, of kube-linter
// and of polaris. More is asked of a Deployment than of a StatefulSet.
type excused struct{ score, linter, polaris, deployment []string }

var excuses = map[string]excused{
	root: {
		score: []string{"container-security-context-user-group-id"}, linter: []string{"run-as-non-root"}, polaris: []string{"runAsRootAllowed"},
	},
	writable: {
		score: []string{"container-security-context-readonlyrootfilesystem"}, linter: []string{"no-read-only-root-fs"}, polaris: []string{"notReadOnlyRootFilesystem"},
	},
	noProbes: {
		score: []string{"pod-probes"}, linter: []string{"no-liveness-probe", "no-readiness-probe"},
		polaris: []string{"livenessProbeMissing", "readinessProbeMissing"},
	},
	singleton: {
		score: []string{"deployment-replicas", "deployment-strategy"}, linter: []string{"minimum-three-replicas", "no-rolling-update-strategy"},
		polaris:    []string{"topologySpreadConstraint", "deploymentMissingReplicas", "missingPodDisruptionBudget"},
		deployment: []string{"no-rolling-update-strategy", "deploymentMissingReplicas", "missingPodDisruptionBudget"},
	},
}

// checkExcuses wants a workload that gives a reason for an exception to tell it to each
// linter that would find it, by the name of the rule there.
func checkExcuses(t *target, out *report) {
	for _, w := range t.workloads {
		for exception, rules := range excuses {
			if w.object.Annotations[exception] != "" {
				rules.check(t.at(w.kind, w.namespace, w.name), exception, w, out)
			}
		}
	}
}

func (e excused) check(at, exception string, w *workload, out *report) {
	annotations := w.object.Annotations
	for _, rule := range e.score {
		if !slices.Contains(strings.Split(annotations["kube-score/ignore"], ","), rule) {
			out.add("%s: kube-score does not know of its exception from %s", at, rule)
		}
	}
	concerns := func(rule string) bool { return w.kind == "Deployment" || !slices.Contains(e.deployment, rule) }
	for _, rule := range e.linter {
		if concerns(rule) && annotations["ignore-check.kube-linter.io/"+rule] != annotations[exception] {
			out.add("%s: kube-linter does not know the reason of its exception from %s", at, rule)
		}
	}
	for _, rule := range e.polaris {
		if concerns(rule) && annotations["polaris.fairwinds.com/"+rule+"-exempt"] != "true" {
			out.add("%s: polaris does not know of its exception from %s", at, rule)
		}
	}
}

var (
	secretName = regexp.MustCompile(`(?i)password|token|bearer|secret|^aws_secret_access_key$|^google_application_credentials$|^azure_.+key$`)
	privateKey = regexp.MustCompile(`(?i)-BEGIN\s+.*PRIVATE KEY-`)
)

func checkVariables(at string, c *corev1.Container, out *report) {
	seen := map[string]bool{}
	for _, v := range c.Env {
		if seen[v.Name] {
			out.add("%s: container %s has the variable %s twice", at, c.Name, v.Name)
		}
		seen[v.Name] = true
		if v.Value != "" && (secretName.MatchString(v.Name) || privateKey.MatchString(v.Value)) {
			out.add("%s: variable %s of container %s looks like a secret", at, v.Name, c.Name)
		}
	}
}

// checkPorts wants no port of the node without a reason, and none for a shell.
func checkPorts(at string, c *corev1.Container, reasoned bool, out *report) {
	for _, p := range c.Ports {
		if p.HostPort != 0 && !reasoned || p.ContainerPort == 22 {
			out.add("%s: container %s has port %d", at, c.Name, p.ContainerPort)
		}
	}
}
