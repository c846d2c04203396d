package repo

import (
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// topics are what reports put parts that were not judged under, by a text that their reasons hold.
// The first that fits counts.
func topics() [][2]string {
	return [][2]string{
		{"and cannot be fetched", "what could not be fetched"},
		{fetch.ErrNotCached.Error(), "what is locked, but not in the cache of this machine"},
		{"no Application deploys", "folders that no Application deploys"},
		{"nothing deploys them", "files of Applications that a kustomization leaves out"},
		{"the ApplicationSet makes no Application", "ApplicationSets that make no Application"},
		{"Applications were made for clusters", "Applications whose clusters were assumed"},
		{"clusters generator", "ApplicationSets for clusters that only Argo CD knows"},
		{"the git generator looks into another repository", "ApplicationSets that read other repositories"},
		{"the generator asks", "ApplicationSets that ask other systems"},
		{"there is no helm command", "charts, for which a helm command is needed"},
		{"runs a plugin", "kustomizations that run a plugin"},
		{"a plugin of Argo CD", "sources that a plugin of Argo CD renders"},
		{"SOPS", "files that SOPS has encrypted"},
		{"of this other repository", "parts of other repositories"},
		{"Jsonnet", "Jsonnet, which is not evaluated"},
		{"Git ignores", "kustomizations that need files which Git ignores"},
		{"the kustomization", "kustomizations that need what is not in this repository"},
		{"the value file", "charts whose value files are not in this repository"},
		{"value files are in another repository", "charts whose value files are not in this repository"},
		{"the source is in another repository", "sources in other repositories"},
		{"the source names no repository", "sources without a repository or a path"},
		{"the source has no path", "sources without a repository or a path"},
		{"is not a folder of the repository", "sources whose folder is not in this repository"},
		{"holds no manifests", "folders without manifests"},
		{"cannot be rendered with its own values", "charts that need values"},
		{"the chart ", "charts that are not in this repository"},
		{"the file is a template", "templates of other tools"},
		{"input of tests", "input of tests"},
		{"documentation, in", "documentation"},
		{"put away", "folders that were put away"},
		{"patches that no kustomization names", "patches that no kustomization names"},
	}
}

// Topic is what a report puts the part under: equal for parts that are not judged for one reason.
func (s Skipped) Topic() string {
	for _, t := range topics() {
		if strings.Contains(s.Reason, t[0]) {
			return t[1]
		}
	}
	return "other parts"
}

// Fetchable reports whether the part may be judged when what it needs is fetched.
func (s Skipped) Fetchable() bool {
	if strings.Contains(s.Reason, "and cannot be fetched") {
		return false
	}
	return slices.Contains([]string{
		"what is locked, but not in the cache of this machine", "ApplicationSets that read other repositories", "sources in other repositories",
		"charts whose value files are not in this repository", "charts that are not in this repository",
	}, s.Topic()) || strings.Contains(s.Reason, "which is in another repository") || strings.Contains(s.Reason, "renders the chart")
}
