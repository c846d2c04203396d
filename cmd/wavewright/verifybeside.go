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
		&cli.StringFlag{Name: "values", Usage: "read from `FILE` which clusters Argo CD knows, for ApplicationSets that choose among them; only without environments.yaml"},
		&cli.StringSliceFlag{Name: "with", Usage: "compare with the repository in `DIR`, which shares a cluster or the Argo CD; repeat it for more"},
	}
}

// beside reads those flags.
func (job *verification) beside(ctx *cli.Context) error {
	job.Definitions, job.Clusters, job.With = ctx.StringSlice("crds"), ctx.String("values"), ctx.StringSlice("with")
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
	var flag, instead string
	switch {
	case job.Kubernetes != "":
		flag, instead = "--kubernetes", `state the version there for each cluster: clusters: {CLUSTER: {kubernetes: "`+job.Kubernetes+`"}}`
	case job.Clusters != "":
		flag, instead = "--values", "the generated ApplicationSets ask for no clusters: environments.yaml names them"
	default:
		return nil
	}
	return &failure{code: exitError, err: fmt.Errorf("%s is for repositories without environments.yaml, and %s has one", flag, dir), hints: []string{instead}}
}
