package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func promoteCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "promote",
		Usage:     "move an environment to the revisions that the environment before it runs",
		ArgsUsage: "[APP…]",
		UsageText: "wavewright promote [APP…] --to ENV [--infra] [--revision REV] [--target T] [--allow-replace[=GLOB]] [--dry-run]",
		Description: "Moves the pins in releases/ENV.yaml to the revisions that the previous environment\n" +
			"runs, as pushed, and generates the files that depend on them. Without APP all pins move,\n" +
			"those of namespaces included. Commit the result and open a pull request: promote\n" +
			"changes files and nothing else.\n\n" +
			"Examples:\n" +
			"  wavewright promote --to staging\n" +
			"  wavewright promote vote result --to prod\n" +
			"  wavewright promote --to staging --revision v1.4.0 --dry-run",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "to", Usage: "the environment `ENV` whose pins are to move"},
			&cli.BoolFlag{Name: "infra", Usage: "also move the pins of the applications' namespaces and of the cluster-wide objects"},
			&cli.StringFlag{Name: "revision", Usage: "promote `REV` from the first environment instead of the tip of the pushed branch"},
			targetFlag(), allowReplaceFlag(), dryMoveFlag(), outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, -1); err != nil {
				return err
			}
			if ctx.String("to") == "" {
				return usage(name(ctx), "promote needs --to ENV")
			}
			return c.move(ctx, func(dir string, when generator.When) (*generator.Moved, error) {
				return generator.Promote(dir, generator.PromoteRequest{
					To: ctx.String("to"), Targets: ctx.StringSlice("target"), Applications: ctx.Args().Slice(),
					Infra: ctx.Bool("infra"), Revision: ctx.String("revision"),
				}, when)
			})
		},
	}
}

func targetFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "target", Usage: "only on target `T` of the environment; may be repeated"}
}

func dryMoveFlag() cli.Flag {
	return &cli.BoolFlag{Name: "dry-run", Usage: "say which pins would move, and write nothing"}
}

// move carries out a promotion or a rollback and prints its moves.
func (c *console) move(ctx *cli.Context, step func(string, generator.When) (*generator.Moved, error)) error {
	dir, err := c.folder()
	if err != nil {
		return err
	}
	allowed, err := replaced(ctx)
	if err != nil {
		return err
	}
	moved, err := step(dir, generator.When{At: c.now(), DryRun: ctx.Bool("dry-run"), AllowReplace: allowed})
	if err != nil {
		return err
	}
	if err := c.findings(dir, moved.Findings); err != nil {
		return err
	}
	c.doc.Written, c.doc.Environment = &moved.Written, moved.Environment
	c.doc.Moves, c.doc.Refusals = moved.Moves, moved.Refusals
	if len(moved.Refusals) > 0 {
		if !c.json {
			c.printRefusals(moved.Refusals)
		}
		return &failure{code: exitRefused, err: fmt.Errorf("no pin was moved")}
	}
	if !c.json {
		c.printMoves(moved.Moves)
	}
	if moved.Plan == nil {
		return nil
	}
	c.reportPlan(moved.Plan, !moved.Written)
	c.doc.Written = &moved.Written
	if err := stoppedBy(moved.Plan); err != nil {
		return err
	}
	c.moved(moved)
	return nil
}

// moved says what is to be done with what was written.
func (c *console) moved(moved *generator.Moved) {
	if !moved.Written {
		return
	}
	c.doc.NextSteps = []string{"git add .", fmt.Sprintf("git commit -m %q", moved.Subject), "git push"}
	if !c.json {
		c.printSteps("Review the change, then:", c.doc.NextSteps)
	}
}
