package generator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeletedFilesAreNotListed deletes a generated file by hand: it stays deleted,
// and the kustomization beside it must not name it any more.
func TestDeletedFilesAreNotListed(t *testing.T) {
	dir := t.TempDir()
	copyInOrder(t, filepath.Join("..", "golden", "minimal"), dir, true)
	write := func() *Plan {
		t.Helper()
		result, err := Generate(dir)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := result.Write()
		if err != nil || blocked(plan) {
			t.Fatal(err, plan)
		}
		return plan
	}
	write()
	overlay := filepath.Join(dir, "overlays", "prod", "apps", "web")
	if err := os.Remove(filepath.Join(overlay, "pdb.yaml")); err != nil {
		t.Fatal(err)
	}
	write()
	src, err := os.ReadFile(filepath.Join(overlay, "kustomization.yaml"))
	if err != nil || strings.Contains(string(src), "pdb.yaml") || !strings.Contains(string(src), "hpa.yaml") {
		t.Errorf("the kustomization is not right: %v\n%s", err, src)
	}
	if _, err := os.Stat(filepath.Join(overlay, "pdb.yaml")); err == nil {
		t.Error("the file came back")
	}
	if plan := write(); plan.Pending() {
		t.Errorf("a second run has something to do: %v", plan.Changes())
	}
}
