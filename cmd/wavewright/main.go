// Command wavewright turns environments.yaml into a GitOps repository for Argo CD
// and keeps it up to date.
//
// Every command is one thin file here: flags become options of package generator,
// one call is made, and print.go prints its result. Only main ends the program.
package main

import (
	"bufio"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/term"
)

// gcPercent keeps a run over 1,000 applications below 150 MB. It costs 2 percent of the time against Go's default
// of 100: docs/performance.md has the figures.
const gcPercent = 80

// gcPercentVerify is that of verify, whose bar is 1 GB: with 80, a third of its time over 1,000 applications goes
// to the collector.
const gcPercentVerify = 200

// memoryVerify is how much memory verify takes before the collector runs more often than gcPercentVerify says.
const memoryVerify = 900 << 20

// confine sets the memory from which on the collector works harder, unless the user does.
func confine(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
}

// collect sets when the collector runs, unless the user does.
func collect(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

func main() {
	collect(gcPercent)
	colour := term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	asks := term.IsTerminal(int(os.Stdin.Fd()))
	stderr := os.Stderr
	watched := term.IsTerminal(int(stderr.Fd())) && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb"
	if none, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = none // on which Kustomize prints warnings about files of others
	}
	code := run(os.Args[1:], &console{
		in: os.Stdin, out: bufio.NewWriter(os.Stdout), err: stderr, now: time.Now, colour: colour, asks: asks, watched: watched,
	})
	os.Exit(code)
}
