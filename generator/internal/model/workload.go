package model

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Workload is an application's merged layers.
type Workload struct {
	schema.Workload

	// ports in the order of the spec; nil while nobody has put them into it.
	ports []Port
	// label selects the pods, when the application's name does not.
	label Name
	// nodes of the cluster, and what the layers of the application state, for a DaemonSet.
	nodes int
	own   *yamltree.Node
	// validation of the environment, whose rules a workload meets or has an exception for.
	validation []Step
}

// Port is one port of a container and of its Service.
type Port struct {
	Name Name
	schema.Port
	// sidecar that listens on the port; empty for the main container.
	sidecar string
}

// path is where the spec declares the port.
func (p Port) path() []any {
	if p.sidecar == "" {
		return []any{"ports", string(p.Name)}
	}
	return []any{sidecars, p.sidecar, "ports", string(p.Name)}
}

// PortList returns the ports of all containers in the order of the spec, those of the main
// container before those of sidecars; the first is the default of routes and metrics.
func (w *Workload) PortList() []Port { return w.ports }

// portsOf returns the ports of a sidecar, or of the main container when the name is empty.
func (w *Workload) portsOf(sidecar string) []Port {
	return slices.DeleteFunc(slices.Clone(w.ports), func(p Port) bool { return p.sidecar != sidecar })
}

func (w *Workload) listPorts() []Port {
	ports := portsAt(w.Node.Get("ports"), w.Ports, "")
	for _, c := range w.group(sidecars, w.Sidecars) {
		ports = append(ports, portsAt(w.Node.Get(sidecars).Get(c.name).Get("ports"), c.Ports, c.name)...)
	}
	return ports
}

func portsAt(node *yamltree.Node, declared map[string]schema.Port, sidecar string) []Port {
	if len(declared) == 0 {
		return nil
	}
	ports := make([]Port, 0, len(declared))
	for _, entry := range node.Entries {
		if port, ok := declared[entry.Key]; ok {
			port.Protocol = cmp.Or(port.Protocol, "TCP")
			ports = append(ports, Port{Name(entry.Key), port, sidecar})
		}
	}
	return ports
}

// port returns the port of this name, or the first one when the name is empty.
func (w *Workload) port(name string) (Port, bool) {
	for _, port := range w.PortList() {
		if name == "" || string(port.Name) == name {
			return port, true
		}
	}
	return Port{}, false
}

// Replicas returns the range in which the workload scales. A singleton has one replica, a
// DaemonSet one for each node, and a workload that runs to completion does not scale.
func (w *Workload) Replicas() (low, high int) {
	if w.Singleton != nil || w.ends() {
		return 1, 1
	}
	if w.PerNode() {
		return max(w.nodes, 1), max(w.nodes, 1)
	}
	low = max(w.Scale.Min, 1)
	return low, max(w.Scale.Max, low)
}

// Autoscaled reports whether a HorizontalPodAutoscaler rules the replicas.
func (w *Workload) Autoscaled() bool {
	low, high := w.Replicas()
	return high > low
}

// TargetCPU is the utilisation that the autoscaler aims at, in percent.
func (w *Workload) TargetCPU() int { return cmp.Or(w.Scale.CPU, defaultCPU) }

// defaultCPU leaves room for the minutes in which new pods start.
const defaultCPU = 70

// Budgeted reports whether the workload has a PodDisruptionBudget.
func (w *Workload) Budgeted() bool {
	low, _ := w.Replicas()
	return w.DisruptionBudget.MaxUnavailable > 0 && low > 1 && !w.PerNode()
}

// Surge is how many pods a rollout may add at the highest scale.
func (w *Workload) Surge() int {
	if w.Singleton != nil || w.Stateful() || w.ends() {
		return 0
	}
	_, high := w.Replicas()
	return portion(string(w.Rollout.MaxSurge), high)
}

// portion resolves a number or a percentage of n as Kubernetes does for a surge:
// rounded up.
func portion(amount string, n int) int {
	if percent, ok := strings.CutSuffix(amount, "%"); ok {
		p, _ := strconv.Atoi(percent)
		return int(math.Ceil(float64(p) * float64(n) / 100))
	}
	v, _ := strconv.Atoi(amount)
	return v
}

// replicaAmount is a number or a percentage for Kubernetes, a number as an integer.
func replicaAmount(a schema.Amount) any {
	if n, err := strconv.Atoi(string(a)); err == nil {
		return n
	}
	return string(a)
}

// defaultUser is the user and group of pods: above 10000, so that no user of the node has
// it.
const defaultUser = 10001

func (w *Workload) user() (user, group int) {
	user, group = w.Security.RunAsUser, w.Security.RunAsGroup
	if w.Security.Root == nil {
		user = cmp.Or(user, defaultUser)
		group = cmp.Or(group, user)
	}
	return user, group
}

// lowPort reports whether a container listens below 1024 without being root, which needs a sysctl that Kubernetes counts
// as safe. A pod of the host network cannot have it: the sysctl would be the node's.
func (w *Workload) lowPort() bool {
	return w.Security.Root == nil && !w.onHostNetwork() && slices.ContainsFunc(w.PortList(), Port.low)
}

// low reports whether only privileged processes may listen on the port of the container.
func (p Port) low() bool { return p.Container < 1024 }

// onHostNetwork reports whether the pods have the network of their node.
func (w *Workload) onHostNetwork() bool { return w.Pod != nil && w.Pod.Spec.HostNetwork }

// Claim is a persistent volume of an application.
type Claim struct {
	Name         Name
	Size         string
	StorageClass string
	// AccessMode, such as ReadWriteOnce.
	AccessMode string
}

// AccessModes is the access mode as a claim lists it.
func (c Claim) AccessModes() []string { return []string{c.AccessMode} }

// Claims lists the persistent volumes by name; those of a StatefulSet belong to its
// replicas.
func (w *Workload) Claims(app Name) []Claim {
	var claims []Claim
	for _, name := range sortedKeys(w.Volumes) {
		if v := w.Volumes[name]; v.Size != "" && !w.Stateful() {
			claims = append(claims, Claim{app + "-" + Name(name), string(v.Size), v.StorageClass, accessMode(v)})
		}
	}
	return claims
}

// amounts turns quantities of the spec into printable ones.
func amounts(m map[string]schema.Amount) yamltree.Ordered {
	out := make(yamltree.Ordered, 0, len(m))
	for _, name := range sortedKeys(m) {
		out = append(out, yamltree.Pair{Key: name, Value: string(m[name])})
	}
	return out
}
