package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema/diag"
)

// createNamespace makes an Application create the namespace that it deploys to.
const createNamespace = "CreateNamespace=true"

// sync checks the sync policy of an environment.
func (r *resolver) sync(env *Environment) {
	at := func(path ...any) diag.Range { return r.place(env.Node, path...) }
	if slices.Contains(env.Settings.Sync.Options, createNamespace) {
		d := r.list.Error(at("sync", "options"), "sync/namespace", "Applications of applications must not create namespaces")
		d.Detail = "The Applications of namespaces create them, together with their Pod Security labels; a second creator would overwrite these labels."
		d.Hint = "Take CreateNamespace=true out of options; it belongs to infraOptions."
	}
	if factor := env.Settings.Sync.Retry.Backoff.Factor; factor < 1 {
		r.list.Error(at("sync", "retry", "backoff", "factor"), "spec/value", "backoff.factor is at least 1: pauses never get shorter").Hint =
			"Write factor: 2."
	}
}
