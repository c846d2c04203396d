package crash

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// fault is what happens to one system call: the process is killed just before it, or it
// fails with an error.
type fault struct {
	at    int // the number of the call, from 1; 0 for none, to count them
	errno unix.Errno
	reads bool // count the calls that only read instead of those that change something
}

// disturbed is a run and what was done to it.
type disturbed struct {
	out   string
	code  int // -1 when it was killed
	calls int // how many there were
	hit   string
}

// traced runs generate below a tracer of its own. strace counts calls by thread, and
// which thread of a Go program makes a call is chance; here they are counted together, so
// that every one can be reached. Only calls about files below dir count.
func (s *scene) traced(t *testing.T, dir string, f fault) disturbed {
	t.Helper()
	runtime.LockOSThread() // a tracer is a thread
	defer runtime.UnlockOSThread()
	out, err := os.CreateTemp("", "wavewright-out-")
	must(t, err)
	defer os.Remove(out.Name())
	defer out.Close()
	cmd := exec.Command(s.binary, "generate", "--dir", dir)
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, dir
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.SysProcAttr = &unix.SysProcAttr{Ptrace: true, Setpgid: true}
	must(t, cmd.Start())
	tr := tracer{pid: cmd.Process.Pid, dir: dir, fault: f, threads: map[int]*thread{}}
	must(t, tr.run())
	text, err := os.ReadFile(out.Name())
	must(t, err)
	return disturbed{out: string(text), code: tr.code, calls: tr.calls, hit: tr.hit}
}

// thread is a thread of the process that is traced.
type thread struct {
	inside bool // a system call
	fails  bool // the call is to fail when it ends
}

type tracer struct {
	pid     int
	dir     string
	fault   fault
	threads map[int]*thread
	calls   int
	hit     string
	code    int
}

// run traces until the process has ended.
func (tr *tracer) run() error {
	var status unix.WaitStatus
	if _, err := unix.Wait4(tr.pid, &status, unix.WALL, nil); err != nil {
		return fmt.Errorf("wait for the start: %w", err)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(tr.pid, options); err != nil {
		return fmt.Errorf("set options: %w", err)
	}
	tr.threads[tr.pid] = &thread{}
	err := unix.PtraceSyscall(tr.pid, 0)
	for err == nil {
		var tid int
		if tid, err = unix.Wait4(-tr.pid, &status, unix.WALL, nil); err == unix.EINTR {
			err = nil
			continue
		}
		if err == nil {
			err = tr.event(tid, status)
		}
	}
	if errors.Is(err, unix.ECHILD) {
		return nil // all have ended
	}
	return err
}

// event goes on after a thread has stopped or ended.
func (tr *tracer) event(tid int, status unix.WaitStatus) error {
	if status.Exited() || status.Signaled() {
		if tid == tr.pid {
			tr.code = status.ExitStatus()
		}
		delete(tr.threads, tid)
		return nil
	}
	th, known := tr.threads[tid]
	if !known {
		th = &thread{}
		tr.threads[tid] = th
	}
	signal := 0
	switch stop := status.StopSignal(); {
	case stop == unix.SIGTRAP|0x80:
		if err := tr.syscall(tid, th); err != nil {
			return err
		}
	case stop == unix.SIGTRAP, !known && stop == unix.SIGSTOP: // a new thread
	default:
		signal = int(stop)
	}
	if err := unix.PtraceSyscall(tid, signal); err != unix.ESRCH { // it may have been killed
		return err
	}
	return nil
}

// syscall is called when a call begins and when it ends.
func (tr *tracer) syscall(tid int, th *thread) error {
	th.inside = !th.inside
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return ignoreGone(err)
	}
	if !th.inside {
		if !th.fails {
			return nil
		}
		th.fails = false
		regs.Rax = uint64(-int64(tr.fault.errno))
		return ignoreGone(unix.PtraceSetRegs(tid, &regs))
	}
	name := tr.counted(&regs)
	if name == "" {
		return nil
	}
	tr.calls++
	if tr.calls != tr.fault.at {
		return nil
	}
	tr.hit = fmt.Sprintf("%s, call %d", name, tr.calls)
	if tr.fault.errno == 0 {
		return unix.Kill(tr.pid, unix.SIGKILL)
	}
	th.fails = true
	regs.Orig_rax = ^uint64(0) // no call at all
	return ignoreGone(unix.PtraceSetRegs(tid, &regs))
}

// ignoreGone takes out the error about a thread that was killed.
func ignoreGone(err error) error {
	if err == unix.ESRCH {
		return nil
	}
	return err
}

// writing are the calls that change something; the first argument of each is an open file
// or folder.
var writing = map[uint64]string{
	unix.SYS_WRITE: "write", unix.SYS_PWRITE64: "pwrite64", unix.SYS_FTRUNCATE: "ftruncate", unix.SYS_FCHMOD: "fchmod",
	unix.SYS_FSYNC: "fsync", unix.SYS_FDATASYNC: "fdatasync", unix.SYS_SYNCFS: "syncfs", unix.SYS_FLOCK: "flock",
	unix.SYS_RENAMEAT: "renameat", unix.SYS_RENAMEAT2: "renameat2", unix.SYS_UNLINKAT: "unlinkat", unix.SYS_MKDIRAT: "mkdirat",
	unix.SYS_LINKAT: "linkat", unix.SYS_FCHMODAT: "fchmodat", unix.SYS_UTIMENSAT: "utimensat",
}

// reading are the calls that do not.
var reading = map[uint64]string{
	unix.SYS_READ: "read", unix.SYS_PREAD64: "pread64", unix.SYS_FSTAT: "fstat", unix.SYS_NEWFSTATAT: "newfstatat",
	unix.SYS_GETDENTS64: "getdents64", unix.SYS_OPENAT2: "openat2", unix.SYS_CLOSE: "close", unix.SYS_STATX: "statx",
}

// counted names the call that is about to be made, "" when it does not count.
func (tr *tracer) counted(regs *unix.PtraceRegs) string {
	name, changes := writing[regs.Orig_rax]
	if !changes {
		name = reading[regs.Orig_rax]
	}
	if regs.Orig_rax == unix.SYS_OPENAT {
		name, changes = "openat", regs.Rdx&(unix.O_CREAT|unix.O_WRONLY|unix.O_RDWR) != 0
	}
	if name == "" || changes == tr.fault.reads || !tr.below(int32(regs.Rdi)) {
		return ""
	}
	return name
}

// below reports whether an open file is one of the repository.
func (tr *tracer) below(fd int32) bool {
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tr.pid, fd))
	return err == nil && (path == tr.dir || strings.HasPrefix(path, tr.dir+"/"))
}
