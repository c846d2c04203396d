package release

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/git"
)

func TestOpenErrors(t *testing.T) {
	root := t.TempDir()
	isolate(t, root)
	t.Setenv("GIT_CEILING_DIRECTORIES", root)
	for _, dir := range []string{"none", "bare", "fresh"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	gitIn(t, root, "init", "--quiet", "--bare", "bare")
	gitIn(t, root, "init", "--quiet", "fresh")
	for dir, want := range map[string]string{
		"none":       "is not in a git repository: run `git init`, commit and push, then try again",
		"bare":       "is a bare repository: run this in a clone with a working tree",
		"fresh/.git": "is not in the working tree of its repository",
		"fresh":      "has no commits: commit and push first",
		"missing":    "no such file or directory",
	} {
		t.Run(dir, func(t *testing.T) {
			r, err := git.Open(filepath.Join(root, dir))
			if err == nil || !strings.Contains(err.Error(), want) || r != nil {
				t.Errorf("got %v, %v", r, err)
			}
		})
	}
	t.Run("no git", func(t *testing.T) {
		t.Setenv("PATH", root)
		if _, err := git.Open(filepath.Join(root, "fresh")); err == nil || !strings.Contains(err.Error(), "git is not installed") {
			t.Errorf("got %v", err)
		}
	})
}

// TestHookEnvironment opens the right repository although a hook of another one is
// running.
func TestHookEnvironment(t *testing.T) {
	w := newWorld(t, "")
	commit := w.commit("first")
	t.Setenv("GIT_DIR", filepath.Join(w.top, "elsewhere"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(w.top, "elsewhere"))
	r := w.open()
	if got, err := r.Commit("HEAD"); got != commit || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPushed(t *testing.T) {
	w := newWorld(t, "")
	first := w.commit("first")
	w.git("push", "--quiet", "origin", "main")
	fork := w.remote + "-fork.git"
	gitIn(t, w.top, "init", "--quiet", "--bare", fork)
	w.git("remote", "add", "fork", fork)
	second := w.commit("second")
	w.git("push", "--quiet", "fork", "main")
	check := func(address, name, commit string) {
		t.Helper()
		got, err := w.open().Pushed("main", address)
		if want := (git.Ref{Name: name, Commit: commit}); err != nil || got != want {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	check("https://git.example.com/acme/shop.git", "origin/main", first)
	check(fork, "fork/main", second)
	w.git("config", "branch.main.remote", "fork")
	w.git("config", "branch.main.merge", "refs/heads/main")
	check(w.remote, "fork/main", second)
	w.git("config", "branch.main.merge", "refs/heads/trunk")
	check(w.remote, "fork/main", second)
	w.git("config", "remote.fork.fetch", "+refs/heads/*:refs/mine/*")
	w.git("config", "branch.main.merge", "refs/heads/main")
	var missing *git.NotPushedError
	if _, err := w.open().Pushed("main", ""); !errors.As(err, &missing) || missing.Remote != "fork" {
		t.Errorf("got %v", err)
	}
	for _, branch := range []string{"", "-x", "a..b", "a b", "main^{tree}"} {
		if _, err := w.open().Pushed(branch, ""); err == nil {
			t.Errorf("branch %q accepted", branch)
		}
	}
}

func TestObjects(t *testing.T) {
	w := newWorld(t, "spec")
	w.write("a b.txt", "one\n\nHEAD missing\n")
	w.write("../a b.txt", "outside")
	first := w.commit("first")
	w.write("a b.txt", "")
	second := w.commit("second")
	w.git("switch", "--quiet", "--detach")
	side := w.commit("side")
	r := w.open()
	for commit, want := range map[string]string{first: "one\n\nHEAD missing\n", second: ""} {
		got, ok, err := r.ReadAt(commit, "a b.txt")
		if string(got) != want || !ok || err != nil {
			t.Errorf("%s: %q, %v, %v", commit, got, ok, err)
		}
	}
	for _, absent := range []string{"b.txt", "A B.txt"} {
		if _, ok, err := r.ReadAt(first, absent); ok || err != nil {
			t.Errorf("%s: %v, %v", absent, ok, err)
		}
	}
	if _, ok, err := r.ReadAt(shaA, "a b.txt"); ok || err != nil {
		t.Errorf("absent commit: %v, %v", ok, err)
	}
	for _, bad := range []string{"../a b.txt", "/etc/passwd", "a\nHEAD", "./a b.txt"} {
		if _, _, err := r.ReadAt(first, bad); err == nil {
			t.Errorf("path %q accepted", bad)
		}
	}
	line, err := r.Line(second)
	if strings.Join(line, " ") != second+" "+first || err != nil {
		t.Errorf("line is %v, %v", line, err)
	}
	for commit, want := range map[string]bool{first: true, second: true, side: false, shaA: false} {
		if got, err := r.Contains(second, commit); got != want || err != nil {
			t.Errorf("contains %s: %v, %v", commit, got, err)
		}
	}
	if ahead, err := r.Ahead("main", git.Ref{Commit: first}); ahead != 0 || err != nil {
		t.Errorf("detached: %d, %v", ahead, err)
	}
}

func TestIdentity(t *testing.T) {
	w := newWorld(t, "")
	w.commit("first")
	if got, err := w.open().Identity(); got != "Jane Doe <jane@example.com>" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	t.Setenv("GIT_AUTHOR_NAME", "")
	t.Setenv("GIT_AUTHOR_EMAIL", "")
	w.git("config", "user.useConfigOnly", "true")
	if got, err := w.open().Identity(); err == nil || !strings.Contains(err.Error(), "set `git config user.name`") {
		t.Errorf("got %q, %v", got, err)
	}
}
