package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/release"
	"github.com/wavewright/wavewright/generator/internal/rename"
	"github.com/wavewright/wavewright/generator/internal/render"
	"github.com/wavewright/wavewright/generator/internal/rules"
	"github.com/wavewright/wavewright/generator/internal/verify"
	"github.com/wavewright/wavewright/internal/build"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// Platform is what a spec means: everything is resolved, and the rules about templates and
// files are checked.
type Platform struct {
	Findings
	*Spec

	pins    map[string]*release.Releases // by environment
	model   *model.Platform              // nil with errors
	rules   *rules.Rules
	renames *rename.Renames
	excuses []verify.Excuse
	// templates is the user's folder of templates; empty when there is none.
	templates string
}

// Load reads the spec in dir and finds out what it means: enough for the commands that only
// ask. Faults of the user's files are diagnostics; an error means that the world failed.
func Load(dir string) (*Platform, error) { return load(folder{dir: dir, steps: schema.Migrations()}) }

func load(in folder) (*Platform, error) {
	spec, err := readSpec(in)
	if err != nil {
		return nil, fmt.Errorf("read the spec: %w", err)
	}
	p := &Platform{Findings: spec.Findings, Spec: spec}
	if spec.spec == nil {
		return p, nil
	}
	if err := spec.folder.read(p.resolve); err != nil {
		return nil, fmt.Errorf("read the spec: %w", err)
	}
	return p, nil
}

// resolve finds out what the spec means. What it says of templates and files is checked even
// when there are errors already.
func (p *Platform) resolve(fsys fs.FS) error {
	err := p.readPins(fsys)
	if err != nil {
		return err
	}
	resolved, more := model.Resolve(model.Input{Spec: p.spec, Version: build.Read().Installable(), Pins: p.pins, ArgoCD: argocd(), Sources: p.Sources})
	p.Diagnostics = append(p.Diagnostics, more...)
	if !p.Diagnostics.HasErrors() {
		rename.Check(p.spec, resolved, p.folder.dir, &p.Diagnostics)
	}
	p.rules = rules.New(p.spec, &p.Diagnostics)
	if p.excuses, err = verify.DeclaredExcuses(fsys, p.spec, &p.Diagnostics); err != nil {
		return err
	}
	layers := p.findTemplates(fsys)
	rename.CheckTemplates(layers, &p.Diagnostics, p.Sources)
	if p.Diagnostics.HasErrors() {
		return nil
	}
	p.model = resolved
	p.renames = rename.New(p.spec, p.model, layers)
	p.rules.Follow(p.renames.Path)
	return nil
}

// environments are the names of all environments, in promotion order.
func (p *Platform) environments() []string {
	var names []string
	for _, env := range p.model.Environments {
		names = append(names, string(env.Name))
	}
	return names
}

// protected reports whether Applications of an environment must not vanish by mistake.
func (p *Platform) protected(environment string) bool {
	for i, env := range p.model.Environments {
		if string(env.Name) == environment {
			return i > 0 || env.Builtin() != "development"
		}
	}
	return false
}

// readPins reads releases/<env>.yaml of every environment but the first.
func (p *Platform) readPins(fsys fs.FS) error {
	p.pins = map[string]*release.Releases{}
	for i := 1; i < len(p.spec.Environments); i++ {
		name := p.spec.Environments[i].Name
		if !schema.IsName(name) {
			continue // which was reported
		}
		file := layout.Pins(name)
		src, err := fs.ReadFile(fsys, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		p.Sources[file] = src
		parsed, list := release.Parse(file, src)
		for i := range list {
			if list[i].Hint == "" {
				list[i].Hint = "wavewright promote writes this file: restore it from Git, or correct it to what it was."
			}
		}
		p.Diagnostics = append(p.Diagnostics, list...)
		if !list.HasErrors() {
			p.pins[name] = parsed
		}
	}
	return p.checkIdlePins(fsys)
}

// checkIdlePins reports files of pins that no environment runs: an environment that is added
// under such a name would run them at once.
func (p *Platform) checkIdlePins(fsys fs.FS) error {
	if p.Diagnostics.HasErrors() {
		return nil // one of them may be the reason why the spec does not have an environment
	}
	files, err := fs.Glob(fsys, layout.Pins("*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".yaml")
		at := slices.IndexFunc(p.spec.Environments, func(e schema.Environment) bool { return e.Name == name })
		if at > 0 {
			continue
		}
		src, err := fs.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		pins, list := release.Parse(file, src)
		if list.HasErrors() || len(pins.Pins) == 0 {
			continue
		}
		p.Sources[file] = src
		d := p.Diagnostics.Warning(diag.Range{File: file}, "release/former", fmt.Sprintf("these pins have no effect: the spec has no environment %s", name))
		d.Detail = "An environment that is added under this name later runs them at once."
		if at == 0 {
			d.Summary = fmt.Sprintf("these pins have no effect: %s is the first environment, which follows the branch", name)
			d.Detail = "When another environment becomes the first one, " + name + " runs them at once."
		}
		d.Hint = "Commit this file if git does not have it yet, and delete it."
	}
	return nil
}

// findTemplates returns the user's layers of templates, and reports a folder that is not there.
func (p *Platform) findTemplates(fsys fs.FS) []render.Layer {
	name := p.spec.Templates
	switch {
	case name == "" || !schema.IsFolder(name): // which was reported
	case isFolder(fsys, name):
		p.templates = name
	default:
		p.Diagnostics.Error(p.spec.Node.At("templates"), "templates/path", "there is no such folder").Hint =
			"Create it, or take this line out. wavewright templates export copies a template to start from."
	}
	return p.layers(fsys).Layers
}

// Expire notes the exceptions whose time is over on a day: as errors when strict, else
// as warnings. What is generated does not depend on the day, only what is said.
func (p *Platform) Expire(day time.Time, strict bool) {
	if p.model == nil {
		return
	}
	for _, e := range p.model.NetworkExceptions() {
		if e.Expires > day.Format(time.DateOnly) {
			continue
		}
		d := diag.Diagnostic{
			Severity: diag.Warning, Code: "network/expired", Subject: e.At,
			Summary: fmt.Sprintf("this exception ended on %s", e.Expires),
			Detail:  "The network policies of the namespace are out of force.",
			Hint:    "Take the line out, after the connections that are needed stand under connectsTo, or give it a new date and a reason why.",
		}
		if strict {
			d.Severity = diag.Error
		}
		p.Diagnostics = append(p.Diagnostics, d)
	}
}
