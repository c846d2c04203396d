package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// Runs says that the server can be run on this system.
const Runs = true

// process is a program that does not outlive this one.
type process struct {
	name string
	log  string
	kill func()
	done chan struct{}
}

// start runs a program with its output in a log. The kernel kills it when this process ends
// in any way, and a group of its own keeps a terminal's signals from it until then.
func start(log, program string, args ...string) (*process, error) {
	output, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p := &process{name: program, log: log, done: make(chan struct{})}
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
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	p.kill = func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return p, nil
}

// stop ends the program and waits until it has. Nothing it holds is worth a farewell.
func (p *process) stop() {
	p.kill()
	<-p.done
}

// ended reports whether the program has ended by itself, with its last words.
func (p *process) ended() error {
	select {
	case <-p.done:
	default:
		return nil
	}
	content, err := os.ReadFile(p.log)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	const last = 30
	return fmt.Errorf("%s has ended:\n%s", p.name, strings.Join(lines[max(0, len(lines)-last):], "\n"))
}
