package main

// Plans, diffs and explanations for people, by the rules of print.go.

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator"
)

// phrase says what becomes of files in one state.
type phrase struct {
	state      generator.State
	todo, done string
	// attention marks what a person should see on every run.
	attention bool
}

// phrases lists the states in the order of the summary. Conflicts and refusals are
// not among them: then there is no summary.
func phrases() []phrase {
	const deleted = "left out, deleted by you; to leave them out for good: files: {omit: [PATH]} in environments.yaml"
	const orphaned = "kept with your edits, no longer generated; wavewright drop PATH makes it yours"
	const kept = "kept by files: in environments.yaml"
	return []phrase{
		{"new", "to create", "created", false},
		{"update", "to update", "updated", false},
		{"merge", "to merge with your edits", "merged with your edits", false},
		{"marked", "to mark where both changed the same lines", "marked where both changed the same lines", true},
		{"overwritten", "to overwrite, whatever is there", "overwritten", true},
		{"moved", "to move", "moved", false},
		{"orphan", "to delete, no longer generated", "deleted, no longer generated", false},
		{"leftover", "of an interrupted run to delete", "of an interrupted run deleted", false},
		{"adopted", "to adopt as they are", "adopted as they are", false},
		{generator.StateMigrated, "of yours to migrate", "of yours migrated", false},
		{"converged", "to record, equal to the new rendering already", "recorded, equal to the new rendering already", false},
		{"forgotten", "to take out of the record, deleted already", "taken out of the record, deleted already", false},
		{"dropped", "to make your own, no longer generated", "now your own, no longer generated", true},
		{generator.StateUserModified, "kept with your edits", "kept with your edits", true},
		{generator.StateUserDeleted, deleted, deleted, true},
		{generator.StateKept, kept, kept, false},
		{behind, kept + ", older than their rendering", kept + ", older than their rendering", true},
		{generator.StateOrphanEdited, orphaned, orphaned, true},
	}
}

// behind is what kept files are listed as whose rendering has changed since.
const behind generator.State = "behind"

// listed is how many paths of one state are listed, when they need no attention.
const listed = 20

// printPlan summarises a plan by state.
func (c *console) printPlan(plan *generator.Plan, dry bool) {
	byState, total := map[generator.State][]string{}, 0
	for _, change := range plan.Changes() {
		path := change.Path
		if change.From != "" {
			path = change.From + " -> " + path
		}
		state := change.State
		if change.Behind {
			state = behind
		}
		byState[state] = append(byState[state], path)
	}
	for _, n := range plan.Counts() {
		total += n
	}
	c.printMigrations(plan.Migrations, dry)
	for _, p := range phrases() {
		c.printPaths(p, byState[p.state], dry)
	}
	switch unchanged := total - len(plan.Changes()); {
	case !plan.Pending():
		c.printf("%s, nothing to do\n", count(total, "file"))
	case unchanged > 0:
		c.printf("%s unchanged\n", count(unchanged, "file"))
	}
	c.printImpact(plan.Impact)
	c.printHazards(plan.Hazards, plan.Unknown)
	if dry && plan.Pending() {
		c.printf("nothing was written\n")
	}
}

// printMigrations prints a line for each step between two formats.
func (c *console) printMigrations(steps []generator.Migration, dry bool) {
	words := "migrated"
	if dry {
		words = "to migrate"
	}
	for _, step := range steps {
		c.printf("%s %s from %s to %s: %s\n", step.What, words, step.From, step.To, step.Does)
	}
}

// printImpact prints what becomes of Applications: a line for each environment and
// effect.
func (c *console) printImpact(impact []generator.Impact) {
	var rows [][]string
	for i := 0; i < len(impact); {
		env := impact[i].Environment
		byEffect := map[generator.Effect][]string{}
		for ; i < len(impact) && impact[i].Environment == env; i++ {
			name := impact[i].Application
			if impact[i].From != "" {
				name = impact[i].From + " -> " + name
			}
			byEffect[impact[i].Effect] = append(byEffect[impact[i].Effect], name)
		}
		for _, effect := range generator.Effects() {
			if names := byEffect[effect]; len(names) > 0 {
				rows = append(rows, []string{env, string(effect), few(names)})
			}
		}
	}
	if len(rows) > 0 {
		c.printf("Applications:\n")
		c.printTable(rows)
	}
}

// printHazards prints what the cluster does not carry out as it is written.
func (c *console) printHazards(hazards []generator.Hazard, unknown []generator.Unknown) {
	for _, line := range hazardLines(hazards, unknown) {
		c.printf("%s\n", line)
	}
}

// hazardLines says in one line each what the cluster does not carry out as it is written, and
// what could not be compared.
func hazardLines(hazards []generator.Hazard, unknown []generator.Unknown) []string {
	var lines []string
	for _, h := range hazards {
		where, when, decided := "", "", ""
		if h.Namespace != "" {
			where = " in " + h.Namespace
		}
		if h.Waits {
			when = " when promoted"
		}
		if h.Allowed {
			decided = ", decided"
		}
		lines = append(lines, fmt.Sprintf("%s: %s%s: %s: %s → %s: %s%s%s. %s %s", h.Environment, h.Object, where, h.Field, h.Old, h.New, h.Effect, when, decided, h.Does, h.Steps))
	}
	if len(lines) > 0 {
		lines = append([]string{"What the cluster does not do by itself:"}, lines...)
	}
	byReason := map[string][]string{}
	var reasons []string
	for _, u := range unknown {
		if byReason[u.Reason] == nil {
			reasons = append(reasons, u.Reason)
		}
		byReason[u.Reason] = append(byReason[u.Reason], u.Application)
	}
	for _, reason := range reasons {
		lines = append(lines, "not compared with what runs: "+strings.TrimPrefix(few(byReason[reason])+": ", ": ")+reason)
	}
	return lines
}

// few names some of many.
func few(names []string) string {
	const some = 5
	if len(names) <= some {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:some], ", "), len(names)-some)
}

func (c *console) printPaths(p phrase, paths []string, dry bool) {
	if len(paths) == 0 {
		return
	}
	words := p.done
	if dry {
		words = p.todo
	}
	c.printf("%s %s\n", count(len(paths), "file"), words)
	if len(paths) > listed && !p.attention && !dry {
		return
	}
	for _, path := range paths {
		c.printf("  %s\n", path)
	}
}

// printOmitted names files of the user's that a new spec leaves out.
func (c *console) printOmitted(paths []string) {
	if len(paths) > 0 {
		c.printf("%s of your own kept; the generated ones are left out: files: {omit: [%s]} in environments.yaml\n", count(len(paths), "file"), strings.Join(paths, ", "))
	}
}

// excerpt is how many lines of each version of a conflict are shown.
const excerpt = 12

// printStopped says what is in the way of a plan.
func (c *console) printStopped(plan *generator.Plan) {
	conflicts, refusals := plan.Blocked()
	for _, change := range conflicts {
		c.errorf("%s: conflict: %s: %s%s\n", program, change.Path, change.Reason, declaredAt(plan, change.Path))
		for _, conflict := range change.Conflicts {
			c.printConflict(change.Path, conflict)
		}
	}
	for _, change := range refusals {
		c.errorf("%s: refused: %s: %s\n", program, change.Path, change.Reason)
	}
	for _, guard := range plan.Guards {
		c.errorf("%s: refused: %s: %s\n", program, guard.Reason, few(guard.About))
	}
}

// declaredAt says which line of the spec a file goes back to.
func declaredAt(plan *generator.Plan, path string) string {
	at, known := plan.Origins[path]
	if !known {
		return ""
	}
	return fmt.Sprintf(" (of %s:%d)", at.File, at.Line)
}

// printConflict shows the three versions of the lines that both sides changed.
func (c *console) printConflict(path string, conflict generator.Conflict) {
	if !placed(conflict) {
		c.errorf("  %s\n", conflict.Reason)
		return
	}
	c.errorf("  %s:%d: %s\n", path, conflict.Mine.Line, conflict.Reason)
	for _, side := range []struct {
		name string
		text []byte
	}{{"yours", conflict.Mine.Text}, {"last rendering", conflict.Base.Text}, {"new rendering", conflict.Theirs.Text}} {
		c.errorf("    %s:\n%s", side.name, c.cut(string(side.text)))
	}
}

// cut shortens an excerpt and moves it to the right.
func (c *console) cut(text string) string {
	lines := slices.Collect(strings.Lines(text))
	switch {
	case len(lines) == 0:
		return "      (nothing)\n"
	case len(lines) > excerpt:
		lines = append(lines[:excerpt], fmt.Sprintf("… %d more lines", len(lines)-excerpt))
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString("      " + strings.TrimSuffix(line, "\n") + "\n")
	}
	return b.String()
}

// printByHand names what stays as a person resolved it, though git was not told.
func (c *console) printByHand(dir string, paths []string) {
	if len(paths) == 0 {
		return
	}
	c.printf("%s kept as you resolved it, and staged\n", count(len(paths), "file"))
	for _, path := range paths {
		c.printf("  %s\n", here(filepath.Join(dir, filepath.FromSlash(path))))
	}
}

// printLeft names what nobody but a person can merge.
func (c *console) printLeft(dir string, merged *generator.Remerged) {
	for _, path := range merged.Left {
		what := "changed by both sides"
		if slices.Contains(merged.Proposed, path) {
			what = "one side added this file in a folder that the other side has renamed, and git proposes this path"
		}
		c.errorf("%s: conflict: %s: %s\n", program, here(filepath.Join(dir, filepath.FromSlash(path))), what)
	}
}

func (c *console) printStat(diffs []fileDiff) {
	rows, added, removed := [][]string{}, 0, 0
	for _, d := range diffs {
		rows = append(rows, []string{d.Path, fmt.Sprintf("+%d", d.Added), fmt.Sprintf("-%d", d.Removed)})
		added, removed = added+d.Added, removed+d.Removed
	}
	c.printTable(rows)
	if len(diffs) > 0 {
		c.printf("%s, +%d -%d\n", count(len(diffs), "file"), added, removed)
	}
}

func (c *console) printDiffs(diffs []fileDiff) {
	for _, d := range diffs {
		for line := range strings.Lines(d.Diff) {
			c.printf("%s", c.paintLine(line))
		}
	}
}

// paintLine colours a line of a unified diff.
func (c *console) paintLine(line string) string {
	text := strings.TrimSuffix(line, "\n")
	switch {
	case strings.HasPrefix(text, "@@"):
		text = c.paint(cyan, text)
	case strings.HasPrefix(text, "+"):
		text = c.paint(green, text)
	case strings.HasPrefix(text, "-"):
		text = c.paint(red, text)
	}
	return text + line[len(strings.TrimSuffix(line, "\n")):]
}

// printExplanations prints each value with the targets that share it.
func (c *console) printExplanations(all []generator.Explanation) {
	var order []string
	fields := map[string][]said{}
	for _, e := range all {
		for _, v := range e.Values {
			if fields[v.Field] == nil {
				order = append(order, v.Field)
			}
			fields[v.Field] = join(fields[v.Field], e.Target, v)
		}
	}
	for _, field := range order {
		c.printf("%s\n", field)
		c.printValues(fields[field], len(all))
	}
}

// said is a value and the targets that have it.
type said struct {
	targets []string
	value   generator.Value
}

func join(values []said, target string, v generator.Value) []said {
	for i, s := range values {
		if describe(s.value) == describe(v) {
			values[i].targets = append(s.targets, target)
			return values
		}
	}
	return append(values, said{[]string{target}, v})
}

// describe is everything that is shown of a value.
func describe(v generator.Value) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v %q %q %s", v.Removed, v.Unused, v.Text, v.Note, origin(v.Layer, v.At.File, v.At.Line))
	for _, o := range v.Overridden {
		fmt.Fprintf(&b, "%q %s", o.Text, origin(o.Layer, o.At.File, o.At.Line))
	}
	return b.String()
}

// printValues prints the values of one field in columns: where, what, said by whom.
func (c *console) printValues(values []said, targets int) {
	var rows [][3]string
	var faint []bool
	for _, s := range values {
		where := strings.Join(s.targets, ", ")
		if targets > 1 && len(s.targets) == targets {
			where = "everywhere"
		}
		rows = append(rows, [3]string{where, cmp.Or(s.value.Text, "-"), because(s.value)})
		faint = append(faint, false)
		for _, o := range s.value.Overridden {
			rows = append(rows, [3]string{"", "  " + o.Text, "overridden: " + origin(o.Layer, o.At.File, o.At.Line)})
			faint = append(faint, true)
		}
	}
	width := func(column int) int {
		return len([]rune(slices.MaxFunc(rows, func(a, b [3]string) int { return len([]rune(a[column])) - len([]rune(b[column])) })[column]))
	}
	first, second := width(0), min(width(1), 40)
	for i, row := range rows {
		line := fmt.Sprintf("  %s  %s  %s", pad(row[0], first), pad(row[1], second), row[2])
		if faint[i] {
			line = c.paint(dim, line)
		}
		c.printf("%s\n", line)
	}
}

// because says where a value comes from, or why there is none, and what it makes.
func because(v generator.Value) string {
	text := origin(v.Layer, v.At.File, v.At.Line)
	switch {
	case v.Removed:
		text = "removed by " + text
	case v.Unused:
		text = "not rendered: " + text
	}
	if v.Note != "" {
		text += " (" + v.Note + ")"
	}
	return text
}

// origin names a layer and its place; a built-in layer is its own file, and a default has no
// place.
func origin(layer, file string, line int) string {
	if file == "" {
		return layer
	}
	if layer == file {
		return fmt.Sprintf("%s:%d", layer, line)
	}
	if here, ok := relative(".", file); ok {
		file = here
	}
	return fmt.Sprintf("%s, %s:%d", layer, file, line)
}
