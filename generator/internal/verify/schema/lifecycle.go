package schema

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/util/version"
)

// Newest is the newest version of Kubernetes whose APIs are known.
const Newest = "1.37"

// Oldest is the oldest version of Kubernetes that its authors still maintain.
const Oldest = "1.35"

// OldestJudged is the oldest version of Kubernetes that a person may name: since then API servers
// judge pods by Pod Security.
const OldestJudged = "1.25"

// defaultBeta is the version since which API servers do not serve new beta APIs by default.
const defaultBeta = "1.24"

// Lifecycle says which versions of Kubernetes serve an API version of a kind.
type Lifecycle struct {
	APIVersion, Kind string
	// Introduced, Deprecated and Removed are versions such as 1.22; empty for never.
	Introduced, Deprecated, Removed string
	// Replacement is the API version, and the kind if it has another, to write instead;
	// empty when there is none.
	Replacement string
}

//go:embed lifecycle.txt
var lifecycleText string

// lifecycles are those of all built-in kinds by "apiVersion kind".
var lifecycles = sync.OnceValue(func() map[string]Lifecycle {
	all := map[string]Lifecycle{}
	for line := range strings.Lines(lifecycleText) {
		fields := strings.Fields(strings.ReplaceAll(line, " -", " \x00"))
		if len(fields) != 6 || strings.HasPrefix(line, "#") {
			continue
		}
		for i := range fields {
			fields[i] = strings.Trim(fields[i], "\x00")
		}
		all[fields[0]+" "+fields[1]] = Lifecycle{fields[0], fields[1], fields[2], fields[3], fields[4], replacement(fields[1], fields[5])}
	}
	return all
})

// replacement writes the table's apiVersion:Kind as messages do.
func replacement(kind, cell string) string {
	apiVersion, name, _ := strings.Cut(cell, ":")
	if name == kind || name == "" {
		return apiVersion
	}
	return apiVersion + " " + name
}

// LifecycleOf is the lifecycle of a built-in kind; the second result says whether there is such
// a kind.
func LifecycleOf(apiVersion, kind string) (Lifecycle, bool) {
	found, ok := lifecycles()[apiVersion+" "+kind]
	if !ok && New(apiVersion, kind) != nil {
		return Lifecycle{APIVersion: apiVersion, Kind: kind}, true
	}
	if found.Replacement == "" && found.Deprecated != "" {
		found.Replacement = stable(apiVersion, kind)
	}
	return found, ok
}

// stable is the stable API version of a kind in the same group; empty when there is none.
func stable(apiVersion, kind string) string {
	group := Group(apiVersion)
	for _, other := range Homes(kind) {
		if Group(other) == group && other != apiVersion && !Unstable(other) {
			return other
		}
	}
	return ""
}

// Group is the API group of an API version.
func Group(apiVersion string) string {
	group, _, found := strings.Cut(apiVersion, "/")
	if !found {
		return ""
	}
	return group
}

// Unstable reports whether an API version is alpha or beta.
func Unstable(apiVersion string) bool {
	return strings.Contains(apiVersion[strings.LastIndex(apiVersion, "/")+1:], "a")
}

// Homes are the API versions that have a built-in kind.
func Homes(kind string) []string {
	var found []string
	for _, l := range lifecycles() {
		if l.Kind == kind {
			found = append(found, l.APIVersion)
		}
	}
	slices.Sort(found)
	return found
}

// builtinGroups are the API groups of Kubernetes itself.
var builtinGroups = sync.OnceValue(func() map[string]bool {
	groups := map[string]bool{}
	for _, l := range lifecycles() {
		groups[Group(l.APIVersion)] = true
	}
	return groups
})

// IsBuiltinGroup reports whether an API group belongs to Kubernetes itself.
func IsBuiltinGroup(group string) bool { return builtinGroups()[group] }

// Before reports whether a version of Kubernetes, such as 1.9, is older than another. What is no
// version is never older.
func Before(a, b string) bool {
	first, err := version.ParseGeneric(a)
	second, also := version.ParseGeneric(b)
	return err == nil && also == nil && first.LessThan(second)
}

// Version reads a version of Kubernetes as people and clusters write it, such as v1.33.4-eks-123,
// and returns its minor version, 1.33. One that verify cannot judge by is an error.
func Version(text string) (string, error) {
	parsed, err := version.ParseGeneric(text)
	if err != nil {
		return "", fmt.Errorf("%q is no version of Kubernetes: write one from %s to %s", text, OldestJudged, Newest)
	}
	minor := fmt.Sprintf("%d.%d", parsed.Major(), parsed.Minor())
	switch {
	case Before(minor, OldestJudged):
		return "", fmt.Errorf("Kubernetes %s is too old to be judged: the oldest version is %s, the newest %s", minor, OldestJudged, Newest) //nolint:staticcheck // It is a name.
	case Before(Newest, minor):
		return "", fmt.Errorf("Kubernetes %s is newer than this release knows: the newest version is %s, the oldest %s", minor, Newest, OldestJudged) //nolint:staticcheck // It is a name.
	}
	return minor, nil
}

// OffByDefault reports whether API servers serve a kind only when they are told to.
func (l Lifecycle) OffByDefault() bool {
	alpha := strings.Contains(l.APIVersion, "alpha")
	return alpha || Unstable(l.APIVersion) && !Before(l.Introduced, defaultBeta)
}

// Instead says in a sentence what to write.
func (l Lifecycle) Instead() string {
	if l.Replacement == "" {
		return fmt.Sprintf("Nothing replaces this kind under the same name: take the %s out.", l.Kind)
	}
	return fmt.Sprintf("Write %s, and read the deprecation guide of Kubernetes: fields may have moved.", l.Replacement)
}
