package main

import (
	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

// pathCommand is a command that settles single paths.
func pathCommand(c *console, name, usage, description string, settle func(*generator.Platform, []string, generator.WriteOptions) (*generator.Plan, error)) *cli.Command {
	return &cli.Command{
		Name:        name,
		Usage:       usage,
		ArgsUsage:   "PATH…",
		UsageText:   "wavewright " + name + " PATH… [--dry-run] [--allow-dirty]",
		Description: description,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would be written, and write nothing"},
			&cli.BoolFlag{Name: "allow-dirty", Usage: "replace edits that git has neither committed nor staged"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "a path relative to the folder of environments.yaml", 1, -1); err != nil {
				return err
			}
			dry := ctx.Bool("dry-run")
			plan, err := c.planned(func(p *generator.Platform) (*generator.Plan, error) {
				return settle(p, ctx.Args().Slice(), generator.WriteOptions{DryRun: dry, AllowDirty: ctx.Bool("allow-dirty")})
			})
			if err != nil {
				return err
			}
			c.reportPlan(plan, dry)
			return stoppedBy(plan)
		},
	}
}

func adoptCommand(c *console) *cli.Command {
	return pathCommand(c, "adopt", "take files of yours into generation, as you have edited them",
		"For a file of yours at the path of a generated one. The file stays as it is and counts\n"+
			"as generated and edited: generate merges new renderings into the file.\n\n"+
			"Example:\n"+
			"  wavewright adopt README.md",
		(*generator.Platform).Adopt)
}

func restoreCommand(c *console) *cli.Command {
	return pathCommand(c, "restore", "bring files back as they are generated",
		"Writes deleted files again, and replaces your edits by the rendering. Edits that git\n"+
			"has neither committed nor staged are replaced only with --allow-dirty.\n\n"+
			"Example:\n"+
			"  wavewright restore overlays/prod/apps/web/availability.yaml",
		(*generator.Platform).Restore)
}

func dropCommand(c *console) *cli.Command {
	return pathCommand(c, "drop", "keep files as your own that are no longer generated",
		"An edited file that is no longer generated stays, and generate reports it on every\n"+
			"run. drop makes it an ordinary file of yours. To be rid of the file, delete it.\n\n"+
			"Example:\n"+
			"  wavewright drop base/old/service.yaml",
		(*generator.Platform).Drop)
}
