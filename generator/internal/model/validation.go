package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Step is one step of an environment's validation.
type Step struct {
	Name Name
	// Uses is the kind of the step, a function of ci/steps.sh unless it is a job.
	Uses Name
	// Rules of kube-score that it checks.
	Rules []Name
	// Job that is the test, as APPLICATION/JOB.
	Job string

	at diag.Range
}

// The kinds of steps that need more than their name.
const (
	usesPolicy     = "policy"
	usesSecurity   = "security"
	usesCompliance = "compliance"
	usesJob        = "job"
)

// jobForm is how a step names a Job.
const jobForm = "Write job: APPLICATION/JOB, for example web/smoke."

// steps reads the validation steps of an environment in the order of the layers.
func (r *resolver) steps(env *Environment) {
	declared := env.Node.Get("validation")
	if declared == nil {
		return
	}
	for _, entry := range declared.Entries {
		if entry.Value.Kind != yamltree.Map { // removed by null; all else is the decoder's to report
			continue
		}
		step := env.Settings.Validation[entry.Key]
		s := Step{Name: Name(entry.Key), Uses: Name(step.Uses), Job: step.Job, at: entry.KeyRange}
		for _, rule := range step.Rules {
			s.Rules = append(s.Rules, Name(rule))
		}
		if r.step(s, entry.Value) {
			env.Validation = append(env.Validation, s)
		}
	}
}

// step checks one step and is false when it has faults.
func (r *resolver) step(s Step, n *yamltree.Node) bool {
	before := len(r.list)
	switch {
	case s.Uses == "":
		r.stepFault(s.at, "this step does not say what it uses", "Write uses: with one of lint, schema, policy, security, compliance and job.")
	case s.Uses == usesJob && (!strings.Contains(s.Job, "/") || strings.Count(s.Job, "/") > 1):
		r.stepFault(near(n, "job", s.at), "this step names no Job", jobForm)
	case s.Uses != usesJob && s.Job != "":
		r.stepFault(n.KeyAt("job"), "only uses: job runs a Job", "Take this line out.")
	case s.Uses == usesPolicy && len(s.Rules) == 0:
		r.stepFault(near(n, "rules", s.at), "this policy checks nothing", "Name rules, for example rules: [pod-probes].")
	case s.Uses != usesPolicy && s.Uses != usesCompliance && len(s.Rules) > 0:
		r.stepFault(n.KeyAt("rules"), "only a policy and a compliance report have rules", "Take this line out.")
	}
	known := schema.PolicyRules()
	for i, rule := range s.Rules {
		if slices.Contains(known, string(rule)) {
			continue
		}
		hint := "kube-score list prints all rules."
		if suggestion := yamltree.Suggest(string(rule), known); suggestion != "" {
			hint = fmt.Sprintf("Did you mean %q?", suggestion)
		}
		r.stepFault(n.Get("rules").At(i), fmt.Sprintf("there is no rule %q", rule), hint)
	}
	return len(r.list) == before
}

func (r *resolver) stepFault(at diag.Range, summary, hint string) {
	r.list.Error(at, "validation/step", summary).Hint = hint
}

// near is the place of a key, or of the step when it does not have the key.
func near(n *yamltree.Node, key string, step diag.Range) diag.Range {
	if n.Get(key) == nil {
		return step
	}
	return n.KeyAt(key)
}

// testJobs checks the Jobs that validation steps name, once applications are resolved.
func (r *resolver) testJobs() {
	for _, env := range r.p.Environments {
		for _, step := range env.Validation {
			if step.Uses == usesJob && !env.runsJob(step.Job) {
				d := r.list.Error(step.at, "reference/unknown", fmt.Sprintf("nothing in %s has the test %q", env.Name, step.Job))
				d.Hint = "Declare it under jobs: of an application that is deployed there, with phase: test. " + jobForm
			}
		}
	}
}

// runsJob reports whether an application of the environment has a test.
func (e *Environment) runsJob(job string) bool {
	app, name, _ := strings.Cut(job, "/")
	for _, target := range e.Targets {
		for _, in := range target.Instances {
			if string(in.App.Name) == app && in.Workload.Jobs[name].Phase == test {
				return true
			}
		}
	}
	return false
}

// validates reports whether a step of the environment names a Job.
func (e *Environment) validates(job string) bool {
	return slices.ContainsFunc(e.Validation, func(s Step) bool { return s.Uses == usesJob && s.Job == job })
}

// tests lists the tests of the environment's applications as APPLICATION/JOB, each once.
func (e *Environment) tests() []string {
	var jobs []string
	for _, target := range e.Targets {
		for _, in := range target.Instances {
			for _, run := range in.Runs {
				if run.test {
					jobs = append(jobs, string(in.App.Name)+"/"+string(run.short))
				}
			}
		}
	}
	return distinct(jobs)
}
