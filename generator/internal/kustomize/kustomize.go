// Package kustomize builds the objects of a folder as Argo CD does, in memory: from the working
// tree, from a commit, or from files that are about to be written. It reads the files that
// kustomizations name and nothing else; what it would have to fetch or to run it does not build.
package kustomize

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/schema/diag"
)

// Read returns the text of a file by its path from the folder of the spec, nil when there is
// none, or a folder.
type Read func(path string) ([]byte, error)

// ErrNoKustomization says that a folder is nothing that kustomize builds, such as a chart.
var ErrNoKustomization = errors.New("there is no kustomization")

// OutsideError says that a kustomization names something that is not in the repository.
type OutsideError struct {
	Folder, Name string
	// Why it could not be had from elsewhere; nil when nobody tried.
	Why error
}

// Unwrap is the reason.
func (e *OutsideError) Unwrap() error { return e.Why }

// Error names both.
func (e *OutsideError) Error() string {
	said := fmt.Sprintf("%s names %s, which is not a file of this repository", e.Folder, diag.RedactSource(e.Name))
	if e.Why != nil {
		said += ": " + e.Why.Error()
	}
	return said
}

// Build returns the objects that a folder builds.
func Build(read Read, folder string) ([]map[string]any, error) {
	c := &collector{read: read, disk: filesys.MakeFsInMemory(), seen: map[string]bool{}}
	if err := c.folder(folder); err != nil {
		return nil, err
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionNone
	built, err := krusty.MakeKustomizer(options).Run(c.disk, root+folder)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", folder, err)
	}
	var objects []map[string]any
	for _, resource := range built.Resources() {
		object, err := resource.Map()
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", folder, err)
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// root is where the folder of the spec is in memory.
const root = "/"

// collector copies the files that kustomizations name into memory.
type collector struct {
	read Read
	disk filesys.FileSystem
	seen map[string]bool
}

// folder copies a folder's kustomization, with all that it names.
func (c *collector) folder(folder string) error {
	if c.seen[folder] {
		return nil
	}
	c.seen[folder] = true
	source, err := c.kustomization(folder)
	if err != nil {
		return err
	}
	var fields map[string]any
	if err := yaml.Unmarshal(source, &fields); err != nil {
		return fmt.Errorf("read the kustomization of %s: %w", folder, err)
	}
	for _, name := range Named(fields) {
		if err := c.item(folder, name); err != nil {
			return err
		}
	}
	return nil
}

// kustomization copies the file that kustomize reads first in a folder.
func (c *collector) kustomization(folder string) ([]byte, error) {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		source, err := c.file(path.Join(folder, name))
		if source != nil || err != nil {
			return source, err
		}
	}
	return nil, fmt.Errorf("%s: %w", folder, ErrNoKustomization)
}

// file copies a file; it is nil when there is none.
func (c *collector) file(name string) ([]byte, error) {
	source, err := c.read(name)
	if source == nil || err != nil {
		return nil, err
	}
	return source, c.disk.WriteFile(root+name, source)
}

// item copies a file or a folder that a kustomization names.
func (c *collector) item(folder, name string) error {
	if strings.Contains(name, "\n") {
		return nil // an object in place
	}
	at := path.Join(folder, name)
	if strings.Contains(name, "://") || path.IsAbs(name) || strings.HasPrefix(at, "..") {
		return &OutsideError{Folder: folder, Name: name}
	}
	source, err := c.file(at)
	if source != nil || err != nil {
		return err
	}
	if err := c.folder(at); !errors.Is(err, ErrNoKustomization) {
		return err
	}
	return &OutsideError{Folder: folder, Name: name}
}

// lists are the fields of a kustomization that list names, paths those with entries that have a path, and generators
// those with entries that have files.
func lists() []string {
	return []string{"resources", "components", "bases", "crds", "configurations", "generators", "transformers", "validators", "patchesStrategicMerge"}
}

func paths() []string { return []string{"patches", "patchesJson6902", "replacements"} }

func generators() []string { return []string{"configMapGenerator", "secretGenerator"} }

// Named lists the files and folders that a kustomization names.
func Named(fields map[string]any) []string {
	var names []string
	for _, key := range lists() {
		names = append(names, texts(fields[key])...)
	}
	for _, key := range paths() {
		for _, entry := range entries(fields[key]) {
			names = append(names, texts(entry["path"])...)
		}
	}
	for _, key := range generators() {
		for _, entry := range entries(fields[key]) {
			for _, name := range slices.Concat(texts(entry["files"]), texts(entry["envs"]), texts(entry["env"])) {
				names = append(names, name[strings.Index(name, "=")+1:])
			}
		}
	}
	if schema, ok := fields["openapi"].(map[string]any); ok {
		names = append(names, texts(schema["path"])...)
	}
	return names
}

// texts are the texts of a value: of itself or of the items of a list.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			if text, ok := item.(string); ok {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}

// entries are the maps of a list.
func entries(value any) []map[string]any {
	list, _ := value.([]any)
	var all []map[string]any
	for _, item := range list {
		if fields, ok := item.(map[string]any); ok {
			all = append(all, fields)
		}
	}
	return all
}
