package model

import (
	"cmp"
	"slices"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Window is a sync window of an AppProject, ready to print.
type Window struct {
	Name Name
	// Kind is allow or deny.
	Kind               Name
	Schedule, Duration string
	TimeZone           string
	ManualSync         bool
}

// windows lists the environment's sync windows by name. The zone is always stated, so
// that nobody has to know the default.
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
