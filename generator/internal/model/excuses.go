package model

import (
	"strings"

	"github.com/wavewright/wavewright/schema"
)

// excuse is something that the workload may do beyond the usual, with the reason in the
// spec, and the rules of linters that it breaks thereby. Whoever runs one of them finds
// what nobody has given a reason for.
type excuse struct {
	// name of the exception, as its annotation has it.
	name   string
	reason *schema.Reason
	// Rules of kube-score, kube-linter and polaris, by the names that they have there.
	score, linter, polaris []string
}

// excuses lists what the workload states a reason for.
func (w *Workload) excuses() []excuse {
	if w.Security.Root == nil && w.Security.WritableRootFilesystem == nil && w.Singleton == nil {
		return nil // as most: there are thousands
	}
	var all []excuse
	for _, e := range []excuse{
		{
			name: "runs-as-root", reason: w.Security.Root,
			score:  []string{"container-security-context-user-group-id"},
			linter: []string{"run-as-non-root"}, polaris: []string{"runAsRootAllowed"},
		},
		{
			name: "writable-root-filesystem", reason: w.Security.WritableRootFilesystem,
			score:  []string{"container-security-context-readonlyrootfilesystem"},
			linter: []string{"no-read-only-root-fs"}, polaris: []string{"notReadOnlyRootFilesystem"},
		},
		w.alone(),
	} {
		if e.reason != nil {
			all = append(all, e)
		}
	}
	return all
}

// alone is the excuse of a singleton. Linters ask more of a Deployment: each replica of a
// StatefulSet is replaced in place anyway.
func (w *Workload) alone() excuse {
	e := excuse{
		name: "singleton", reason: w.Singleton,
		score:  []string{"deployment-replicas", "deployment-strategy"},
		linter: []string{"minimum-three-replicas"}, polaris: []string{"topologySpreadConstraint"},
	}
	if !w.Stateful() {
		e.linter = append(e.linter, "no-rolling-update-strategy")
		e.polaris = append(e.polaris, "deploymentMissingReplicas", "missingPodDisruptionBudget")
	}
	return e
}

// exceptions are the annotations of what the workload may do beyond the usual: the reasons
// for people, and for each linter the rules that it is to skip.
func (w *Workload) exceptions() map[string]string {
	out := map[string]string{}
	var ignored []string
	for _, e := range w.excuses() {
		out["wavewright.dev/"+e.name] = e.reason.Reason
		ignored = append(ignored, e.score...)
		for _, rule := range e.linter {
			out["ignore-check.kube-linter.io/"+rule] = e.reason.Reason
		}
		for _, rule := range e.polaris {
			out["polaris.fairwinds.com/"+rule+"-exempt"] = "true"
		}
	}
	if len(ignored) > 0 {
		out["kube-score/ignore"] = strings.Join(ignored, ",")
	}
	return out
}
