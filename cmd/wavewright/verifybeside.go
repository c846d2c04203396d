package main

import (
	"fmt"
	"strconv"
	"strings"

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
		&cli.StringFlag{Name: "shard", Usage: "judge share `I/N`, such as 2/3: N machines judge the whole together"},
	}
}

// beside reads those flags.
func (job *verification) beside(ctx *cli.Context) error {
	if job.Fetch = generator.FetchNothing; ctx.Bool("fetch") {
		job.Fetch = generator.FetchMissing
	}
	if ctx.Bool("update-lock") {
		job.Fetch = generator.FetchUpdate
	}
	job.Definitions, job.Clusters, job.With = ctx.StringSlice("crds"), ctx.String("values"), ctx.StringSlice("with")
	if err := job.share(ctx); err != nil || !ctx.IsSet("kubernetes") {
		return err
	}
	var err error
	if job.Kubernetes, err = generator.KubernetesVersion(ctx.String("kubernetes")); err != nil {
		return usage(name(ctx), "--kubernetes: %w", err)
	}
	return nil
}

// share reads --shard.
func (job *verification) share(ctx *cli.Context) error {
	text := ctx.String("shard")
	if text == "" {
		return nil
	}
	number, of, _ := strings.Cut(text, "/")
	var err, also error
	job.Shard.Number, err = strconv.Atoi(number)
	job.Shard.Of, also = strconv.Atoi(of)
	switch {
	case err != nil || also != nil || job.Shard.Number < 1 || job.Shard.Number > job.Shard.Of:
		return usage(name(ctx), "--shard %s: it is I/N, the share I from 1 to N of N machines, such as 2/3", text)
	case ctx.Bool("connections"):
		return usage(name(ctx), "--connections prints all clusters: leave --shard out")
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
