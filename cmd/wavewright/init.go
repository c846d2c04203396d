package main

import (
	"bufio"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func initCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "start a platform: write environments.yaml and generate the repository",
		ArgsUsage: "DIR",
		UsageText: "wavewright init DIR [--name NAME] [--repo URL] [--environments dev,staging,prod] [--app NAME --image IMAGE --port N]",
		Description: "Makes a GitOps repository in DIR, which may be new, a folder with other files, or a git\n" +
			"repository. On a terminal init asks; every answer has a default that works. init changes\n" +
			"no existing file. When one at the top exists, such as README.md, init leaves the\n" +
			"generated one out; when another one is in the way, init writes nothing.\n\n" +
			"Examples:\n" +
			"  wavewright init my-platform\n" +
			"  wavewright init . --yes --repo https://git.example.com/acme/platform.git\n" +
			"  wavewright init shop --app web --image ghcr.io/acme/web:1.4.2 --port 8080 --environments dev,prod",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the platform (default: the name of DIR)"},
			&cli.StringFlag{Name: "repo", Usage: "`URL` of the git repository, as Argo CD is to read it (default: the remote origin of DIR)"},
			&cli.StringFlag{Name: "branch", Usage: "`BRANCH` that the first environment follows (default: the current branch of DIR, else main)"},
			&cli.StringFlag{Name: "environments", Usage: "`NAMES` of the environments in promotion order, with commas (default: dev,staging,prod)"},
			&cli.StringFlag{Name: "app", Usage: "`NAME` of the first application (default: podinfo)"},
			&cli.StringFlag{Name: "image", Usage: "`IMAGE` of the first application, with a tag or digest (default: a public example)"},
			&cli.IntFlag{Name: "port", Usage: "port `N` of the first application, 0 for none (default: 9898 for the example, else 8080)"},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "take the defaults and ask nothing"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "a folder, for example: wavewright init my-platform", 1, 1); err != nil {
				return err
			}
			return c.initialize(ctx)
		},
	}
}

func (c *console) initialize(ctx *cli.Context) error {
	dir := filepath.Clean(ctx.Args().First())
	options, err := generator.InitDefaults(dir)
	if err != nil {
		return err
	}
	if err := fromFlags(ctx, &options); err != nil {
		return err
	}
	if c.asks && !c.json && !ctx.Bool("yes") {
		if err := c.ask(ctx, &options); err != nil {
			return err
		}
	}
	done, err := generator.Init(dir, options)
	if errors.Is(err, generator.ErrInitialized) {
		return &failure{code: exitRefused, err: fmt.Errorf("%s: %w", dir, err), hints: []string{"change environments.yaml and run: wavewright generate"}}
	}
	if err != nil {
		return err
	}
	if err := c.findings(dir, done.Findings); err != nil {
		return err
	}
	return c.initialized(dir, options, done)
}

func fromFlags(ctx *cli.Context, o *generator.InitOptions) error {
	if ctx.IsSet("image") {
		o.Image, o.Port = ctx.String("image"), 8080
	}
	for flag, field := range map[string]*string{"name": &o.Name, "repo": &o.URL, "branch": &o.Branch, "app": &o.Application} {
		if ctx.IsSet(flag) {
			*field = ctx.String(flag)
		}
	}
	if ctx.IsSet("port") {
		o.Port = ctx.Int("port")
	}
	if ctx.IsSet("environments") {
		o.Environments = splitNames(ctx.String("environments"))
	}
	if len(o.Environments) == 0 {
		return usage(name(ctx), "--environments needs at least one name")
	}
	return nil
}

func splitNames(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// ask is the wizard: one line a question, an empty answer takes the default. What a
// flag has said is not asked.
func (c *console) ask(ctx *cli.Context, o *generator.InitOptions) error {
	lines := bufio.NewScanner(c.in)
	question := func(flag, text, def string) string {
		if ctx.IsSet(flag) {
			return def
		}
		c.printQuestion(text, def)
		if lines.Scan() {
			if answer := strings.TrimSpace(lines.Text()); answer != "" {
				return answer
			}
		}
		return def
	}
	o.Name = question("name", "Name of the platform", o.Name)
	o.URL = question("repo", "Git repository that Argo CD will read", o.URL)
	o.Branch = question("branch", "Branch that the first environment follows", o.Branch)
	o.Environments = splitNames(question("environments", "Environments in promotion order", strings.Join(o.Environments, ",")))
	o.Application = question("app", "First application", o.Application)
	if image := question("image", "Its image", o.Image); image != o.Image {
		o.Image, o.Port = image, 8080
	}
	port, err := strconv.Atoi(question("port", "Port of the application (0: none)", strconv.Itoa(o.Port)))
	if err != nil {
		return usage(name(ctx), "--port has to be a number")
	}
	o.Port = port
	return lines.Err()
}

// initialized says what was written and what comes next.
func (c *console) initialized(dir string, o generator.InitOptions, done *generator.Initialized) error {
	c.reportPlan(done.Plan, !done.Written)
	if err := stoppedBy(done.Plan); err != nil {
		f := asFailure(err)
		f.hints = []string{
			"move these files away, or start in a new folder: wavewright init " + filepath.Join(dir, "gitops"),
			"to keep them where they are, take the environments.yaml of such a folder, add files: {omit: [PATH]}, and run wavewright generate",
		}
		return f
	}
	c.doc.Omitted = done.Omitted
	c.doc.Folder, c.doc.NextSteps = dir, stepsAfterInit(dir, done)
	if c.json {
		return nil
	}
	c.printOmitted(done.Omitted)
	if o.URL == generator.ExampleURL {
		c.printHint("%s has an example URL: set repository.url before you apply anything", filepath.Join(dir, "environments.yaml"))
	}
	c.printSteps("Next:", c.doc.NextSteps)
	return nil
}
