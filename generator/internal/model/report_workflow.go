package model

import (
	"fmt"
	"strings"
)

// Workflow says step by step how a change gets into an environment.
func (p *Platform) Workflow(e *Environment) []string {
	var steps []string
	names := e.checkNames()
	if p.Pipeline == "" {
		names = ""
	}
	switch {
	case e.Follows():
		steps = append(steps, "Push to the branch "+p.Repository.Branch+", or merge into it.")
		if names != "" {
			steps = append(steps, "Before it is merged, the pipeline validates: "+names+".")
		}
	case names != "":
		steps = append(steps, "When it came to the branch "+p.Repository.Branch+", the pipeline validated it for this environment too: "+names+".")
		fallthrough
	default:
		steps = append(steps, p.promotionText(e))
	}
	steps = append(steps, e.arrivalText(), e.replacementText())
	if tests := e.tests(); len(tests) > 0 {
		steps = append(steps, "These tests run in the cluster: "+strings.Join(tests, ", ")+".")
	}
	return append(steps, e.debuggingText())
}

func (p *Platform) promotionText(e *Environment) string {
	text := fmt.Sprintf("Promote what %s runs.", e.From.Name)
	switch {
	case p.Pipeline == "":
		return text
	case e.PromotionMode == byCommit:
		return text + " The pipeline can do it: it pushes the moved pins to the branch."
	}
	return text + " The pipeline can do it: it proposes the moved pins for review."
}

// checkNames lists what the pipeline validates.
func (e *Environment) checkNames() string {
	var names []string
	for _, step := range e.Checks() {
		names = append(names, string(step.Name))
	}
	return strings.Join(names, ", ")
}

// arrivalText says how a change gets from Git into the cluster.
func (e *Environment) arrivalText() string {
	text := "Argo CD syncs by itself as soon as it sees the change"
	if e.Settings.Sync.Automated == nil {
		text = "A person syncs in Argo CD"
	}
	if len(e.Windows) > 0 {
		text += ", within the sync windows"
	}
	return text + "."
}

// replacementText says how running pods are replaced.
func (e *Environment) replacementText() string {
	text := "Pods are replaced a few at a time: " + e.Defaults.rolloutText() + "."
	if len(e.Targets) > 1 {
		text += fmt.Sprintf(" To go cluster by cluster, promote with --target %s first.", e.Targets[0].Name)
	}
	return text
}

// debuggingText says what a person may do who looks at the result.
func (e *Environment) debuggingText() string {
	switch e.Settings.Debug {
	case debugFull:
		return "Debug groups look at it from inside: logs, shell, port-forward, ephemeral containers."
	case debugNone:
		return "Nobody debugs there; what is wrong shows in Argo CD, in metrics and in logs, and goes back with a rollback."
	}
	return "Debug groups read logs and forward ports; there is no shell."
}
