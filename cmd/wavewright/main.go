// Command wavewright turns environments.yaml into a GitOps repository for Argo CD
// and keeps it up to date.
//
// Every command is one thin file here: flags become options of package generator,
// one call is made, and print.go says what came of it. Only main ends the program.
package main

import (
	"bufio"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/term"
)

func main() {
	ballast := tuneMemory()
	colour := term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	asks := term.IsTerminal(int(os.Stdin.Fd()))
	code := run(os.Args[1:], &console{
		in: os.Stdin, out: bufio.NewWriter(os.Stdout), err: os.Stderr, now: time.Now, colour: colour, asks: asks,
	})
	runtime.KeepAlive(ballast)
	os.Exit(code)
}

// tuneMemory makes the collector wait longer than it does by itself while the heap is small.
// The ballast counts as heap, but it is never touched, so that the system gives it no memory.
// docs/performance.md has numbers.
func tuneMemory() (ballast []byte) {
	debug.SetGCPercent(-1) // nothing is worth collecting yet
	ballast = untouched(64 << 20)
	go func() {
		useLargePages()
		paceCollector()
	}()
	return ballast
}

// paceCollector says, after each collection, how far the heap may grow until the next one.
func paceCollector() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(growth(int(live[0].Value.Uint64())))
	// Nothing refers to this memory: the next collection finds out, and calls.
	runtime.AddCleanup(new([16]byte), func(struct{}) { paceCollector() }, struct{}{})
}

// growth is how far a heap of which live bytes are in use may grow, in percent. What a large
// platform is resolved to is in use until it is rendered, and much of it is garbage then: it
// does not pay to look for garbage before.
func growth(live int) int {
	const small, room, usual = 140 << 20, 560 << 20, 50
	if live < small {
		return usual
	}
	return max(usual, (room-live)/(live/100))
}

// untouched takes n bytes of the heap without writing to them. make clears them when
// the first of its pages was used before, which at times fetched a gigabyte of memory.
func untouched(n int) []byte {
	var b strings.Builder
	b.Grow(n)
	b.WriteByte(0) // there is no address of an empty string
	return unsafe.Slice(unsafe.StringData(b.String()), b.Cap())
}
