package repo

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// ReadClusters reads a file that says which clusters Argo CD knows: a mapping with the list
// clusters, or the Secrets by which Argo CD knows them, alone or in a List. What a Secret says of
// credentials is passed over. The file is called name in messages.
func ReadClusters(source []byte, name string) ([]Cluster, error) {
	var all []Cluster
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: this is no YAML: %s", name, strings.TrimPrefix(err.Error(), "yaml: "))
		}
		found, err := clustersIn(document.Content[0])
		if err != nil {
			return nil, located(name, err)
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s names no cluster", name)
	}
	return all, twice(all, name)
}

// valuesError is what is wrong with a part of the file.
type valuesError struct {
	at   *yaml.Node
	what string
}

// Error is what is wrong.
func (e *valuesError) Error() string { return e.what }

func wrong(at *yaml.Node, format string, args ...any) error {
	return &valuesError{at, fmt.Sprintf(format, args...)}
}

// located puts the place before an error. That of the decoder has a line of its own.
func located(name string, err error) error {
	if in := (*valuesError)(nil); errors.As(err, &in) {
		return fmt.Errorf("%s:%d: %w", name, in.at.Line, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// twice reports names that two clusters have: Argo CD would not know which one is meant.
func twice(all []Cluster, name string) error {
	for i, c := range all {
		if slices.ContainsFunc(all[:i], func(other Cluster) bool { return other.Name == c.Name }) {
			return fmt.Errorf("%s: two clusters are called %s", name, c.Name)
		}
	}
	return nil
}

// clustersIn are those of a document.
func clustersIn(document *yaml.Node) ([]Cluster, error) {
	if document.Kind == yaml.ScalarNode && document.Tag == "!!null" {
		return nil, nil
	}
	switch kind := scalarOf(document, "kind"); {
	case document.Kind != yaml.MappingNode:
		return nil, wrong(document, "this is neither a mapping with the list clusters, nor a Secret of Argo CD, nor a List of them")
	case kind == "Secret":
		c, err := secretCluster(document)
		return []Cluster{c}, err
	case strings.HasSuffix(kind, "List"):
		return each(fieldOf(document, "items"), document, secretCluster)
	case kind != "":
		return nil, wrong(document, "%s is no Secret that declares a cluster", kind)
	}
	if err := only(document, "clusters"); err != nil {
		return nil, err
	}
	return each(fieldOf(document, "clusters"), document, statedCluster)
}

// each reads the items of a list.
func each(list, document *yaml.Node, read func(*yaml.Node) (Cluster, error)) ([]Cluster, error) {
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, wrong(document, "there is no list of clusters: it is clusters: [{name: …, server: …}]")
	}
	var all []Cluster
	for _, item := range list.Content {
		c, err := read(item)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// statedCluster is an entry of the list clusters.
func statedCluster(node *yaml.Node) (Cluster, error) {
	if err := only(node, "name", "server", "project", "labels", "annotations"); err != nil {
		return Cluster{}, err
	}
	var c struct {
		Name, Server, Project string
		Labels, Annotations   map[string]string
	}
	if err := node.Decode(&c); err != nil {
		return Cluster{}, wrong(node, "a cluster has name, server, project, and labels and annotations with texts: %v", err)
	}
	return Cluster(c).checked(node)
}

// secretCluster is the cluster that a Secret declares to Argo CD.
func secretCluster(node *yaml.Node) (Cluster, error) {
	var secret struct {
		Kind     string
		Metadata struct {
			Name                string
			Labels, Annotations map[string]string
		}
		Data       map[string]string
		StringData map[string]string `yaml:"stringData"`
	}
	if err := node.Decode(&secret); err != nil {
		return Cluster{}, wrong(node, "this is no Secret: %v", err)
	}
	if secret.Kind != "Secret" || secret.Metadata.Labels[clusterLabel] != "cluster" {
		return Cluster{}, wrong(node, "%s is no Secret with the label %s: cluster", strings.Trim(secret.Kind+"/"+secret.Metadata.Name, "/"), clusterLabel)
	}
	value := func(key string) string {
		text, err := base64.StdEncoding.DecodeString(secret.Data[key])
		if stated, there := secret.StringData[key]; there || err != nil {
			return stated
		}
		return string(text)
	}
	c := Cluster{Name: value("name"), Server: value("server"), Project: value("project"), Labels: secret.Metadata.Labels, Annotations: secret.Metadata.Annotations}
	return c.checked(node)
}

// clusterLabel is the label of the Secrets by which Argo CD knows clusters.
const clusterLabel = "argocd.argoproj.io/secret-type"

// checked is the cluster, and what of it Argo CD would not take.
func (c Cluster) checked(node *yaml.Node) (Cluster, error) {
	if c.Name == "" {
		return c, wrong(node, "the cluster has no name")
	}
	if address, err := url.Parse(c.Server); err != nil || address.Host == "" {
		return c, wrong(node, "cluster %s needs the address of its API server, as in server: https://10.0.0.1:6443; it has %q", c.Name, c.Server)
	}
	for _, fault := range append(schema.LabelFaults(c.Labels, "labels"), schema.AnnotationFaults(c.Annotations, "annotations")...) {
		return c, wrong(node, "cluster %s: %s: %s", c.Name, fault.Path, fault.Message)
	}
	return c, nil
}

// only refuses keys that a mapping does not have.
func only(node *yaml.Node, keys ...string) error {
	if node.Kind != yaml.MappingNode {
		return wrong(node, "a mapping with %s belongs here", strings.Join(keys, ", "))
	}
	for i := 0; i < len(node.Content); i += 2 {
		if key := node.Content[i]; !slices.Contains(keys, key.Value) {
			return wrong(key, "unknown key %q: there is %s", key.Value, strings.Join(keys, ", "))
		}
	}
	return nil
}

// fieldOf is the value of a key; nil when there is none.
func fieldOf(node *yaml.Node, key string) *yaml.Node {
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func scalarOf(node *yaml.Node, key string) string {
	if value := fieldOf(node, key); value != nil {
		return value.Value
	}
	return ""
}
