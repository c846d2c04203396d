package repo

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// isChart reports whether Argo CD would take a folder for a chart. A kustomization
// beside Chart.yaml would win.
func isChart(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "Chart.yaml"))
	return err == nil
}

// ChartRepositories are where the dependencies of the chart in a folder come from.
func (r *Repository) ChartRepositories(folder string) ([]string, error) {
	source, err := os.ReadFile(filepath.Join(r.Dir, filepath.FromSlash(folder), "Chart.yaml"))
	if err != nil {
		return nil, err
	}
	var chart struct {
		Dependencies []struct{ Repository string }
	}
	err = yaml.Unmarshal(source, &chart)
	var repositories []string
	for _, dependency := range chart.Dependencies {
		repositories = append(repositories, dependency.Repository)
	}
	return repositories, err
}

// repository is the line of a Chart.yaml that says where a dependency is.
var repository = regexp.MustCompile(`(?m)^(\s+repository:) \S+$`)

// buildChart renders a chart as the repo server of Argo CD does: helm template, and
// when a dependency is missing, helm dependency build and helm template again. It
// works on a copy that takes its dependencies from our own repository.
func (t Tools) buildChart(dir, folder string, place place) *Build {
	result := &Build{Folder: folder, Chart: true}
	work, err := os.MkdirTemp("", "chart-")
	if err != nil {
		result.Err = err
		return result
	}
	defer os.RemoveAll(work)
	result.Err = errors.Join(os.CopyFS(filepath.Join(work, "chart"), os.DirFS(filepath.Join(dir, filepath.FromSlash(folder)))),
		redirect(filepath.Join(work, "chart", "Chart.yaml"), t.Charts))
	if result.Err != nil {
		return result
	}
	template := []string{"template", ".", "--name-template", place.Release, "--namespace", place.Namespace, "--kube-version", "1.36", "--include-crds"}
	files, err := valueFiles(filepath.Join(work, "chart"))
	if err != nil {
		result.Err = err
		return result
	}
	for _, file := range files {
		template = append(template, "--values", file)
	}
	err = t.helm(work, result, template...)
	if err != nil && strings.Contains(string(result.Stderr), "found in Chart.yaml, but missing in charts/ directory") {
		result.Err = t.helm(work, result, "dependency", "build")
		if result.Err == nil {
			err = t.helm(work, result, template...)
		}
	}
	if err != nil {
		result.Err = fmt.Errorf("%w: %s", err, result.Stderr)
		return result
	}
	result.Output, result.Err = inNamespace(result.Output, place.Namespace)
	return result
}

// valueFiles are those that the folder asks Argo CD to hand to Helm.
func valueFiles(folder string) ([]string, error) {
	source, err := os.ReadFile(filepath.Join(folder, ".argocd-source.yaml"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var overrides struct {
		Helm struct {
			ValueFiles []string `json:"valueFiles"`
		} `json:"helm"`
	}
	err = errors.Join(err, yaml.UnmarshalStrict(source, &overrides))
	return overrides.Helm.ValueFiles, err
}

func redirect(file, url string) error {
	source, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, repository.ReplaceAll(source, []byte("$1 "+url)), 0o644)
}

// helm runs in a home of its own, as it does in the repo server.
func (t Tools) helm(work string, result *Build, arguments ...string) error {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(t.Helm, arguments...)
	cmd.Dir = filepath.Join(work, "chart")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + work} //nolint:forbidigo // The commands of others are found by PATH, and see nothing else of the environment.
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	result.Output, result.Stderr = stdout.Bytes(), stderr.Bytes()
	return err
}

// inNamespace puts objects that name no namespace where Argo CD puts them. No chart of
// ours has any that belongs to none.
func inNamespace(stream []byte, namespace string) ([]byte, error) {
	objects, err := Parse(stream)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, o := range objects {
		var fields map[string]any
		err = yaml.Unmarshal(o.YAML, &fields)
		if err != nil {
			return nil, err
		}
		metadata, _ := fields["metadata"].(map[string]any)
		if metadata["namespace"] == nil {
			metadata["namespace"] = namespace
		}
		document, err := yaml.Marshal(fields)
		if err != nil {
			return nil, err
		}
		out.WriteString("---\n")
		out.Write(document)
	}
	return out.Bytes(), nil
}

// place is the release and the namespace of the Application that renders a folder.
type place struct{ Release, Namespace string }

// places reads them from the candidates of all environments.
func places(dir string) (map[string]place, error) {
	found := map[string]place{}
	files, err := filepath.Glob(filepath.Join(dir, "overlays", "*", "applications.yaml"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var file candidates
		err = yaml.UnmarshalStrict(source, &file)
		if err != nil {
			return nil, fmt.Errorf("read the candidates: %w", err)
		}
		for _, target := range file.Targets {
			for _, element := range target.Applications {
				found[fmt.Sprint(element["path"])] = place{fmt.Sprint(element["releaseName"]), fmt.Sprint(element["namespace"])}
			}
		}
	}
	return found, nil
}
