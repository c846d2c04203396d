package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func doctorCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "doctor",
		Usage:     "check that a cluster has what the repository needs",
		UsageText: "wavewright doctor --context CTX [--cluster NAME] [--argocd NAME] [--timeout TIME] [--output json]",
		Description: "Reads through kubectl, and changes nothing: versions, CRDs, nodes, gateway, secret\n" +
			"store, metrics, classes, and Argo CD with its settings and clusters. For each thing that\n" +
			"is missing, doctor says what to do.\n\n" +
			"When the spec has one cluster, doctor checks everything in the context. When it has\n" +
			"several, --cluster and --argocd say which of them the context reaches.\n\n" +
			"Exit codes: 0 nothing is missing, 5 something is missing, 1 a check could not be\n" +
			"carried out.\n\n" +
			"Examples:\n" +
			"  wavewright doctor --context kind-dev\n" +
			"  wavewright doctor --context prod-eu --cluster eu\n" +
			"  wavewright doctor --context tools --argocd argocd --output json",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "context", Usage: "read through `CTX`, a context of kubectl"},
			&cli.StringFlag{Name: "cluster", Usage: "the context reaches cluster `NAME` of the spec"},
			&cli.StringFlag{Name: "argocd", Usage: "the context reaches Argo CD `NAME`; its name is argocd unless environments name others"},
			&cli.DurationFlag{Name: "timeout", Value: 15 * time.Second, Usage: "wait `TIME` for each answer"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, 0); err != nil {
				return err
			}
			if ctx.String("context") == "" {
				return usage(name(ctx), "doctor needs --context CTX")
			}
			return c.doctor(ctx.Context, generator.DoctorRequest{
				Context: ctx.String("context"), Cluster: ctx.String("cluster"), ArgoCD: ctx.String("argocd"), Timeout: ctx.Duration("timeout"),
			})
		},
	}
}

func (c *console) doctor(ctx context.Context, request generator.DoctorRequest) error {
	result, err := c.load()
	if err != nil {
		return err
	}
	report, err := result.Doctor(ctx, request)
	if err != nil {
		return err
	}
	c.doc.Doctor = report
	if !c.json {
		c.printDoctor(report)
	}
	failed, unknown := report.Counts[generator.DoctorFailed], report.Counts[generator.DoctorUnknown]
	switch {
	case failed > 0:
		return &failure{code: exitRefused, err: fmt.Errorf("%s failed", count(failed, "check"))}
	case unknown > 0:
		return &failure{code: exitError, err: fmt.Errorf("%s could not be carried out", count(unknown, "check"))}
	}
	return nil
}
