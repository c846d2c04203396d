package git

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// git runs one command in the spec's folder and returns what it prints.
func (r *Repo) git(stdin []byte, args ...string) (string, error) {
	return r.run(r.Dir, "", stdin, args...)
}

// run runs one command in a folder, with an index of its own or, when that is empty, with the
// repository's.
func (r *Repo) run(dir, index string, stdin []byte, args ...string) (string, error) {
	// The options keep the user's settings from running programs or changing output.
	fixed := []string{"--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}
	cmd := exec.Command("git", append(fixed, args...)...)
	cmd.Dir = dir
	if cmd.Env = gitEnviron(os.Environ()); index != "" {
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+index)
	}
	cmd.Stdin = bytes.NewReader(stdin)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		return "", gitError(args[0], stderr.String(), err)
	}
	return out.String(), nil
}

// gitError wraps the error output of git, without usage text and hints.
func gitError(command, stderr string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return ErrNotInstalled
	}
	said, _, _ := strings.Cut(strings.TrimSpace(diag.Redact(stderr)), "\n")
	if said == "" {
		return fmt.Errorf("git %s: %w", command, err)
	}
	return fmt.Errorf("git %s: %s: %w", command, strings.TrimPrefix(said, "fatal: "), err)
}

// exitCode returns the exit code of a git that ran, or -1.
func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

// gitEnviron is the environment for git: messages in English, no prompts, no locks,
// and none of the variables that a hook sets to point git at another repository.
func gitEnviron(from []string) []string {
	local := map[string]bool{
		"GIT_DIR": true, "GIT_WORK_TREE": true, "GIT_INDEX_FILE": true, "GIT_COMMON_DIR": true, "GIT_PREFIX": true,
		"GIT_OBJECT_DIRECTORY": true, "GIT_ALTERNATE_OBJECT_DIRECTORIES": true, "GIT_NAMESPACE": true,
		"GIT_GRAFT_FILE": true, "GIT_SHALLOW_FILE": true, "GIT_IMPLICIT_WORK_TREE": true, "GIT_REPLACE_REF_BASE": true,
		"GIT_GLOB_PATHSPECS": true, "GIT_NOGLOB_PATHSPECS": true, "GIT_ICASE_PATHSPECS": true,
	}
	var env []string
	for _, v := range from {
		name, _, _ := strings.Cut(v, "=")
		if !local[name] {
			env = append(env, v)
		}
	}
	return append(env, "LC_ALL=C", "LANGUAGE=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1")
}
