package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

// arrange orders a command line so that the library understands all of it: global
// flags, the command, its flags, "--", arguments. By itself the library stops at
// the first argument and silently takes the flags behind it for arguments. Unknown
// commands and flags are found here, where it is known what was meant.
func arrange(app *cli.App, args []string) ([]string, error) {
	if len(args) > 0 && args[len(args)-1] == "--"+cli.BashCompletionFlag.Names()[0] {
		return args, nil // an unfinished command line: the library completes it
	}
	if len(args) > 0 && (args[0] == "help" || args[0] == "h") {
		args = append(args[1:len(args):len(args)], "--help")
	}
	a := arranger{app: app}
	for len(args) > 0 {
		var err error
		if args, err = a.next(args); err != nil {
			return nil, err
		}
	}
	return a.all(), nil
}

// arranger sorts words into their places.
type arranger struct {
	app      *cli.App
	path     []*cli.Command // the command, from the outermost
	global   []string
	flags    []string
	operands []string
	ended    bool // by --
}

// all is the arranged command line. The "--" is left out where nothing follows, so
// that a group of commands shows its help.
func (a *arranger) all() []string {
	out := slices.Clone(a.global)
	for _, command := range a.path {
		out = append(out, command.Name)
	}
	out = append(out, a.flags...)
	if len(a.operands) > 0 {
		out = append(append(out, "--"), a.operands...)
	}
	return out
}

// next takes one word, or a flag with its value, and returns the rest.
func (a *arranger) next(args []string) ([]string, error) {
	word, rest := args[0], args[1:]
	switch {
	case a.ended:
		a.operands = append(a.operands, word)
	case word == "--":
		a.ended = true
	case len(word) > 1 && word[0] == '-':
		return a.flag(word, rest)
	case len(a.path) == 0 || len(a.command().Subcommands) > 0:
		return rest, a.descend(word)
	default:
		a.operands = append(a.operands, word)
	}
	return rest, nil
}

// command is the innermost command so far, nil before the first.
func (a *arranger) command() *cli.Command {
	if len(a.path) == 0 {
		return nil
	}
	return a.path[len(a.path)-1]
}

// name is the command so far, as a person types it.
func (a *arranger) name() string {
	name := program
	for _, command := range a.path {
		name += " " + command.Name
	}
	return name
}

func (a *arranger) commands() []*cli.Command {
	if len(a.path) == 0 {
		return a.app.Commands
	}
	return a.command().Subcommands
}

// descend enters a command.
func (a *arranger) descend(word string) error {
	var known []string
	for _, command := range a.commands() {
		if command.HasName(word) {
			a.path = append(a.path, command)
			return nil
		}
		known = append(known, command.Names()...)
	}
	return suggest(usage(a.name(), "unknown command %q", word), generator.Suggest(word, known))
}

// flag takes a flag and, when it has one, its value.
func (a *arranger) flag(word string, rest []string) ([]string, error) {
	name, value, joined := strings.Cut(strings.TrimLeft(word, "-"), "=")
	to := &a.flags
	found := find(a.flagsHere(), name)
	if found == nil || a.command() == nil {
		to, found = &a.global, find(a.globalFlags(), name)
	}
	if found == nil {
		return nil, a.unknownFlag(word, name)
	}
	valued, ok := found.(cli.DocGenerationFlag)
	switch {
	case joined:
	case implied(name) != "":
		value = implied(name)
	case !ok || !valued.TakesValue():
		*to = append(*to, "--"+name)
		return rest, nil
	case len(rest) == 0:
		return nil, usage(a.name(), "flag %s needs a value", word)
	default:
		value, rest = rest[0], rest[1:]
	}
	if strings.TrimSpace(value) == "" {
		return nil, usage(a.name(), "flag --%s is empty: give it a value, or leave it out", name)
	}
	*to = append(*to, "--"+name+"="+value)
	return rest, nil
}

// implied is the value of a flag that may stand without one, empty for other flags.
func implied(name string) string {
	if name == allowReplace {
		return "**" // all objects
	}
	return ""
}

func (a *arranger) flagsHere() []cli.Flag {
	if a.command() == nil {
		return a.globalFlags()
	}
	return append(slices.Clone(a.command().Flags), cli.HelpFlag)
}

func (a *arranger) globalFlags() []cli.Flag {
	return append(slices.Clone(a.app.Flags), cli.HelpFlag, cli.VersionFlag)
}

func find(flags []cli.Flag, name string) cli.Flag {
	for _, flag := range flags {
		if slices.Contains(flag.Names(), name) {
			return flag
		}
	}
	return nil
}

func (a *arranger) unknownFlag(word, name string) error {
	var known []string
	for _, flag := range append(a.flagsHere(), a.app.Flags...) {
		known = append(known, flag.Names()...)
	}
	known = slices.DeleteFunc(known, func(s string) bool { return len(s) < 2 })
	word, _, _ = strings.Cut(word, "=")
	near := generator.Suggest(name, known)
	if near != "" {
		near = "--" + near
	}
	if near == "" && a.command() == nil {
		return usage(a.name(), "unknown flag %s before the command; a command's own flags stand behind its name", word)
	}
	return suggest(usage(a.name(), "unknown flag %s", word), near)
}

// suggest adds what was probably meant to a usage error.
func suggest(err error, near string) error {
	if f, ok := errors.AsType[*failure](err); ok && near != "" {
		f.hints = append([]string{"did you mean " + near + "?"}, f.hints...)
	}
	return err
}
