package kustomize

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

// Resource is an object that was built.
type Resource struct {
	// JSON is the object.
	JSON []byte
	// Origin is the file that holds the object, or the kustomization that generates it, by its
	// path from the root of the repository.
	Origin string
	// Original is the name that the object has in that file.
	Original string
}

// Built is what a folder builds.
type Built struct {
	Resources []Resource
	// Read are the paths that the build read or looked for.
	Read []string
	text func() ([]byte, error)
}

// YAML is the output as the kustomize command prints it.
func (b *Built) YAML() ([]byte, error) { return b.text() }

// schemas lets a build that sets the schema of kustomize, which is global, run alone.
type schemas struct{ sync.RWMutex }

// Builder builds folders of one repository; any number of goroutines may use it.
type Builder struct {
	files *Files
	*schemas
}

// global guards the state that kustomize shares between all builds of a process.
var global schemas

// NewBuilder makes a builder.
func NewBuilder(files *Files) *Builder { return &Builder{files, &global} }

// Build builds a folder. The result is that of the kustomize command.
func (b *Builder) Build(folder string) (*Built, error) {
	built, again, err := b.shared(folder)
	if !again {
		return built, err
	}
	b.Lock()
	defer b.Unlock()
	openapi.ResetOpenAPI()
	defer openapi.ResetOpenAPI()
	return b.build(&view{Files: b.files, top: folder, alone: true, read: map[string]bool{}})
}

// shared builds beside other builds; again says that it has to run alone.
func (b *Builder) shared(folder string) (built *Built, again bool, err error) {
	b.RLock()
	defer b.RUnlock()
	v := &view{Files: b.files, top: folder, read: map[string]bool{}}
	built, err = b.build(v)
	return built, v.schema, err
}

func (b *Builder) build(v *view) (built *Built, err error) {
	defer func() {
		if problem := recover(); problem != nil { // kustomize panics on some inputs
			err = fmt.Errorf("build %s: kustomize panicked: %v", v.top, problem)
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	result, err := krusty.MakeKustomizer(options).Run(v, root+v.top)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", v.top, err)
	}
	built = &Built{Read: slices.Sorted(maps.Keys(v.read)), text: result.AsYaml}
	for _, r := range result.Resources() {
		one := Resource{Origin: v.top, Original: r.OrgId().Name}
		if err := one.fill(v.top, r, v.asked); err != nil {
			return nil, fmt.Errorf("build %s: %w", v.top, err)
		}
		built.Resources = append(built.Resources, one)
	}
	return built, nil
}

func (r *Resource) fill(folder string, built *resource.Resource, asked bool) error {
	origin, err := built.GetOrigin()
	if err != nil {
		return err
	}
	if origin != nil && origin.Repo == "" {
		if name := origin.Path + origin.ConfiguredIn; name != "" {
			r.Origin = path.Join(folder, name)
		}
	}
	if asked {
		if err := built.SetOrigin(nil); err != nil {
			return err
		}
	}
	r.JSON, err = json.Marshal(built)
	return err
}
