package git

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// Reader reads files of commits, one after the other, from one git process. It may be used from
// several goroutines.
type Reader struct {
	repo   *Repo
	mu     sync.Mutex
	known  map[string]bool // commits that are there
	cmd    *exec.Cmd
	ask    io.WriteCloser
	answer *bufio.Reader
}

// Reader starts a process that reads files, when the first one is asked for. It ends with Close.
func (r *Repo) Reader() *Reader { return &Reader{repo: r, known: map[string]bool{}} }

// MissingCommitError says that this clone lacks a commit.
type MissingCommitError struct {
	Commit  string
	Shallow bool
}

// Error names the commit and says how it gets here.
func (e *MissingCommitError) Error() string {
	how := "git fetch may bring it"
	if e.Shallow {
		how = "git fetch --unshallow brings it"
	}
	return fmt.Sprintf("this clone lacks commit %.12s: %s", e.Commit, how)
}

// Read returns the text of a file at a commit, nil when it has no such file. A commit that is not
// there is an error.
func (r *Reader) Read(commit, file string) ([]byte, error) {
	if !IsID(commit) || strings.ContainsAny(file, "\n\r\x00") {
		return nil, fmt.Errorf("read %q at %q: this is no file of a commit", file, commit)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.has(commit); err != nil {
		return nil, err
	}
	text, kind, err := r.object(commit + ":" + r.repo.Prefix + file)
	if kind != "blob" || err != nil {
		return nil, err
	}
	return text, nil
}

// Has returns an error for a commit that is not there.
func (r *Reader) Has(commit string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.has(commit)
}

func (r *Reader) has(commit string) error {
	if err := r.start(); err != nil || r.known[commit] {
		return err
	}
	_, kind, err := r.object(commit)
	if err == nil && kind != "commit" {
		err = &MissingCommitError{commit, r.repo.Shallow}
	}
	r.known[commit] = err == nil
	return err
}

func (r *Reader) start() (err error) {
	if r.cmd != nil {
		return nil
	}
	cmd := exec.Command("git", "--no-pager", "-c", "core.fsmonitor=false", "cat-file", "--batch")
	cmd.Dir, cmd.Env = r.repo.Dir, gitEnviron(os.Environ())
	if r.ask, err = cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return gitError("cat-file", "", err)
	}
	r.cmd, r.answer = cmd, bufio.NewReader(out)
	return nil
}

// object asks for one object. Its kind is empty when there is none.
func (r *Reader) object(name string) (text []byte, kind string, err error) {
	if _, err = io.WriteString(r.ask, name+"\n"); err != nil {
		return nil, "", fmt.Errorf("git cat-file: %w", err)
	}
	headline, err := r.answer.ReadString('\n')
	if err != nil {
		return nil, "", fmt.Errorf("git cat-file: %w", err)
	}
	is := strings.Fields(headline)
	if len(is) != 3 || !IsID(is[0]) {
		return nil, "", nil // "<name> missing"
	}
	size, err := strconv.Atoi(is[2])
	if err != nil || size < 0 {
		return nil, "", fmt.Errorf("git cat-file: unexpected output %q", headline)
	}
	text = make([]byte, size+1) // and a line feed
	if _, err := io.ReadFull(r.answer, text); err != nil {
		return nil, "", fmt.Errorf("git cat-file: %w", err)
	}
	return text[:size:size], is[1], nil
}

// Close ends the process.
func (r *Reader) Close() error {
	if r.cmd == nil {
		return nil
	}
	return errors.Join(r.ask.Close(), r.cmd.Wait())
}

// Head returns the commit that is checked out.
func (r *Repo) Head() string { return r.head }

// Between lists the files that differ between two commits.
func (r *Repo) Between(from, to string) ([]string, error) {
	if !IsID(from) || !IsID(to) {
		return nil, fmt.Errorf("compare %q with %q: these are no commit ids", from, to)
	}
	if from == to {
		return nil, nil
	}
	return r.paths("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", from, to, "--", ".")
}
