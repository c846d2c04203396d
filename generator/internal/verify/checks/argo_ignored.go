package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// ignoresWhole reports ignored differences that hide a whole object or its spec.
func ignoresWhole(a *argoApplication, out *judge) {
	for i, ignored := range a.spec.IgnoreDifferences {
		for j, pointer := range ignored.JSONPointers {
			if hidden := hiddenPart(ignored.Kind, strings.ReplaceAll(strings.TrimSuffix(pointer, "/"), "/", ".")); hidden != "" {
				reportWhole(a, fmt.Sprintf("ignoreDifferences[%d].jsonPointers[%d]", i, j), hidden, ignored.Kind, pointer, out)
			}
		}
		for j, expression := range ignored.JQPathExpressions {
			if hidden := hiddenPart(ignored.Kind, strings.TrimRight(strings.TrimSpace(expression), "[]?.")); hidden != "" {
				reportWhole(a, fmt.Sprintf("ignoreDifferences[%d].jqPathExpressions[%d]", i, j), hidden, ignored.Kind, expression, out)
			}
		}
	}
}

// hiddenPart says what a path hides when that is most of an object; empty when it is not.
func hiddenPart(kind, path string) string {
	pods := []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"}
	switch {
	case path == "" || path == ".spec":
		return "the spec"
	case slices.Contains(pods, kind) && slices.Contains([]string{".spec.template", ".spec.template.spec", ".spec.template.spec.containers"}, path):
		return "the pods"
	}
	return ""
}

func reportWhole(a *argoApplication, at, hidden, kind, what string, out *judge) {
	f := out.object(nil, a.object, a.path(at), "%q hides every difference in %s of %s: Argo CD shows Synced whatever runs", what, hidden, cmp.Or(strings.Trim(kind, "*"), "all kinds"))
	if slices.Contains(a.spec.SyncPolicy.SyncOptions, "RespectIgnoreDifferences=true") {
		f.Message += ", and with RespectIgnoreDifferences never changes it"
	}
	f.Hint = "Name the fields that something else writes, such as /spec/replicas."
}

// ignoreInvalid reports ignored differences that Argo CD cannot read.
func ignoreInvalid(a *argoApplication, out *judge) {
	for i, ignored := range a.spec.IgnoreDifferences {
		for j, expression := range ignored.JQPathExpressions {
			at := a.path(fmt.Sprintf("ignoreDifferences[%d].jqPathExpressions[%d]", i, j))
			if templated(expression) {
				continue
			}
			if query, err := gojq.Parse(fmt.Sprintf("del(%s)", expression)); err != nil {
				out.object(nil, a.object, at, "the jq expression %q cannot be read: %v", expression, err).Hint = "Argo CD reports a ComparisonError and does not sync the Application."
			} else if _, err := gojq.Compile(query); err != nil {
				out.object(nil, a.object, at, "the jq expression %q cannot be run: %v", expression, err).Hint = "Argo CD reports a ComparisonError and does not sync the Application."
			}
		}
		for j, pointer := range ignored.JSONPointers {
			if pointer != "" && !strings.HasPrefix(pointer, "/") && !templated(pointer) {
				f := out.object(nil, a.object, a.path(fmt.Sprintf("ignoreDifferences[%d].jsonPointers[%d]", i, j)), "the JSON pointer %q does not begin with a slash: it ignores nothing", pointer)
				f.Severity = Warning
				f.Hint = "Write /" + strings.ReplaceAll(pointer, ".", "/") + "."
			}
		}
	}
}

// ignoresUnknown reports ignored differences of kinds that their group does not have: they ignore
// nothing.
func ignoresUnknown(a *argoApplication, out *judge) {
	for i, ignored := range a.spec.IgnoreDifferences {
		if ignored.Kind == "" || strings.ContainsAny(ignored.Group+ignored.Kind, "*?[{") || !schema.IsBuiltinGroup(ignored.Group) {
			continue
		}
		var groups []string
		for _, home := range schema.Homes(ignored.Kind) {
			groups = append(groups, schema.Group(home))
		}
		if slices.Contains(groups, ignored.Group) {
			continue
		}
		f := out.object(nil, a.object, a.path(fmt.Sprintf("ignoreDifferences[%d]", i)), "Kubernetes has no %s in %s: the entry ignores nothing", ignored.Kind, cmp.Or(ignored.Group, "the group \"\""))
		f.Hint = "State the group of the API version without its version. " + homesOf(ignored.Kind)
	}
}
