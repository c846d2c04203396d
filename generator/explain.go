package generator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/report"
)

// Value is one value of an application's workload: what it is, who said so, and
// what it replaced.
type Value = report.Value

// Override is a value that a later layer replaced.
type Override = report.Override

// Explanation is the workload of an application on one target.
type Explanation struct {
	Environment string
	Target      string
	// Values in the order of the spec.
	Values []Value
}

// Explain says where the values of an application come from, on each target that
// place names: an environment, a target, or all when it is empty. Only values at or
// below field are listed; all when it is empty. What does not exist is an
// [*UnknownError].
func (p *Platform) Explain(application, place, field string) ([]Explanation, error) {
	if p.model == nil {
		return nil, ErrInvalid
	}
	if err := p.checkSparseInputs(); err != nil {
		return nil, err
	}
	app := p.model.Application(application)
	if app == nil {
		return nil, &UnknownError{"application", application, p.applications()}
	}
	instances, err := p.instances(app, place)
	if err != nil {
		return nil, err
	}
	var out []Explanation
	known, found := []string{}, false
	for _, in := range instances {
		e := Explanation{string(in.Target.Env.Name), string(in.Target.Name), report.Explain(in, field)}
		out, found = append(out, e), found || len(e.Values) > 0
	}
	if found || field == "" {
		return out, nil
	}
	for _, in := range app.Instances {
		known = append(known, fields(in)...)
	}
	slices.Sort(known)
	return nil, &UnknownError{"value in " + application + " called", field, slices.Compact(known)}
}

func (p *Platform) applications() []string {
	var names []string
	for _, app := range p.model.Applications {
		names = append(names, string(app.Name))
	}
	return names
}

// instances returns where an application runs, narrowed to a place.
func (p *Platform) instances(app *model.Application, place string) ([]*model.Instance, error) {
	if place == "" {
		return app.Instances, nil
	}
	var found []*model.Instance
	for _, in := range app.Instances {
		if place == string(in.Target.Env.Name) || place == string(in.Target.Name) {
			found = append(found, in)
		}
	}
	known := p.places()
	switch {
	case !slices.Contains(known, place):
		return nil, &UnknownError{"environment or target", place, known}
	case len(found) == 0:
		return nil, fmt.Errorf("%s does not run in %s", app.Name, place)
	}
	return found, nil
}

// places lists environments and targets in the order of the spec.
func (p *Platform) places() []string {
	var names []string
	for _, env := range p.model.Environments {
		names = append(names, string(env.Name))
		for _, target := range env.Targets {
			if target.Name != env.Name {
				names = append(names, string(target.Name))
			}
		}
	}
	return names
}

// fields lists what can be asked about an instance: its values and what holds them.
func fields(in *model.Instance) []string {
	var names []string
	for _, v := range report.Explain(in, "") {
		for name := v.Field; name != ""; name = name[:max(strings.LastIndexByte(name, '.'), 0)] {
			names = append(names, name)
		}
	}
	return names
}
