package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func verifyCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "find what the cluster or Argo CD would refuse, before it is pushed",
		UsageText: "wavewright verify [DIR] [--base REF] [--only CODE] [--skip CODE] [--min-severity SEVERITY] [--output FORMAT]",
		Description: "Builds everything that Argo CD would deploy from a repository, and judges it as the API\n" +
			"server, its controllers and Argo CD do: schemas, admission, quotas, disruption budgets,\n" +
			"network policies, references, projects. It asks no cluster, and uses no network but with --fetch.\n\n" +
			"DIR is any repository with Argo CD Applications, Kustomize overlays or manifests. In a\n" +
			"repository with environments.yaml, verify judges what generate would write, with your edits.\n\n" +
			"A finding is excused for a while in environments.yaml, under verify:, and in a repository\n" +
			"without that file in .wavewright/verify.yaml:\n" +
			"  ignore:\n" +
			"  - {code: security/image-moves, object: Deployment/web, reason: a demo, expires: 2027-06-30}\n\n" +
			"Exit codes: 0 no finding of the least severity that counts, 1 there is one.\n\n" +
			"Examples:\n" +
			"  wavewright verify                          judge this repository\n" +
			"  wavewright verify ../gitops                judge another one\n" +
			"  wavewright verify --base origin/main       only what this branch introduces\n" +
			"  wavewright verify --pinned                 what the pins of environments run\n" +
			"  wavewright verify --only quota,network     some areas or codes\n" +
			"  wavewright verify --with ../platform       compare with a repository of the same clusters\n" +
			"  wavewright verify --fetch                  with the bases and charts of other places\n" +
			"  wavewright verify --shard 2/3              the second share of three machines\n" +
			"  wavewright verify --output sarif > x.sarif for code scanning\n" +
			"  wavewright verify --list                   print all codes",
		Flags: append(besideFlags(), []cli.Flag{
			&cli.StringFlag{Name: "base", Usage: "leave out what is found in commit `REF` too"},
			&cli.BoolFlag{Name: "disk", Usage: "judge what is on disk, not what generate would write"},
			&cli.BoolFlag{Name: "pinned", Usage: "judge what environments run by their pins, each from its own commit, not what a promotion would run"},
			&cli.StringSliceFlag{Name: "only", Usage: "look for `CODE` only; a code, or an area such as quota; repeat it, or separate codes by commas"},
			&cli.StringSliceFlag{Name: "skip", Usage: "do not look for `CODE`"},
			&cli.StringFlag{Name: "min-severity", Value: "warning", Usage: "the least `SEVERITY` that is printed and makes verify fail: error, warning or note"},
			&cli.BoolFlag{Name: "fetch", Usage: "fetch the bases, charts and sources of other places, and note in .wavewright/verify.lock what they were; later runs take exactly these"},
			&cli.BoolFlag{Name: "update-lock", Usage: "fetch, and follow branches, tags and ranges of versions to what they mean now"},
			&cli.BoolFlag{Name: "no-cache", Usage: "build and judge everything anew, and keep nothing in the cache folder of the user"},
			&cli.BoolFlag{Name: "connections", Usage: "print which workload may connect to which, as network policies leave it; --output text, json or dot"},
			&cli.BoolFlag{Name: "list", Usage: "print the codes of all findings"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "text", Usage: "print `FORMAT`: text, json, sarif, or github (annotations of a workflow); dot with --connections"},
		}...),
		Action: func(ctx *cli.Context) error {
			collect(gcPercentVerify)
			confine(memoryVerify)
			if err := c.begin(ctx, "at most one DIR", 0, 1); err != nil {
				return err
			}
			if ctx.Bool("list") {
				c.printCodes()
				return nil
			}
			job, err := c.verification(ctx)
			if err != nil {
				return err
			}
			if ctx.Bool("connections") {
				return c.connections(job)
			}
			return c.verify(job)
		},
	}
}

// verification is one run of verify.
type verification struct {
	generator.VerifyRequest
	dir    string
	least  generator.Severity
	format string
}

// verification reads the command line.
func (c *console) verification(ctx *cli.Context) (*verification, error) {
	job := &verification{dir: ctx.Args().First(), format: ctx.String("output")}
	job.Pinned = ctx.Bool("pinned")
	if job.Pinned && ctx.IsSet("base") {
		return nil, usage(name(ctx), "--pinned judges what runs: it cannot be combined with --base")
	}
	job.Base, job.Disk, job.Day, job.NoCache = ctx.String("base"), ctx.Bool("disk"), c.now(), ctx.Bool("no-cache")
	if ctx.IsSet("base") && job.Base == "" {
		return nil, usage(name(ctx), "--base needs a commit")
	}
	formats := []string{"text", "json", "sarif", "github"}
	if ctx.Bool("connections") {
		formats = []string{"text", "json", "dot"}
	}
	if !slices.Contains(formats, job.format) {
		return nil, usage(name(ctx), "unknown output format %q: it is one of %s", job.format, strings.Join(formats, ", "))
	}
	severities := map[string]generator.Severity{"error": generator.VerifyError, "warning": generator.VerifyWarning, "note": generator.VerifyNote}
	var known bool
	if job.least, known = severities[ctx.String("min-severity")]; !known {
		return nil, usage(name(ctx), "--min-severity %s: it is error, warning or note", ctx.String("min-severity"))
	}
	if err := job.beside(ctx); err != nil {
		return nil, err
	}
	var err error
	if job.Only, err = codes(ctx, "only"); err != nil {
		return nil, err
	}
	job.Skip, err = codes(ctx, "skip")
	return job, err
}

// codes reads a flag of codes and areas.
func codes(ctx *cli.Context, flag string) ([]string, error) {
	var all []string
	known := generator.VerifyCodes()
	for _, text := range ctx.StringSlice(flag) {
		for code := range strings.SplitSeq(text, ",") {
			code = strings.TrimSpace(code)
			if !slices.ContainsFunc(known, func(c generator.VerifyCode) bool { return c.Code == code || strings.HasPrefix(c.Code, code+"/") }) {
				return nil, usage(name(ctx), "--%s %s: there is no such code; wavewright verify --list prints all", flag, code)
			}
			all = append(all, code)
		}
	}
	return all, nil
}

func (c *console) verify(job *verification) error {
	p := c.progress(job.format)
	job.Progress, job.Fetched = p.step, c.tellFetched(p)
	report, err := c.judge(job)
	p.end()
	if err != nil {
		return err
	}
	shown := slices.DeleteFunc(slices.Clone(report.Findings), func(f generator.VerifyFinding) bool { return f.Severity > job.least })
	switch job.format {
	case "json":
		c.doc.Verify = newVerifyDocument(report, shown)
	case "sarif":
		err = c.printSARIF(shown)
	case "github":
		c.printAnnotations(shown)
	default:
		c.printVerify(report, shown, job.least, job.Shard)
		if job.Fetch == generator.FetchNothing {
			c.hintFetch(report)
		}
	}
	if err != nil || len(shown) == 0 {
		return err
	}
	return &failure{code: exitError, err: fmt.Errorf("%s: %s", count(len(shown), "finding"), severities(report, job.least))}
}

// proved prints what verify makes of a plan, when it was asked. Only errors keep a plan from being carried out.
func (c *console) proved(plan *generator.Plan) error {
	report := plan.Report
	if report == nil {
		return nil
	}
	shown := slices.DeleteFunc(slices.Clone(report.Findings), func(f generator.VerifyFinding) bool { return f.Severity > generator.VerifyWarning })
	if c.json {
		c.doc.Verify = newVerifyDocument(report, shown)
	} else {
		c.printVerify(report, shown, generator.VerifyWarning, generator.VerifyShard{})
	}
	if errors := report.Count(generator.VerifyError); errors > 0 {
		return &failure{code: exitError, err: fmt.Errorf("%s; nothing was written", count(errors, "error"))}
	}
	return nil
}

// connections prints who may connect to whom.
func (c *console) connections(job *verification) error {
	p := c.progress(job.format)
	job.Progress, job.Fetched = p.step, c.tellFetched(p)
	all, err := c.connectivity(job)
	p.end()
	if err != nil {
		return err
	}
	switch job.format {
	case "json":
		c.json = false // the document is the matrix
		return all.WriteJSON(c.out)
	case "dot":
		return all.WriteDot(c.out)
	}
	return all.WriteText(c.out)
}

// connectivity reads the folder that the command line names, or the one of the spec.
func (c *console) connectivity(job *verification) (*generator.Connectivity, error) {
	dir := c.subject(job)
	if !generator.HasSpec(dir) {
		return generator.ConnectionsFolder(dir, job.VerifyRequest)
	}
	if err := job.fits(dir); err != nil {
		return nil, err
	}
	platform, err := generator.Load(dir)
	if err != nil {
		return nil, err
	}
	all, plan, err := platform.Connections(job.VerifyRequest)
	if failed := c.findings(dir, plan.Findings); failed != nil || err != nil {
		return nil, cmp.Or(failed, err)
	}
	if all == nil {
		return nil, stoppedBy(plan)
	}
	return all, nil
}

// subject is the folder that the command line names, or the one of the spec.
func (c *console) subject(job *verification) string {
	dir := job.dir
	if dir == "" {
		dir = "."
		if found, err := generator.Find(dir); err == nil {
			dir = found
		}
	}
	c.doc.Folder = dir
	return dir
}

// judge judges that folder.
func (c *console) judge(job *verification) (*generator.VerifyReport, error) {
	dir := c.subject(job)
	if !generator.HasSpec(dir) && job.Pinned {
		return nil, usage("verify", "--pinned needs a repository with environments.yaml")
	}
	if !generator.HasSpec(dir) {
		return generator.VerifyFolder(dir, job.VerifyRequest)
	}
	if err := job.fits(dir); err != nil {
		return nil, err
	}
	platform, err := generator.Load(dir)
	if err != nil {
		return nil, err
	}
	report, plan, err := platform.Verify(job.VerifyRequest)
	if failed := c.findings(dir, plan.Findings); failed != nil || err != nil {
		return nil, cmp.Or(failed, err)
	}
	if report == nil {
		c.reportPlan(plan, true)
		return nil, stoppedBy(plan)
	}
	return report, nil
}

// severities says how many findings there are of each severity that counts.
func severities(report *generator.VerifyReport, least generator.Severity) string {
	var words []string
	for _, s := range []generator.Severity{generator.VerifyError, generator.VerifyWarning, generator.VerifyNote} {
		if n := report.Count(s); n > 0 && s <= least {
			words = append(words, count(n, s.String()))
		}
	}
	return strings.Join(words, ", ")
}
