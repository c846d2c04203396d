//go:build unix

package fetch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRegistry lets helm pull.
func TestRegistry(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "x.tgz"), archived(t, "x/Chart.yaml", "name: x\nversion: 3.2.1\n"), 0o600)
	helm := filepath.Join(dir, "helm")
	os.WriteFile(helm, []byte("#!/bin/sh\n[ \"$*\" = \"pull --destination $3 --version ^3 -- oci://ghcr.io/acme/charts/x\" ] || { echo \"Error: $*\" >&2; exit 1; }\ncp "+dir+"/x.tgz \"$3/x-3.2.1.tgz\"\n"), 0o700)
	for _, address := range []string{"oci://ghcr.io/acme/charts", "ghcr.io/acme/charts"} {
		f := New(Options{Mode: Missing, Helm: helm}, locked(t, nil))
		content, err := f.Get(Thing{Kind: Chart, Address: address, Chart: "x", Revision: "^3"})
		if err != nil || content.Version != "3.2.1" || !strings.Contains(string(f.NewLock(true)), "resolved: 3.2.1") {
			t.Errorf("%+v, %v", content, err)
		}
	}
	if _, err := New(Options{Mode: Missing, Helm: helm}, locked(t, nil)).Get(Thing{Kind: Chart, Address: "ghcr.io/acme", Chart: "y"}); err == nil {
		t.Error("what helm does not find is found")
	}
	if _, err := New(Options{Mode: Missing}, locked(t, nil)).Get(Thing{Kind: Chart, Address: "ghcr.io/acme", Chart: "y"}); err == nil || !strings.Contains(err.Error(), "no helm command") {
		t.Errorf("without helm: %v", err)
	}
}
