// Package tools builds the programs that the tests run from pinned sources in the module
// cache. The go command keeps them in its cache, so only the first use takes its time.
package tools

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Build builds a tool of a module below e2e, named by its folder there, and returns the path
// of its binary. The flags are those of go build.
func Build(module, name string, flags ...string) (string, error) {
	root, err := output(".", nil, "list", "-m", "-f", "{{.Dir}}", "github.com/wavewright/wavewright/generator/e2e")
	if err != nil {
		return "", fmt.Errorf("find e2e: %w", err)
	}
	path, err := output(filepath.Join(root, filepath.FromSlash(module)), flags, "tool", "-n", name)
	if err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	_, err = os.Stat(path)
	return path, err
}

// output runs the go command in a folder. GOFLAGS is a list of words, those with a space in
// quotes.
func output(dir string, flags []string, args ...string) (string, error) {
	words := "-buildvcs=false"
	for _, flag := range flags {
		words += " '" + flag + "'"
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS="+words)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	return strings.TrimSpace(stdout.String()), nil
}

// Wavewright builds the command of this source into a file.
func Wavewright(path string) error {
	root, err := output(".", nil, "list", "-m", "-f", "{{.Dir}}", "github.com/wavewright/wavewright/generator/e2e")
	if err != nil {
		return fmt.Errorf("find e2e: %w", err)
	}
	_, err = output(filepath.Dir(root), nil, "build", "-ldflags=-s -w", "-o", path, "./cmd/wavewright")
	if err != nil {
		return fmt.Errorf("build wavewright: %w", err)
	}
	return nil
}
