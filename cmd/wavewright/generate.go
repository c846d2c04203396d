package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

func generateCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "generate",
		Usage:     "write the repository that environments.yaml describes",
		UsageText: "wavewright generate [--check | --dry-run | --remerge] [--verify] [--accept SIDE[=GLOB]] [--conflict markers] [--allow-replace[=GLOB]]",
		Description: "Renders everything in memory, compares it with the folder and writes what differs.\n" +
			"Keeps what you edited by hand, and merges new renderings into it. When you and a new\n" +
			"rendering changed the same lines, or a file is in the way, generate writes nothing.\n" +
			"The rules of wavewright verify that need no build are part of each run: an error of one\n" +
			"keeps generate from writing, too. --verify judges everything.\n\n" +
			"Examples:\n" +
			"  wavewright generate            write\n" +
			"  wavewright generate --dry-run  only say what would be written\n" +
			"  wavewright generate --check    exit 3 when something would be, for pipelines, and\n" +
			"                                 1 when an exception from network policies has expired\n" +
			"  wavewright generate --accept mine               your lines win where both changed them\n" +
			"  wavewright generate --accept 'theirs=docs/**'   the new rendering wins, below docs\n" +
			"  wavewright generate --conflict markers          resolve conflicts in the files\n" +
			"  wavewright generate --remerge  after git merge, rebase or cherry-pick stopped at conflicts",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would be written, and write nothing"},
			&cli.BoolFlag{Name: "check", Usage: "like --dry-run, and exit 3 when generate would change a byte"},
			&cli.StringSliceFlag{Name: "accept", Usage: "resolve conflicts: `SIDE` is mine or theirs, for all paths or SIDE=GLOB; the last that matches a path wins"},
			&cli.StringFlag{Name: "conflict", Value: "stop", Usage: "on conflicts, `HOW`: stop, or markers (write both versions into the file, and exit 4)"},
			&cli.BoolFlag{Name: "allow-delete", Usage: "permit to delete much of the repository, or Applications of protected environments"},
			&cli.BoolFlag{Name: "allow-dirty", Usage: "merge into files with edits that git has neither committed nor staged"},
			allowReplaceFlag(),
			&cli.BoolFlag{Name: "verify", Usage: "first judge what would be written, as wavewright verify does, and write nothing when there is an error"},
			&cli.BoolFlag{Name: "remerge", Usage: "first resolve git's conflicts in generated files, and stage what is written"},
			outputFlag(),
		},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, 0); err != nil {
				return err
			}
			options, err := writeOptions(ctx)
			if err != nil {
				return err
			}
			if ctx.Bool("remerge") {
				if ctx.Bool("check") || ctx.Bool("dry-run") || ctx.Bool("verify") {
					return usage(name(ctx), "--remerge writes: it cannot be combined with --check, --dry-run or --verify")
				}
				return c.remerge(options)
			}
			options.Judge = generator.Judging{Day: c.now(), All: ctx.Bool("verify")}
			return c.generate(options, ctx.Bool("check"), ctx.Bool("dry-run"))
		},
	}
}

// allowReplace is the flag of decisions about objects. It may stand without a value.
const allowReplace = "allow-replace"

func allowReplaceFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: allowReplace, Usage: "permit changes that Kubernetes refuses, or that leave data behind: of all objects, or of those that =`GLOB` matches, as in =StatefulSet/db"}
}

// replaced reads the patterns of that flag.
func replaced(ctx *cli.Context) ([]string, error) {
	patterns := ctx.StringSlice(allowReplace)
	for _, pattern := range patterns {
		if !generator.IsPattern(pattern) {
			return nil, usage(name(ctx), "--allow-replace=%s: this is not a pattern of objects, as in StatefulSet/db", pattern)
		}
	}
	return patterns, nil
}

// writeOptions reads the flags about conflicts and guards.
func writeOptions(ctx *cli.Context) (generator.WriteOptions, error) {
	o := generator.WriteOptions{AllowDelete: ctx.Bool("allow-delete"), AllowDirty: ctx.Bool("allow-dirty")}
	switch how := ctx.String("conflict"); how {
	case "stop":
	case "markers":
		o.Markers = true
	default:
		return o, usage(name(ctx), "--conflict %s: it is stop or markers", how)
	}
	for _, text := range ctx.StringSlice("accept") {
		accepted, err := generator.ParseAccepted(text)
		if err != nil {
			return o, usage(name(ctx), "--accept %w", err)
		}
		o.Accept = append(o.Accept, accepted)
	}
	var err error
	o.AllowReplace, err = replaced(ctx)
	return o, err
}

func (c *console) generate(o generator.WriteOptions, check, dry bool) error {
	dry = dry || check
	shown := c.progress(map[bool]string{false: "text", true: "json"}[c.json])
	o.Judge.Progress = shown.step
	plan, err := c.planned(func(p *generator.Platform) (*generator.Plan, error) {
		p.Expire(time.Now(), check)
		if dry {
			return p.Plan(o)
		}
		return p.Write(o)
	})
	shown.end()
	if err != nil {
		return err
	}
	if err := c.proved(plan); err != nil {
		return err
	}
	c.reportPlan(plan, dry)
	if err := stoppedBy(plan); err != nil {
		return err
	}
	if plan.Marked() {
		return marked(plan)
	}
	if check && plan.Pending() {
		return &failure{code: exitPending, err: fmt.Errorf("generated files are not up to date"), hints: []string{"run wavewright generate and commit the result"}}
	}
	return nil
}

// reportPlan says what a plan does, or did.
func (c *console) reportPlan(plan *generator.Plan, dry bool) {
	written := !dry && !plan.Stopped() && plan.Pending()
	c.doc.Written = &written
	c.doc.plan(plan)
	if c.json {
		return
	}
	conflicts, refusals := plan.Blocked()
	if len(conflicts)+len(refusals) == 0 {
		c.printPlan(plan, dry || plan.Stopped())
	}
	c.printStopped(plan)
}

// stoppedBy returns the failure of a plan that is not carried out.
func stoppedBy(plan *generator.Plan) error {
	conflicts, refusals := plan.Blocked()
	switch {
	case len(conflicts) > 0:
		return &failure{code: exitConflict, err: fmt.Errorf("%s; nothing was written", count(len(conflicts), "conflict")), hints: waysOut(conflicts)}
	case len(refusals) > 0:
		return &failure{code: exitRefused, err: fmt.Errorf("%s in the way; nothing was written", count(len(refusals), "path")), hints: makeWay(refusals)}
	case len(plan.Guards) > 0:
		f := &failure{code: exitRefused, err: fmt.Errorf("wavewright refuses what is probably a mistake; nothing was written")}
		for _, guard := range plan.Guards {
			if guard.Hint != "" {
				f.hints = append(f.hints, guard.Hint)
			}
			f.hints = append(f.hints, "to write it all the same: "+guard.Flag)
		}
		return f
	}
	return nil
}

// makeWay are the commands that get paths out of the way.
func makeWay(refusals []generator.Change) []string {
	var foreign, unresolved, hints []string
	for _, change := range refusals {
		switch {
		case change.State == generator.StateForeign && change.New != nil: // not one whose name differs in case
			foreign = append(foreign, change.Path)
		case change.State == generator.StateUnresolved:
			unresolved = append(unresolved, change.Path)
		}
	}
	if len(foreign) > 0 {
		hints = append(hints,
			"to treat your file as the generated one, with edits: wavewright adopt "+strings.Join(foreign, " "),
			"to keep your file and leave the generated one out: files: {omit: ["+strings.Join(foreign, ", ")+"]} in environments.yaml")
	}
	if len(unresolved) > 0 {
		hints = append(hints,
			"keep the right lines, delete the others and the conflict markers, and run wavewright again",
			"or take the new rendering: wavewright restore "+strings.Join(unresolved, " "))
	}
	return hints
}

// waysOut are the commands that resolve conflicts, with the first one's path.
func waysOut(conflicts []generator.Change) []string {
	path := conflicts[0].Path
	if !slices.ContainsFunc(conflicts[0].Conflicts, placed) {
		return []string{
			"the new rendering wins, and replaces your edits of the file: wavewright restore " + path,
			"your file stays as it is: files: {keep: [" + path + "]} in environments.yaml",
			"or edit it until both changes are in it: wavewright diff " + path + " shows the new rendering",
		}
	}
	return []string{
		"your lines win where both changed them: wavewright generate --accept mine=" + path,
		"the new rendering wins there, all your other edits stay: wavewright generate --accept theirs=" + path,
		"decide in the file: wavewright generate --conflict markers",
		"or change environments.yaml or a template until generate would write what you have",
	}
}

// placed reports whether a conflict is about some lines, not about the whole file.
func placed(c generator.Conflict) bool { return c.Mine.Line > 0 }

// marked is how a run ends that wrote conflict markers.
func marked(plan *generator.Plan) error {
	var paths []string
	for _, change := range plan.Changes() {
		if change.State == generator.StateMarked {
			paths = append(paths, change.Path)
		}
	}
	return &failure{code: exitConflict, err: fmt.Errorf("%s to resolve by hand: %s", count(len(paths), "file"), strings.Join(paths, ", ")), hints: []string{
		"edit the lines between <<<<<<< and >>>>>>>, delete the markers, then run wavewright generate again",
	}}
}
