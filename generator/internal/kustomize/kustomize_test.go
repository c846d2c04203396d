package kustomize

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestBuild builds what a golden has, and what users write beside it.
func TestBuild(t *testing.T) {
	golden := func(name string) ([]byte, error) {
		file := filepath.Join("../../../golden/voting-app/want", filepath.FromSlash(name))
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return os.ReadFile(file)
		}
		return nil, nil
	}
	objects, err := Build(golden, "overlays/prod/apps/db")
	kinds := map[string]bool{}
	for _, o := range objects {
		kinds[o["kind"].(string)] = true
		if o["kind"] == "PersistentVolumeClaim" && o["metadata"].(map[string]any)["namespace"] != "voting-prod" {
			t.Errorf("the claim is in no namespace: %v", o)
		}
	}
	if err != nil || !kinds["PersistentVolumeClaim"] || !kinds["Deployment"] || !kinds["ExternalSecret"] {
		t.Errorf("%v, %v", kinds, err)
	}
}

// TestRefused shows that nothing is fetched.
func TestRefused(t *testing.T) {
	var outside *OutsideError
	for name, source := range map[string]string{
		"address":    "resources: [https://example.com/x.yaml]",
		"repository": "resources: ['github.com/acme/x//y?ref=v1']",
		"patch":      "patches: [{path: https://example.com/x.yaml}]",
		"content":    "configMapGenerator: [{name: x, files: ['a=https://example.com/x']}]",
		"above":      "resources: [../../x]",
		"missing":    "resources: [x.yaml]",
	} {
		_, err := Build(func(path string) ([]byte, error) {
			if path == "a/kustomization.yaml" {
				return []byte(source), nil
			}
			return nil, nil
		}, "a")
		if !errors.As(err, &outside) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Build(func(string) ([]byte, error) { return nil, nil }, "a"); !errors.Is(err, ErrNoKustomization) {
		t.Errorf("no folder: %v", err)
	}
}
