package schema

import (
	"fmt"
	"strings"
	"time"
	// Windows and containers may have no zones of their own.
	_ "time/tzdata"

	"github.com/robfig/cron/v3"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// opening is a parsed sync window.
type opening struct {
	allow    bool
	schedule cron.Schedule
	duration time.Duration
	zone     *time.Location
}

// open reports whether the window is open, by the arithmetic of Argo CD: the schedule
// runs on the clock on the wall.
func (o opening) open(t time.Time) bool {
	wall := o.wall(t)
	return o.schedule.Next(wall.Add(-o.duration)).Before(wall)
}

// wall is the time of the window's zone as if it were UTC.
func (o opening) wall(t time.Time) time.Time {
	_, offset := t.In(o.zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// windows checks an environment's sync windows, first each, then together.
func (v *validator) windows(env *Environment) {
	n := env.Node.Get("windows")
	if n == nil {
		return
	}
	var all []opening
	for _, entry := range n.Entries {
		checkName(&v.list, entry.KeyRange, "a window", entry.Key, maxName)
		if o, ok := v.window(entry); ok {
			all = append(all, o)
		}
	}
	if len(all) == 0 || len(all) < len(n.Entries) || anyOpen(all) {
		return
	}
	d := v.list.Error(env.Node.KeyAt("windows"), "window/closed", "no sync could ever begin in "+quoted(env.Name))
	d.Detail = "In every hour of a year a deny window is open, or no allow window is."
	d.Hint = "Shorten the deny windows; to have people sync by hand, set sync: {automated: null} instead."
}

// window checks one window and is false when it has faults.
func (v *validator) window(entry yamltree.Entry) (opening, bool) {
	n := entry.Value
	if n.Kind != yamltree.Map {
		return opening{}, false
	}
	before := len(v.list)
	o := opening{allow: stated(n, "allow"), zone: v.timeZone(n.Get("timeZone"))}
	if o.allow == stated(n, "deny") {
		v.list.Error(entry.KeyRange, "window/kind", "a window has allow or deny, one of them").Hint =
			`Write for example deny: "0 18 * * 5", which begins on Fridays at 18:00.`
		return o, false
	}
	key := "deny"
	if o.allow {
		key = "allow"
	}
	if schedule := n.Get(key); isText(schedule) {
		o.schedule = v.schedule(schedule)
	}
	if text := n.Get("duration"); isText(text) {
		var err error
		if o.duration, err = time.ParseDuration(text.Text); err != nil || !duration.MatchString(text.Text) || o.duration < time.Minute {
			v.list.Error(text.Range, "spec/value", "this is not the duration of a window").Hint = "Write a minute or more, with units, such as 30m, 8h or 1h30m."
		}
	}
	return o, len(v.list) == before && o.schedule != nil && o.duration > 0
}

// timeZone finds a zone by its name. Argo CD uses UTC for an unknown zone, and Local
// depends on the machine.
func (v *validator) timeZone(n *yamltree.Node) *time.Location {
	if !isText(n) {
		return time.UTC
	}
	zone, ok := TimeZone(n.Text)
	if !ok {
		v.list.Error(n.Range, "spec/value", quoted(n.Text)+" is not a time zone").Hint =
			"Write a name of the IANA time zone database, for example Europe/Berlin or UTC."
		return time.UTC
	}
	return zone
}

// TimeZone finds a zone in the embedded IANA database.
func TimeZone(name string) (*time.Location, bool) {
	zone, err := time.LoadLocation(name)
	return zone, err == nil && name != "" && name != "Local"
}

// epoch is the time at which schedules are evaluated, because a result must not depend on
// the clock. It begins a leap year.
func epoch() time.Time { return time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC) }

// schedule reads a cron expression with the parser and the fields of Argo CD.
func (v *validator) schedule(n *yamltree.Node) cron.Schedule {
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	schedule, err := parser.Parse(n.Text)
	if err != nil || strings.Contains(n.Text, "=") {
		d := v.list.Error(n.Range, "window/schedule", quoted(n.Text)+" is not a schedule")
		if err != nil {
			d.Detail = fmt.Sprintf("It cannot be read: %s.", strings.TrimSuffix(err.Error(), "."))
		}
		d.Hint = `Write minute, hour, day of month, month and day of week, for example "0 18 * * 5"; the zone is timeZone.`
		return nil
	}
	if schedule.Next(epoch()).IsZero() {
		v.list.Error(n.Range, "window/schedule", "this window would never open").Hint =
			"No date has this day of month in this month: correct one of the two."
		return nil
	}
	return schedule
}

// anyOpen reports whether there is a time at which Argo CD syncs: hours of a year, and
// the seconds after a window of the next years opens or closes.
func anyOpen(all []opening) bool {
	for hour := range 366 * 24 {
		if permitted(all, epoch().Add(time.Duration(hour)*time.Hour+time.Second)) {
			return true
		}
	}
	const edges = 1000
	for _, o := range all {
		start := epoch()
		for range edges {
			if start = o.schedule.Next(start); start.IsZero() {
				break
			}
			_, offset := start.In(o.zone).Zone()
			opens := start.Add(time.Second - time.Duration(offset)*time.Second)
			if permitted(all, opens) || permitted(all, opens.Add(o.duration)) {
				return true
			}
		}
	}
	return false
}

// permitted reports whether the windows let Argo CD sync at a time.
func permitted(all []opening, t time.Time) bool {
	allows, allowed := false, false
	for _, o := range all {
		open := o.open(t)
		if open && !o.allow {
			return false
		}
		allows, allowed = allows || o.allow, allowed || open && o.allow
	}
	return allowed || !allows
}
