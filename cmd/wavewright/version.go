package main

import (
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"github.com/wavewright/wavewright/generator"
)

// versionReport says what program this is.
type versionReport struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "print the version",
		UsageText:   "wavewright version [--output json]",
		Description: "Prints the version, the Go version it was built with and the platform.",
		Flags:       []cli.Flag{outputFlag()},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, 0); err != nil {
				return err
			}
			c.doc.Version = &versionReport{generator.Version, revision(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			if !c.json {
				c.printVersion(c.doc.Version)
			}
			return nil
		},
	}
}

// revision is the commit that the program was built from, when the build knows it.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return ""
}
