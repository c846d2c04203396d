package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Build is a folder or a file that a pipeline builds as Argo CD does.
type Build struct {
	Path Path
	// Kubernetes is the version of its cluster, such as 1.36.0; empty when the spec does
	// not say.
	Kubernetes Path
}

// Builds lists the overlays of the environment that a pipeline builds.
func (e *Environment) Builds() []Build {
	name := string(e.Name)
	out := []Build{{Path: Path(layout.Root(name))}, {Path: Path(layout.ArgoCD(name))}}
	for _, target := range e.Targets {
		if len(target.Instances) > 0 {
			out = append(out, Build{Path(layout.Target(string(target.Name))), target.Cluster.kubernetes()})
			if e.tenancy != nil {
				out = append(out, Build{Path(layout.Request(string(target.Name))), target.Cluster.kubernetes()})
			}
		}
	}
	return out
}

// kubernetes is the release of the cluster's version whose schemas objects must fit.
func (c *Cluster) kubernetes() Path {
	version, ok := strings.CutPrefix(c.PodSecurityVersion, "v")
	if !ok {
		return ""
	}
	return Path(version + ".0")
}

// Checks are the validation steps that a pipeline runs; test Jobs run in the cluster.
func (e *Environment) Checks() []Step {
	return slices.DeleteFunc(slices.Clone(e.Validation), func(s Step) bool { return s.Uses == UsesJob })
}

// assumedKubernetes is the minor version of Kubernetes that a cluster counts as when the spec does not say.
const assumedKubernetes = 36

// KubernetesRelease is the release whose schemas objects must fit where a cluster does
// not say its version.
func (p *Platform) KubernetesRelease() Path { return Path(fmt.Sprintf("1.%d.0", assumedKubernetes)) }

// Trunk is the followed branch.
func (p *Platform) Trunk() Path { return Path(p.Repository.Branch) }

// uses reports whether an environment has a step of a kind.
func (p *Platform) uses(kind Name) bool {
	return slices.ContainsFunc(p.Environments, func(e *Environment) bool {
		return slices.ContainsFunc(e.Validation, func(s Step) bool { return s.Uses == kind })
	})
}

// Reports reports whether a step of the pipeline writes a report.
func (p *Platform) Reports() bool { return p.uses(UsesCompliance) }

// Scans reports whether a step of the pipeline reads images from their registry.
func (p *Platform) Scans() bool { return p.uses(UsesSecurity) }

// The modes of promotions.
const (
	ByPullRequest = "pullRequest"
	ByCommit      = "commit"
)

// Promotable lists the environments that have pins.
func (p *Platform) Promotable() []*Environment {
	return slices.DeleteFunc(slices.Clone(p.Environments), (*Environment).Follows)
}

// promotableBy lists the names of those whose promotions have a mode.
func (p *Platform) promotableBy(mode string) []Name {
	var out []Name
	for _, env := range p.Promotable() {
		if env.PromotionMode == mode {
			out = append(out, env.Name)
		}
	}
	return out
}

// Proposed lists the environments whose promotions are proposed.
func (p *Platform) Proposed() []Name { return p.promotableBy(ByPullRequest) }

// Committed lists the environments whose promotions are pushed to the branch.
func (p *Platform) Committed() []Name { return p.promotableBy(ByCommit) }

// Charted reports whether an application brings a chart.
func (p *Platform) Charted() bool {
	return slices.ContainsFunc(p.Applications, func(a *Application) bool { return a.Charted })
}

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
	UsesPolicy     = "policy"
	UsesSecurity   = "security"
	UsesCompliance = "compliance"
	UsesJob        = "job"
)

// jobForm is how a step names a Job.
const jobForm = "Write job: APPLICATION/JOB, for example web/smoke."

// steps reads the validation steps of an environment in the order of the layers.
func (r *resolver) steps(env *Environment) {
	for _, entry := range env.Node.Get("validation").Entries {
		if entry.Value.Kind != yamltree.Map || r.faulty(env.Node, "validation", entry.Key) { // a null removes the step, and the decoder reports any other kind of value
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
	case s.Uses == UsesJob && (!strings.Contains(s.Job, "/") || strings.Count(s.Job, "/") > 1):
		r.stepFault(near(n, "job", s.at), "this step names no Job", jobForm)
	case s.Uses != UsesJob && s.Job != "":
		r.stepFault(n.KeyAt("job"), "only uses: job runs a Job", "Take this line out.")
	case s.Uses == UsesPolicy && len(s.Rules) == 0:
		r.stepFault(near(n, "rules", s.at), "this policy checks nothing", "Name rules, for example rules: [pod-probes].")
	case s.Uses != UsesPolicy && s.Uses != UsesCompliance && len(s.Rules) > 0:
		r.stepFault(n.KeyAt("rules"), "only a policy and a compliance report have rules", "Take this line out.")
	}
	known := schema.KubeScoreChecks()
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

// testJobs checks the jobs that validation steps name, once applications are resolved.
func (r *resolver) testJobs() {
	for _, env := range r.p.Environments {
		for _, step := range env.Validation {
			if step.Uses == UsesJob {
				r.testJob(env, step)
			}
		}
	}
}

// testJob wants a step's job to be a test that runs on every target of its environment:
// one that runs on some of them says nothing about the others.
func (r *resolver) testJob(env *Environment, step Step) {
	name, short, _ := strings.Cut(step.Job, "/")
	app := r.p.Application(name)
	switch {
	case r.spec.Faults.Any && (r.spec.Faults.Application(name) || app != nil && r.faulty(app.spec.Node)):
		return // the error of the application is reported at its place
	case app == nil:
		d := r.list.Error(step.at, "reference/unknown", fmt.Sprintf("there is no application %q", name))
		d.Hint = jobForm
		if near := yamltree.Suggest(name, r.applicationNames()); near != "" {
			d.Hint = fmt.Sprintf("Did you mean %q?", near)
		}
		return
	}
	for _, target := range env.Targets {
		in := target.Instance(app.Name)
		if in == nil {
			r.notTested(step, fmt.Sprintf("%s does not run on %s", name, target.Name), "Deploy it there, or take the step out.")
			return
		}
		declared, ok := in.Workload.Jobs[short]
		switch {
		case !ok:
			d := r.notTested(step, fmt.Sprintf("%s has no job %q on %s", name, short, target.Name), "Declare it under jobs: of the application, for every target of the environment.")
			if near := yamltree.Suggest(short, sortedKeys(in.Workload.Jobs)); near != "" {
				d.Hint = fmt.Sprintf("Did you mean %s/%s?", name, near)
			}
			return
		case declared.Phase != test:
			r.notTested(step, step.Job+" is no test", "A job before a deployment stops the sync when it fails; name one with phase: test.")
			return
		}
	}
}

func (r *resolver) notTested(step Step, summary, hint string) *diag.Diagnostic {
	d := r.list.Error(step.at, "validation/job", summary)
	d.Hint = hint
	return d
}

// Validates reports whether a step of the environment names a Job.
func (e *Environment) Validates(job string) bool {
	return slices.ContainsFunc(e.Validation, func(s Step) bool { return s.Uses == UsesJob && s.Job == job })
}

// Tests lists the tests of the environment's applications as APPLICATION/JOB, each once.
func (e *Environment) Tests() []string {
	var jobs []string
	for _, in := range instancesOn(e.Targets) {
		for _, run := range in.Runs {
			if run.test {
				jobs = append(jobs, string(in.App.Name)+"/"+string(run.short))
			}
		}
	}
	return distinct(jobs)
}
