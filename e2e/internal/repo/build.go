package repo

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// Build is the outcome of kustomize for one folder.
type Build struct {
	Folder         string
	Output, Stderr []byte
	Err            error
}

// Kustomizations lists the folders that Argo CD or, to install it, kubectl builds, relative to dir. A folder
// without a kustomization is listed too: building it then says so.
func Kustomizations(dir string) ([]string, error) {
	var folders []string
	for _, pattern := range []string{"overlays/*/apps/*", "overlays/*/infra/*", "argocd/*", "bootstrap/argocd", "bootstrap/argocd/install"} {
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, folder := range found {
			relative, err := filepath.Rel(dir, folder)
			if err != nil {
				return nil, err
			}
			folders = append(folders, filepath.ToSlash(relative))
		}
	}
	return folders, nil
}

// BuildAll builds folders, two at a time.
func BuildAll(kustomize, dir string, folders []string) map[string]*Build {
	results := make([]*Build, len(folders))
	slots := make(chan struct{}, 2)
	var running sync.WaitGroup
	for i, folder := range folders {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i] = build(kustomize, dir, folder)
		})
	}
	running.Wait()
	builds := map[string]*Build{}
	for _, result := range results {
		builds[result.Folder] = result
	}
	return builds
}

func build(kustomize, dir, folder string) *Build {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(kustomize, "build", folder)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	return &Build{Folder: folder, Output: stdout.Bytes(), Stderr: stderr.Bytes(), Err: err}
}
