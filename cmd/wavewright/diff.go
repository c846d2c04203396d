package main

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func diffCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "show what generate would write",
		ArgsUsage: "[PATH…]",
		UsageText: "wavewright diff [--stat] [--exit-code] [PATH…]",
		Description: "Prints a unified diff from the files as they are to what generate would write: a\n" +
			"patch for git apply. diff writes nothing. A PATH is a file or a folder, relative to\n" +
			"the folder of environments.yaml. For a file in conflict, the patch takes the rendering.\n\n" +
			"Examples:\n" +
			"  wavewright diff\n" +
			"  wavewright diff --stat overlays/prod\n" +
			"  wavewright diff --exit-code  exit 3 when there are changes",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "stat", Usage: "only count the lines of each file"},
			&cli.BoolFlag{Name: "exit-code", Usage: "exit 3 when generate would change something, 4 in conflict, 5 when it would refuse"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, -1); err != nil {
				return err
			}
			return c.diff(ctx.Args().Slice(), ctx.Bool("stat"), ctx.Bool("exit-code"))
		},
	}
}

func (c *console) diff(paths []string, stat, code bool) error {
	plan, err := c.planned(func(p *generator.Platform) (*generator.Plan, error) { return p.Plan(generator.WriteOptions{}) })
	if err != nil {
		return err
	}
	paths, err = c.known(plan, paths)
	if err != nil {
		return err
	}
	diffs := []fileDiff{}
	for _, change := range plan.Changes() {
		text := generator.Diff(change)
		if text == "" || !within(change.Path, paths) {
			continue
		}
		d := fileDiff{Path: change.Path, Diff: text}
		d.Added, d.Removed = countLines(text)
		diffs = append(diffs, d)
	}
	c.reportMigrations(plan.Migrations)
	c.reportHazards(plan)
	c.reportDiffs(diffs, stat)
	err = stoppedBy(plan)
	if !code {
		if err != nil {
			c.printHint("generate would write none of this: %s", strings.TrimSuffix(err.Error(), "; nothing was written"))
		}
		return nil
	}
	if err != nil {
		return err
	}
	if plan.Pending() {
		return &failure{code: exitPending}
	}
	return nil
}

// known refuses paths at which nothing is generated: a misspelt one would look as if nothing were
// pending. It returns them as they are seen from the folder of environments.yaml.
func (c *console) known(plan *generator.Plan, paths []string) ([]string, error) {
	known := make([]string, 0, len(paths))
	for _, name := range paths {
		at := path.Clean(filepath.ToSlash(name))
		if filepath.IsAbs(name) {
			if rel, err := filepath.Rel(c.doc.Folder, name); err == nil {
				at = filepath.ToSlash(rel)
			}
		}
		if name != "" && plan.Holds(at) {
			known = append(known, at)
			continue
		}
		reason := fmt.Errorf("there is no %s, and generate would write none", name)
		if _, err := os.Lstat(filepath.Join(c.doc.Folder, filepath.FromSlash(at))); err == nil {
			reason = fmt.Errorf("%s is not generated, and neither is anything below it", cmp.Or(name, "an empty path"))
		}
		return nil, &failure{code: exitError, err: reason, hints: []string{
			"paths begin at the folder of environments.yaml, which is " + c.doc.Folder,
		}}
	}
	return known, nil
}

// reportMigrations says which steps are behind a diff, or not in it: the state is in none.
// Standard output is for the patch alone.
func (c *console) reportMigrations(steps []generator.Migration) {
	c.doc.Migrations = steps
	if c.json {
		return
	}
	for _, step := range steps {
		c.printHint("generate migrates %s from %s to %s: %s", step.What, step.From, step.To, step.Does)
	}
}

// reportHazards says what the cluster does not carry out as it is written.
func (c *console) reportHazards(plan *generator.Plan) {
	c.doc.Hazards, c.doc.Unknown, c.doc.Guards = plan.Hazards, plan.Unknown, plan.Guards
	if c.json {
		return
	}
	for _, line := range hazardLines(plan.Hazards, plan.Unknown) {
		c.errorf("%s\n", line)
	}
}

func (c *console) reportDiffs(diffs []fileDiff, stat bool) {
	if stat {
		for i := range diffs {
			diffs[i].Diff = ""
		}
	}
	c.doc.Diffs = &diffs
	switch {
	case c.json:
	case stat:
		c.printStat(diffs)
	default:
		c.printDiffs(diffs)
	}
}

// within reports whether a path is one of paths or below it; all are when there are
// none.
func within(file string, paths []string) bool {
	return len(paths) == 0 || slices.ContainsFunc(paths, func(p string) bool {
		return p == "." || file == p || strings.HasPrefix(file, p+"/")
	})
}

// countLines counts what a unified diff adds and removes.
func countLines(diff string) (added, removed int) {
	body := false
	for line := range strings.Lines(diff) {
		switch {
		case strings.HasPrefix(line, "@@"):
			body = true
		case body && line[0] == '+':
			added++
		case body && line[0] == '-':
			removed++
		}
	}
	return added, removed
}
