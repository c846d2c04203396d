package model

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// The kinds of workloads that run to completion: by a schedule, or once.
const (
	scheduled = "CronJob"
	job       = "Job"
)

// Scheduled reports whether the workload is a CronJob, which has no replicas and accepts no
// connections.
func (w *Workload) Scheduled() bool { return w.Kind == scheduled }

// Scheduled reports whether the application is a CronJob, everywhere.
func (b *Base) Scheduled() bool { return b.Kind == scheduled }

// Continuous is the base of an application whose pods run until somebody stops them; nil
// of a CronJob and a Job, and of an application that brings its own manifests.
func (a *Application) Continuous() *Base {
	if a.Sourced || a.Base.ends() {
		return nil
	}
	return a.Base
}

// ends reports whether the workload runs to an end.
func (w *Workload) ends() bool { return w.Kind == scheduled || w.Kind == job }

// A run that states nothing else has an hour to begin, which a controller that
// was away needs, an hour to end, and two more attempts. Kubernetes would wait for ever
// and try seven times.
const (
	startingDeadline = 3600
	activeDeadline   = 3600
	backoffLimit     = 2
)

// runOnce adds the fields of a pod that runs to completion. A failed pod stays for its log;
// a retry is another pod.
func (w *Workload) runOnce(p *Pod, app Name) {
	p.Kind, p.ServiceAccount, p.RestartPolicy, p.Tolerations = w.Kind, string(app), "Never", w.statedTolerations()
	p.Labels = yamltree.Ordered{pair(NameLabel, cmp.Or(string(w.label), string(app)))}
	p.BackoffLimit, p.ActiveDeadline = backoffLimit, activeDeadline
	switch {
	case w.Once():
		p.attempts(w.Attempts)
	case w.Schedule != nil:
		p.attempts(w.Schedule.Attempts)
	}
	if s := w.Schedule; s != nil && w.Scheduled() {
		p.Schedule, p.TimeZone, p.Suspend = s.Cron, s.TimeZone, s.Suspend
		p.SuccessfulHistory, p.FailedHistory = number(s.SuccessfulJobsHistoryLimit), number(s.FailedJobsHistoryLimit)
		p.StartingDeadline = cmp.Or(s.StartingDeadlineSeconds, startingDeadline)
		p.ConcurrencyPolicy = w.concurrencyPolicy()
	}
}

func (p *Pod) attempts(a schema.Attempts) {
	if a.BackoffLimit != nil {
		p.BackoffLimit = *a.BackoffLimit
	}
	p.ActiveDeadline = cmp.Or(a.ActiveDeadlineSeconds, p.ActiveDeadline)
}

// number is a stated number, of which 0 is one.
func number(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

func (w *Workload) concurrencyPolicy() string {
	return cmp.Or(w.Schedule.ConcurrencyPolicy, "Forbid")
}

// fields are all that the base of something that ends says in one part of the object;
// hardening and the environment add the rest.
func (p *Pod) fields(part string) []Field {
	var out []Field
	v := reflect.ValueOf(p).Elem()
	for _, field := range podFields {
		value, elsewhere := v.Field(field.index), []string{
			"securityContext", "automountServiceAccountToken", "enableServiceLinks", "imagePullPolicy", "initContainers",
		}
		switch {
		case field.in != part || value.IsZero() || slices.Contains(elsewhere, field.key):
		case field.key == rest:
			out = append(out, fieldsOfMap(value.Interface().(yamltree.Ordered))...)
		default:
			out = append(out, Field{Path(field.key), value.Interface()})
		}
	}
	return out
}

// TopFields hold the schedule of a CronJob.
func (p *Pod) TopFields() []Field { return p.fields("") }

// JobFields hold the retries and the time limit of a Job.
func (p *Pod) JobFields() []Field { return p.fields("job") }

// PodFields are those of its pod, without containers and volumes.
func (p *Pod) PodFields() []Field { return p.fields("pod") }

// ContainerFields are those of its main container.
func (p *Pod) ContainerFields() []Field { return p.fields("container") }

// pods is how many pods of the workload there are at most at once.
func (w *Workload) pods() int {
	switch {
	case w.Scheduled():
		return w.runs()
	case w.Once():
		return 2 // Argo CD deletes the Job of the version before when the new one has ended
	}
	_, high := w.Replicas()
	return high + w.Surge()
}

// runs is how many runs of a CronJob go on at most at once. One that is replaced stops
// while the next one starts; runs that are allowed beside each other pile up until the
// first of them has to have ended.
func (w *Workload) runs() int {
	switch {
	case w.Schedule == nil || w.concurrencyPolicy() == "Forbid":
		return 1
	case w.concurrencyPolicy() == "Replace":
		return 2
	}
	longest := time.Duration(cmp.Or(w.Schedule.ActiveDeadlineSeconds, activeDeadline)+shutdownSeconds) * time.Second
	pause := shortestPause(w.Schedule.Cron, longest)
	return int((longest + pause - 1) / pause)
}

// shortestPause returns the shortest time between two runs in a leap year, or enough
// when none of the first pauses is shorter.
func shortestPause(expression string, enough time.Duration) time.Duration {
	schedule, err := cron.ParseStandard(expression)
	if err != nil {
		return enough
	}
	const tries = 1500 // a day has 1,440 minutes, and the pauses within a day repeat on other days
	last := schedule.Next(time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC))
	for range tries {
		next := schedule.Next(last)
		if next.IsZero() {
			break
		}
		enough, last = min(enough, next.Sub(last)), next
	}
	return max(enough, time.Minute)
}

// JobTolerations are the tolerations of the environment's Jobs: those that the environment
// states, without those of fast failover.
func (e *Environment) JobTolerations() []yamltree.Ordered { return e.Defaults.statedTolerations() }

// Schedules reports whether the environment runs a CronJob.
func (e *Environment) Schedules() bool {
	return slices.ContainsFunc(instancesOn(e.Targets), func(in *Instance) bool { return in.Workload.Scheduled() })
}

// Schedules reports whether an application is a CronJob.
func (p *Platform) Schedules() bool {
	return slices.ContainsFunc(p.Applications, func(app *Application) bool { return app.Base != nil && app.Base.Scheduled() })
}

// APIVersion of the workload.
func (b *Base) APIVersion() string {
	if b.ends() {
		return "batch/v1"
	}
	return "apps/v1"
}

// schedule checks when a CronJob runs, and that nothing asks for what it is not.
func (c *checker) schedule() {
	s := c.w.Schedule
	switch {
	case c.faulty("kind"):
		return
	case c.w.Scheduled() && s == nil && !c.faulty("schedule"):
		c.error(c.in.App.At, "schedule/missing", "application %s is a CronJob without a schedule", c.in.App.Name).Hint =
			`Write schedule: {cron: "0 3 * * *", timeZone: Europe/Berlin}.`
	case !c.w.Scheduled() && s != nil:
		c.error(c.key("schedule"), "schedule/kind", "only a CronJob has a schedule").Hint = "Write kind: CronJob, or take the schedule out."
		return
	}
	if !c.w.Scheduled() {
		return
	}
	c.servesNobody()
	if s == nil {
		return
	}
	c.cron(s.Cron)
	if _, known := schema.TimeZone(s.TimeZone); s.TimeZone != "" && !known {
		c.error(c.at("schedule", "timeZone"), "spec/value", "%q is not a time zone", s.TimeZone).Hint =
			"Write a name of the IANA time zone database, for example Europe/Berlin or UTC."
	}
	c.attempts(s.Attempts, "schedule")
	c.counts(s)
}

// cron checks the expression with the parser of Kubernetes.
func (c *checker) cron(expression string) {
	at := c.at("schedule", "cron")
	schedule, err := cron.ParseStandard(expression)
	const hint = `Write minute, hour, day of month, month and day of week, for example "0 3 * * *"; the zone is timeZone.`
	switch {
	case strings.Contains(expression, "TZ"):
		c.error(at, "schedule/cron", "a schedule does not hold its time zone").Hint = hint
	case err != nil:
		d := c.error(at, "schedule/cron", "%q is not a schedule", expression)
		reason, _, _ := strings.Cut(err.Error(), ": strconv.")
		d.Detail = "It cannot be read: " + reason + "."
		d.Hint = hint
	case schedule.Next(time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero():
		c.error(at, "schedule/cron", "this CronJob would never run").Hint = "No date has this day of month in this month: correct one of the two."
	}
}

func (c *checker) counts(s *schema.Schedule) {
	// The CronJob controller looks every ten seconds, so that it would miss every run with a shorter deadline.
	deadline := s.StartingDeadlineSeconds
	c.value(deadline < 0 || deadline > 0 && deadline < 10, "with less than 10 seconds, a CronJob misses its runs",
		"Write 10 or more, or take it out.", "schedule", "startingDeadlineSeconds")
	for field, limit := range map[string]*int{"successfulJobsHistoryLimit": s.SuccessfulJobsHistoryLimit, "failedJobsHistoryLimit": s.FailedJobsHistoryLimit} {
		c.value(limit != nil && *limit < 0, "a number of runs is not negative", zeroHint, "schedule", field)
	}
}

// attempts checks the limits, at a path, of a workload that runs to completion.
func (c *checker) attempts(a schema.Attempts, path ...any) {
	retries := a.BackoffLimit
	c.value(retries != nil && (*retries < 0 || *retries > 100), "backoffLimit, the number of retries, is between 0 and 100",
		"Write 0 for no retry.", append(path, "backoffLimit")...)
	if at, zero := explicitZero(c.node, append(path, "activeDeadlineSeconds")...); zero || a.ActiveDeadlineSeconds < 0 {
		c.error(at, "spec/value", "activeDeadlineSeconds is at least 1").Hint = "Write 1 or more, or take it out."
	}
}

// servesNobody reports fields of a CronJob that only replicas have.
func (c *checker) servesNobody() {
	c.absent("schedule/field", "a CronJob", []absence{
		{"ports", "Nothing can connect to a CronJob: its pods run and end."},
		{"expose", "Nothing can connect to a CronJob: its pods run and end."},
		{"metrics", "A run may end between two looks of Prometheus: let it push what it measures."},
		{"probes", "A run is complete when its process ends; Kubernetes stops a run that hangs after schedule.activeDeadlineSeconds."},
		{"scale", "A CronJob has no replicas; schedule.concurrencyPolicy says whether runs may overlap."},
		{"singleton", "A CronJob has no replicas; schedule.concurrencyPolicy says whether runs may overlap."},
		{"disruptionBudget", "A CronJob has no replicas."},
		{"antiAffinity", "A CronJob has no replicas."},
		{"rollout", "A CronJob has no replicas to replace; its next run has the new version."},
		{"failover", "A CronJob has no replicas to move; the next attempt of a run starts on another node."},
	})
}

// absence is a field that a kind of workload does not have, and why.
type absence struct{ key, why string }

// absent reports the fields that the application states and that its kind does not have.
func (c *checker) absent(code, kind string, fields []absence) {
	own := merge(c.in.Layers)
	for _, field := range fields {
		if stated := own.Get(field.key); stated == nil || stated.Kind == yamltree.Null || stated.Kind == yamltree.Map && len(stated.Entries) == 0 {
			continue
		}
		d := c.error(c.key(field.key), code, "%s has no %s", kind, field.key)
		d.Detail = field.why
		d.Hint = "Take it out, or write kind: Deployment."
	}
}
