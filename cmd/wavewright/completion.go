package main

import (
	_ "embed"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

//go:embed completion/bash.sh
var bashCompletion string

//go:embed completion/zsh.sh
var zshCompletion string

func completionCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a script that completes commands and flags in your shell",
		ArgsUsage: "bash|zsh|fish",
		UsageText: "wavewright completion (bash | zsh | fish)",
		Description: "Examples:\n" +
			"  bash:  source <(wavewright completion bash)\n" +
			"  zsh:   source <(wavewright completion zsh)\n" +
			"  fish:  wavewright completion fish | source",
		Action: func(ctx *cli.Context) error {
			if err := arguments(ctx, "a shell: bash, zsh or fish", 1, 1); err != nil {
				return err
			}
			script, err := completionScript(ctx)
			if err != nil {
				return err
			}
			c.printRaw(script)
			return nil
		},
	}
}

func completionScript(ctx *cli.Context) (string, error) {
	shells := []string{"bash", "fish", "zsh"}
	switch shell := strings.ToLower(ctx.Args().First()); shell {
	case "bash":
		return bashCompletion, nil
	case "zsh":
		return zshCompletion, nil
	case "fish":
		return ctx.App.ToFishCompletion()
	default:
		return "", suggest(usage(name(ctx), "unknown shell %q: it is bash, zsh or fish", shell), generator.Suggest(shell, shells))
	}
}
