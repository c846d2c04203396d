package rig

import (
	"fmt"
	"strings"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/schemas"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// manager is the field manager of what the rig applies by itself.
const manager = "rig"

// Node is a node of the cluster: of 32 CPUs, 128 Gi of memory and 250 pods.
type Node struct {
	Labels map[string]string
}

// addNodes adds nodes and waits until they are ready.
func (r *Rig) addNodes(nodes []Node) {
	r.t.Helper()
	if nodes == nil {
		for _, zone := range []string{"a", "b", "c"} {
			nodes = append(nodes, Node{Labels: map[string]string{"topology.kubernetes.io/zone": zone}})
		}
	}
	for i, node := range nodes {
		name := fmt.Sprintf("node-%d", i+1)
		labels := fmt.Sprintf("kubernetes.io/hostname: %s, kubernetes.io/os: linux, kubernetes.io/arch: amd64", name)
		for key, value := range node.Labels {
			labels += fmt.Sprintf(", %s: %q", key, value)
		}
		r.Apply(manager, fmt.Appendf(nil, "apiVersion: v1\nkind: Node\nmetadata: {name: %s, labels: {%s}}\n", name, labels))
	}
	r.Await(2*time.Minute, fmt.Sprintf("%d nodes are ready", len(nodes)), func() bool { return r.readyNodes() == len(nodes) })
}

// readyNodes counts the nodes that take pods.
func (r *Rig) readyNodes() int {
	count := 0
	for _, node := range List[struct {
		Spec struct{ Taints []any }
	}](r, "v1", "Node", "") {
		if len(node.Spec.Taints) == 0 {
			count++
		}
	}
	return count
}

// settings are what Argo CD reads of its namespace: what a new installation has.
const settings = `apiVersion: v1
kind: Namespace
metadata: {name: argocd}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd, labels: {app.kubernetes.io/name: argocd-cm, app.kubernetes.io/part-of: argocd}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-rbac-cm, namespace: argocd, labels: {app.kubernetes.io/name: argocd-rbac-cm, app.kubernetes.io/part-of: argocd}}
---
apiVersion: v1
kind: Secret
metadata: {name: argocd-secret, namespace: argocd, labels: {app.kubernetes.io/name: argocd-secret, app.kubernetes.io/part-of: argocd}}
stringData: {server.secretkey: nothing-is-signed-with-it}
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: default, namespace: argocd}
spec:
  sourceRepos: ["*"]
  destinations: [{server: "*", namespace: "*"}]
  clusterResourceWhitelist: [{group: "*", kind: "*"}]
`

// installArgoCD defines the kinds that generated repositories use, Argo CD's own among them,
// and gives Argo CD its settings.
func (r *Rig) installArgoCD() {
	r.t.Helper()
	definitions, err := schemas.Definitions()
	if err != nil {
		r.Fatal("%v", err)
	}
	for _, definition := range definitions {
		r.Apply(manager, definition)
	}
	for _, definition := range definitions {
		r.awaitKinds(definition)
	}
	r.Apply(manager, []byte(settings))
	r.Apply(manager, []byte(storage))
	r.Note("custom resources are defined, Argo CD has its settings")
}

// awaitKinds waits until the server serves what a text defines.
func (r *Rig) awaitKinds(text []byte) {
	r.t.Helper()
	objects, err := repo.Parse(text)
	if err != nil {
		r.Fatal("%v", err)
	}
	for _, o := range objects {
		for !r.established(o.APIVersion, o.Kind, o.Name) {
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func (r *Rig) established(apiVersion, kind, name string) bool {
	r.t.Helper()
	var definition struct {
		Status struct {
			Conditions []struct{ Type, Status string }
		}
	}
	r.Get(apiVersion, kind, "", name, &definition)
	for _, c := range definition.Status.Conditions {
		if c.Type == "Established" && strings.EqualFold(c.Status, "true") {
			return true
		}
	}
	return false
}
