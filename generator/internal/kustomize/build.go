package kustomize

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/provenance"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"github.com/wavewright/wavewright/generator/internal/cache"
)

// Resource is an object that was built.
type Resource struct {
	APIVersion, Kind string
	// JSON is the object.
	JSON json.RawMessage
	// Origin is the file that holds the object, or the kustomization that was built, by its path from
	// the root of the repository.
	Origin string
	// Original is the name that the object has in that file, before Kustomize changed it.
	Original string
}

// Built is what a folder builds.
type Built struct {
	Resources []Resource
	// Read are the files that the build read, by their paths from the root of the repository.
	Read []string
	// Looked are the paths that the build looked for in vain.
	Looked []string
	text   func() ([]byte, error)
	// moved says that a part of it came from elsewhere. The cache does not keep such a build: what it read may
	// not be there when the next one looks.
	moved bool
}

// YAML is the output as the kustomize command prints it. What [Builder.Build] took from a cache has none.
func (b *Built) YAML() ([]byte, error) { return b.text() }

// schemas lets a build that sets the schema of kustomize, which is global, run alone.
type schemas struct{ sync.RWMutex }

// Builder builds folders of one repository; any number of goroutines may use it.
type Builder struct {
	files *Files
	cache *cache.Cache
	*schemas
	unrestricted bool
}

// global guards the state that kustomize shares between all builds of a process.
var global schemas

// NewBuilder makes a builder.
func NewBuilder(files *Files) *Builder { return &Builder{files: files, schemas: &global} }

// Unrestricted is a builder that builds what reads files outside its own folder, as kustomize does
// with --load-restrictor LoadRestrictionsNone.
func (b *Builder) Unrestricted() *Builder {
	return &Builder{files: b.files, schemas: b.schemas, unrestricted: true}
}

// Remember makes the builder take from a cache, which may be nil, what was built before of the same files.
func (b *Builder) Remember(in *cache.Cache) *Builder {
	b.cache = in
	return b
}

// Build builds a folder, unless it was built before of the same files.
func (b *Builder) Build(folder string) (*Built, error) {
	if known := b.recall(folder); known != nil {
		return known, nil
	}
	built, err := b.Run(folder)
	if err == nil && !built.moved {
		b.keep(folder, built)
	}
	return built, err
}

// Run builds a folder. The result is that of the kustomize command.
func (b *Builder) Run(folder string) (*Built, error) {
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
	if b.unrestricted {
		options.LoadRestrictions = types.LoadRestrictionsNone
	}
	result, err := krusty.MakeKustomizer(options).Run(v, root+v.top)
	if v.outside != nil {
		err = v.outside
	}
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", v.top, err)
	}
	built = &Built{text: result.AsYaml, moved: v.moved}
	for _, name := range slices.Sorted(maps.Keys(v.read)) {
		if v.read[name] {
			built.Read = append(built.Read, name)
		} else {
			built.Looked = append(built.Looked, name)
		}
	}
	for _, r := range result.Resources() {
		if err := released(r); err != nil {
			return nil, fmt.Errorf("build %s: %w", v.top, err)
		}
		object, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", v.top, err)
		}
		origin, original := v.origin(r.GetKind(), r.GetNamespace(), r.GetName())
		built.Resources = append(built.Resources, Resource{r.GetApiVersion(), r.GetKind(), object, origin, original})
	}
	return built, nil
}

// release is the version of the kustomize command that has the library of this program.
const release = "v5.8.2"

// released puts the version of the command into the label managed-by, which buildMetadata asks for: the library
// writes that of the program which it is part of, and that need not be the value of a label.
func released(r *resource.Resource) error {
	labels := r.GetLabels()
	if labels[konfig.ManagedbyLabelKey] != "kustomize-"+provenance.GetProvenance().Semver() {
		return nil
	}
	labels[konfig.ManagedbyLabelKey] = "kustomize-" + release
	return r.SetLabels(labels)
}
