package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
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

// Window is a sync window of an AppProject, ready to print.
type Window struct {
	Name Name
	// Kind is allow or deny.
	Kind               Name
	Schedule, Duration string
	TimeZone           string
	ManualSync         bool
}

// windows lists the environment's sync windows by name, with an explicit time zone.
func windows(declared map[string]schema.Window) []Window {
	var out []Window
	for _, name := range sortedKeys(declared) {
		w := declared[name]
		window := Window{
			Name: Name(name), Kind: "deny", Schedule: w.Deny, Duration: w.Duration,
			TimeZone: cmp.Or(w.TimeZone, "UTC"), ManualSync: w.ManualSync,
		}
		if w.Allow != "" {
			window.Kind, window.Schedule = "allow", w.Allow
		}
		out = append(out, window)
	}
	return out
}

// Windows are the environment's sync windows as the project holds them: for the clusters
// that it deploys to. There are none without any cluster.
func (s *ApplicationSet) Windows(env *Environment) []yamltree.Ordered {
	var clusters []string
	for _, d := range s.Destinations {
		clusters = append(clusters, d.Cluster)
	}
	if len(clusters) == 0 {
		return nil
	}
	clusters = slices.Compact(clusters) // destinations are sorted by cluster
	var out []yamltree.Ordered
	for _, w := range env.Windows {
		out = append(out, yamltree.Ordered{
			pair("description", string(w.Name)), pair("kind", string(w.Kind)), pair("schedule", w.Schedule), pair("duration", w.Duration),
			pair("timeZone", w.TimeZone), pair("manualSync", w.ManualSync), pair("clusters", clusters),
		})
	}
	return out
}

// Subscription is an annotation that subscribes channels of a service to a trigger.
type Subscription struct {
	Annotation Path
	// Channels of the service, with semicolons between them.
	Channels string
}

// subscriptions lists the annotations of notifications by trigger and service.
func subscriptions(declared map[string][]string) []Subscription {
	var out []Subscription
	for _, trigger := range sortedKeys(declared) {
		channels := map[string][]string{}
		for _, recipient := range declared[trigger] {
			service, channel, _ := strings.Cut(recipient, ":")
			channels[service] = append(channels[service], channel)
		}
		for _, service := range sortedKeys(channels) {
			out = append(out, Subscription{
				Path("notifications.argoproj.io/subscribe." + trigger + "." + service),
				strings.Join(distinct(channels[service]), ";"),
			})
		}
	}
	return out
}
