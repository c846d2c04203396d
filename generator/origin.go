package generator

import (
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// origins finds the places of the spec that conflicts go back to: where the application
// or the environment of a file is declared. The platform is read again: on most runs
// nobody asks.
func (r *Result) origins(plan *Plan) {
	conflicts, _ := plan.Blocked()
	if len(conflicts) == 0 {
		return
	}
	again, err := Load(r.dir)
	if err != nil || again.platform == nil {
		return
	}
	plan.Origins = map[string]diag.Range{}
	for _, change := range conflicts {
		if at, ok := again.origin(change.ID); ok {
			plan.Origins[change.Path] = at
		}
	}
}

// origin is where the instance is declared that the ID of a file names.
func (r *Result) origin(id string) (diag.Range, bool) {
	_, values, _ := strings.Cut(id, "?")
	var at diag.Range
	for pair := range strings.SplitSeq(values, "&") {
		placeholder, value, _ := strings.Cut(pair, "=")
		for _, app := range r.platform.Applications {
			if placeholder == "app" && string(app.Name) == value {
				return app.At, true
			}
		}
		for _, env := range r.platform.Environments {
			for _, target := range env.Targets {
				if (placeholder == "env" || placeholder == "fleet") && string(env.Name) == value || placeholder == "target" && string(target.Name) == value {
					at = env.Place()
				}
			}
		}
	}
	return at, at.File != ""
}
