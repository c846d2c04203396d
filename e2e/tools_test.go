package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// The tools, built by the go command from pinned sources and kept in its cache.
var (
	kustomize   = sync.OnceValues(func() (string, error) { return goTool(".", "kustomize", "") })
	kubeconform = sync.OnceValues(func() (string, error) { return goTool(".", "kubeconform", "") })
	helm        = sync.OnceValues(func() (string, error) { return goTool("tools/helm", "helm", "") })
	kubeScore   = sync.OnceValues(func() (string, error) { return goTool("tools/kube-score", "kube-score", "") })
	promtool    = sync.OnceValues(func() (string, error) { return goTool("tools/promtool", "promtool", "remove_all_sd") })
	etcd        = sync.OnceValues(func() (string, error) { return goTool("tools/etcd", "server", "") })
	apiserver   = sync.OnceValues(func() (string, error) { return goTool("tools/kube-apiserver", "kube-apiserver", "") })
)

// goTool builds a tool of the module in dir, with build tags, and returns the path of its
// binary.
func goTool(dir, name, tags string) (string, error) {
	cmd := exec.Command("go", "tool", "-n", name)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false -tags="+tags)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		return "", fmt.Errorf("build %s: %w: %s", name, err, stderr.String())
	}
	path := strings.TrimSpace(stdout.String())
	_, err = os.Stat(path)
	return path, err
}

// tool returns the path of a tool.
func tool(t *testing.T, build func() (string, error)) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
