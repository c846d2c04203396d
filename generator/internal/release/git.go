package release

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Repo is a git repository as seen from the folder of the spec, which may be a folder below
// the repository's top. Repo runs plumbing commands of the git binary, and passes no text of a
// user where git could read an option.
type Repo struct {
	// Root is the top folder of the working tree.
	Root string
	// Dir is the folder of the spec.
	Dir string
	// Shallow says that the clone is shallow: a commit that the clone lacks may exist in the
	// remote.
	Shallow bool
	// prefix leads from Root to Dir, with slashes and a trailing one; empty at the top.
	prefix string
	head   string
}

// Open finds the repository that dir belongs to.
func Open(dir string) (*Repo, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	r := &Repo{Dir: abs}
	facts, err := r.git(nil, "rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository")
	if err != nil {
		return nil, openError(dir, err)
	}
	is := strings.Fields(facts)
	switch {
	case len(is) != 3:
		return nil, fmt.Errorf("open repository of %s: git rev-parse: unexpected output %q", dir, facts)
	case is[0] == "true":
		return nil, fmt.Errorf("%s is a bare repository: run this in a clone with a working tree", dir)
	case is[1] != "true":
		return nil, fmt.Errorf("%s is not in the working tree of its repository", dir)
	}
	r.Shallow = is[2] == "true"
	if err := r.locate(dir); err != nil {
		return nil, err
	}
	return r, nil
}

func openError(dir string, err error) error {
	if strings.Contains(err.Error(), "not a git repository") {
		return fmt.Errorf("%s is not in a git repository: run `git init`, commit and push, then try again", dir)
	}
	return fmt.Errorf("open repository of %s: %w", dir, err)
}

func (r *Repo) locate(dir string) error {
	out, err := r.git(nil, "rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return err
	}
	root, rest, _ := strings.Cut(out, "\n")
	prefix, rest, _ := strings.Cut(rest, "\n")
	if rest != "" {
		return fmt.Errorf("the path of %s contains a line feed, which wavewright does not support", dir)
	}
	r.Root, r.prefix = root, prefix
	commits, err := r.commits([]string{"HEAD"})
	if err != nil {
		return err
	}
	if commits[0] == "" {
		return fmt.Errorf("the repository of %s has no commits: commit and push first", dir)
	}
	r.head = commits[0]
	return nil
}

// git runs one command in the spec's folder and returns what it prints.
func (r *Repo) git(stdin []byte, args ...string) (string, error) {
	// The options keep the user's settings from running programs or changing output.
	fixed := []string{"--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}
	cmd := exec.Command("git", append(fixed, args...)...)
	cmd.Dir = r.Dir
	cmd.Env = gitEnviron(os.Environ())
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
		return errors.New("git is not installed, or not in PATH")
	}
	said, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
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
