package process

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// Runs says that programs can be run on this system.
const Runs = true

// Process is a running program.
type Process struct {
	Command

	pid  int
	done chan struct{}
}

// Start runs a program with its output in its log. The kernel kills it when this process ends
// in any way, and a group of its own keeps a terminal's signals from it until then.
func Start(c Command) (*Process, error) {
	output, err := os.Create(c.Log)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(c.Program, c.Args...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p := &Process{Command: c, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The signal comes when the thread ends that started the program, so the thread
		// waits for it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer output.Close()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(p.done)
	}()
	err = <-started
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Program, err)
	}
	p.pid = cmd.Process.Pid
	return p, nil
}

// Stop ends the program and waits until it has. Nothing it holds is worth a farewell.
func (p *Process) Stop() {
	_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	<-p.done
}

// Ended reports whether the program has ended by itself, with its last words.
func (p *Process) Ended() error {
	select {
	case <-p.done:
	default:
		return nil
	}
	content, err := os.ReadFile(p.Log)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	const last = 30
	return fmt.Errorf("%s has ended:\n%s", p.Program, strings.Join(lines[max(0, len(lines)-last):], "\n"))
}
