package tools

import "sync"

// stripped leaves out what only debuggers read.
const stripped = "-ldflags=-s -w"

// kubernetes tells the programs of Kubernetes their version, which they tell their clients.
const kubernetes = stripped +
	" -X k8s.io/component-base/version.gitVersion=v1.37.2" +
	" -X k8s.io/component-base/version.gitMajor=1" +
	" -X k8s.io/component-base/version.gitMinor=37"

// The programs of a cluster with Argo CD. ArgoCD is all of its programs in one: the name by
// which it is called says which.
var (
	Etcd              = sync.OnceValues(func() (string, error) { return Build("tools/etcd", "server") })
	APIServer         = sync.OnceValues(func() (string, error) { return Build("tools/kube-apiserver", "kube-apiserver", kubernetes) })
	ControllerManager = sync.OnceValues(func() (string, error) {
		return Build("tools/kube-apiserver", "kube-controller-manager", kubernetes)
	})
	Scheduler = sync.OnceValues(func() (string, error) { return Build("tools/kube-apiserver", "kube-scheduler", kubernetes) })
	Kwok      = sync.OnceValues(func() (string, error) { return Build("tools/kwok", "kwok", stripped) })
	ArgoCD    = sync.OnceValues(func() (string, error) { return Build("tools/argocd", "cmd", stripped) })
	Kustomize = sync.OnceValues(func() (string, error) { return Build(".", "kustomize") })
)
