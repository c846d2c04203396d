package main

import "github.com/urfave/cli/v2"

func manCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "man",
		Usage:     "print the manual page",
		UsageText: "wavewright man",
		Description: "Prints every command with its flags in the format of man(1). Packages install it; from a\n" +
			"binary alone it is read with:  wavewright man | man -l -",
		Action: func(ctx *cli.Context) error {
			if err := arguments(ctx, "", 0, 0); err != nil {
				return err
			}
			page, err := ctx.App.ToManWithSection(1)
			if err != nil {
				return err
			}
			c.printRaw(page)
			return nil
		},
	}
}
