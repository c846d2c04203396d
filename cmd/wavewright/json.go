package main

import (
	"encoding/json"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema/diag"
)

// document is what --output json prints. Its field names are public. What a command
// has nothing to say about is left out.
type document struct {
	Command     string    `json:"command,omitempty"`
	Exit        exit      `json:"exit"`
	Error       string    `json:"error,omitempty"`
	Hints       []string  `json:"hints,omitempty"`
	Diagnostics diag.List `json:"diagnostics"`
	Folder      string    `json:"folder,omitempty"`

	Written    *bool                   `json:"written,omitempty"`
	Migrations []generator.Migration   `json:"migrations,omitempty"`
	Changes    *[]change               `json:"changes,omitempty"`
	Settled    []string                `json:"settled,omitempty"`
	Left       []string                `json:"left,omitempty"`
	Counts     map[generator.State]int `json:"counts,omitempty"`
	Impact     *[]generator.Impact     `json:"impact,omitempty"`
	Hazards    []generator.Hazard      `json:"hazards,omitempty"`
	Unknown    []generator.Unknown     `json:"unknown,omitempty"`
	Guards     []generator.Guard       `json:"guards,omitempty"`
	Omitted    []string                `json:"omitted,omitempty"`
	Diffs      *[]fileDiff             `json:"diffs,omitempty"`
	NextSteps  []string                `json:"nextSteps,omitempty"`

	Environment string                  `json:"environment,omitempty"`
	Moves       []generator.Move        `json:"moves,omitempty"`
	Refusals    []generator.Refusal     `json:"refusals,omitempty"`
	Releases    *[]generator.ReleaseRow `json:"releases,omitempty"`

	Application string                  `json:"application,omitempty"`
	Targets     []explanation           `json:"targets,omitempty"`
	Templates   []template              `json:"templates,omitempty"`
	Functions   []function              `json:"functions,omitempty"`
	Files       []string                `json:"files,omitempty"`
	Doctor      *generator.DoctorReport `json:"doctor,omitempty"`
	Verify      *verifyDocument         `json:"verify,omitempty"`
	Version     *versionReport          `json:"version,omitempty"`
}

type exit struct {
	Code    int    `json:"code"`
	Meaning string `json:"meaning"`
}

// change is one path of a plan.
type change struct {
	Path   string           `json:"path"`
	From   string           `json:"from,omitempty"`
	State  generator.State  `json:"state"`
	Action generator.Action `json:"action"`
	Reason string           `json:"reason,omitempty"`
	// Conflicts are the places that both sides changed.
	Conflicts []place `json:"conflicts,omitempty"`
}

// place is one conflict within a file: the lines of all three versions.
type place struct {
	Reason string `json:"reason"`
	Base   lines  `json:"base"`
	Mine   lines  `json:"mine"`
	Theirs lines  `json:"theirs"`
}

// lines are consecutive lines of a file.
type lines struct {
	Line int    `json:"line"` // of the first one, from 1
	Text string `json:"text"`
}

func places(c generator.Change) []place {
	var out []place
	for _, conflict := range c.Conflicts {
		out = append(out, place{
			conflict.Reason, lines{conflict.Base.Line, string(conflict.Base.Text)},
			lines{conflict.Mine.Line, string(conflict.Mine.Text)}, lines{conflict.Theirs.Line, string(conflict.Theirs.Text)},
		})
	}
	return out
}

type fileDiff struct {
	Path    string `json:"path"`
	Added   int    `json:"added"`
	Removed int    `json:"removed"`
	Diff    string `json:"diff,omitempty"`
}

type explanation struct {
	Environment string  `json:"environment"`
	Target      string  `json:"target"`
	Values      []value `json:"values"`
}

type value struct {
	Field      string     `json:"field"`
	Value      string     `json:"value,omitempty"`
	Removed    bool       `json:"removed,omitempty"`
	Unused     bool       `json:"unused,omitempty"`
	Note       string     `json:"note,omitempty"`
	Source     source     `json:"source"`
	Overridden []override `json:"overridden,omitempty"`
}

type override struct {
	Value  string `json:"value"`
	Source source `json:"source"`
}

type source struct {
	Layer string `json:"layer"`
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
}

type template struct {
	Path     string `json:"path"`
	Layer    string `json:"layer"`
	Replaces string `json:"replaces,omitempty"`
}

type function struct {
	Name  string `json:"name"`
	Usage string `json:"usage,omitempty"`
	Does  string `json:"does"`
}

// end enters how the run ended.
func (d *document) end(f *failure) {
	d.Exit = exit{f.code, meaning(f.code)}
	d.Error, d.Hints = diag.Redact(f.Error()), nil
	for _, hint := range f.hints {
		d.Hints = append(d.Hints, diag.Redact(hint))
	}
}

// plan enters what a plan does.
func (d *document) plan(p *generator.Plan) {
	changes := []change{}
	for _, c := range p.Changes() {
		changes = append(changes, change{c.Path, c.From, c.State, c.Action, c.Reason, places(c)})
	}
	impact := append([]generator.Impact{}, p.Impact...)
	d.Changes, d.Counts, d.Impact, d.Guards = &changes, p.Counts(), &impact, p.Guards
	d.Migrations, d.Hazards, d.Unknown = p.Migrations, p.Hazards, p.Unknown
}

// explained enters where values come from.
func (d *document) explained(application string, all []generator.Explanation) {
	d.Application = application
	for _, e := range all {
		values := []value{}
		for _, v := range e.Values {
			out := value{Field: v.Field, Value: v.Text, Removed: v.Removed, Unused: v.Unused, Note: v.Note, Source: source{v.Layer, v.At.File, v.At.Line}}
			for _, o := range v.Overridden {
				out.Overridden = append(out.Overridden, override{o.Text, source{o.Layer, o.At.File, o.At.Line}})
			}
			values = append(values, out)
		}
		d.Targets = append(d.Targets, explanation{e.Environment, e.Target, values})
	}
}

// printJSON prints the document. Writing is checked when the output is flushed.
func (c *console) printJSON() {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(&c.doc); err != nil {
		c.printError(err, nil)
	}
}
