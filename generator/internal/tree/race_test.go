package tree

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestEditorWhileApplying lets an editor save files all the time, in place and by
// renaming, while runs write to them. Its last save is never lost: it is on disk, as it
// is or merged, or the run stops.
func TestEditorWhileApplying(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	stopped, applied := 0, 0
	for round := range rounds {
		s := openSandbox(t, fastDir(t))
		before, after := Tree{}, Tree{}
		for i := range 20 {
			path := fmt.Sprintf("d%d/f", i)
			before[path] = files(path, lines)[path]
			after[path] = files(path, lower)[path]
		}
		s.generate(before)
		e := editor{sandbox: s, last: map[string]string{}}
		var group sync.WaitGroup
		stop := make(chan struct{})
		e.on.Store(true)
		group.Go(func() { e.work(round, stop) })
		time.Sleep(time.Duration(round%7) * time.Millisecond / 2)
		s.step = func(op, path string) error {
			if op == "rename" && round%2 == 0 {
				e.on.Store(true)
				time.Sleep(300 * time.Microsecond) // after the last look at the file
			}
			return nil
		}
		plan := s.compare(after)
		e.on.Store(round%2 != 0)
		err := s.Apply(plan)
		close(stop)
		group.Wait()
		switch {
		case err == nil, errors.Is(err, ErrBlocked):
			applied++
		case errors.Is(err, errChanged):
			stopped++
		default:
			t.Fatal(err)
		}
		for path, word := range e.last {
			if text := s.read(path); !strings.Contains(text, word) {
				t.Fatalf("round %d: %s was saved with %q and holds %q; apply: %v", round, path, word, text, err)
			}
		}
		s.Close()
	}
	t.Logf("%d runs stopped, %d were applied", stopped, applied)
}

// editor saves files one after another.
type editor struct {
	*sandbox
	last map[string]string // the word of its last save, by path
	n    int
	on   atomic.Bool
}

// work saves until it is stopped: it reads a file, changes its first line and saves it,
// every other time by renaming.
func (e *editor) work(round int, stop chan struct{}) {
	for e.n = round; ; e.n++ {
		select {
		case <-stop:
			return
		default:
		}
		if !e.on.Load() {
			continue
		}
		path := fmt.Sprintf("d%d/f", e.n*7%20)
		content, err := os.ReadFile(e.path(path))
		if err != nil {
			continue
		}
		word := fmt.Sprintf("save %d by the editor", e.n)
		_, rest, _ := strings.Cut(string(content), "\n")
		text := []byte(word + "\n" + rest)
		if e.n%2 == 0 {
			err = os.WriteFile(e.path(path), text, 0o644)
		} else if err = os.WriteFile(e.path(path+"~"), text, 0o644); err == nil {
			err = os.Rename(e.path(path+"~"), e.path(path))
		}
		if err == nil {
			e.last[path] = word
		}
		time.Sleep(time.Duration(100+e.n*37%400) * time.Microsecond)
	}
}
