//go:build amd64 || arm64

package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// TestUntouchedMemoryIsNotFetched takes a large piece of a heap whose first pages were
// used before: made with make, it would be cleared, and all of it be fetched for that.
func TestUntouchedMemoryIsNotFetched(t *testing.T) {
	used := make([][]byte, 64)
	for i := range used {
		used[i] = make([]byte, 1<<20)
		for at := 0; at < len(used[i]); at += 4096 {
			used[i][at] = 1
		}
	}
	runtime.KeepAlive(used)
	used = nil
	runtime.GC()
	runtime.GC() // what was used is free now
	before := resident(t)
	room := untouched(512 << 20)
	grown := resident(t) - before
	if runtime.KeepAlive(room); grown > 64<<20 {
		t.Errorf("%d MB of 512 were fetched", grown>>20)
	}
}

// resident returns the bytes of memory that this process has.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
