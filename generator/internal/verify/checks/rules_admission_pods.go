package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/wavewright/wavewright/generator/internal/verify/admission"
)

// podSecurityRules ask the evaluator of the API server's PodSecurity plugin.
var podSecurityRules = []Rule{
	{Code: "admission/pod-security", Severity: Error, Title: "pods that the Pod Security level of their namespace forbids", run: everyCluster(refusedPods)},
	{Code: "admission/pod-security-warned", Severity: Note, Title: "pods that a Pod Security level warns of or records", run: everyCluster(warnedPods)},
	{Code: "admission/pod-security-labels", Severity: Error, Title: "Pod Security labels that the API server does not know", run: both(everyCluster(wrongLabels), wrongLabelsOfArgo)},
}

// forbidden says why a level forbids the pods of a workload; empty when it allows them.
func (w *workload) forbidden(evaluator policy.Evaluator, level api.LevelVersion) string {
	pod := w.pod.DeepCopy()
	admission.DefaultPodSpec(&pod.Spec)
	result := policy.AggregateCheckResults(evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec))
	if result.Allowed {
		return ""
	}
	return result.ForbiddenDetail()
}

// applies is a level as the API server of a cluster has it: its own version is the latest one
// that it knows.
func (t *target) applies(level api.LevelVersion) api.LevelVersion {
	if t == nil {
		return level
	}
	known, err := api.ParseVersion("v" + t.kubernetes)
	if t.kubernetes != "" && err == nil && known.Older(level.Version) {
		level.Version = known
	}
	return level
}

// privileged are the levels of a namespace without labels, as API servers have them that
// nobody configured otherwise.
func privileged() api.Policy {
	none := api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()}
	return api.Policy{Enforce: none, Audit: none, Warn: none}
}

// levels are the Pod Security levels of a namespace. What the repository does not make has
// none, and neither have labels that cannot be read.
func (c *cluster) levels(name string) api.Policy {
	if c.made[name] == nil {
		return privileged()
	}
	levels, errs := api.PolicyToEvaluate(c.made[name].labels, privileged())
	if len(errs) > 0 {
		return privileged()
	}
	return levels
}

// refusedPods reports what the level that is enforced forbids. The API server judges only
// pods by it: it accepts a Deployment whose pods it will refuse.
func refusedPods(c *cluster, out *judge) {
	evaluator, err := evaluator()
	if err != nil {
		return
	}
	for _, w := range c.workloads {
		level := c.home[w.object].applies(c.levels(w.namespace).Enforce)
		c.quiet.unless(w.mark("pod security", level), func() bool {
			why := w.forbidden(evaluator, level)
			if why == "" {
				return true
			}
			f := out.object(c.home[w.object], w.object, w.podPath(), "%s: level %s of version %s, which namespace %s enforces, forbids: %s",
				w.refusal(), level.Level, level.Version, w.namespace, why)
			f.Hint = "Change the pods as the text says, or give the namespace another level in its label " + api.EnforceLevelLabel + "."
			return false
		})
	}
}

// mark is that of a workload which is judged by some levels.
func (w *workload) mark(judgement string, levels ...api.LevelVersion) mark {
	return markOf([]byte(judgement), fmt.Append(nil, levels), w.object.Digest[:])
}

// refusal says what becomes of a workload whose pods are refused.
func (w *workload) refusal() string {
	if w.kind == "Pod" {
		return "the API server refuses the pod"
	}
	return "the API server accepts the " + w.kind + " and refuses its pods"
}

// warnedPods reports what only the levels forbid that a namespace warns of or records.
func warnedPods(c *cluster, out *judge) {
	evaluator, err := evaluator()
	if err != nil {
		return
	}
	for _, w := range c.workloads {
		levels, home := c.levels(w.namespace), c.home[w.object]
		enforced, warned, audited := home.applies(levels.Enforce), home.applies(levels.Warn), home.applies(levels.Audit)
		c.quiet.unless(w.mark("pod security, warned", enforced, warned, audited), func() bool {
			if w.forbidden(evaluator, enforced) != "" {
				return true
			}
			return !c.warns(w, "warns of", warned, out) && !c.warns(w, "records", audited, out)
		})
	}
}

// warns reports what a level forbids that is not enforced, and whether there is any.
func (c *cluster) warns(w *workload, verb string, level api.LevelVersion, out *judge) bool {
	evaluator, err := evaluator()
	if err != nil {
		return false
	}
	why := w.forbidden(evaluator, level)
	if why != "" {
		out.object(c.home[w.object], w.object, w.podPath(), "its pods run, and the API server %s them: level %s of version %s forbids: %s",
			verb, level.Level, level.Version, why)
	}
	return why != ""
}

// wrongLabels reports labels that keep the API server from making the namespace.
func wrongLabels(c *cluster, out *judge) {
	for _, name := range slices.Sorted(maps.Keys(c.made)) {
		n := c.made[name]
		_, errs := api.PolicyToEvaluate(n.labels, privileged())
		for _, err := range errs {
			c.wrongLabel(name, n, err, out)
		}
	}
}

// wrongLabelsOfArgo reports them on the namespaces that stand beside what Argo CD reads.
func wrongLabelsOfArgo(w *world, out *judge) {
	for _, o := range management(w.Repository) {
		if o.Kind != "Namespace" || o.Group() != "" {
			continue
		}
		_, errs := api.PolicyToEvaluate(o.Labels, privileged())
		for _, err := range errs {
			out.object(nil, o, `metadata.labels["`+label(err)+`"]`, "the API server refuses the namespace: %s: %s", err.Field, err.ErrorBody())
		}
	}
}

func (c *cluster) wrongLabel(name string, n *namespace, err *field.Error, out *judge) {
	if n.object == nil {
		out.application(nil, n.application, "managedNamespaceMetadata: the API server refuses namespace %s: %s: %s", name, err.Field, err.ErrorBody())
		return
	}
	out.object(c.home[n.object], n.object, `metadata.labels["`+label(err)+`"]`, "the API server refuses the namespace: %s: %s", err.Field, err.ErrorBody())
}

// label is the label that an error is about.
func label(err *field.Error) string {
	_, key, _ := strings.Cut(err.Field, "[")
	return strings.TrimSuffix(key, "]")
}

// podPath is where the fields of the pod stand in the manifest.
func (w *workload) podPath() string {
	switch w.kind {
	case "Pod":
		return "spec"
	case "CronJob":
		return "spec.jobTemplate.spec.template.spec"
	}
	return "spec.template.spec"
}
