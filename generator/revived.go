package generator

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/diag"
)

// checkRevivedPins reports pins that begin to run without a promotion: of an environment, a target
// or an application that comes back, or gets the name of a former one. Commands that move pins know
// what they do.
func (p *Platform) checkRevivedPins(files tree.Tree, plan *Plan, w pushedWorld, o *WriteOptions) error {
	if plan.Owned() == 0 || o.compare != "" {
		return nil // everything is new, or asked for
	}
	was, _ := before(plan.Plan, files)
	for _, env := range slices.Sorted(maps.Keys(p.pins)) {
		begin, fresh, err := p.begin(env, files, was)
		if err != nil {
			return err
		}
		if begin == 0 || !fresh && slices.Contains(w.edited, layout.Pins(env)) {
			continue // a promotion that was interrupted goes on
		}
		d := plan.Diagnostics.Warning(diag.Range{File: layout.Pins(env)}, "release/former", fmt.Sprintf("environment %s runs %s at once that it did not run before", env, model.Count(begin, "pin")))
		d.Detail = "The file of pins has them already: of a former environment, target or application of this name."
		d.Hint = "Delete this file, or these entries of it, before you generate, unless the former versions are to run; then promote as usual."
	}
	return nil
}

// begin counts the pins of an environment that begin to run with a plan, and reports whether the
// environment itself is new.
func (p *Platform) begin(env string, files tree.Tree, was map[string][]byte) (n int, fresh bool, err error) {
	before, differs := []byte(nil), false
	for _, file := range layout.Deployed(env) {
		if text, known := was[file]; known {
			before, differs = append(before, text...), true
		}
	}
	if !differs {
		return 0, false, nil
	}
	ran, err := parsed(env, func(path string) ([]byte, error) { return was[path], nil })
	if err != nil {
		return 0, false, err
	}
	for name, app := range p.deployed(files, env) {
		if app.Pin() != "" && ran[name].Pin() == "" {
			n++
		}
	}
	return n, len(before) == 0, nil
}
