package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func generateCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "generate",
		Usage:     "bring the repository to what environments.yaml says",
		UsageText: "wavewright generate [--check | --dry-run | --remerge] [--output json]",
		Description: "Renders everything in memory, compares it with the folder and writes what differs.\n" +
			"Files that you edited by hand are kept; what is in the way is never overwritten:\n" +
			"then nothing at all is written.\n\n" +
			"Examples:\n" +
			"  wavewright generate            write\n" +
			"  wavewright generate --dry-run  only say what would be written\n" +
			"  wavewright generate --check    exit 3 when something would be, for pipelines, and\n" +
			"                                 1 when an exception from network policies has expired\n" +
			"  wavewright generate --remerge  after git merge, rebase or cherry-pick stopped at conflicts",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would be written, and write nothing"},
			&cli.BoolFlag{Name: "check", Usage: "like --dry-run, and exit 3 when a byte would change"},
			&cli.BoolFlag{Name: "remerge", Usage: "first settle generated files that git could not merge, and stage what is written"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, 0); err != nil {
				return err
			}
			if ctx.Bool("remerge") {
				if ctx.Bool("check") || ctx.Bool("dry-run") {
					return usage(name(ctx), "--remerge writes: it cannot be combined with --check or --dry-run")
				}
				return c.remerge()
			}
			return c.generate(ctx.Bool("check"), ctx.Bool("dry-run"))
		},
	}
}

func (c *console) generate(check, dry bool) error {
	result, err := c.load(func(dir string) (*generator.Result, error) {
		result, err := generator.Generate(dir)
		if err == nil {
			result.Expire(time.Now(), check)
		}
		return result, err
	})
	if err != nil {
		return err
	}
	dry = dry || check
	step := result.Write
	if dry {
		step = result.Plan
	}
	plan, err := step()
	if err != nil {
		return err
	}
	c.reportPlan(plan, dry)
	if err := blockedBy(plan); err != nil {
		return err
	}
	if check && plan.Pending() {
		return &failure{code: exitPending, err: fmt.Errorf("generated files are not up to date"), hints: []string{"run wavewright generate and commit the result"}}
	}
	return nil
}

// reportPlan says what a plan does, or did.
func (c *console) reportPlan(plan *generator.Plan, dry bool) {
	conflicts, refusals := plan.Blocked()
	blocked := len(conflicts)+len(refusals) > 0
	written := !dry && !blocked && plan.Pending()
	c.doc.Written = &written
	c.doc.plan(plan)
	if c.json {
		return
	}
	if blocked {
		c.printBlocked(conflicts, refusals)
		return
	}
	c.printPlan(plan, dry)
}

// blockedBy returns the failure of a plan that cannot be applied.
func blockedBy(plan *generator.Plan) error {
	conflicts, refusals := plan.Blocked()
	switch {
	case len(conflicts) > 0:
		return &failure{code: exitConflict, err: fmt.Errorf("%s; nothing was written", count(len(conflicts), "conflict")), hints: []string{
			"to keep yours, make the same change in environments.yaml or in a template, until generate would write what you have",
			"to take the new rendering, undo your edit: git checkout -- PATH when it is not committed yet, else wavewright diff PATH | git apply",
		}}
	case len(refusals) > 0:
		f := &failure{code: exitRefused, err: fmt.Errorf("%s in the way; nothing was written", count(len(refusals), "path"))}
		if slices.ContainsFunc(refusals, func(c generator.Change) bool { return c.State == generator.StateForeign }) {
			f.hints = []string{"to keep a file of your own, leave the generated one out: files: {omit: [PATH]} in environments.yaml"}
		}
		return f
	}
	return nil
}
