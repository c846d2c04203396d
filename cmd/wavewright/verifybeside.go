package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

// besideFlags name what verify reads beside the repository.
func besideFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "crds", Usage: "judge custom resources by the CustomResourceDefinitions in `DIR`, which holds nothing else; repeat it for more"},
		&cli.StringFlag{Name: "kubernetes", Usage: "the clusters have Kubernetes `VERSION`, such as 1.35; only without environments.yaml, which says it itself"},
	}
}

// beside reads those flags.
func (job *verification) beside(ctx *cli.Context) error {
	job.Definitions = ctx.StringSlice("crds")
	if !ctx.IsSet("kubernetes") {
		return nil
	}
	var err error
	if job.Kubernetes, err = generator.KubernetesVersion(ctx.String("kubernetes")); err != nil {
		return usage(name(ctx), "--kubernetes: %w", err)
	}
	return nil
}

// fits refuses what a spec says itself.
func (job *verification) fits(dir string) error {
	if job.Kubernetes != "" {
		return &failure{
			code: exitError, err: fmt.Errorf("--kubernetes is for repositories without environments.yaml, and %s has one", dir),
			hints: []string{`state the version there for each cluster: clusters: {CLUSTER: {kubernetes: "` + job.Kubernetes + `"}}`},
		}
	}
	return nil
}
