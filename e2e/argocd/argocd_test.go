// Package argocd_test tries generated repositories, as they are generated, on a real Argo CD
// (package rig): what Argo CD and Kubernetes make of them, and in which order. It takes minutes
// and builds the programs first, so its tests run with WAVEWRIGHT_RIG=1 only; `go test -v`
// prints the timeline of each.
package argocd_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/rig"
)

// patience is how long Argo CD may take to deploy a commit: a few seconds on an idle machine.
const patience = 3 * time.Minute

// start brings up a rig where rigs are wanted.
func start(t *testing.T, o rig.Options) *rig.Rig {
	t.Helper()
	if os.Getenv("WAVEWRIGHT_RIG") == "" {
		t.Skip("WAVEWRIGHT_RIG=1 runs it on a real Argo CD")
	}
	return rig.Start(t, o)
}

// bootstrap does what the README of a generated repository says: it patches the settings of
// Argo CD, and applies the roots.
func bootstrap(t *testing.T, r *rig.Rig, p *rig.Repository, platform string) {
	t.Helper()
	r.Patch("v1", "ConfigMap", "argocd", "argocd-cm", read(t, p.Dir, "bootstrap/argocd-settings/argocd-cm.patch.yaml"))
	roots, err := filepath.Glob(filepath.Join(p.Dir, "bootstrap", "roots", "*.yaml"))
	if err != nil || len(roots) == 0 {
		t.Fatalf("no roots: %v", err)
	}
	for _, root := range roots {
		r.Apply("wavewright-"+platform, read(t, root))
	}
	r.Note("bootstrapped %s", platform)
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
