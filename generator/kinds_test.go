package generator

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema"
)

// TestTargetKinds compares, for every target of the golden cases, the kinds that the model
// states with those of the rendered objects: doctor asks clusters for what the model states.
func TestTargetKinds(t *testing.T) {
	specs, err := filepath.Glob("../golden/*/" + schema.FileName)
	if err != nil || len(specs) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	seen := map[model.Kind]bool{}
	for _, spec := range specs {
		p, err := Load(filepath.Dir(spec))
		if err != nil {
			t.Fatalf("%s: %v", spec, err)
		}
		r, err := p.Render()
		if err != nil || r.files == nil {
			t.Fatalf("%s: %v %v", spec, err, r.Diagnostics)
		}
		for _, target := range p.model.Targets() {
			rendered := renderedKinds(r, target)
			if p.model.ArgoCD.Tenancy != nil {
				delete(rendered, model.Kind{APIVersion: "v1", Kind: "Namespace"}) // administrators make those
			}
			for _, kind := range target.Kinds() {
				if seen[kind] = true; !rendered[kind] && len(p.spec.Files.Omit) == 0 {
					t.Errorf("%s: %s has no %v, which the model states", spec, target.Name, kind)
				}
				delete(rendered, kind)
			}
			for kind := range rendered {
				group, _, _ := strings.Cut(kind.APIVersion, "/")
				if !slices.Contains(target.DeclaredKinds(), kind.Kind+"."+group) {
					t.Errorf("%s: %s has %v, which the model does not state", spec, target.Name, kind)
				}
			}
		}
	}
	if len(seen) < 24 {
		t.Errorf("the golden cases use only %d kinds: %v", len(seen), seen)
	}
}

var (
	kindOfObject      = regexp.MustCompile(`(?m)^apiVersion: (\S+)\nkind: (\S+)$`)
	includedComponent = regexp.MustCompile(`(?m)^ +- ([./]+/[-a-z0-9/_]+)$|^components: \[(.*)\]$`)
)

// renderedKinds collects the kinds of a target's overlays and of what they include.
func renderedKinds(r *Tree, target *model.Target) map[model.Kind]bool {
	kinds := map[model.Kind]bool{{APIVersion: "v1", Kind: "Namespace"}: true}
	var visit func(folder string)
	seen := map[string]bool{}
	visit = func(folder string) {
		if seen[folder] {
			return
		}
		seen[folder] = true
		for name, file := range r.files {
			object := strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".patch.yaml") && filepath.Base(name) != "applications.yaml"
			if filepath.Dir(name) != folder || !object {
				continue
			}
			for _, match := range kindOfObject.FindAllSubmatch(file.Content, -1) {
				kinds[model.Kind{APIVersion: string(match[1]), Kind: string(match[2])}] = true
			}
			if filepath.Base(name) != "kustomization.yaml" {
				continue
			}
			if strings.Contains(string(file.Content), "configMapGenerator:") {
				kinds[model.Kind{APIVersion: "v1", Kind: "ConfigMap"}] = true
			}
			for _, match := range includedComponent.FindAllSubmatch(file.Content, -1) {
				for included := range strings.SplitSeq(string(match[1])+string(match[2]), ", ") {
					visit(filepath.Join(folder, included))
				}
			}
		}
	}
	for name := range r.files {
		if strings.HasPrefix(name, "overlays/"+string(target.Name)+"/") {
			visit(filepath.Dir(name))
		}
	}
	for kind := range kinds {
		if strings.HasPrefix(kind.APIVersion, "kustomize.config.k8s.io/") {
			delete(kinds, kind)
		}
	}
	return kinds
}
