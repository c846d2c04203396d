package main

import (
	"github.com/urfave/cli/v2"
)

// besideFlags name what verify reads beside the repository.
func besideFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "crds", Usage: "judge custom resources by the CustomResourceDefinitions in `DIR`, which holds nothing else; repeat it for more"},
	}
}

// beside reads those flags.
func (job *verification) beside(ctx *cli.Context) error {
	job.Definitions = ctx.StringSlice("crds")
	return nil
}
