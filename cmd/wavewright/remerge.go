package main

import (
	"fmt"

	"github.com/wavewright/wavewright/generator"
)

// remerge settles what an unfinished merge left of generated files, generates, and
// tells git, as far as people have resolved what they have written.
func (c *console) remerge(o generator.WriteOptions) error {
	dir, err := c.folder()
	if err != nil {
		return err
	}
	merged, err := generator.Remerge(dir, o)
	if merged == nil {
		return err
	}
	if err == nil && merged.Operation == "" {
		if !c.json {
			c.printHint("git has nothing unfinished here, such as a merge or a rebase: this is a plain generate")
		}
		return c.generate(o, false, false)
	}
	c.doc.Settled, c.doc.Left = merged.Resolved, merged.Left
	if !c.json {
		if n := len(merged.Resolved); n > 0 {
			c.printf("%s in conflict resolved\n", count(n, "generated file"))
		}
		c.printByHand(dir, merged.ByHand)
	}
	if merged.Plan == nil {
		if err != nil {
			return err
		}
		return c.left(dir, merged)
	}
	if failed := inOldFormat(c.findings(dir, merged.Plan.Findings), merged.Plan.Migrations); failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	c.reportPlan(merged.Plan, false)
	if err := stoppedBy(merged.Plan); err != nil {
		return err
	}
	return c.left(dir, merged)
}

// left says what remains to be done by a person.
func (c *console) left(dir string, merged *generator.Remerged) error {
	c.doc.NextSteps = stepsAfterRemerge(here(dir), merged)
	title, err := "Everything generated is staged, and the "+merged.Operation+" can be committed:", error(nil)
	switch {
	case merged.Operation == "am":
		title = "Everything generated is staged, and the patch can be committed:"
	case merged.Stash != "":
		title = "Everything generated is staged. When it is as you want it:"
	}
	if n := len(merged.Left); n > 0 {
		title = "Next:"
		err = &failure{code: exitConflict, err: fmt.Errorf("%s to resolve by hand", count(n, "path"))}
	}
	if !c.json {
		c.printLeft(dir, merged)
		c.printSteps(title, c.doc.NextSteps)
	}
	return err
}
