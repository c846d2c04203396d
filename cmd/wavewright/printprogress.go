package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// patience is how long a command may be silent.
	patience = 500 * time.Millisecond
	// pause is how long a line of progress stays.
	pause = 100 * time.Millisecond
	// erase goes back to the begin of the line and empties it.
	erase = "\r\x1b[K"
)

// progress is one line on a terminal that says what a command is doing, for as long as it does it.
type progress struct {
	out          io.Writer
	now          func() time.Time
	mutex        sync.Mutex
	begun, shown time.Time
}

// progress is nil when nobody watches: where standard error is no terminal, in a pipeline, and for programs.
func (c *console) progress(format string) *progress {
	if !c.watched || format != "text" {
		return nil
	}
	return &progress{out: c.err, now: c.now, begun: c.now()}
}

// step shows how many parts of a step are done.
func (p *progress) step(step string, done, total int) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	at := p.now()
	if at.Sub(p.begun) < patience || at.Sub(p.shown) < pause && done < total {
		return
	}
	p.shown = at
	fmt.Fprintf(p.out, "%s%s: %s: %d of %d", erase, program, step, done, total)
}

// end takes the line away.
func (p *progress) end() {
	if p != nil && !p.shown.IsZero() {
		fmt.Fprint(p.out, erase)
	}
}
