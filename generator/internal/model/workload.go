package model

import (
	"cmp"
	"math"
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
}

// Port is one port of a container and of its Service.
type Port struct {
	Name Name
	schema.Port
}

// PortList returns the ports in the order of the spec; the first is the default of
// probes and routes.
func (w *Workload) PortList() []Port {
	if len(w.Ports) == 0 {
		return nil // the pod of a job is its application's without ports
	}
	return w.ports
}

func (w *Workload) listPorts() []Port {
	node := w.Node.Get("ports")
	if node == nil {
		return nil
	}
	ports := make([]Port, 0, len(node.Entries))
	for _, entry := range node.Entries {
		if port, ok := w.Ports[entry.Key]; ok {
			port.Protocol = cmp.Or(port.Protocol, "TCP")
			ports = append(ports, Port{Name(entry.Key), port})
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

// Replicas returns the range in which the workload scales. A singleton has one replica, and
// a workload that runs to completion does not scale.
func (w *Workload) Replicas() (low, high int) {
	if w.Singleton != nil || w.ends() {
		return 1, 1
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
	return w.DisruptionBudget.MaxUnavailable > 0 && low > 1
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

// lowPort reports whether the container listens below 1024 without being root,
// which needs a sysctl that Kubernetes counts as safe.
func (w *Workload) lowPort() bool {
	for _, port := range w.Ports {
		if port.Container < 1024 && w.Security.Root == nil {
			return true
		}
	}
	return false
}

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
