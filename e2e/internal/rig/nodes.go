package rig

import (
	"fmt"
	"time"
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
