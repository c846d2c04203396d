package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema/diag"
)

// begin is the first step of a command: it names the command in the document and
// checks the number of arguments.
func (c *console) begin(ctx *cli.Context, what string, least, most int) error {
	c.doc.Command = strings.TrimPrefix(name(ctx), program+" ")
	return arguments(ctx, what, least, most)
}

// folder finds the folder of the spec.
func (c *console) folder() (string, error) {
	dir, err := generator.Find(".")
	c.doc.Folder = dir
	return dir, err
}

// load reads the spec and reports what was found in it. With errors there is nothing
// to go on with.
func (c *console) load() (*generator.Platform, error) {
	dir, err := c.folder()
	if err != nil {
		return nil, err
	}
	platform, err := generator.Load(dir)
	if err != nil {
		return nil, err
	}
	return platform, inOldFormat(c.findings(dir, platform.Findings), platform.Migrations)
}

// planned makes a plan, or carries it out, and reports what was found in the spec and in the
// templates.
func (c *console) planned(step func(*generator.Platform) (*generator.Plan, error)) (*generator.Plan, error) {
	dir, err := c.folder()
	if err != nil {
		return nil, err
	}
	platform, err := generator.Load(dir)
	if err != nil {
		return nil, err
	}
	plan, err := step(platform)
	if failed := inOldFormat(c.findings(dir, plan.Findings), plan.Migrations); failed != nil {
		return nil, failed
	}
	return plan, err
}

// inOldFormat adds to a failure about a spec that has been migrated, but not on disk: while
// there are errors nothing is written.
func inOldFormat(err error, steps []generator.Migration) error {
	if err == nil || len(steps) == 0 {
		return err
	}
	f := asFailure(err)
	f.hints = append(f.hints, fmt.Sprintf("these errors quote the spec as migrated to %s; the file on disk has %s, and its lines may differ", steps[len(steps)-1].To, steps[0].From))
	return f
}

// findings reports diagnostics, and fails when there are errors among them.
func (c *console) findings(dir string, found generator.Findings) error {
	list, sources := found.Diagnostics, found.Sources
	c.doc.Diagnostics = list
	if !c.json {
		c.printDiagnostics(fromHere(dir, list, sources))
	}
	errors := 0
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error {
			errors++
		}
	}
	if errors > 0 {
		return &failure{code: exitError, err: fmt.Errorf("%s; nothing was written", count(errors, "error"))}
	}
	return nil
}

// fromHere names files as they are reached from the working directory, so that a
// click on file:line:column finds them. What is no file keeps its name.
func fromHere(dir string, list diag.List, sources diag.Sources) (diag.List, diag.Sources) {
	named, texts := make(diag.List, 0, len(list)), diag.Sources{}
	for _, d := range list {
		text, known := sources[d.Subject.File]
		if here, ok := relative(dir, d.Subject.File); ok {
			d.Subject.File = here
		}
		if known {
			texts[d.Subject.File] = text
		}
		named = append(named, d)
	}
	return named, texts
}
