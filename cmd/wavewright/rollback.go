package main

import (
	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func rollbackCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "rollback",
		Usage:     "move an environment back to the revisions that it ran before",
		ArgsUsage: "APP…",
		UsageText: "wavewright rollback (APP… | --namespace NS… | --cluster | --all) --in ENV [--target T] [--dry-run]",
		Description: "Moves pins in releases/ENV.yaml back to their predecessors, which the file records: it\n" +
			"needs neither Git history nor a network. Commit the result and push it.\n\n" +
			"Examples:\n" +
			"  wavewright rollback vote --in prod\n" +
			"  wavewright rollback --all --in prod --dry-run",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "in", Usage: "the environment `ENV` whose pins are to go back"},
			&cli.BoolFlag{Name: "all", Usage: "move every pin that has a predecessor"},
			&cli.StringSliceFlag{Name: "namespace", Usage: "move the pin of namespace `NS`; may be repeated"},
			&cli.BoolFlag{Name: "cluster", Usage: "move the pin of the environment's cluster-wide objects: admission policies and priority classes"},
			targetFlag(), allowReplaceFlag(), dryMoveFlag(), outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, -1); err != nil {
				return err
			}
			named := ctx.NArg()+len(ctx.StringSlice("namespace")) > 0 || ctx.Bool("cluster")
			switch {
			case ctx.String("in") == "":
				return usage(name(ctx), "rollback needs --in ENV")
			case named == ctx.Bool("all"):
				return usage(name(ctx), "rollback needs either applications or --all")
			}
			return c.move(ctx, func(dir string, when generator.When) (*generator.Moved, error) {
				return generator.Rollback(dir, generator.RollbackRequest{
					In: ctx.String("in"), Targets: ctx.StringSlice("target"),
					Applications: ctx.Args().Slice(), Namespaces: ctx.StringSlice("namespace"), Cluster: ctx.Bool("cluster"),
				}, when)
			})
		},
	}
}
