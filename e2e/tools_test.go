package e2e

import (
	"sync"
	"testing"

	"github.com/wavewright/wavewright/generator/e2e/internal/tools"
)

// The tools, built by the go command from pinned sources and kept in its cache.
var (
	kustomize   = tools.Kustomize
	kubeconform = sync.OnceValues(func() (string, error) { return tools.Build(".", "kubeconform") })
	helm        = sync.OnceValues(func() (string, error) { return tools.Build("tools/helm", "helm") })
	kubeScore   = sync.OnceValues(func() (string, error) { return tools.Build("tools/kube-score", "kube-score") })
	promtool    = sync.OnceValues(func() (string, error) { return tools.Build("tools/promtool", "promtool", "-tags=remove_all_sd") })
	etcd        = tools.Etcd
	apiserver   = tools.APIServer
)

// tool returns the path of a tool.
func tool(t *testing.T, build func() (string, error)) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
