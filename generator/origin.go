package generator

import (
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// origins finds the places of the spec that conflicts go back to: where the application
// or the environment of a file is declared.
func (p *Platform) origins(conflicts []Change) map[string]diag.Range {
	origins := map[string]diag.Range{}
	for _, change := range conflicts {
		if at, ok := p.origin(change.ID); ok {
			origins[change.Path] = at
		}
	}
	return origins
}

// origin is where the instance is declared that the ID of a file names.
func (p *Platform) origin(id string) (diag.Range, bool) {
	_, values, _ := strings.Cut(id, "?")
	var at diag.Range
	for pair := range strings.SplitSeq(values, "&") {
		placeholder, value, _ := strings.Cut(pair, "=")
		for _, app := range p.model.Applications {
			if placeholder == "app" && string(app.Name) == value {
				return app.At, true
			}
		}
		for _, env := range p.model.Environments {
			for _, target := range env.Targets {
				if (placeholder == "env" || placeholder == "fleet") && string(env.Name) == value || placeholder == "target" && string(target.Name) == value {
					at = env.Place()
				}
			}
		}
	}
	return at, at.File != ""
}
