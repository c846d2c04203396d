// Package layout knows where things lie in a generated repository, as far as the program
// itself and not a template has to know: each path is written here and nowhere else. Paths
// have slashes and begin at the folder of the spec; names of folders that are prefixes of
// paths end with a slash.
package layout

import (
	"slices"
	"strings"
)

// What is there once.
const (
	// Own is the folder that holds what only wavewright reads.
	Own = ".wavewright/"
	// State is the folder of the state's archives.
	State = Own + "state"
	// Excuses is the file in which a repository without a spec accepts findings of verify.
	Excuses = Own + "verify.yaml"
	// FetchLock is the file in which verify notes what it has fetched.
	FetchLock = Own + "verify.lock"
	// Parked is the folder in which files wait while names change places.
	Parked = Own + "parked/"
	// SpecSchema is where editors find the schema of the spec.
	SpecSchema = Own + "environments.schema.json"
	// Prefix is a generated file that holds the prefix of the platform. Its entry in the
	// state says which one the names in the cluster begin with, whatever becomes of the file.
	Prefix = Own + "prefix"
	// Releases is the folder of the files that promotions write.
	Releases = "releases/"
	// CI is the folder of the scripts that pipelines run.
	CI = "ci/"
	// Workflows is the folder in which GitHub looks for pipelines.
	Workflows = ".github/workflows/"
	// GitLab is the file in which GitLab looks for a pipeline.
	GitLab = ".gitlab-ci.yml"
	// Overlays is the folder below which each target has its overlays.
	Overlays = "overlays/"
	// TargetOverlays is the folder of the templates of one target.
	TargetOverlays = Overlays + "{target}/"
	// FleetOverlays is the folder of the templates of what the targets of an environment share.
	FleetOverlays = Overlays + "{fleet}/"
	// Components is the folder of Kustomize components.
	Components = "components/"
	// Bootstrap is the folder of what people apply, and no Application.
	Bootstrap = "bootstrap/"
	// Roots is the folder of what a person applies once.
	Roots = Bootstrap + "roots/"
	// ArgoCDInstall is the folder that a person applies to install Argo CD.
	ArgoCDInstall = "bootstrap/argocd/install"
	// ArgoCDUpstream is the folder of the manifests that Argo CD released.
	ArgoCDUpstream = ArgoCDInstall + "/upstream/"
	// ArgoCDSettings is the folder of the settings of an Argo CD that others installed.
	ArgoCDSettings = Bootstrap + "argocd-settings"
	// Requests is the folder of what the administrators of Argo CD have to grant.
	Requests = Bootstrap + "request/"
	// Runbook tells people what to do about an alert.
	Runbook = "docs/runbook.md"
)

// Names of files and folders that stand in several places.
const (
	// Kustomization is the file that Kustomize reads first in a folder.
	Kustomization = "kustomization.yaml"
	// Chart is the file that makes a folder a chart of Helm.
	Chart = "Chart.yaml"
	// Custom is the folder, beside a kustomization, of what people add to it.
	Custom = "custom"
	// Apps is the folder of applications in the overlays of a target.
	Apps = "apps"
	// Namespaces is the folder of namespaces in the overlays of a target.
	Namespaces = "infra"
	// Cluster stands where a namespace would, for what lies outside of namespaces.
	Cluster = "_cluster"
)

// Kustomizations are the names under which Kustomize looks for its file.
func Kustomizations() []string { return []string{Kustomization, "kustomization.yml", "Kustomization"} }

// Generated are the folders at the top of a repository that wavewright, its commands or Git write to.
func Generated() []string {
	return []string{".git", ".github", ".wavewright", "argocd", "base", "bootstrap", "ci", "components", "docs", "overlays", "releases"}
}

// Pins is the file of what an environment after the first runs.
func Pins(env string) string { return Releases + env + ".yaml" }

// Candidates is the file of what an environment can run at the revision that holds it.
func Candidates(env string) string { return Overlays + env + "/applications.yaml" }

// Target is the folder of a target's overlays.
func Target(target string) string { return Overlays + target }

// Application is the overlay of an application on a target.
func Application(target, name string) string { return Target(target) + "/" + Apps + "/" + name }

// Infra is the overlay of a namespace on a target.
func Infra(target, name string) string { return Target(target) + "/" + Namespaces + "/" + name }

// ClusterWide is the overlay of what a target needs outside of namespaces.
func ClusterWide(target string) string { return Infra(target, Cluster) }

// Base is the folder of what all environments have in common of an application.
func Base(app string) string { return "base/" + app + "/" }

// Check is the script that checks an environment in a pipeline.
func Check(env string) string { return CI + env + ".sh" }

// Component is the folder of the components of one environment.
func Component(env string) string { return Components + env + "/" }

// ArgoCD is the folder of what an environment's root applies.
func ArgoCD(env string) string { return "argocd/" + env }

// ApplicationSets is the file of an environment's ApplicationSets.
func ApplicationSets(env string) string { return ArgoCD(env) + "/applicationsets.yaml" }

// Applications is the file of the Applications that a tenant of Argo CD writes instead.
func Applications(env string) string { return ArgoCD(env) + "/applications.yaml" }

// Deployed are the files that can hold what an environment deploys; a repository has one of them.
func Deployed(env string) []string { return []string{ApplicationSets(env), Applications(env)} }

// Root is the root Application of an environment.
func Root(env string) string { return Roots + env + ".yaml" }

// Request is what the administrators of a target's cluster are asked for.
func Request(target string) string { return Requests + "clusters/" + target }

// Apart reports whether no Application builds a file: it is in a folder of what only people,
// wavewright and the root Applications of Argo CD read.
func Apart(file string) bool {
	return slices.ContainsFunc([]string{Own, Releases, "argocd/", Bootstrap, "docs/", "teams/"}, func(folder string) bool { return strings.HasPrefix(file, folder) })
}
