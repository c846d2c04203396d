package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"github.com/wavewright/wavewright/internal/build"
)

const program = "wavewright"

// console is the outside world of one run.
type console struct {
	in  io.Reader
	out *bufio.Writer // keeps its first error, so that a full disk is noticed at the end
	err io.Writer
	now func() time.Time

	colour bool // out understands escape sequences
	asks   bool // a person is there to answer
	// watched says that a person sees err and waits for the answer.
	watched bool

	json bool     // the answer is one document instead of text
	doc  document // filled as the command goes on
}

// run carries out one command line and returns the exit code. A panic would end the
// program with code 2, which means nothing: it is reported like any other error.
func run(args []string, c *console) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			code = c.finish(fmt.Errorf("this is a bug in wavewright, please report it: %v\n%s", fault, debug.Stack()))
		}
	}()
	c.json = wantsJSON(args)
	app := newApp(c)
	arranged, err := arrange(app, args)
	if err == nil {
		err = app.Run(append([]string{program}, arranged...))
	}
	return c.finish(err)
}

func newApp(c *console) *cli.App {
	app := &cli.App{
		Name:  program,
		Usage: "a GitOps repository for Argo CD from one environments.yaml",
		Description: "Start with:  wavewright init my-platform\n" +
			"Then change environments.yaml and run wavewright generate.\n\n" +
			"Commands find environments.yaml in the working directory or a folder above it.\n" +
			"Flags stand before or after arguments; -- ends them.\n\n" +
			"Exit codes: 0 fine, 1 error, 3 changes pending, 4 conflict, 5 refused.",
		Version:   build.Read().Version,
		Writer:    c.out,
		ErrWriter: c.err,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "dir", Aliases: []string{"C"}, Usage: "work in `DIR` instead of the working directory; every command takes it"},
		},
		Commands: []*cli.Command{
			initCommand(c), generateCommand(c), diffCommand(c), impactCommand(c), explainCommand(c),
			adoptCommand(c), restoreCommand(c), dropCommand(c),
			promoteCommand(c), rollbackCommand(c), releasesCommand(c), verifyCommand(c), doctorCommand(c),
			templatesCommand(c), schemaCommand(c), completionCommand(c), manCommand(c), versionCommand(c),
		},
		Before:                    enter,
		EnableBashCompletion:      true,
		HideHelpCommand:           true, // arrange understands "help COMMAND"
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {}, // main ends the program, nobody else
		OnUsageError:              usageError,
	}
	prepare(app.Commands)
	return app
}

// prepare sets what all commands have in common. Without HideHelpCommand an argument
// "help" or "h" would be taken for a command.
func prepare(commands []*cli.Command) {
	for _, command := range commands {
		command.HideHelpCommand = true
		command.OnUsageError = usageError
		for _, flag := range command.Flags {
			if boolean, ok := flag.(*cli.BoolFlag); ok {
				boolean.DisableDefaultText = true
			}
		}
		prepare(command.Subcommands)
	}
}

// enter carries out --dir.
func enter(ctx *cli.Context) error {
	dir := ctx.String("dir")
	if dir == "" {
		return nil
	}
	return os.Chdir(dir)
}

// usageError replaces what the library would print.
func usageError(ctx *cli.Context, err error, _ bool) error { return usage(name(ctx), "%w", err) }

// name is the command as a person types it.
func name(ctx *cli.Context) string {
	if ctx.Command == nil || ctx.Command.HelpName == "" {
		return program
	}
	return ctx.Command.HelpName
}

// usage is a mistake in the command line of a command.
func usage(command, format string, args ...any) error {
	return &failure{code: exitError, err: fmt.Errorf(format, args...), hints: []string{"see " + command + " --help"}}
}

// arguments checks how many arguments a command has got; most < 0 is no limit.
func arguments(ctx *cli.Context, what string, least, most int) error {
	switch n := ctx.NArg(); {
	case n < least:
		return usage(name(ctx), "%s needs %s", name(ctx), what)
	case most == 0 && n > 0:
		return usage(name(ctx), "%s takes no arguments: %q", name(ctx), ctx.Args().First())
	case most > 0 && n > most:
		return usage(name(ctx), "too many arguments: %q", ctx.Args().Get(most))
	}
	return nil
}

// outputFlag chooses between text for people and JSON for programs.
func outputFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "output", Aliases: []string{"o"}, Value: "text", Usage: "print `FORMAT`: text, or json (one document, also when the command fails)",
		Action: func(ctx *cli.Context, format string) error {
			if format != "text" && format != "json" {
				return usage(name(ctx), "unknown output format %q: it is text or json", format)
			}
			return nil
		},
	}
}

// wantsJSON looks for --output json before anything is parsed, so that mistakes in
// the command line are reported as JSON too.
func wantsJSON(args []string) bool {
	json := false
	for i, arg := range args {
		name, value, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case arg == "--":
			return json
		case slices.Contains([]string{"help", "h", "version", "v"}, name) && strings.HasPrefix(arg, "-"):
			return false // what these print is text
		case !strings.HasPrefix(arg, "-") || name != "output" && name != "o":
			continue
		case !joined && i+1 < len(args):
			value = args[i+1]
		}
		json = value == "json"
	}
	return json
}
