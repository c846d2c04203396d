package model

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

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
	// The controller looks every ten seconds: it would miss every run.
	if n := s.StartingDeadlineSeconds; n < 0 || n > 0 && n < 10 {
		c.error(c.at("schedule", "startingDeadlineSeconds"), "spec/value", "with less than 10 seconds, a CronJob misses its runs").Hint =
			"Write 10 or more, or take it out."
	}
	for _, limit := range []struct {
		key   string
		value *int
	}{{"successfulJobsHistoryLimit", s.SuccessfulJobsHistoryLimit}, {"failedJobsHistoryLimit", s.FailedJobsHistoryLimit}} {
		if limit.value != nil && *limit.value < 0 {
			c.error(c.at("schedule", limit.key), "spec/value", "a number of runs is not negative").Hint = "Write 0 or more."
		}
	}
}

// attempts checks the bounds of something that ends, which stand at a path.
func (c *checker) attempts(a schema.Attempts, path ...any) {
	if a.BackoffLimit != nil && (*a.BackoffLimit < 0 || *a.BackoffLimit > 100) {
		c.error(c.at(append(path, "backoffLimit")...), "spec/value", "backoffLimit, the number of retries, is between 0 and 100").Hint =
			"Write 0 for no retry."
	}
	if at, zero := explicitZero(c.node, append(path, "activeDeadlineSeconds")...); zero || a.ActiveDeadlineSeconds < 0 {
		c.error(at, "spec/value", "activeDeadlineSeconds is at least 1").Hint = "Write 1 or more, or take it out."
	}
}

// servesNobody reports what the application says that only replicas have.
func (c *checker) servesNobody() {
	own := merge(c.in.Layers)
	for _, field := range []struct{ key, why string }{
		{"ports", "Nothing can connect to a CronJob: its pods run and end."},
		{"expose", "Nothing can connect to a CronJob: its pods run and end."},
		{"probes", "A run is complete when its process ends; Kubernetes stops a run that hangs after schedule.activeDeadlineSeconds."},
		{"scale", "A CronJob has no replicas; schedule.concurrencyPolicy says whether runs may overlap."},
		{"singleton", "A CronJob has no replicas; schedule.concurrencyPolicy says whether runs may overlap."},
		{"disruptionBudget", "A CronJob has no replicas."},
		{"antiAffinity", "A CronJob has no replicas."},
		{"rollout", "A CronJob has no replicas to replace; its next run has the new version."},
		{"failover", "A CronJob has no replicas to move; the next attempt of a run starts on another node."},
	} {
		if stated := own.Get(field.key); stated == nil || stated.Kind == yamltree.Null || stated.Kind == yamltree.Map && len(stated.Entries) == 0 {
			continue
		}
		d := c.error(c.key(field.key), "schedule/field", "a CronJob has no %s", field.key)
		d.Detail = field.why
		d.Hint = "Take it out, or write kind: Deployment."
	}
}
