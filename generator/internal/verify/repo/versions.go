package repo

import (
	"io/fs"

	"sigs.k8s.io/yaml"
)

// versions are the versions of Kubernetes that the spec declares for clusters.
func (r *Repository) versions() map[string]string {
	var spec struct {
		Clusters map[string]struct{ Kubernetes string }
	}
	source, err := fs.ReadFile(r.files, "environments.yaml")
	if err != nil || yaml.Unmarshal(source, &spec) != nil {
		return nil
	}
	declared := map[string]string{}
	for name, cluster := range spec.Clusters {
		declared[name] = cluster.Kubernetes
	}
	return declared
}

// declare fills in the versions of the clusters that the targets go to.
func (e *Environment) declare(versions map[string]string) {
	for _, t := range e.Targets {
		for _, d := range t.Applications {
			if version := versions[d.Spec.Destination.Name]; version != "" {
				t.Kubernetes = version
			}
		}
	}
}
