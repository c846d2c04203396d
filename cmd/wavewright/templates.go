package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func templatesCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "templates",
		Usage:     "list templates, or copy built-in ones to change them",
		UsageText: "wavewright templates (list | export) …",
		Description: "The path of a template says how often it is rendered: base/{app}/service.yaml.tmpl\n" +
			"once for each application. A file of yours with the same path replaces it; a file with\n" +
			"another path adds generated files.",
		Subcommands: []*cli.Command{templatesListCommand(c), templatesExportCommand(c)},
	}
}

func templatesListCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "list all templates and where they come from",
		UsageText: "wavewright templates list [--functions] [--output json]",
		Description: "Lists the templates that generate uses: built-in ones and yours. Outside of a folder\n" +
			"with environments.yaml, lists the built-in ones.\n\n" +
			"Examples:\n" +
			"  wavewright templates list\n" +
			"  wavewright templates list --functions",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "functions", Usage: "list the functions that templates can call instead"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, 0); err != nil {
				return err
			}
			if ctx.Bool("functions") {
				c.listFunctions()
				return nil
			}
			return c.listTemplates()
		},
	}
}

func (c *console) listFunctions() {
	for _, f := range generator.TemplateFunctions() {
		c.doc.Functions = append(c.doc.Functions, function{f.Name, f.Usage, f.Does})
	}
	if !c.json {
		c.printFunctions(c.doc.Functions)
	}
}

func (c *console) listTemplates() error {
	all := generator.BuiltinTemplates()
	result, err := c.load()
	if err == nil {
		all, err = result.Templates()
	}
	if err != nil && !errors.Is(err, generator.ErrNoSpec) {
		return err
	}
	for _, t := range all {
		c.doc.Templates = append(c.doc.Templates, template{t.Path, t.Layer, t.Replaces})
	}
	if !c.json {
		c.printTemplates(c.doc.Templates)
	}
	return nil
}

func templatesExportCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "copy built-in templates to change them",
		ArgsUsage: "PATH…",
		UsageText: "wavewright templates export PATH… [--to DIR]",
		Description: "PATH is a template, or a folder of templates, as templates list shows it. export\n" +
			"overwrites nothing. Quote paths with braces for your shell.\n\n" +
			"Examples:\n" +
			"  wavewright templates export 'base/{app}/service.yaml.tmpl'\n" +
			"  wavewright templates export bootstrap --to my-templates",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "to", Usage: "copy into `DIR` (default: the folder that templates: names in environments.yaml, else templates beside it)"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "a template; wavewright templates list shows all", 1, -1); err != nil {
				return err
			}
			return c.exportTemplates(ctx.Args().Slice(), ctx.String("to"))
		},
	}
}

func (c *console) exportTemplates(names []string, folder string) error {
	named := true
	if folder == "" {
		dir, err := c.folder()
		if err != nil {
			return err
		}
		if folder, named, err = generator.TemplatesFolder(dir); err != nil {
			return err
		}
	}
	files, err := generator.ExportTemplates(names, folder)
	if there, ok := errors.AsType[*generator.ExistsError](err); ok {
		for i, path := range there.Paths {
			there.Paths[i] = here(path)
		}
		return &failure{code: exitRefused, err: fmt.Errorf("%w; nothing was written", there)}
	}
	if err != nil {
		return err
	}
	c.doc.Files, c.doc.Folder = files, folder
	if !c.json {
		c.printExported(files, folder, named)
	}
	return nil
}
