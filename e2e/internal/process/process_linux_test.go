package process

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// parent is set in a run of this test that starts a program and waits to be killed.
const parent = "WAVEWRIGHT_PROCESS_PARENT"

// TestNothingOutlivesItsParent kills a process that has started a program in the way that leaves
// it no time to do anything about it.
func TestNothingOutlivesItsParent(t *testing.T) {
	if os.Getenv(parent) != "" {
		waitToBeKilled(t)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestNothingOutlivesItsParent$", "-test.v")
	cmd.Env = append(os.Environ(), parent+"=yes")
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Start()
	if err != nil {
		t.Fatal(err)
	}
	child := childOf(t, bufio.NewScanner(output))
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); runs(child); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(child, syscall.SIGKILL)
			t.Fatal("the program still runs")
		}
	}
}

// waitToBeKilled starts a program, prints its number and waits.
func waitToBeKilled(t *testing.T) {
	t.Helper()
	p, err := Start(Command{Program: "sleep", Args: []string{"1000"}, Log: filepath.Join(t.TempDir(), "log")})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("child %d\n", p.pid)
	select {}
}

// childOf reads the number that a parent prints.
func childOf(t *testing.T, lines *bufio.Scanner) int {
	t.Helper()
	for lines.Scan() {
		text, found := strings.CutPrefix(lines.Text(), "child ")
		if !found {
			continue
		}
		pid, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
	t.Fatal("the parent started nothing")
	return 0
}

// runs reports whether a process exists that has not ended.
func runs(pid int) bool {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(content), ") Z ")
}

// TestEnded wants the last words of a program that has ended by itself, and a stop that waits.
func TestEnded(t *testing.T) {
	p, err := Start(Command{Program: "sh", Args: []string{"-c", "echo no such port; exit 1"}, Log: filepath.Join(t.TempDir(), "log")})
	if err != nil {
		t.Fatal(err)
	}
	for p.Ended() == nil {
		time.Sleep(time.Millisecond)
	}
	if text := p.Ended().Error(); !strings.Contains(text, "sh has ended:\nno such port") {
		t.Error(text)
	}
	p.Stop()
}
