package main

// All lines that a person reads are written here, by these rules:
//
//   - What was asked for goes to standard output: summaries, diffs, tables, scripts.
//   - Everything else goes to standard error: diagnostics, questions, and lines that begin with
//     "wavewright: error:", "wavewright: refused:" or "wavewright: hint:". Errors have
//     no capital at the start and no full stop at the end.
//   - Colour is an addition: without it nothing is lost.

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema/diag"
)

// Escape sequences of terminals.
const (
	dim   = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	cyan  = "\x1b[36m"
	plain = "\x1b[0m"
)

func (c *console) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// errorf lets what was printed before be seen before.
func (c *console) errorf(format string, args ...any) {
	c.out.Flush()
	fmt.Fprintf(c.err, format, args...)
}

// printRaw prints a script as it is.
func (c *console) printRaw(text string) { c.printf("%s", text) }

func (c *console) paint(colour, text string) string {
	if !c.colour || text == "" {
		return text
	}
	return colour + text + plain
}

func (c *console) printError(err error, hints []string) {
	for line := range strings.Lines(diag.Redact(err.Error())) { // several files can fail in one run
		c.errorf("%s: error: %s\n", program, strings.TrimSuffix(line, "\n"))
	}
	c.printHints(hints)
}

func (c *console) printHints(hints []string) {
	for _, hint := range hints {
		c.printHint("%s", hint)
	}
}

func (c *console) printHint(format string, args ...any) {
	c.errorf("%s: hint: %s\n", program, diag.Redact(fmt.Sprintf(format, args...)))
}

func (c *console) printDiagnostics(list diag.List, sources diag.Sources) {
	c.out.Flush()
	if err := diag.WriteText(c.err, list, sources); err != nil {
		c.errorf("%s: error: print diagnostics: %v\n", program, err)
	}
}

func (c *console) printRefusals(refusals []generator.Refusal) {
	for _, r := range refusals {
		c.errorf("%s: refused: %s [%s]\n", program, diag.Redact(r.Text), r.Code)
		if r.Hint != "" {
			c.printHint("%s", r.Hint)
		}
	}
}

func (c *console) printSteps(title string, steps []string) {
	c.printf("\n%s\n", title)
	for _, step := range steps {
		c.printf("  %s\n", step)
	}
}

func (c *console) printQuestion(text, def string) { c.errorf("%s [%s]: ", text, def) }

func (c *console) printVersion(v *versionReport) {
	built := []string{v.Go, v.Platform}
	switch {
	case v.Commit == "":
	case v.Modified:
		built = append([]string{"commit " + v.Commit + " with changes"}, built...)
	default:
		built = append([]string{"commit " + v.Commit}, built...)
	}
	c.printf("%s %s (%s)\n", program, v.Version, strings.Join(built, ", "))
}

func (c *console) printFunctions(functions []function) {
	rows := make([][]string, 0, len(functions))
	for _, f := range functions {
		rows = append(rows, []string{strings.TrimSpace(f.Name + " " + f.Usage), f.Does})
	}
	c.printTable(rows)
}

func (c *console) printTemplates(templates []template) {
	rows := make([][]string, 0, len(templates))
	for _, t := range templates {
		from := t.Layer
		if t.Replaces != "" {
			from += ", replaces " + t.Replaces
		}
		rows = append(rows, []string{t.Path, from})
	}
	c.printTable(rows)
}

func (c *console) printExported(files []string, folder string, named bool) {
	for _, file := range files {
		c.printf("copied %s\n", filepath.Join(here(folder), filepath.FromSlash(file)))
	}
	if !named {
		c.printHint("add this line to environments.yaml, or the copies have no effect: templates: %s", filepath.Base(folder))
	}
}

func (c *console) printReleases(rows []generator.ReleaseRow) {
	if len(rows) == 0 {
		c.printf("no environment runs anything yet\n")
		return
	}
	table := [][]string{{"ENVIRONMENT", "TARGET", "KIND", "NAME", "REVISION", "BEHIND", "SINCE", "BY"}}
	for _, row := range rows {
		behind := "-"
		if row.Behind != nil {
			behind = fmt.Sprint(*row.Behind)
		}
		table = append(table, []string{row.Environment, row.Target, string(row.Kind), orDash(row.Name), short(row.Revision), behind, orDash(row.At), orDash(row.By)})
	}
	c.printTable(table)
}

func (c *console) printMoves(moves []generator.Move) {
	table, same := [][]string{{"TARGET", "KIND", "NAME", "REVISION"}}, 0
	for _, m := range moves {
		if m.Action == generator.MoveUnchanged {
			same++
			continue
		}
		from := "new"
		if m.From != "" {
			from = short(m.From)
		}
		table = append(table, []string{m.Target, string(m.Kind), orDash(m.Name), from + " -> " + short(m.To)})
	}
	if len(table) > 1 {
		c.printTable(table)
	} else {
		c.printf("no pin moves\n")
	}
	if same > 0 {
		c.printf("%s at the wanted revision already\n", count(same, "pin"))
	}
}

// printTable prints columns side by side. The last one is not padded.
func (c *console) printTable(rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(pad(cell, widths[i]) + "  ")
		}
		c.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// short abbreviates a commit id; the name of a branch stays as it is.
func short(revision string) string {
	const full, abbreviated = 40, 12
	if len(revision) < full {
		return revision
	}
	return revision[:abbreviated]
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// relative returns a file of dir as it is reached from the working directory.
func relative(dir, file string) (string, bool) {
	path := filepath.Join(dir, filepath.FromSlash(file))
	if _, err := os.Lstat(path); err != nil || file == "" {
		return file, false
	}
	return here(path), true
}

// here shortens a path to what leads there from the working directory.
func here(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, abs); err == nil && len(rel) <= len(abs) {
		return rel
	}
	return abs
}
