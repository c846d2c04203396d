package repo

import "strings"

// topics are what reports put parts that were not judged under, by a text that their reasons hold.
// The first that fits counts.
func topics() [][2]string {
	return [][2]string{
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
