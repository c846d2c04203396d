package kustomize

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/wavewright/wavewright/generator/internal/cache"
)

// kept is a build as the cache has it, in one line of JSON with the objects behind it. It holds for as long as
// the files that were read have the same content and what was looked for in vain is not there.
type kept struct {
	// Read are hashes by path. A folder has none.
	Read      map[string][]byte
	Looked    []string
	Resources []keptResource
}

// keptResource is a resource without its object.
type keptResource struct {
	APIVersion, Kind, Origin, Original string
	// Size is the length of the object.
	Size int
}

// key is that of the last build of a folder with the same kustomization.
func (b *Builder) key(folder string) string {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if hash := b.files.Hash(folder + "/" + name); hash != "" {
			return cache.Key([]byte("build"), []byte(folder), []byte(hash))
		}
	}
	return ""
}

// recall returns a build of the cache; nil when there is none that holds.
func (b *Builder) recall(folder string) *Built {
	if b.cache == nil {
		return nil
	}
	key := b.key(folder)
	if key == "" {
		return nil
	}
	head, objects, _ := bytes.Cut(b.cache.Get(key), []byte("\n"))
	var known kept
	if json.Unmarshal(head, &known) != nil || !b.holds(&known) {
		return nil
	}
	built := &Built{Read: slices.Sorted(maps.Keys(known.Read)), Looked: known.Looked}
	for _, r := range known.Resources {
		if r.Size > len(objects) {
			return nil
		}
		built.Resources = append(built.Resources, Resource{r.APIVersion, r.Kind, objects[:r.Size:r.Size], r.Origin, r.Original})
		objects = objects[r.Size:]
	}
	return built
}

// holds reports whether nothing of what a build was made of has changed.
func (b *Builder) holds(known *kept) bool {
	for name, hash := range known.Read {
		if b.files.Hash(name) != string(hash) {
			return false
		}
	}
	for _, name := range known.Looked {
		if _, err := b.files.stat(name); err == nil {
			return false
		}
	}
	return true
}

// keep puts a build into the cache.
func (b *Builder) keep(folder string, built *Built) {
	key := b.key(folder)
	if b.cache == nil || key == "" {
		return
	}
	entry := kept{Read: map[string][]byte{}, Looked: built.Looked}
	for _, name := range built.Read {
		entry.Read[name] = []byte(b.files.Hash(name))
	}
	var objects []byte
	for _, r := range built.Resources {
		entry.Resources = append(entry.Resources, keptResource{r.APIVersion, r.Kind, r.Origin, r.Original, len(r.JSON)})
		objects = append(objects, r.JSON...)
	}
	if head, err := json.Marshal(entry); err == nil {
		b.cache.Put(key, slices.Concat(head, []byte("\n"), objects))
	}
}
