package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/generator"
)

// Exit codes. 2 is not among them: it is what a crash of a Go program looks like.
const (
	exitOK       = 0
	exitError    = 1
	exitPending  = 3
	exitConflict = 4
	exitRefused  = 5
)

// failure is an error with its exit code and ways out.
type failure struct {
	code  int
	err   error // nil when everything has been said
	hints []string
}

// Error returns what went wrong.
func (f *failure) Error() string {
	if f.err == nil {
		return ""
	}
	return f.err.Error()
}

// Unwrap returns the error that f dresses.
func (f *failure) Unwrap() error { return f.err }

// asFailure gives every error its exit code and its hints.
func asFailure(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	f := &failure{code: exitError, err: err}
	if e, ok := errors.AsType[hinted](err); ok {
		f.hints = []string{e.Hint()}
	}
	stuck, _ := errors.AsType[*generator.StuckError](err)
	switch {
	case stuck != nil:
		f.code, f.hints = exitConflict, stuck.Hints()
	case isSettle(err), isFrozen(err):
		f.code = exitRefused
	case errors.Is(err, generator.ErrNoSpec):
		f.hints = []string{"wavewright init DIR creates an environments.yaml", "--dir DIR works in another folder"}
	case isNeeded(err):
		needed, _ := errors.AsType[*generator.NeededError](err)
		f.code = exitRefused
		f.hints = []string{"to bring the files back: wavewright restore " + strings.Join(needed.Paths, " "), "to change the files, edit them or replace their templates: wavewright templates list"}
	case errors.Is(err, generator.ErrNoKubectl):
		f.hints = []string{"install kubectl: https://kubernetes.io/docs/tasks/tools/"}
	case errors.Is(err, generator.ErrNoContext):
		f.hints = []string{"kubectl config get-contexts lists the contexts"}
	case errors.Is(err, generator.ErrUnauthorized):
		f.hints = []string{"log in to the cluster again"}
	case errors.Is(err, generator.ErrUnreachable):
		f.hints = []string{"check that the cluster runs and that this machine reaches it; --timeout TIME waits longer"}
	case isWhich(err):
		f.hints = []string{"--cluster NAME says which one the context reaches, --argocd NAME which Argo CD runs there"}
	case errors.Is(err, generator.ErrPatch):
		f.code = exitConflict
	case errors.Is(err, generator.ErrLocked), errors.Is(err, generator.ErrNewer):
		f.code = exitRefused
	}
	return f
}

// hinted is an error that says itself what to do about it.
type hinted interface {
	error
	Hint() string
}

func isSettle(err error) bool {
	_, ok := errors.AsType[*generator.SettleError](err)
	return ok
}

func isFrozen(err error) bool {
	_, ok := errors.AsType[*generator.FrozenError](err)
	return ok
}

func isNeeded(err error) bool {
	_, ok := errors.AsType[*generator.NeededError](err)
	return ok
}

func isWhich(err error) bool {
	_, ok := errors.AsType[*generator.WhichError](err)
	return ok
}

// meaning is the exit code in words, for programs.
func meaning(code int) string {
	switch code {
	case exitOK:
		return "ok"
	case exitPending:
		return "changes pending"
	case exitConflict:
		return "conflict"
	case exitRefused:
		return "refused"
	}
	return "error"
}

// finish says how the run ended and returns its exit code.
func (c *console) finish(err error) int {
	f := &failure{}
	if err != nil {
		f = asFailure(err)
		f.hints = append(f.hints, c.waysOut(f.code)...)
	}
	switch {
	case c.json:
		c.doc.end(f)
		c.printJSON()
	case f.err != nil:
		c.printError(f.err, f.hints)
	default:
		c.printHints(f.hints)
	}
	if err := c.out.Flush(); err != nil {
		c.printError(fmt.Errorf("write to standard output: %w", err), nil)
		return max(f.code, exitError)
	}
	return f.code
}

// waysOut names the commands that end what git has begun and not ended, when a run fails in the
// middle of it.
func (c *console) waysOut(code int) []string {
	if code == exitOK || code == exitPending || c.doc.Folder == "" || len(c.doc.NextSteps) > 0 {
		return nil
	}
	switch u := generator.FindUnfinished(c.doc.Folder); {
	case u == nil:
		return nil
	case u.Forth == "":
		return []string{"git " + u.Name + " has checked out another commit for a while: " + u.Back + " ends that"}
	default:
		return []string{"git has not ended a " + u.Name + ": resolve what it has marked and git add it, then wavewright generate --remerge and " + u.Forth + "; or take it back: " + u.Back}
	}
}
