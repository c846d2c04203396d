package main

import (
	"runtime"

	"github.com/urfave/cli/v2"
	"github.com/wavewright/wavewright/internal/build"
)

// versionReport says what program this is.
type versionReport struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionCommand(c *console) *cli.Command {
	return &cli.Command{
		Name:      "version",
		Usage:     "print the version",
		UsageText: "wavewright version [--output json]",
		Description: "Prints the version, the commit that it was built from if the build recorded one, the\n" +
			"version of Go and the platform. A development build has the version of the release\n" +
			"that it becomes, with -devel.",
		Flags: []cli.Flag{outputFlag()},
		Action: func(ctx *cli.Context) error {
			if err := c.begin(ctx, "", 0, 0); err != nil {
				return err
			}
			info := build.Read()
			c.doc.Version = &versionReport{
				Version: info.Version, Commit: info.Commit, Modified: info.Modified,
				Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
			}
			if !c.json {
				c.printVersion(c.doc.Version)
			}
			return nil
		},
	}
}
