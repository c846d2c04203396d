package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// What is fetched belongs to strangers. Git speaks the usual protocols only, asks nobody for a password, runs
// no hook, and brings no submodule by itself; nothing is checked out.

const (
	// asking is how long a remote may take to list its branches, and fetching how long to send a commit.
	asking, fetching = 30 * time.Second, 3 * time.Minute
	// lingering is how long the helpers of a git that was stopped may hold its output.
	lingering = 2 * time.Second
)

// Limits of what is fetched of one commit.
const (
	mostBytes = 256 << 20
	mostFiles = 100_000
)

// UnreachableError says that the machine of a remote does not answer.
type UnreachableError struct{ Reason string }

// Error is what git says.
func (e *UnreachableError) Error() string { return e.Reason }

// Reference is a branch or a tag of a remote.
type Reference struct {
	// Name is whole, as in refs/heads/main; HEAD is the default branch.
	Name string
	// Commit is that of the tip, or that an annotated tag stands for.
	Commit string
}

// References are HEAD, the branches and the tags of the repository at an address.
func References(address string) ([]Reference, error) {
	out, err := remotely("", nil, asking, "ls-remote", "--quiet", "--", address)
	if err != nil {
		return nil, err
	}
	var all []Reference
	for line := range strings.Lines(out) {
		commit, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		tag, peeled := strings.CutSuffix(name, "^{}")
		switch {
		case peeled && len(all) > 0 && all[len(all)-1].Name == tag:
			all[len(all)-1].Commit = commit
		case name == "HEAD" || strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/tags/"):
			all = append(all, Reference{name, commit})
		}
	}
	return all, nil
}

// Tree is what a commit of a remote holds.
type Tree struct {
	// Files are the texts of regular files, Links where symbolic links lead, by their paths.
	Files map[string][]byte
	Links map[string]string
	// Modules are the commits of submodules by their paths.
	Modules map[string]string
}

// Fetch brings a commit of the repository at an address.
func Fetch(address, commit string) (*Tree, error) {
	if !IsID(commit) {
		return nil, fmt.Errorf("%q is no commit id", commit)
	}
	dir, err := os.MkdirTemp("", "wavewright-fetch-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if _, err := remotely(dir, nil, asking, "init", "--quiet", "--bare", "--template="); err != nil {
		return nil, err
	}
	if err := bring(dir, address, commit); err != nil {
		return nil, err
	}
	return readTree(dir, commit)
}

// bring fetches the commit alone and, where a server gives no commit by its id, all branches and tags.
func bring(dir, address, commit string) error {
	_, err := remotely(dir, nil, fetching, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", address, commit)
	if refused := (*UnreachableError)(nil); err == nil || errors.As(err, &refused) {
		return err
	}
	if _, err := remotely(dir, nil, fetching, "fetch", "--quiet", "--no-recurse-submodules", "--", address, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"); err != nil {
		return err
	}
	if _, err := remotely(dir, nil, asking, "cat-file", "-e", commit+"^{commit}"); err != nil {
		return fmt.Errorf("the repository has no commit %s", commit)
	}
	return nil
}

// entry is one of a tree.
type entry struct{ mode, kind, id, path string }

// readTree reads a commit of a repository that was fetched.
func readTree(dir, commit string) (*Tree, error) {
	listed, err := remotely(dir, nil, fetching, "ls-tree", "-r", "-z", "--long", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	entries, err := entriesOf(listed)
	if err != nil {
		return nil, err
	}
	t := &Tree{Files: map[string][]byte{}, Links: map[string]string{}, Modules: map[string]string{}}
	var ids []string
	var blobs []entry
	for _, e := range entries {
		if e.kind == "commit" {
			t.Modules[e.path] = e.id
			continue
		}
		ids, blobs = append(ids, e.id), append(blobs, e)
	}
	if len(ids) == 0 {
		return t, nil
	}
	texts, err := remotely(dir, []byte(strings.Join(ids, "\n")+"\n"), fetching, "cat-file", "--batch=%(objectname) %(objecttype) %(objectsize)")
	if err != nil {
		return nil, err
	}
	contents, err := splitBatch(texts, len(ids))
	if err != nil {
		return nil, err
	}
	for i, e := range blobs {
		if e.mode == "120000" {
			t.Links[e.path] = string(contents[i].Data)
		} else {
			t.Files[e.path] = contents[i].Data
		}
	}
	return t, nil
}

// entriesOf reads what ls-tree lists, unless it is too much.
func entriesOf(listed string) ([]entry, error) {
	var all []entry
	total := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(listed, "\x00"), "\x00") {
		facts, path, _ := strings.Cut(line, "\t")
		is := strings.Fields(facts)
		if len(is) != 4 {
			continue // of a commit without files
		}
		size, _ := strconv.Atoi(is[3]) // a submodule has none
		total += size
		if all = append(all, entry{is[0], is[1], is[2], path}); total > mostBytes || len(all) > mostFiles {
			return nil, fmt.Errorf("it holds more than %d MB or %d files", mostBytes>>20, mostFiles)
		}
	}
	return all, nil
}

// Settings reads a file in git's own format, such as .gitmodules: each key with its last value.
func Settings(text []byte) (map[string]string, error) {
	out, err := remotely("", text, asking, "config", "--file", "-", "--null", "--no-includes", "--list")
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for setting := range strings.SplitSeq(out, "\x00") {
		if key, value, found := strings.Cut(setting, "\n"); found {
			all[key] = value
		}
	}
	return all, nil
}

// remotely runs git for a limited time, in a folder that is its repository unless it is empty.
func remotely(dir string, stdin []byte, limit time.Duration, args ...string) (string, error) {
	ctx, stop := context.WithTimeout(context.Background(), limit)
	defer stop()
	fixed := []string{"--no-pager", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "maintenance.auto=false", "-c", "gc.auto=0"}
	if dir != "" {
		fixed = append(fixed, "--git-dir="+dir)
	}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...)
	cmd.WaitDelay = lingering
	cmd.Dir = os.TempDir()
	cmd.Env = append(gitEnviron(os.Environ()), "GIT_ALLOW_PROTOCOL=file:git:http:https:ssh", "GIT_ASKPASS=", "SSH_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never", "GIT_SSH_COMMAND="+silentSSH())
	cmd.Stdin = bytes.NewReader(stdin)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", &UnreachableError{fmt.Sprintf("git %s: no answer within %s", args[0], limit)}
	case err == nil:
		return out.String(), nil
	}
	said := gitError(args[0], stderr.String(), err)
	if _, exited := errors.AsType[*exec.ExitError](err); exited { // whose number tells nobody anything
		said = errors.New(strings.TrimSuffix(said.Error(), ": "+err.Error()))
	}
	if silent(stderr.String()) {
		_, why, _ := strings.Cut(said.Error(), "': ") // what stands before is the address of one repository of many
		return "", &UnreachableError{cmp.Or(why, said.Error())}
	}
	return "", said
}

// silentSSH is the user's command for SSH, which may not ask anything.
func silentSSH() string {
	command := os.Getenv("GIT_SSH_COMMAND") //nolint:forbidigo // git itself obeys it
	if command == "" {
		command = "ssh"
	}
	return command + " -o BatchMode=yes -o ConnectTimeout=10"
}

// silent reports whether git says that a machine does not answer.
func silent(stderr string) bool {
	for _, words := range []string{"Could not resolve host", "Failed to connect", "Couldn't connect", "Connection refused", "Connection timed out", "Connection reset", "Network is unreachable", "No route to host", "Temporary failure in name resolution", "Name or service not known", "unable to look up"} {
		if strings.Contains(stderr, words) {
			return true
		}
	}
	return false
}
