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
	merged, err := generator.Remerge(dir)
	if err != nil {
		return err
	}
	if merged.Operation == "" {
		if !c.json {
			c.printHint("no merge, rebase or cherry-pick is unfinished here; this is a plain generate")
		}
		return c.generate(o, false, false)
	}
	c.doc.Settled, c.doc.Left = merged.Resolved, merged.Left
	if !c.json {
		c.printf("%s in conflict settled\n", count(len(merged.Resolved), "generated file"))
	}
	result, err := generator.Generate(dir)
	if err != nil {
		return err
	}
	if result.Needs(merged.Left) {
		return c.left(dir, merged, false)
	}
	if err := c.resultFindings(dir, result); err != nil {
		return err
	}
	plan, err := result.Write(remergeOptions(o))
	if err != nil {
		return err
	}
	c.reportPlan(plan, false)
	if err := stoppedBy(plan); err != nil {
		return err
	}
	if err := result.Stage(plan); err != nil {
		return fmt.Errorf("generated files are written, but not staged: %w", err)
	}
	return c.left(dir, merged, true)
}

// remergeOptions leave out the guard about edits that git does not have: in an
// unfinished merge all files are like that, and git has both sides.
func remergeOptions(o generator.WriteOptions) generator.WriteOptions {
	o.AllowDirty = true
	return o
}

// left says what remains to be done by a person.
func (c *console) left(dir string, merged *generator.Remerged, generated bool) error {
	c.doc.NextSteps = merged.NextSteps(here(dir), generated)
	title, err := "Everything generated is staged, and the "+merged.Operation+" can be committed:", error(nil)
	if n := len(merged.Left); n > 0 {
		title = "Next:"
		err = &failure{code: exitConflict, err: fmt.Errorf("%s to resolve by hand", count(n, "path"))}
	}
	if !c.json {
		c.printLeft(dir, merged.Left)
		c.printSteps(title, c.doc.NextSteps)
	}
	return err
}
