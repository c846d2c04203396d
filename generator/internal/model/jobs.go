package model

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Job is a job of an application, with the values that all of its targets share.
type Job struct {
	App *Application
	// Short is its name within the application, and that of its container.
	Short Name
	// Name of the object, as far as its content does not name it, and of its pods.
	Name Name
	// Test is set for a job that runs once for each content, when all objects are healthy. Any other
	// job runs in every sync, before the workload changes.
	Test bool
	*Pod
	// SecurityPatch holds the deviations from the hardening component.
	SecurityPatch yamltree.Ordered
	// OwnResources is set when the job has the resources of its environment on no target.
	OwnResources bool
	// Egress rules that are the same on every target.
	Egress []NetworkRule

	runs    []*Run
	reasons map[string]string
}

// Run is a job on a target.
type Run struct {
	*Job
	// Object is its name on the target.
	Object Name
	// Counts is set when a failed job makes the Application Degraded.
	Counts bool
	// Patch holds the overlay's changes of the job; may be empty.
	Patch yamltree.Ordered
	// ExceptionAnnotations are the reasons of exceptions that only this target permits, by annotation.
	ExceptionAnnotations map[string]string
	// Egress rules beyond those of the base.
	Egress []NetworkRule

	short    Name
	test     bool
	workload *Workload
	// AllEgress rules are those of the job and those beyond.
	AllEgress []NetworkRule
	// ownResources is set when the job states its resources on this target.
	ownResources bool
}

// preDeploy and test are the phases of a job.
const (
	preDeploy = "pre-deploy"
	test      = "test"
)

// runs lists the jobs of an instance by name.
func (in *Instance) runs() []*Run {
	var runs []*Run
	for _, name := range sortedKeys(in.Workload.Jobs) {
		short := Name(name)
		runs = append(runs, &Run{
			short: short, test: in.Workload.Jobs[name].Phase == test, ownResources: in.Workload.Jobs[name].OwnResources(),
			workload: in.Workload.job(name, jobName(in.App.Name, short)),
		})
	}
	return runs
}

func jobName(app, short Name) Name { return app + "-" + short }

// job is the workload of a job: the application's, without probes, fields of replicas and
// persistent volumes that the job does not list, which another pod may hold. Image, command
// and args belong together: a job that states one of them inherits none.
func (w *Workload) job(name string, label Name) *Workload {
	declared := w.Jobs[name]
	j := *w
	j.Kind, j.label = job, label
	j.Schedule = &schema.Schedule{Attempts: declared.Attempts}
	j.Probes = schema.Probes{} // among the containers of a job only sidecars have probes
	j.Singleton, j.Ports, j.ports, j.Init, j.ConnectsTo = nil, nil, nil, nil, declared.ConnectsTo
	if declared.Image != "" {
		j.Image = declared.Image
	}
	j.Command, j.Args, j.PodAnnotations = declared.Command, declared.Args, declared.PodAnnotations
	j.Env, j.Pod, j.Container = joined(w.Env, declared.Env), declared.Pod, declared.Container
	if declared.OwnResources() {
		j.Resources = withScratch(declared.Resources)
	}
	j.Sidecars = maps.Clone(w.Sidecars)
	maps.DeleteFunc(j.Sidecars, func(name string, _ schema.Container) bool { return !slices.Contains(declared.Sidecars, name) })
	j.ports = slices.DeleteFunc(slices.Clone(w.ports), func(p Port) bool { return !slices.Contains(declared.Sidecars, p.sidecar) })
	j.Volumes = maps.Clone(w.Volumes)
	maps.DeleteFunc(j.Volumes, func(name string, v schema.Volume) bool {
		return v.Scratch == "" && !slices.Contains(declared.Volumes, name)
	})
	return &j
}

// joined returns a map with the entries of both; those of top win.
func joined[V any](bottom, top map[string]V) map[string]V {
	out := map[string]V{}
	maps.Copy(out, bottom)
	maps.Copy(out, top)
	return out
}

// connectsTo is what a job talks to: what it states; else what the application talks
// to, and for a test the application itself. The place of the connections comes along.
func (in *Instance) connectsTo(run *Run) (map[string]*schema.Connection, []any) {
	if in.Workload.Node.Get("jobs").Get(string(run.short)).Get("connectsTo") != nil {
		return run.workload.ConnectsTo, []any{"jobs", string(run.short), "connectsTo"}
	}
	to := in.Workload.ConnectsTo
	if run.test && len(in.Workload.PortList()) > 0 {
		to = joined(to, map[string]*schema.Connection{string(in.App.Name): {}})
	}
	return to, []any{"connectsTo"}
}

// jobs derives the jobs of an application from those of its instances: what all of
// them have in common is the base, the rest stays in the overlays.
func (r *resolver) jobs(app *Application) {
	byName := map[Name]*Job{}
	for _, in := range app.Instances {
		for _, run := range in.Runs {
			j := byName[run.short]
			if j == nil {
				j = &Job{App: app, Short: run.short, Name: jobName(app.Name, run.short), Test: run.test}
				byName[run.short] = j
				app.Jobs = append(app.Jobs, j)
			}
			run.Job = j
			j.runs = append(j.runs, run)
		}
	}
	slices.SortFunc(app.Jobs, func(a, b *Job) int { return cmp.Compare(a.Short, b.Short) })
	for _, j := range app.Jobs {
		j.share(r.p.Hardening)
	}
	for _, in := range app.Instances {
		for _, run := range in.Runs {
			r.run(in, run)
		}
		if in.PreDeploys() {
			in.Components = append(in.Components, "pre-deploy")
		}
	}
}

// share finds the common values of all targets.
func (j *Job) share(hardened *Pod) {
	var pods []*Pod
	var egress [][]NetworkRule
	j.OwnResources = !slices.ContainsFunc(j.runs, func(run *Run) bool { return !run.ownResources })
	for _, run := range j.runs {
		pod := run.workload.pod(j.App.Name)
		if !j.OwnResources {
			pod.Resources, pod.Tolerations = nil, nil // the environment's component sets them
		}
		pods, egress = append(pods, pod), append(egress, run.AllEgress)
	}
	j.Pod = agreement(pods, &Pod{})
	j.reasons = maps.Clone(j.runs[0].workload.exceptionAnnotations())
	for _, run := range j.runs[1:] {
		keepCommon(j.reasons, run.workload.exceptionAnnotations())
	}
	if len(j.Security) == 0 {
		j.Security = hardened.Security
	}
	if len(j.ContainerSecurity) == 0 {
		j.ContainerSecurity = hardened.ContainerSecurity
	}
	if j.ServiceLinks == nil {
		j.ServiceLinks = hardened.ServiceLinks
	}
	j.PullPolicy = cmp.Or(j.PullPolicy, hardened.PullPolicy)
	own := j.Pod.hardening(job)
	own.Automount = hardened.Automount
	j.SecurityPatch = diff(own, hardened.hardening(""), j.Short)
	j.Egress = common(egress)
	for _, run := range j.runs {
		run.Egress = without(run.AllEgress, j.Egress)
	}
}

// run derives the overlay's part of a job.
func (r *resolver) run(in *Instance, run *Run) {
	env := in.Target.Env
	want, have := run.workload.pod(in.App.Name), *run.Job.Pod
	if !run.Job.OwnResources {
		have.Resources, have.Tolerations = env.inherited.Resources, env.JobTolerations()
	}
	run.Patch = diff(want, &have, run.Short)
	run.ExceptionAnnotations = changed(run.workload.exceptionAnnotations(), run.reasons)
	run.Object, run.Counts = run.Name, true
	if run.Test {
		run.Object += "-" + Name(r.content(in, want, run.Short))
		run.Counts = env.Builtin() != "production" || env.Validates(string(in.App.Name)+"/"+string(run.Short))
	}
}

// content is a short name for everything in the template of a job. Kubernetes lets
// nobody change the template, so a job with another one needs another name. The version
// stands for what the templates of wavewright add.
func (r *resolver) content(in *Instance, want *Pod, container Name) string {
	labels := joined(in.App.AllLabels(r.p), in.Labels)
	labels["env"] = string(in.Target.Env.Name)
	text := string(r.p.Version) + "\n" + yamltree.EncodeFlow(diff(want, &Pod{Kind: want.Kind, ServiceLinks: false, PullPolicy: pullPolicy}, container)) + "\n" + yamltree.EncodeFlow(labels)
	for _, file := range in.Workload.configFiles() {
		text += fmt.Sprintf("\n%s %d\n%s", file.Name, len(file.Content), file.Content)
	}
	for _, swap := range in.swaps() {
		text += fmt.Sprintf("\n%s %s", swap.Name, swap.NewName)
	}
	return string(hash([]byte(text))[:hashLength])
}

// hashLength is how many digits of the content's hash a name has.
const hashLength = 8

// PreDeploys reports whether a job runs before the workload changes, so that the objects
// that it needs must exist first.
func (in *Instance) PreDeploys() bool {
	return slices.ContainsFunc(in.Runs, func(run *Run) bool { return !run.test })
}

// PatchedRuns are the jobs that the overlay changes.
func (in *Instance) PatchedRuns() []*Run {
	return slices.DeleteFunc(slices.Clone(in.Runs), func(run *Run) bool { return len(run.Patch)+len(run.ExceptionAnnotations) == 0 })
}

// Reasons are the annotations with the reasons of the job's exceptions.
func (j *Job) Reasons() []Field {
	var out []Field
	for _, key := range sortedKeys(j.reasons) {
		out = append(out, Field{Name: Path(key), Value: j.reasons[key]})
	}
	return out
}

// jobSelector selects the pods of a job.
func jobSelector(app, short Name) map[string]string {
	return map[string]string{NameLabel: string(jobName(app, short))}
}

// NetworkPolicy holds the rules of the job's pods that are the same on every target.
func (j *Job) NetworkPolicy() *NetworkPolicy {
	return policy(j.Name, jobSelector(j.App.Name, j.Short), nil, j.Egress)
}

// NetworkPolicies are the instance's own: those of the application and of its jobs.
func (in *Instance) NetworkPolicies() []*NetworkPolicy {
	if in.part != nil && in.part.policies != nil {
		return in.part.policies
	}
	var out []*NetworkPolicy
	if own := in.NetworkPolicy(); own != nil {
		out = append(out, own)
	}
	for _, run := range in.Runs {
		if own := policy(run.Name+"-"+in.Target.Env.Name, jobSelector(in.App.Name, run.Short), nil, run.Egress); own != nil {
			out = append(out, own)
		}
	}
	return out
}

// HasJobs reports whether the environment runs jobs of applications.
func (e *Environment) HasJobs() bool {
	return slices.ContainsFunc(instancesOn(e.Targets), func(in *Instance) bool { return len(in.Runs) > 0 || in.Workload.Once() })
}

// HasJobs reports whether any application has a job.
func (p *Platform) HasJobs() bool {
	return slices.ContainsFunc(p.Applications, func(app *Application) bool { return len(app.Jobs) > 0 || app.Base != nil && app.Base.Once() })
}

// phases reports a job that is not of the same phase everywhere.
func (r *resolver) phases(app *Application) {
	first := map[Name]*Instance{}
	for _, in := range app.Instances {
		for _, run := range in.Runs {
			other := first[run.short]
			if other == nil {
				first[run.short] = in
				continue
			}
			before, now := other.Workload.Jobs[string(run.short)].Phase, in.Workload.Jobs[string(run.short)].Phase
			if before != now {
				at := in.Workload.Node.At("jobs", string(run.short), "phase")
				d := r.list.Error(at, "job/phase", fmt.Sprintf("job %s of %s is in phase %s on %s", run.short, app.Name, now, in.Target.Name))
				d.Detail = fmt.Sprintf("The same job is in phase %s on %s. A promotion needs the same phase in every environment.", before, other.Target.Name)
				d.Hint = "State the phase once, or give the jobs different names."
			}
		}
	}
}
