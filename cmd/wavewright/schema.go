package main

import (
	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/schema"
)

func schemaCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "schema",
		Usage:     "print the JSON schema of environments.yaml",
		UsageText: "wavewright schema > environments.schema.json",
		Description: "Editors complete and check environments.yaml with it. generate writes the same text\n" +
			"to .wavewright/environments.schema.json, where the first line of environments.yaml\n" +
			"looks for it.",
		Action: func(ctx *cli.Context) error {
			if err := arguments(ctx, "", 0, 0); err != nil {
				return err
			}
			_, err := c.out.Write(schema.JSON())
			return err
		},
	}
}
