package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
)

// Workflow lists the steps by which a change reaches an environment.
func (r *Report) Workflow(e *model.Environment) []string {
	var steps []string
	names := checkNames(e)
	if r.p.Pipeline == "" {
		names = ""
	}
	switch {
	case e.Follows():
		steps = append(steps, "Push to the branch "+r.p.Repository.Branch+", or merge into it.")
		if names != "" {
			steps = append(steps, "The pipeline validates the change before the merge: "+names+".")
		}
	case names != "":
		steps = append(steps, "The pipeline has validated the change for this environment before its merge into the branch "+r.p.Repository.Branch+": "+names+".")
		fallthrough
	default:
		steps = append(steps, r.promotionText(e))
	}
	steps = append(steps, arrivalText(e), replacementText(e))
	if tests := e.Tests(); len(tests) > 0 {
		steps = append(steps, "Argo CD runs these tests in the cluster: "+strings.Join(tests, ", ")+".")
	}
	return append(steps, debuggingText(e))
}

func (r *Report) promotionText(e *model.Environment) string {
	text := fmt.Sprintf("Promote the revisions of %s.", e.From.Name)
	switch {
	case r.p.Pipeline == "":
		return text
	case e.PromotionMode == model.ByCommit:
		return text + " A job of the pipeline does so and pushes the pins to the branch."
	}
	return text + " A job of the pipeline does so and proposes the pins for review."
}

// checkNames lists the checks of the pipeline.
func checkNames(e *model.Environment) string {
	return joined(e.Checks(), ", ", func(step model.Step) string { return string(step.Name) })
}

// arrivalText describes the sync of a change from Git into the cluster.
func arrivalText(e *model.Environment) string {
	text := either(e.Settings.Sync.Automated == nil, "A person syncs the change in Argo CD", "Argo CD syncs the change automatically")
	if len(e.Windows) > 0 {
		text += ", within the sync windows"
	}
	return text + "."
}

// replacementText describes the rollout.
func replacementText(e *model.Environment) string {
	text := "Kubernetes replaces the pods in a rolling update: " + rolloutText(e.Defaults) + "."
	if len(e.Targets) > 1 {
		text += fmt.Sprintf(" To roll out cluster by cluster, promote with --target %s first.", e.Targets[0].Name)
	}
	return text
}

// debuggingText states the access of people to the running pods.
func debuggingText(e *model.Environment) string {
	switch e.Settings.Debug {
	case model.DebugFull:
		return "Debug groups may read logs, open a shell, forward ports and add ephemeral containers."
	case model.DebugNone:
		return "Nobody may debug pods: find faults in Argo CD, metrics and logs, and roll back."
	}
	return "Debug groups may read logs and forward ports, but open no shell."
}

// ValidationTable lists the steps of the pipeline, then the tests of applications. Equal
// rows of several environments are one row.
func (r *Report) ValidationTable() *Table {
	t := &Table{Head: []string{"step", "runs", "rules", "environments"}}
	rows := map[string][]string{}
	add := func(env *model.Environment, cells ...string) {
		key := strings.Join(cells, "\x00")
		if row := rows[key]; row != nil {
			row[3] += ", " + string(env.Name)
			return
		}
		rows[key] = append(cells, string(env.Name))
		t.Rows = append(t.Rows, rows[key])
	}
	for _, env := range r.p.Environments {
		for _, step := range env.Checks() {
			if r.p.Pipeline != "" {
				add(env, string(step.Name), toolText(step), rulesText(step))
			}
		}
	}
	for _, env := range r.p.Environments {
		for _, job := range env.Tests() {
			add(env, job, testText(env, job), none)
		}
	}
	return t
}

// testText states the consequence of a failed test.
func testText(e *model.Environment, job string) string {
	if e.Builtin() != "production" || e.Validates(job) {
		return "a Job in the cluster after each new version; when it fails, the Application is Degraded"
	}
	return "a Job in the cluster after each new version"
}

// toolText names the tool of a step.
func toolText(s model.Step) string {
	switch s.Uses {
	case "lint":
		return "yamllint"
	case "schema":
		return "kubeconform, strict"
	case model.UsesPolicy:
		return "kube-score"
	case model.UsesSecurity:
		return "grype, on every image"
	}
	return "kube-score; its report is kept"
}

func rulesText(s model.Step) string {
	if s.Uses == model.UsesCompliance && len(s.Rules) == 0 {
		return "all"
	}
	return cmp.Or(joined(s.Rules, ", ", func(rule model.Name) string { return string(rule) }), none)
}
