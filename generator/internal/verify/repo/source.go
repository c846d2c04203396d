package repo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/git"
)

// Source is one source of an Application.
type Source struct {
	RepoURL        string `json:"repoURL,omitempty"`
	Path           string `json:"path,omitempty"`
	TargetRevision string `json:"targetRevision,omitempty"`
	// Chart names a chart of a registry; there is no path then.
	Chart string `json:"chart,omitempty"`
	// Ref is the name by which value files of other sources refer to this repository.
	Ref       string           `json:"ref,omitempty"`
	Helm      *HelmSource      `json:"helm,omitempty"`
	Kustomize *KustomizeSource `json:"kustomize,omitempty"`
	Directory *DirectorySource `json:"directory,omitempty"`
	Plugin    map[string]any   `json:"plugin,omitempty"`
}

// Release is the name of the Helm release that the source gives; empty for that of the
// Application.
func (s *Source) Release() string {
	if s.Helm == nil {
		return ""
	}
	return s.Helm.ReleaseName
}

// HelmSource is how Argo CD calls Helm.
type HelmSource struct {
	ReleaseName             string          `json:"releaseName,omitempty"`
	Namespace               string          `json:"namespace,omitempty"`
	ValueFiles              []string        `json:"valueFiles,omitempty"`
	Values                  string          `json:"values,omitempty"`
	ValuesObject            map[string]any  `json:"valuesObject,omitempty"`
	Parameters              []HelmParameter `json:"parameters,omitempty"`
	FileParameters          []HelmFile      `json:"fileParameters,omitempty"`
	KubeVersion             string          `json:"kubeVersion,omitempty"`
	APIVersions             []string        `json:"apiVersions,omitempty"`
	SkipCrds                bool            `json:"skipCrds,omitempty"`
	SkipTests               bool            `json:"skipTests,omitempty"`
	SkipSchemaValidation    bool            `json:"skipSchemaValidation,omitempty"`
	IgnoreMissingValueFiles bool            `json:"ignoreMissingValueFiles,omitempty"`
}

// HelmParameter is a value that Argo CD sets.
type HelmParameter struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	ForceString bool   `json:"forceString,omitempty"`
}

// HelmFile is a value that Argo CD sets to the text of a file.
type HelmFile struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

// KustomizeSource is what Argo CD edits in a kustomization before it builds it.
type KustomizeSource struct {
	NamePrefix                string             `json:"namePrefix,omitempty"`
	NameSuffix                string             `json:"nameSuffix,omitempty"`
	Namespace                 string             `json:"namespace,omitempty"`
	Images                    []string           `json:"images,omitempty"`
	Replicas                  []KustomizeReplica `json:"replicas,omitempty"`
	CommonLabels              map[string]string  `json:"commonLabels,omitempty"`
	CommonAnnotations         map[string]string  `json:"commonAnnotations,omitempty"`
	CommonAnnotationsEnvsubst bool               `json:"commonAnnotationsEnvsubst,omitempty"`
	ForceCommonLabels         bool               `json:"forceCommonLabels,omitempty"`
	ForceCommonAnnotations    bool               `json:"forceCommonAnnotations,omitempty"`
	LabelWithoutSelector      bool               `json:"labelWithoutSelector,omitempty"`
	LabelIncludeTemplates     bool               `json:"labelIncludeTemplates,omitempty"`
	Patches                   []map[string]any   `json:"patches,omitempty"`
	Components                []string           `json:"components,omitempty"`
	IgnoreMissingComponents   bool               `json:"ignoreMissingComponents,omitempty"`
	Version                   string             `json:"version,omitempty"`
}

// KustomizeReplica sets the number of replicas of one name.
type KustomizeReplica struct {
	Name  string `json:"name"`
	Count any    `json:"count"`
}

// DirectorySource is how Argo CD reads a folder of manifests.
type DirectorySource struct {
	Recurse bool   `json:"recurse,omitempty"`
	Include string `json:"include,omitempty"`
	Exclude string `json:"exclude,omitempty"`
}

// SourceHydrator writes what a dry source makes to a branch, and deploys that.
type SourceHydrator struct {
	DrySource  Source
	SyncSource struct{ RepoURL, Path, TargetBranch string }
	HydrateTo  *struct{ TargetBranch string }
}

// Place is the address of a repository with the field that names it.
type Place struct{ Address, Field string }

// Repositories are the repositories that Argo CD asks the project about; an empty address is
// the affair of argo/source-incomplete.
func (a *Application) Repositories() []Place {
	if h := a.Spec.SourceHydrator; h != nil {
		all := []Place{{h.DrySource.RepoURL, "spec.sourceHydrator.drySource.repoURL"}}
		if wet := h.SyncSource.RepoURL; wet != "" && wet != h.DrySource.RepoURL {
			all = append(all, Place{wet, "spec.sourceHydrator.syncSource.repoURL"})
		}
		return all
	}
	if len(a.Spec.Sources) == 0 && a.Spec.Source.RepoURL == "" {
		return nil
	}
	if len(a.Spec.Sources) == 0 {
		return []Place{{a.Spec.Source.RepoURL, "spec.source.repoURL"}}
	}
	var all []Place
	for i, s := range a.Spec.Sources {
		all = append(all, Place{s.RepoURL, fmt.Sprintf("spec.sources[%d].repoURL", i)})
	}
	return all
}

// sources are all sources of an Application.
func (a *Application) sources() []Source {
	switch {
	case a.Spec.SourceHydrator != nil:
		return []Source{a.Spec.SourceHydrator.DrySource}
	case len(a.Spec.Sources) > 0:
		return a.Spec.Sources
	}
	return []Source{a.Spec.Source}
}

// tool is what makes the objects of a source.
type tool int

const (
	directory tool = iota
	kustomized
	helmed
	plugged
)

// explicit is the tool that a source names; false when it names none.
func (s *Source) explicit() (named tool, found bool, err error) {
	n := 0
	for _, candidate := range []struct {
		there bool
		tool  tool
	}{{s.Directory != nil, directory}, {s.Kustomize != nil, kustomized}, {s.Helm != nil, helmed}, {s.Plugin != nil, plugged}} {
		if candidate.there {
			n, named = n+1, candidate.tool
		}
	}
	if n > 1 {
		err = errors.New("the source has settings for more than one of directory, kustomize, helm and plugin: Argo CD refuses it")
	}
	return named, n == 1, err
}

// sameRepository is the same text for addresses of one repository. Servers of git rarely tell
// names apart by their case.
func sameRepository(url string) string { return strings.ToLower(git.Address(url)) }
