package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDependencies keeps Kubernetes' client and gRPC out of the command: they would double its
// size, and verify judges without a cluster.
func TestDependencies(t *testing.T) {
	packages, err := exec.Command("go", "list", "-deps", ".", "../../generator/internal/verify/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(packages)) {
		for _, unwanted := range []string{"k8s.io/client-go", "google.golang.org/grpc"} {
			if name == unwanted || strings.HasPrefix(name, unwanted+"/") {
				t.Errorf("the command contains %s", name)
			}
		}
	}
}
