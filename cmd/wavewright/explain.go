package main

import (
	"github.com/urfave/cli/v2"
)

func explainCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "say where the values of an application come from",
		ArgsUsage: "APP [ENV [FIELD]]",
		UsageText: "wavewright explain APP [ENV [FIELD]] [--output json]",
		Description: "Lists each value as it is rendered, with the layer that sets it, its file and line, and\n" +
			"below that the values that the layer overrides. A value that no layer states is a default\n" +
			"of wavewright; one that has no effect is not rendered, and the list says why. ENV is an environment or a target; without ENV, all\n" +
			"are shown side by side. FIELD is a value or a group of values.\n\n" +
			"Examples:\n" +
			"  wavewright explain web\n" +
			"  wavewright explain web prod\n" +
			"  wavewright explain web prod resources.limits",
		Flags: []cli.Flag{outputFlag()},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "an application", 1, 3); err != nil {
				return err
			}
			return c.explain(ctx.Args().Get(0), ctx.Args().Get(1), ctx.Args().Get(2))
		},
	}
}

func (c *console) explain(application, place, field string) error {
	result, err := c.load()
	if err != nil {
		return err
	}
	found, err := result.Explain(application, place, field)
	if err != nil {
		return err
	}
	c.doc.explained(application, found)
	if !c.json {
		c.printExplanations(found)
	}
	return nil
}
