package repo

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

// Tools are the programs that Argo CD runs.
type Tools struct {
	Kustomize, Helm string
	// Charts is the repository that dependencies of charts are fetched from, instead of
	// those that they name.
	Charts string
}

// Build is the outcome of kustomize or helm for one folder.
type Build struct {
	// Chart says that helm rendered it.
	Chart          bool
	Folder         string
	Output, Stderr []byte
	// Objects are those of a build in process, which has no Output.
	Objects []*Object
	Err     error
}

// Kustomizations lists the folders that Argo CD or, to install it, kubectl builds, relative to dir, and what kubectl builds to grant it. A folder
// without a kustomization is listed too: building it then says so, except in argocd, whose folders
// have none. The folder of an environment on several
// clusters is a component of theirs.
func Kustomizations(dir string) ([]string, error) { return buildable(os.DirFS(dir)) }

// buildable lists those folders of a repository.
func buildable(files fs.FS) ([]string, error) {
	var folders []string
	for _, pattern := range []string{"overlays/*/apps/*", "overlays/*/infra/*", "argocd/*", "bootstrap/argocd", "bootstrap/argocd/install", "bootstrap/request/argocd", "bootstrap/request/clusters/*"} {
		found, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		for _, folder := range found {
			if !isComponent(files, folder) {
				folders = append(folders, folder)
			}
		}
	}
	return folders, nil
}

// isComponent reports whether a folder is only a part of others.
func isComponent(files fs.FS, folder string) bool {
	source, err := fs.ReadFile(files, path.Join(folder, "kustomization.yaml"))
	return err == nil && bytes.Contains(source, []byte("\nkind: Component\n"))
}

// BuildAll builds folders, two at a time.
func BuildAll(tools Tools, dir string, folders []string) (map[string]*Build, error) {
	places, err := places(dir)
	if err != nil {
		return nil, err
	}
	results := make([]*Build, len(folders))
	slots := make(chan struct{}, 2)
	var running sync.WaitGroup
	for i, folder := range folders {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if isChart(filepath.Join(dir, filepath.FromSlash(folder))) {
				results[i] = tools.buildChart(dir, folder, places[folder])
				return
			}
			if strings.HasPrefix(folder, "argocd/") {
				results[i] = buildFiles(dir, folder)
				return
			}
			results[i] = build(tools.Kustomize, dir, folder)
		})
	}
	running.Wait()
	builds := map[string]*Build{}
	for _, result := range results {
		builds[result.Folder] = result
	}
	return builds, nil
}

// buildFiles is what Argo CD makes of a folder without a kustomization: the objects of its
// files, in the style of kustomize.
func buildFiles(dir, folder string) *Build {
	result := &Build{Folder: folder}
	files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(folder), "*.yaml"))
	result.Err = err
	for _, file := range files {
		source, err := os.ReadFile(file)
		result.Err = errors.Join(result.Err, err)
		for document := range strings.SplitSeq(string(source), "\n---\n") {
			object, err := yaml.YAMLToJSON([]byte(document))
			if string(object) == "null" { // a comment before the first document
				continue
			}
			text, also := yaml.JSONToYAML(object)
			result.Err = errors.Join(result.Err, err, also)
			result.Output = append(append(result.Output, "---\n"...), text...)
		}
	}
	return result
}

func build(kustomize, dir, folder string) *Build {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(kustomize, "build", folder)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")} //nolint:forbidigo // The commands of others are found by PATH, and see nothing else of the environment.
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	return &Build{Folder: folder, Output: stdout.Bytes(), Stderr: stderr.Bytes(), Err: err}
}
