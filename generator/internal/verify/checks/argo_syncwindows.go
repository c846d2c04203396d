package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // Zones are judged alike on every machine.

	"github.com/robfig/cron/v3"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// syncWindow is a time in which Argo CD may, or may not, sync.
type syncWindow struct {
	Kind, Schedule, Duration           string
	Applications, Namespaces, Clusters []string
	ManualSync, AndOperator            bool
	TimeZone                           string
}

// opening is a window that can be evaluated.
type opening struct {
	deny     bool
	schedule cron.Schedule
	duration time.Duration
	zone     *time.Location
	// always says that the schedule names no date that there is, such as 31 February. Argo CD finds
	// no next time then, takes the zero time for it, and that has passed.
	always bool
}

// read parses a window as Argo CD does; the field says what is wrong.
func (s *syncWindow) read() (o *opening, field string, err error) {
	o = &opening{deny: s.Kind == "deny", zone: time.UTC}
	if s.Kind != "allow" && s.Kind != "deny" {
		return nil, "kind", fmt.Errorf("the kind %q is neither allow nor deny", s.Kind)
	}
	o.schedule, err = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(s.Schedule)
	if err != nil {
		return nil, "schedule", fmt.Errorf("the schedule %q is no cron line of five fields: %w", s.Schedule, err)
	}
	o.always = o.schedule.Next(newYear()).IsZero()
	o.duration, err = time.ParseDuration(s.Duration)
	if err != nil {
		return nil, "duration", fmt.Errorf("the duration %q is none that Go reads, such as 90m or 8h", s.Duration)
	}
	if zone, err := time.LoadLocation(s.TimeZone); err == nil {
		o.zone = zone
	}
	return o, "", nil
}

// active reports whether a window is open at a time.
func (o *opening) active(now time.Time) bool {
	_, offset := now.In(o.zone).Zone()
	local := now.UTC().Add(time.Duration(offset) * time.Second)
	return o.always || o.schedule.Next(local.Add(-o.duration)).Before(local)
}

// newYear is where windows are simulated from.
func newYear() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// matches is SyncWindows.Matches of Argo CD for one window.
func (s *syncWindow) matches(d *repo.Deployed) bool {
	fits := func(patterns []string, values ...string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			return slices.ContainsFunc(values, func(v string) bool { return v != "" && globMatches(p, v) })
		})
	}
	application := fits(s.Applications, d.Name)
	cluster := fits(s.Clusters, d.Spec.Destination.Name, d.Spec.Destination.Server)
	namespace := slices.ContainsFunc(s.Namespaces, func(p string) bool { return globMatches(p, d.Spec.Destination.Namespace) })
	if !s.AndOperator {
		return application || cluster || namespace
	}
	set := len(s.Applications)+len(s.Clusters)+len(s.Namespaces) > 0
	return set && (application || len(s.Applications) == 0) && (cluster || len(s.Clusters) == 0) && (namespace || len(s.Namespaces) == 0)
}

// eachWindow runs a rule on the windows of all projects.
func eachWindow(rule func(*argoProject, *syncWindow, string, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, p := range w.projects() {
			for i := range p.Spec.SyncWindows {
				rule(p, &p.Spec.SyncWindows[i], fmt.Sprintf("spec.syncWindows[%d]", i), out)
			}
		}
	}
}

// windowInvalid reports windows that Argo CD cannot read.
func windowInvalid(p *argoProject, s *syncWindow, at string, out *judge) {
	if _, field, err := s.read(); err != nil {
		f := out.object(nil, p.object, at+"."+field, "%v", err)
		f.Hint = "With an invalid window Argo CD syncs no Application of the project that the window matches."
	}
}

// windowZone reports time zones that Argo CD does not know.
func windowZone(p *argoProject, s *syncWindow, at string, out *judge) {
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		f := out.object(nil, p.object, at+".timeZone", "there is no time zone %q: Argo CD opens the window in UTC", s.TimeZone)
		f.Hint = "Write a name of the IANA time zone database, such as Europe/Berlin."
	}
}

// windowMatchesNothing reports windows that say for which Applications they are not.
func windowMatchesNothing(p *argoProject, s *syncWindow, at string, out *judge) {
	if len(s.Applications)+len(s.Namespaces)+len(s.Clusters) == 0 {
		f := out.object(nil, p.object, at, "the window names no applications, namespaces or clusters: it matches no Application")
		f.Hint = "Add applications: ['*'] to match all Applications of the project."
	}
}

// windowNeverOpens reports windows that stay open for no time.
func windowNeverOpens(p *argoProject, s *syncWindow, at string, out *judge) {
	o, _, err := s.read()
	if err != nil || o.duration > 0 || o.always {
		return
	}
	f := out.object(nil, p.object, at+".duration", "the %s window never opens: it stays open for %s", s.Kind, s.Duration)
	f.Hint = "A deny window that never opens protects nothing. With an allow window that never opens Argo CD never syncs the Applications that it matches, unless another allow window opens."
}

// windowAlwaysOpen reports schedules without a date, such as 31 February.
func windowAlwaysOpen(p *argoProject, s *syncWindow, at string, out *judge) {
	o, _, err := s.read()
	if err != nil || !o.always {
		return
	}
	f := out.object(nil, p.object, at+".schedule", "the schedule %q names no date that there is: for Argo CD the %s window is always open", s.Schedule, s.Kind)
	f.Hint = "With a deny window that is always open Argo CD never syncs the Applications that it matches; an allow window that is always open keeps nobody from syncing."
}

// span is how far windows are simulated, in steps: yearly windows open once in it.
const (
	span = 366 * 24 * time.Hour
	step = 15 * time.Minute
)

// windowsClosed reports Applications that their windows never let sync by themselves.
func windowsClosed(w *world, out *judge) {
	for _, p := range w.projects() {
		reported := map[string]bool{}
		w.eachDeployed(func(t *target, d *repo.Deployed) {
			if d.Spec.Project != p.object.Name || len(p.Spec.SyncWindows) == 0 || len(projectsNamed(w.projects(), p.object.Name, "")) > 1 {
				return
			}
			key := fmt.Sprint(matching(p, d))
			open, judged := reported[key]
			if !judged {
				open = everOpens(p, d)
				reported[key] = open
			}
			if !open {
				reportClosed(t, d, p, out)
			}
		})
	}
}

func reportClosed(t *target, d *repo.Deployed, p *argoProject, out *judge) {
	f := out.application(t, d, "no minute of a year lets Argo CD sync it: the windows of project %s that match it leave nothing open", p.object.Name)
	for _, i := range matching(p, d) {
		s := p.Spec.SyncWindows[i]
		f.Sum = append(f.Sum, strings.TrimSpace(fmt.Sprintf("%s %s for %s %s", s.Kind, s.Schedule, s.Duration, s.TimeZone)))
	}
	f.Hint = fmt.Sprintf("Shorten a deny window or add an allow window in spec.syncWindows of AppProject %s (%s).", p.object.Name, p.object.File)
}

// matching are the windows of a project that match an Application.
func matching(p *argoProject, d *repo.Deployed) []int {
	var found []int
	for i := range p.Spec.SyncWindows {
		if p.Spec.SyncWindows[i].matches(d) {
			found = append(found, i)
		}
	}
	return found
}

// everOpens reports whether Argo CD may sync an Application at some time of a year. Windows that
// cannot be read are another rule's affair.
func everOpens(p *argoProject, d *repo.Deployed) bool {
	var all []*opening
	for _, i := range matching(p, d) {
		o, _, err := p.Spec.SyncWindows[i].read()
		if err != nil {
			return true
		}
		all = append(all, o)
	}
	start := newYear().Add(30 * time.Second)
	allows := slices.ContainsFunc(all, func(o *opening) bool { return !o.deny })
	for now := start; now.Before(start.Add(span)); now = now.Add(step) {
		if canSync(all, allows, now) {
			return true
		}
	}
	return false
}

// canSync is SyncWindows.CanSync of Argo CD for what it does by itself.
func canSync(all []*opening, allows bool, now time.Time) bool {
	open := !allows
	for _, o := range all {
		if o.active(now) {
			if o.deny {
				return false
			}
			open = true
		}
	}
	return open
}
