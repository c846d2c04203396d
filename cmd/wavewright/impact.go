package main

import (
	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func impactCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "impact",
		Usage:     "say which Applications a change touches, for a pull request",
		UsageText: "wavewright impact --base REF [--output json]",
		Description: "Compares the files as they are with those of a commit, and lists the Applications that\n" +
			"are created, changed, renamed or deleted once they are merged, by environment. Also names\n" +
			"the changes that Kubernetes refuses, and the data that stays behind.\n\n" +
			"Examples:\n" +
			"  wavewright impact --base origin/main\n" +
			"  wavewright impact --base origin/main --output json",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "base", Usage: "compare with commit, branch or tag `REF`"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, 0); err != nil {
				return err
			}
			if ctx.String("base") == "" {
				return usage(name(ctx), "--base REF is missing: name the commit to compare with")
			}
			return c.impact(ctx.String("base"))
		},
	}
}

func (c *console) impact(base string) error {
	result, err := c.load()
	if err != nil {
		return err
	}
	difference, err := result.ImpactSince(base)
	if err != nil {
		return err
	}
	impact := append([]generator.Impact{}, difference.Impact...)
	c.doc.Impact, c.doc.Hazards, c.doc.Unknown = &impact, difference.Hazards, difference.Unknown
	if c.json {
		return nil
	}
	if len(impact) == 0 {
		c.printf("no Application is touched\n")
	}
	c.printImpact(impact)
	c.printHazards(difference.Hazards, difference.Unknown)
	return nil
}
