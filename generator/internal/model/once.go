package model

import "github.com/wavewright/wavewright/schema"

// Once reports whether the workload is an application of kind Job, which runs once for each
// content. A job of an application has a label of its own.
func (w *Workload) Once() bool { return w.Kind == job && w.label == "" }

// Once reports whether the application is a Job, everywhere.
func (b *Base) Once() bool { return b.Kind == job }

// ends reports whether the application runs to an end, everywhere.
func (b *Base) ends() bool { return b.Scheduled() || b.Once() }

// nameJobs gives an application of kind Job a name of its own for each content on each target:
// Kubernetes lets nobody change the template of a Job.
func (r *resolver) nameJobs(app *Application) {
	if !app.Base.Once() {
		return
	}
	app.Base.ExceptionAnnotations["ignore-check.kube-linter.io/job-ttl-seconds-after-finished"] = "Argo CD reads it, and deletes it."
	for _, in := range app.Instances {
		in.JobName = app.Name + "-" + Name(r.content(in, in.Workload.pod(app.Name), app.Name))
	}
}

// once checks what a Job does not have, and that nothing else has what only a Job has.
func (c *checker) once() {
	own := c.w.Attempts
	switch {
	case c.faulty("kind"):
	case c.w.Once():
		c.absent("job/field", "a Job", []absence{
			{"ports", "Nothing can connect to a Job: its pod runs and ends."},
			{"expose", "Nothing can connect to a Job: its pod runs and ends."},
			{"metrics", "A Job may end between two looks of Prometheus: let it push what it measures."},
			{"probes", "A Job is complete when its process ends; Kubernetes stops one that hangs after attempts.activeDeadlineSeconds."},
			{"scale", "A Job has no replicas."},
			{"singleton", "A Job has no replicas."},
			{"disruptionBudget", "A Job has no replicas."},
			{"antiAffinity", "A Job has no replicas."},
			{"rollout", "A Job has no replicas to replace; a new version is a new Job."},
			{"failover", "A Job has no replicas to move; its next attempt starts on another node."},
		})
		c.attempts(own, "attempts")
	case own != schema.Attempts{}:
		c.error(c.key("attempts"), "job/field", "only a Job has attempts").Hint =
			"Take it out, or write kind: Job. A CronJob states them in its schedule, and each of jobs has its own."
	}
}
