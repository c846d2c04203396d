package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema/diag"
)

// sync checks the sync policy of an environment.
func (r *resolver) sync(env *Environment) {
	at := func(path ...any) diag.Range { return r.place(env.Node, path...) }
	if slices.Contains(env.Settings.Sync.Options, "CreateNamespace=true") {
		d := r.list.Error(at("sync", "options"), "sync/namespace", "applications do not create namespaces")
		d.Detail = "The Applications of namespaces do, with Pod Security labels from the first second; two that do would fight."
		d.Hint = "Take CreateNamespace=true out of options; it belongs to infraOptions."
	}
	if factor := env.Settings.Sync.Retry.Backoff.Factor; factor < 1 {
		r.list.Error(at("sync", "retry", "backoff", "factor"), "spec/value", "pauses do not get shorter: the factor is at least 1").Hint =
			"Write factor: 2."
	}
}
