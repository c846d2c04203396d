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

// tuneMemory makes the collector wait longer while the heap is small than it does by
// itself, less when it is larger, and again longer when it is so large that most of it is
// in use to the end. The ballast counts as heap, but it is never touched, so that the
// system gives it no memory. docs/performance.md has numbers.
func tuneMemory() (ballast []byte) {
	debug.SetGCPercent(-1) // nothing is worth collecting yet
	ballast = untouched(64 << 20)
	go func() {
		useLargePages()
		debug.SetGCPercent(50)
		whenLarge(140<<20, func() { debug.SetGCPercent(200) })
	}()
	return ballast
}

// whenLarge calls do once, after the first collection that leaves more than n bytes.
func whenLarge(n uint64, do func()) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Uint64() > n {
		do()
		return
	}
	// Nothing refers to this memory: the next collection finds out, and calls.
	runtime.AddCleanup(new([16]byte), func(n uint64) { whenLarge(n, do) }, n)
}

// untouched takes n bytes of the heap without writing to them. make clears them when
// the first of its pages was used before, which at times fetched a gigabyte of memory.
func untouched(n int) []byte {
	var b strings.Builder
	b.Grow(n)
	b.WriteByte(0) // there is no address of an empty string
	return unsafe.Slice(unsafe.StringData(b.String()), b.Cap())
}
