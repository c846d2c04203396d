package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apiserver/pkg/audit/policy"
)

// TestAuditPolicy lets the API server's own code load each case's audit policy: it
// decodes strictly, completes and validates it.
func TestAuditPolicy(t *testing.T) {
	cases, err := filepath.Glob("../golden/*/want/docs/security/audit-policy.yaml")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no audit policies found: %v", err)
	}
	for _, file := range cases {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = policy.LoadPolicyFromBytes(source); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
