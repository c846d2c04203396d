package model

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// reservedKey is a key of annotations and labels that a program acts upon, or keeps for itself.
type reservedKey struct {
	// key, or with a * at its end the beginning of keys.
	key string
	// why it is refused, and what to write instead.
	why, write string
}

// ourKeys begins the annotations and labels that only wavewright writes.
const ourKeys = "wavewright.dev/"

// reservedKeys are refused wherever the spec has annotations or labels. Other keys of Argo CD are permitted on purpose, such
// as argocd.argoproj.io/sync-options and compare-options: they say how it treats one object, and no more.
func reservedKeys() []reservedKey {
	const (
		builds   = "Kustomize takes it for an instruction when it builds the objects: with local-config, for example, the object is gone."
		owner    = "Argo CD writes it, and tells by it to which Application an object belongs."
		hook     = "Argo CD takes an object with it for a hook of the sync: it deletes the object, and creates it anew."
		hookJob  = "Take it out. What runs before the pods are replaced is a job: jobs: {NAME: {phase: pre-deploy, …}}."
		own      = "Kubernetes writes it itself."
		takeAway = "Take it out."
	)
	return []reservedKey{
		{"alpha.config.kubernetes.io/*", builds, takeAway},
		{"config.k8s.io/*", builds, takeAway},
		{"config.kubernetes.io/*", builds, takeAway},
		{"internal.config.kubernetes.io/*", builds, takeAway},
		{"kustomize.config.k8s.io/*", builds, takeAway},
		{"argocd.argoproj.io/hook*", hook, hookJob},
		{"helm.sh/hook*", hook, hookJob},
		{"helm.sh/resource-policy", "Argo CD would never delete the object.", "Take it out, or write annotations: {argocd.argoproj.io/sync-options: Prune=false}."},
		{"argocd.argoproj.io/sync-wave", "wavewright decides in which order Argo CD applies the objects.", "Take it out. Jobs with phase: pre-deploy run first."},
		{"argocd.argoproj.io/installation-id", owner, takeAway},
		{"argocd.argoproj.io/instance", owner, takeAway},
		{"argocd.argoproj.io/tracking-id", owner, takeAway},
		{ourKeys + "*", "wavewright writes it itself, and finds its objects by it.", takeAway},
		{"apps.kubernetes.io/*", own, takeAway},
		{"batch.kubernetes.io/*", own, takeAway},
		{"controller-revision-hash", own, takeAway},
		{"controller-uid", own, takeAway},
		{"deployment.kubernetes.io/*", own, takeAway},
		{"job-name", own, takeAway},
		{"kubectl.kubernetes.io/last-applied-configuration", own, takeAway},
		{"kubernetes.io/config.*", own, takeAway},
		{"pod-template-generation", own, takeAway},
		{"pod-template-hash", own, takeAway},
		{"statefulset.kubernetes.io/*", own, takeAway},
	}
}

// checkReserved reports a key of annotations or labels that is kept for a program.
func checkReserved(list *diag.List, at diag.Range, code, key string) {
	for _, r := range reservedKeys() {
		beginning, many := strings.CutSuffix(r.key, "*")
		if r.key == key || many && strings.HasPrefix(key, beginning) {
			d := list.Error(at, code, fmt.Sprintf("%s is not yours to set", key))
			d.Detail, d.Hint = r.why, r.write
		}
	}
}
