package main

import (
	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func releasesCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "releases",
		Usage:     "list what every environment runs",
		ArgsUsage: "[ENV]",
		UsageText: "wavewright releases [ENV] [--output json]",
		Description: "The first environment runs the branch; the others run pins, which promote and rollback\n" +
			"move. BEHIND counts the commits by which a pin is behind the environment before it.\n\n" +
			"Examples:\n" +
			"  wavewright releases\n" +
			"  wavewright releases prod --output json",
		Flags: []cli.Flag{outputFlag()},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, 1); err != nil {
				return err
			}
			return c.releases(ctx.Args().First())
		},
	}
}

func (c *console) releases(environment string) error {
	result, err := c.load()
	if err != nil {
		return err
	}
	rows, err := result.Releases(environment)
	if err != nil {
		return err
	}
	if rows == nil {
		rows = []generator.ReleaseRow{}
	}
	c.doc.Releases = &rows
	if !c.json {
		c.printReleases(rows)
	}
	return nil
}
