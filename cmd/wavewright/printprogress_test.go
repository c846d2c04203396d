package main

import (
	"bytes"
	"testing"
	"time"
)

// TestProgress shows what a person sees who waits: nothing for half a second, then one line that changes ten times a
// second and goes away.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	at := time.Unix(0, 0)
	c := &console{err: &out, now: func() time.Time { return at }, watched: true}
	p := c.progress("text")
	for _, moment := range []struct {
		after time.Duration
		done  int
	}{{499 * time.Millisecond, 1}, {500 * time.Millisecond, 2}, {550 * time.Millisecond, 3}, {600 * time.Millisecond, 4}, {601 * time.Millisecond, 9}} {
		at = time.Unix(0, 0).Add(moment.after)
		p.step("build sources", moment.done, 9)
	}
	p.end()
	want := "\r\x1b[Kwavewright: build sources: 2 of 9\r\x1b[Kwavewright: build sources: 4 of 9\r\x1b[Kwavewright: build sources: 9 of 9\r\x1b[K"
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestProgressIsForPeople shows when nothing is printed: for programs, without a terminal, and when it is quick.
func TestProgressIsForPeople(t *testing.T) {
	var out bytes.Buffer
	watched := &console{err: &out, now: time.Now, watched: true}
	for _, p := range []*progress{watched.progress("json"), watched.progress("sarif"), watched.progress("github"), (&console{err: &out, now: time.Now}).progress("text"), watched.progress("text")} {
		p.step("build sources", 9, 9)
		p.end()
	}
	if out.Len() > 0 {
		t.Errorf("%q", out.String())
	}
}
