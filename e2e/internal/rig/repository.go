package rig

import (
	"fmt"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// startGit serves the repositories of the folder git, to read and to push.
func (r *Rig) startGit() error {
	err := os.MkdirAll(r.file("git"), 0o755)
	if err != nil {
		return err
	}
	programs, err := command(r.dir, "git", "--exec-path")
	if err != nil {
		return err
	}
	server := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(programs), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + r.file("git"), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "HOME=" + r.dir},
	})
	r.t.Cleanup(server.Close)
	r.git = server.URL
	return nil
}

// Repository is a repository of which Argo CD deploys, with a working copy.
type Repository struct {
	// URL is where Argo CD and wavewright find it.
	URL string
	// Dir is the working copy.
	Dir string

	rig *Rig
}

// Repository makes an empty repository.
func (r *Rig) Repository(name string) *Repository {
	r.t.Helper()
	bare := filepath.Join(r.file("git"), name+".git")
	p := &Repository{URL: r.git + "/" + name + ".git", Dir: r.file("work-" + name), rig: r}
	r.runGit(r.dir, "init", "--quiet", "--bare", "--initial-branch=main", bare)
	r.runGit(bare, "config", "http.receivepack", "true")
	r.runGit(r.dir, "init", "--quiet", "--initial-branch=main", p.Dir)
	p.Git("remote", "add", "origin", p.URL)
	return p
}

// Write writes a file of the working copy.
func (p *Repository) Write(name, content string) {
	p.rig.t.Helper()
	path := filepath.Join(p.Dir, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(content), 0o644)
	}
	if err != nil {
		p.rig.Fatal("%v", err)
	}
}

// Push commits all of the working copy, pushes it, and returns the commit.
func (p *Repository) Push(message string) string {
	p.rig.t.Helper()
	p.Git("add", "--all")
	p.Git("commit", "--quiet", "--message", message)
	p.Git("push", "--quiet", "--set-upstream", "origin", "main")
	revision := strings.TrimSpace(p.Git("rev-parse", "HEAD"))
	p.rig.Note("pushed %s: %s", revision[:7], message)
	return revision
}

// Git runs git in the working copy and returns what it printed.
func (p *Repository) Git(args ...string) string {
	p.rig.t.Helper()
	return p.rig.runGit(p.Dir, args...)
}

// Generate writes the specification, generates, and pushes.
func (p *Repository) Generate(spec, message string) string {
	p.rig.t.Helper()
	p.Write("environments.yaml", spec)
	p.rig.Wavewright(p.Dir, "generate")
	return p.Push(message)
}

func (r *Rig) runGit(dir string, args ...string) string {
	r.t.Helper()
	output, err := command(dir, "git", args...)
	if err != nil {
		r.Fatal("%v", err)
	}
	return output
}

// command runs a program in a folder, with a Git that knows its author and no settings of the
// machine, and returns what it printed.
func command(dir, program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=rig", "GIT_AUTHOR_EMAIL=rig@example.com", "GIT_COMMITTER_NAME=rig", "GIT_COMMITTER_EMAIL=rig@example.com")
	output, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, output)
	}
	return string(output), nil
}
