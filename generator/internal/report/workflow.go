package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
)

// Workflow says step by step how a change gets into an environment.
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
			steps = append(steps, "Before it is merged, the pipeline validates: "+names+".")
		}
	case names != "":
		steps = append(steps, "When it came to the branch "+r.p.Repository.Branch+", the pipeline validated it for this environment too: "+names+".")
		fallthrough
	default:
		steps = append(steps, r.promotionText(e))
	}
	steps = append(steps, arrivalText(e), replacementText(e))
	if tests := e.Tests(); len(tests) > 0 {
		steps = append(steps, "These tests run in the cluster: "+strings.Join(tests, ", ")+".")
	}
	return append(steps, debuggingText(e))
}

func (r *Report) promotionText(e *model.Environment) string {
	text := fmt.Sprintf("Promote what %s runs.", e.From.Name)
	switch {
	case r.p.Pipeline == "":
		return text
	case e.PromotionMode == model.ByCommit:
		return text + " The pipeline can do it: it pushes the moved pins to the branch."
	}
	return text + " The pipeline can do it: it proposes the moved pins for review."
}

// checkNames lists what the pipeline validates.
func checkNames(e *model.Environment) string {
	var names []string
	for _, step := range e.Checks() {
		names = append(names, string(step.Name))
	}
	return strings.Join(names, ", ")
}

// arrivalText says how a change gets from Git into the cluster.
func arrivalText(e *model.Environment) string {
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
func replacementText(e *model.Environment) string {
	text := "Pods are replaced a few at a time: " + rolloutText(e.Defaults) + "."
	if len(e.Targets) > 1 {
		text += fmt.Sprintf(" To go cluster by cluster, promote with --target %s first.", e.Targets[0].Name)
	}
	return text
}

// debuggingText says what a person may do who looks at the result.
func debuggingText(e *model.Environment) string {
	switch e.Settings.Debug {
	case model.DebugFull:
		return "Debug groups look at it from inside: logs, shell, port-forward, ephemeral containers."
	case model.DebugNone:
		return "Nobody debugs there; what is wrong shows in Argo CD, in metrics and in logs, and goes back with a rollback."
	}
	return "Debug groups read logs and forward ports; there is no shell."
}

// ValidationTable lists what validates the environments: the steps of the pipeline, then
// the tests of applications. What is the same in several environments is one row.
func (r *Report) ValidationTable() *Table {
	t := &Table{Head: []string{"step", "what runs", "rules", "environments"}}
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
				add(env, string(step.Name), what(step), rulesText(step))
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

// testText says what becomes of a test that fails.
func testText(e *model.Environment, job string) string {
	if e.Builtin() != "production" || e.Validates(job) {
		return "a test in the cluster, after each new version; the Application is degraded when it fails"
	}
	return "a test in the cluster, after each new version"
}

// what says in a few words what a step runs.
func what(s model.Step) string {
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
	return "kube-score, kept as a report"
}

func rulesText(s model.Step) string {
	if s.Uses == model.UsesCompliance && len(s.Rules) == 0 {
		return "all"
	}
	rules := make([]string, len(s.Rules))
	for i, rule := range s.Rules {
		rules[i] = string(rule)
	}
	return cmp.Or(strings.Join(rules, ", "), none)
}
