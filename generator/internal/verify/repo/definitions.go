package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// ReadDefinitions reads the CustomResourceDefinitions of a folder and of those below it. Its YAML
// and JSON files hold nothing else. The folder is called name in messages and origins.
func ReadDefinitions(files fs.FS, name string) ([]*Object, error) {
	var all []*Object
	reader := kustomize.NewFiles(files)
	err := fs.WalkDir(files, ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("read %s: %w", path.Join(name, file), err)
		case entry.IsDir() && entry.Name() == ".git":
			return fs.SkipDir
		case entry.IsDir() || !mayHoldObjects(file):
			return nil
		}
		text, err := reader.Text(file)
		if err != nil {
			return fmt.Errorf("read %s: %w", path.Join(name, file), err)
		}
		found, err := definitionsOf(text, path.Join(name, file))
		all = append(all, found...)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s holds no CustomResourceDefinition, neither in it nor in a folder below it", name)
	}
	return all, err
}

// mayHoldObjects reports whether a file has an ending of YAML or JSON.
func mayHoldObjects(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name))
}

// definitionsOf reads the definitions of a file.
func definitionsOf(text []byte, file string) ([]*Object, error) {
	var all []*Object
	for _, part := range documents(text) {
		found, err := part.read(file)
		if err != nil {
			return nil, misread(err, file, part.firstLine())
		}
		for _, o := range found {
			if err := usable(o); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, max(o.Line, 1), err)
			}
		}
		all = append(all, found...)
	}
	return all, nil
}

// misread says where a document is no object.
func misread(err error, file string, line int) error {
	if in := (*unreadableError)(nil); errors.As(err, &in) {
		line = in.line
	}
	if errors.Is(err, errNoObject) {
		err = errors.New("this is no CustomResourceDefinition: it has no apiVersion and kind")
	}
	return fmt.Errorf("%s:%d: %w", file, line, err)
}

// usable says why an object is no definition that an API server would take.
func usable(o *Object) error {
	if o.Kind != "CustomResourceDefinition" || o.Group() != "apiextensions.k8s.io" {
		return fmt.Errorf("%s of %s is no CustomResourceDefinition: put the definitions into a folder of their own", o, o.APIVersion)
	}
	if o.APIVersion != "apiextensions.k8s.io/v1" {
		return fmt.Errorf("%s has %s, which Kubernetes has removed: it needs apiextensions.k8s.io/v1", o, o.APIVersion)
	}
	definition, err := schema.NewDefinition(o.JSON, o.File)
	if err != nil {
		return fmt.Errorf("%s: %w", o, err)
	}
	refused := definition.Refused()
	for _, version := range slices.Sorted(maps.Keys(refused)) {
		return fmt.Errorf("%s: the API server refuses the schema of version %s: %w", o, version, refused[version])
	}
	return nil
}
