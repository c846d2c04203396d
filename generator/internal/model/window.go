package model

import (
	"slices"

	"github.com/wavewright/wavewright/schema"
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
			TimeZone: orDefault(w.TimeZone, "UTC"), ManualSync: w.ManualSync,
		}
		if w.Allow != "" {
			window.Kind, window.Schedule = "allow", w.Allow
		}
		out = append(out, window)
	}
	return out
}

// Clusters lists where the project deploys to, by name: what its windows apply to.
func (s *ApplicationSet) Clusters() []string {
	var names []string
	for _, d := range s.Destinations {
		names = append(names, d.Cluster)
	}
	return slices.Compact(names) // destinations are sorted by cluster
}
