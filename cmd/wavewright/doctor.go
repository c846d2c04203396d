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
		Usage:     "ask a cluster for what the repository needs",
		UsageText: "wavewright doctor --context CTX [--cluster NAME] [--argocd NAME] [--timeout TIME] [--output json]",
		Description: "Asks through kubectl, and only reads: versions, definitions, nodes, gateway, secret\n" +
			"store, metrics, classes, and Argo CD with its settings and clusters. Each thing that is\n" +
			"missing is listed with what to do about it.\n\n" +
			"In a repository with one cluster the context is asked for everything. With several,\n" +
			"say what it is: a cluster that is deployed to, an Argo CD, or both.\n\n" +
			"Ends with 0 when nothing is missing, with 5 when something is, and with 1 when it\n" +
			"could not be found out.\n\n" +
			"Examples:\n" +
			"  wavewright doctor --context kind-dev\n" +
			"  wavewright doctor --context prod-eu --cluster eu\n" +
			"  wavewright doctor --context tools --argocd argocd --output json",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "context", Usage: "ask the cluster of `CTX`, a context of kubectl"},
			&cli.StringFlag{Name: "cluster", Usage: "it is `NAME`, which Applications are deployed to"},
			&cli.StringFlag{Name: "argocd", Usage: "Argo CD `NAME` runs there; it is called argocd unless environments name others"},
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
