package kustomize

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// renamed is a kustomization with other names for what it names elsewhere. Everything else stays.
func renamed(text []byte, to map[string]string) ([]byte, error) {
	document, err := yaml.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("read the kustomization: %w", err)
	}
	top := document.YNode()
	for i := 0; i+1 < len(top.Content); i += 2 {
		if slices.Contains(slices.Concat(lists(), paths(), generators(), []string{"openapi"}), top.Content[i].Value) {
			rename(top.Content[i+1], to)
		}
	}
	out, err := document.String()
	return []byte(out), err
}

// rename changes the names below a node. Files of generators may have a key before their name.
func rename(node *yaml.Node, to map[string]string) {
	if node.Kind == yaml.ScalarNode {
		key, name, keyed := strings.Cut(node.Value, "=")
		if path, is := to[node.Value]; is {
			node.SetString(path)
		} else if path, is := to[name]; is && keyed {
			node.SetString(key + "=" + path)
		}
		return
	}
	for _, below := range node.Content {
		rename(below, to)
	}
}
