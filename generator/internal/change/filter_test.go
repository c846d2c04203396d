package change

import (
	"strings"
	"testing"
)

// TestMatters tells changes of files that need a build from those that do not.
func TestMatters(t *testing.T) {
	const kustomization = `
kind: Component
labels: [{pairs: {env: prod}, includeTemplates: true}]
resources: [a.yaml]
patches:
  - target: {kind: Deployment|StatefulSet}
    patch: |-
      - {op: add, path: /spec/template/spec/priorityClassName, value: high}
      - {op: add, path: /spec/replicas, value: 2}
  - target: {kind: StatefulSet}
    patch: |-
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: each}
      spec: {updateStrategy: {type: OnDelete}}
  - {path: x.patch.yaml}
`
	const role = "kind: RoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: a}\nroleRef: {name: view}\nsubjects: [{name: a}]\n"
	for name, c := range map[string]struct {
		file, source, old, new string
		want                   bool
	}{
		"nothing":         {"a.yaml", database, "db", "db", false},
		"image":           {"a.yaml", database, "postgres:17", "postgres:18", false},
		"replicas":        {"a.yaml", database, "replicas: 3", "replicas: 4", false},
		"size":            {"a.yaml", database, "10Gi", "20Gi", true},
		"name":            {"a.yaml", database, "{name: db, namespace", "{name: other, namespace", true},
		"annotation":      {"a.yaml", storage, "Prune=confirm,", "", true},
		"claim":           {"a.yaml", storage, "1Gi", "2Gi", true},
		"subjects":        {"a.yaml", role, "subjects: [{name: a}]", "subjects: [{name: b}]", false},
		"role":            {"a.yaml", role, "view", "edit", true},
		"another binding": {"a.yaml", role, "metadata: {name: a}", "metadata: {name: b}", false},
		"one more":        {"a.yaml", role, "kind: RoleBinding", "kind: StatefulSet\napiVersion: apps/v1\n---\nkind: RoleBinding", true},
		"a patch list":    {"a.patch.yaml", "- {op: add}", "add", "remove", true},
		"no YAML":         {"a.yaml", "a: b", "b", "[", true},
		"a text":          {"a.conf", "a", "a", "b", false},
		"priority":        {"kustomization.yaml", kustomization, "value: high", "value: low", false},
		"strategy":        {"kustomization.yaml", kustomization, "OnDelete", "RollingUpdate", false},
		"policy":          {"kustomization.yaml", kustomization, "spec: {updateStrategy", "spec: {podManagementPolicy: Parallel, updateStrategy", true},
		"selector":        {"kustomization.yaml", kustomization, "/spec/replicas", "/spec/selector/matchLabels/a", true},
		"whole spec":      {"kustomization.yaml", kustomization, "/spec/replicas", "/spec", true},
		"any kind":        {"kustomization.yaml", kustomization, "{kind: Deployment|StatefulSet}", "{name: a}", true},
		"labels":          {"kustomization.yaml", kustomization, "env: prod", "env: dev", true},
		"resources":       {"kustomization.yaml", kustomization, "a.yaml", "b.yaml", true},
		"another patch":   {"kustomization.yaml", kustomization, "x.patch", "y.patch", true},
	} {
		old, now := []byte(c.source), []byte(strings.Replace(c.source, c.old, c.new, 1))
		if got := Matters(c.file, old, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if got := Matters(c.file, now, old); got != c.want {
			t.Errorf("%s, the other way round: %v", name, got)
		}
	}
}
